/** IP as the layer above it needs it: where its payload ends, and how checksums over the payload are verified (RFC 1071). */
import { type ChecksumCheck, checkOf, unverified } from './describe-field.ts'

/** What the layer above IP needs to know of it. */
export interface Carrier {
  /** First offset past the payload on the wire. */
  readonly payloadEnd: number
  /** Offset of this fragment in its datagram, in bytes; 0 in a whole packet. */
  readonly fragmentOffset: number
  /** Whether more fragments follow. */
  readonly moreFragments: boolean
  /** The sum over the pseudo-header of a payload of so many bytes (RFC 9293 section 3.1, RFC 8200 section 8.1). */
  readonly pseudoSum: (protocol: number, length: number) => number
  /** Why checksums over the payload cannot be verified, `null` where they can. */
  readonly doubt: string | null
}

/** A checksum over the payload; `verify` is asked only where nothing is missing. */
export function verified(ip: Carrier, verify: () => number): ChecksumCheck {
  return ip.doubt === null ? checkOf(verify()) : unverified(ip.doubt)
}
