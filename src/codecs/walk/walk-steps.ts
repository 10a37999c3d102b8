/** Steps that the walk takes outside and inside the tunnel alike: Ethernet with its tags, IP with what belongs to it. */

import { Fault, NONE } from '../core/fault.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import type { Chain } from '../headers/ipv6-extension.ts'
import * as extension from '../headers/ipv6-extension.ts'
import * as routing from '../headers/ipv6-routing.ts'
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import { type FrameLayer, type IpLayer, Layer, type Layers, MAX_TAGS } from './layers.ts'

/** Bytes on the wire beyond which a record is taken to have no more: a gigabyte in one frame is nobody's. */
export const LONGEST = 0x3fff_ffff

/** Bytes of an EtherType. */
const TYPE_LENGTH = 2

/** Notes what follows a frame's headers. @returns It. */
export function note(frame: FrameLayer, etherType: number): number {
  frame.etherType = etherType
  return etherType
}

/** Notes the fault of the header that the cursor has just refused. @returns `NONE`. */
export function refuse(layers: Layers, layer: number): number {
  layers.fault(layer, layers.cursor.fault)
  return NONE
}

/** Steps over an Ethernet header and its tags. @returns The EtherType of what follows, `NONE` when the walk ends here. */
export function enterFrame(layers: Layers, frame: FrameLayer, layer: number, tagLayer: number): number {
  const { cursor } = layers
  const at = ethernet.enter(cursor)
  if (at === NONE) return refuse(layers, layer)
  frame.at = at
  return enterTags(layers, frame, ethernet.etherType(cursor.view, at), tagLayer)
}

/** Steps over VLAN tags. @param first - The type in front. @returns The EtherType of what follows, `NONE` when the walk ends here. */
export function enterTags(layers: Layers, frame: FrameLayer, first: number, layer: number): number {
  const { cursor } = layers
  let etherType = first
  while (dot1q.isTag(etherType)) {
    const at = frame.tagCount === MAX_TAGS ? cursor.fail(Fault.TooDeep) : dot1q.enter(cursor)
    if (at === NONE) {
      frame.etherType = etherType
      return refuse(layers, layer)
    }
    frame.vlanIds[frame.tagCount++] = dot1q.vlanId(cursor.view, at)
    etherType = dot1q.etherType(cursor.view, at)
  }
  frame.etherType = etherType
  return etherType
}

/**
 * Steps over an EtherType that stands by itself, behind a tag that has none of its own, and over VLAN tags behind it.
 * @param layer - That a refusal names.
 * @returns The EtherType of what follows, `NONE` when the walk ends here.
 */
export function enterBareType(layers: Layers, layer: number): number {
  const { cursor, outerFrame } = layers
  if (cursor.end - cursor.position < TYPE_LENGTH) {
    cursor.failShort(TYPE_LENGTH)
    return refuse(layers, layer)
  }
  return enterTags(layers, outerFrame, cursor.view.getUint16(cursor.claim(TYPE_LENGTH)), Layer.OuterVlan)
}

/** Steps over an IP header and what belongs to it. @returns Whether the walk can go on into the payload. */
export function enterIp(layers: Layers, ip: IpLayer, etherType: number, layer4: number, layer6: number): boolean {
  if (etherType === EtherType.IPv4) return enterIpv4(layers, ip, layer4)
  if (etherType === EtherType.IPv6) return enterIpv6(layers, ip, layer6)
  return false
}

function enterIpv4(layers: Layers, ip: IpLayer, layer: number): boolean {
  const { cursor } = layers
  const { view, wireEnd: frameEnd } = cursor
  const at = ipv4.enter(cursor)
  if (at === NONE) {
    layers.fault(layer, cursor.fault)
    return false
  }
  const totalLength = ipv4.totalLength(view, at)
  ip.at = at
  ip.version = 4
  ip.lengthUnstated = totalLength === 0
  ip.length = totalLength === 0 ? frameEnd - at : totalLength
  if (at + ip.length > frameEnd) layers.fault(layer, Fault.LengthBeyondPacket)
  ip.payloadAt = cursor.position
  ip.payloadEnd = cursor.wireEnd
  ip.protocol = ipv4.protocol(view, at)
  ip.fragmentOffset = ipv4.fragmentOffset(view, at)
  ip.moreFragments = ipv4.moreFragments(view, at)
  ip.identification = ipv4.identification(view, at)
  ip.sourceAt = at + ipv4.LAYOUT.offsets.source
  ip.destinationAt = at + ipv4.LAYOUT.offsets.destination
  if (ip.payloadAt - at > ipv4.LENGTH) endRoute(ip, ipv4.finalDestination(view, at))
  return true
}

/** Takes the last node of a route for whom a packet is for. @param last - Offset of its address, `NONE` without. */
function endRoute(ip: IpLayer, last: number): void {
  if (last === NONE) return
  ip.destinationAt = last
  ip.isRouted = true
}

function enterIpv6(layers: Layers, ip: IpLayer, layer: number): boolean {
  const { cursor, chain } = layers
  const { view, wireEnd: frameEnd } = cursor
  const at = ipv6.enter(cursor)
  if (at === NONE) {
    layers.fault(layer, cursor.fault)
    return false
  }
  const payloadLength = ipv6.payloadLength(view, at)
  ip.at = at
  ip.version = 6
  ip.lengthUnstated = payloadLength === 0
  ip.length = payloadLength === 0 ? frameEnd - at : ipv6.LENGTH + payloadLength
  const whole = extension.walk(cursor, ipv6.nextHeader(view, at), chain)
  if (payloadLength === 0 && chain.jumboLength > 0) {
    ip.length = Math.min(ipv6.LENGTH + chain.jumboLength, LONGEST)
    const end = at + ip.length
    // A length that ends within these headers leaves nothing behind them.
    if (end < cursor.wireEnd) cursor.limit(Math.max(0, end - cursor.position))
  }
  if (at + ip.length > frameEnd) layers.fault(layer, Fault.LengthBeyondPacket)
  ip.payloadEnd = cursor.wireEnd
  if (chain.fragment !== NONE) {
    ip.fragmentOffset = extension.fragmentOffset(view, chain.fragment)
    ip.moreFragments = extension.moreFragments(view, chain.fragment)
    ip.identification = extension.identification(view, chain.fragment)
  }
  ip.protocol = chain.protocol
  ip.sourceAt = at + ipv6.SOURCE
  ip.destinationAt = at + ipv6.DESTINATION
  if (chain.headers > 0) enterRoute(ip, view, chain)
  if (!whole) {
    layers.fault(layer, cursor.fault)
    return false
  }
  ip.payloadAt = cursor.position
  return true
}

/** What extension headers say of sender and receiver (RFC 8200 §8.1, RFC 6275 §6.3). */
function enterRoute(ip: IpLayer, view: DataView, chain: Chain): void {
  if (chain.homeAddress !== NONE) {
    ip.sourceAt = chain.homeAddress
    ip.isRouted = true
  }
  if (chain.routing === NONE) return
  const last = routing.finalDestination(view, chain.routing)
  ip.isFinalUnknown = last === NONE && routing.segmentsLeft(view, chain.routing) > 0
  endRoute(ip, last)
}
