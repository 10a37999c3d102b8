/** IP as the layer above it needs it: where its payload ends, and how checksums over the payload are verified (RFC 1071). */
import * as checksum from './checksum.ts'
import { type ChecksumCheck, checkOf, unverified } from './describe-field.ts'
import * as ipv4 from './ipv4.ts'
import * as ipv6 from './ipv6.ts'

/** What the layer above IP needs to know of it. */
export interface Carrier {
  readonly version: 4 | 6
  readonly at: number
  /** First offset past the payload on the wire. */
  readonly payloadEnd: number
  readonly fragmentOffset: number
  readonly moreFragments: boolean
  /** Offset of the address that checksums count as the destination. */
  readonly destinationAt: number
  /** Why checksums over the payload cannot be verified, `null` where they can. */
  readonly doubt: string | null
}

/** A checksum over the payload; `verify` is asked only where nothing is missing. */
export function verified(ip: Carrier, verify: () => number): ChecksumCheck {
  return ip.doubt === null ? checkOf(verify()) : unverified(ip.doubt)
}

/** The sum over the pseudo-header (RFC 9293 section 3.1, RFC 8200 section 8.1). @param length - Bytes of the payload. */
export function pseudoSum(view: DataView, ip: Carrier, protocol: number, length: number): number {
  if (ip.version === 6) {
    return checksum.pseudoHeaderSum6(view, ip.at + ipv6.SOURCE, ip.destinationAt, protocol, length)
  }
  return checksum.pseudoHeaderSum4(ipv4.source(view, ip.at), ipv4.destination(view, ip.at), protocol, length)
}
