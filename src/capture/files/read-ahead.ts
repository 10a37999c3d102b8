/** Reading ahead: while what was read is being worked on, the next bytes are already on their way. */
import type { ByteSource } from '../source.ts'

/**
 * A source that reads the next stretch of another one before it is asked for.
 * @param source - Reads into the buffer that it is given; nothing else may read from it.
 * @param length - Bytes of a stretch. Where the first read is shorter, nothing is read ahead: the end is near.
 */
export function readAhead(source: ByteSource, length: number): ByteSource {
  let stretch: Uint8Array | null = null
  let next: Promise<number> | null = null
  /** What is left of the stretch at hand. */
  let from = 0
  let to = 0

  const start = (into: Uint8Array): void => {
    next = source.read(into)
    // Whoever reads is told; until then nobody waits for it.
    next.catch(() => {})
  }

  return {
    async read(into) {
      if (stretch === null) {
        const count = await source.read(into)
        if (count >= length) {
          stretch = new Uint8Array(length)
          start(stretch)
        }
        return count
      }
      if (from === to) {
        if (next === null) start(stretch)
        from = 0
        to = await next!
        next = null
      }
      const count = Math.min(into.length, to - from)
      into.set(stretch.subarray(from, from + count))
      from += count
      // At the end nothing more is read until somebody asks: a file that grows may have more by then.
      if (from === to && count > 0) start(stretch)
      return count
    },
    close: async () => {
      await next?.catch(() => {})
      await source.close?.()
    },
  }
}
