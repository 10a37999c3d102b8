/** Less of a comparison, where all of it makes a page too large: what is most interesting stays, and totals say how much there was. */
import type { Comparison } from '../../comparison.ts'
import { byInterest } from './interest.ts'

/** How much is kept. */
export interface Room {
  directions: number
  /** Packets in each list of a direction. */
  listed: number
  findings: number
}

/** Ever less room, until a page is small enough. The first is for everything that a document has by itself. */
export const ROOMS: readonly Room[] = [
  { directions: Number.POSITIVE_INFINITY, listed: Number.POSITIVE_INFINITY, findings: Number.POSITIVE_INFINITY },
  { directions: Number.POSITIVE_INFINITY, listed: 100, findings: Number.POSITIVE_INFINITY },
  { directions: 1000, listed: 50, findings: 1000 },
  { directions: 300, listed: 30, findings: 300 },
  { directions: 100, listed: 30, findings: 150 },
  { directions: 50, listed: 20, findings: 100 },
  { directions: 25, listed: 20, findings: 60 },
  { directions: 12, listed: 10, findings: 30 },
  { directions: 6, listed: 10, findings: 15 },
  { directions: 3, listed: 10, findings: 10 },
]

/** Keeps the most interesting directions, in their order, the first packets of each list, and the first findings. */
export function withRoom(comparison: Comparison, { directions, listed, findings }: Room): Comparison {
  const kept = new Set(byInterest(comparison.directions).slice(0, directions))
  return {
    ...comparison,
    directions: comparison.directions
      .filter((_, index) => kept.has(index))
      .map((direction) => {
        const { lost, altered, duplicated, reordered } = direction.packets
        const packets = {
          lost: lost.slice(0, listed),
          altered: altered.slice(0, listed),
          duplicated: duplicated.slice(0, listed),
          reordered: reordered.slice(0, listed),
        }
        return { ...direction, packets }
      }),
    findings: comparison.findings.slice(0, findings),
  }
}

/** Bytes of the page that a step of time and a listed packet take at least, compressed. */
const LEAST_OF_STEP = 1
const LEAST_OF_PACKET = 0.25

/** Bytes that a page takes for this at least: what is far too large need not be made first. */
export function leastBytes({ directions }: Comparison): number {
  let bytes = 0
  for (const { lossOverTime, packets } of directions) {
    const { lost, altered, duplicated, reordered } = packets
    bytes += lossOverTime.length * LEAST_OF_STEP
    bytes += (lost.length + altered.length + duplicated.length + reordered.length) * LEAST_OF_PACKET
  }
  return bytes
}
