/**
 * Whether wrong outer checksums come from addresses that were rewritten on the way. A checksum is a sum: whoever changes an address
 * without correcting it leaves the same difference in every packet, and in the checksums of IPv4 and UDP alike (RFC 1624, RFC 3022 §4.2).
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import type { ChecksumsSeen } from '../../analyzers/stateful/integrity.ts'
import { parseAddress } from '../../codecs/core/address.ts'
import { sum } from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import type { Rewrite } from '../../findings/integrity/outer-checksum-bad.ts'

/** Sums are taken modulo this (RFC 1071 §2). */
const ALL_ONES = 0xffff
/** Packets with one difference before it is more than chance. */
const REPEATS = 3
/** VTEP pairs whose addresses are tried. */
const MOST_PAIRS = 1000

/** What points to rewritten addresses; `null` when nothing does. */
export function rewritten(analysis: Analysis, seen: ChecksumsSeen, count: number): Rewrite | null {
  const [difference] = seen.differences
  if (difference === undefined || seen.differences.length > 1 || seen.outer < count) return null
  const isBoth = seen.both === count
  const original = originalOf(analysis, seen, difference)
  if (original !== null) return { isBoth, ...original }
  return (isBoth && (seen.alike === count || count > 1)) || count >= REPEATS
    ? { isBoth, source: null, destination: null }
    : null
}

/** A known VTEP address with which the checksum would be right in place of the source, or of the destination. */
function originalOf(
  { keys }: Analysis,
  { from, to }: ChecksumsSeen,
  difference: number,
): { source: string | null; destination: string | null } | null {
  if (from === NONE || to === NONE) return null
  const source = addressSum(keys.formatAddress(from))
  const destination = addressSum(keys.formatAddress(to))
  const isIpv6 = keys.formatAddress(from).includes(':')
  for (let pair = 0; pair < Math.min(MOST_PAIRS, keys.pairs.count); pair++) {
    for (const id of [keys.pairs.word(pair, 0), keys.pairs.word(pair, 1)]) {
      const address = keys.formatAddress(id)
      if (id === from || id === to || address.includes(':') !== isIpv6) continue
      const other = addressSum(address)
      if (modulo(source - other) === difference) return { source: address, destination: null }
      if (modulo(destination - other) === difference) return { source: null, destination: address }
    }
  }
  return null
}

function addressSum(address: string): number {
  const bytes = parseAddress(address)
  return sum(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
}

function modulo(value: number): number {
  return ((value % ALL_ONES) + ALL_ONES) % ALL_ONES
}
