/**
 * The chain of IPv6 extension headers between the fixed header and the upper layer (RFC 8200 §4), walked without allocating.
 * Headers may come in any order and number here, up to {@link MAX_HEADERS}: what a packet should not hold, it may hold.
 */

import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as authentication from './authentication.ts'
import * as fragment from './ipv6-fragment.ts'
import * as options from './ipv6-options.ts'
import * as routing from './ipv6-routing.ts'

export { fragmentOffset, identification, moreFragments } from './ipv6-fragment.ts'

/** Most extension headers that the walk follows; RFC 8200 §4.1 foresees seven. */
export const MAX_HEADERS = 16

/** What {@link walk} found. Owned by the caller and filled anew by each walk; offsets are `NONE` for headers that are absent. */
export class Chain {
  /**
   * Upper-layer protocol at the cursor: see `Protocol`; ESP and no-next-header (59) count as such. In a later fragment the
   * first header of the datagram's fragmentable part, which is not in this packet. After a refusal the header that was refused.
   */
  protocol = NONE
  /** Offset of the first hop-by-hop options header. */
  hopByHop = NONE
  /** Offset of the first routing header. */
  routing = NONE
  /** Offset of the first fragment header: its fields are read with `fragmentOffset`, `moreFragments`, `identification`. */
  fragment = NONE
  /** Offset of the first authentication header. */
  authentication = NONE
  /**
   * Offset of the address in the first home address option, `NONE` without: the pseudo header of checksums counts it in place of the
   * source (RFC 6275 §6.3, §11.3.1).
   */
  homeAddress = NONE
  /** Bytes behind the fixed header as a jumbo payload option states them, `NONE` without one (RFC 2675 §2). */
  jumboLength = NONE
  /** How many extension headers the walk stepped over. */
  headers = 0
  /** Bytes of those headers. */
  length = 0
}

/** Whether a next header is one that {@link walk} steps over (RFC 8200 §4, RFC 4302). */
export function isExtension(nextHeader: number): boolean {
  switch (nextHeader) {
    case Protocol.HopByHop:
    case Protocol.Routing:
    case Protocol.Fragment:
    case Protocol.Ah:
    case Protocol.DestinationOptions:
      return true
    default:
      return false
  }
}

/**
 * Steps the cursor from behind the fixed header onto the upper-layer header. It stops behind the fragment header of a later
 * fragment (offset > 0), at ESP, and at no-next-header. A jumbo payload length above 65 535 narrows the window as a payload
 * length would, when the packet carries that much.
 * @param cursor - Just behind the fixed header.
 * @param nextHeader - The fixed header's.
 * @param chain - Filled anew.
 * @returns Whether the chain could be followed; if not, the cursor stands at the header that was refused, with `cursor.fault`
 * set: `Truncated`, `NotCaptured`, `BadHeaderLength` or `TooDeep`.
 */
export function walk(cursor: Cursor, nextHeader: number, chain: Chain): boolean {
  const start = cursor.position
  const { view } = cursor
  chain.protocol = nextHeader
  chain.hopByHop = NONE
  chain.routing = NONE
  chain.fragment = NONE
  chain.authentication = NONE
  chain.homeAddress = NONE
  chain.jumboLength = NONE
  chain.headers = 0
  chain.length = 0
  let later = false
  while (!later && isExtension(chain.protocol)) {
    if (chain.headers === MAX_HEADERS) {
      cursor.fail(Fault.TooDeep)
      return false
    }
    const position = cursor.position
    switch (chain.protocol) {
      case Protocol.HopByHop:
        if (options.enter(cursor) === NONE) return false
        if (chain.hopByHop === NONE) {
          chain.hopByHop = position
          chain.jumboLength = options.jumboPayloadLength(view, position)
          // The length counts from `start`; beyond 16 bits it is always more than the headers walked so far.
          if (chain.jumboLength > 0xffff) cursor.limit(chain.jumboLength - (cursor.position - start))
        }
        break
      case Protocol.Routing:
        if (routing.enter(cursor) === NONE) return false
        if (chain.routing === NONE) chain.routing = position
        break
      case Protocol.Fragment:
        if (fragment.enter(cursor) === NONE) return false
        if (chain.fragment === NONE) chain.fragment = position
        later = fragment.fragmentOffset(view, position) > 0
        break
      case Protocol.Ah:
        if (authentication.enter(cursor) === NONE) return false
        if (chain.authentication === NONE) chain.authentication = position
        break
      default:
        if (options.enter(cursor) === NONE) return false
        if (chain.homeAddress === NONE) chain.homeAddress = options.homeAddress(view, position)
    }
    // All of these headers begin with the type of the next one.
    chain.protocol = view.getUint8(position)
    chain.headers++
    chain.length = cursor.position - start
  }
  return true
}
