/** What is remarkable about a packet's bytes, as bits of one word: what judges and counters of integrity are told. */
import type { Layers } from '../codecs/layers.ts'

/** Bits of `Field.Marks`. */
export const Mark = {
  /** A datagram to a VXLAN port without the I flag. */
  FlagClear: 1 << 0,
  /** A datagram to a tunnel port that is shorter than the tunnel header. */
  HeaderShort: 1 << 1,
  /** Some checksum of the packet is wrong: its addresses may not be what was sent. */
  Damaged: 1 << 2,
} as const

/** The marks of a packet; allocates nothing. */
export function marksOf(_layers: Layers): number {
  return 0
}
