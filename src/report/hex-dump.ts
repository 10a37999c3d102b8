/** Bytes as people read them beside a dissection: sixteen a line, with offsets and what is printable. */

const PER_LINE = 16

/**
 * A hex dump of `[at, at + length)`, offsets counting from its first byte.
 * @returns Lines without line breaks; none for no bytes.
 */
export function hexDump(view: DataView, at: number, length: number): string[] {
  const lines: string[] = []
  for (let from = 0; from < length; from += PER_LINE) {
    const count = Math.min(PER_LINE, length - from)
    let hex = ''
    let text = ''
    for (let i = 0; i < count; i++) {
      const byte = view.getUint8(at + from + i)
      hex += `${i === PER_LINE / 2 ? '  ' : ' '}${byte.toString(16).padStart(2, '0')}`
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
    }
    lines.push(`${from.toString(16).padStart(4, '0')} ${hex.padEnd(3 * PER_LINE + 1)}  ${text}`)
  }
  return lines
}
