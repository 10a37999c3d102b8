/**
 * The walk through what carries a tunnel and is not an overlay itself: tags beyond 802.1Q, MPLS, PPPoE, MACsec in the clear,
 * 802.1ah, SNAP, IP in IP, GRE, ERSPAN. Ends at the tunnel's own IP header. Every loop is bounded; nothing is allocated.
 * What a carrier says of another protocol, or encrypts, is not a fault: the walk ends in front of it, as for any plain traffic.
 */
import * as ciscoMetadata from '../carriers/cisco-metadata.ts'
import * as erspan2 from '../carriers/erspan-ii.ts'
import * as erspan3 from '../carriers/erspan-iii.ts'
import * as etag from '../carriers/etag.ts'
import * as gre from '../carriers/gre.ts'
import * as itag from '../carriers/itag.ts'
import * as macsec from '../carriers/macsec.ts'
import * as mpls from '../carriers/mpls.ts'
import * as pppoe from '../carriers/pppoe.ts'
import * as pseudowire from '../carriers/pseudowire.ts'
import * as vntag from '../carriers/vntag.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault, NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as dsa from '../link/dsa.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import * as llc from '../link/llc.ts'
import * as ppp from '../link/ppp.ts'
import * as sll from '../link/sll.ts'
import { CarrierBit, Layer, type Layers, MAX_CARRIERS, MAX_LABELS } from './layers.ts'
import { Below, below } from './mpls-payload.ts'
import { settleLength } from './record-length.ts'
import { enterBareType, enterFrame, enterIp, enterTags, note, refuse } from './walk-steps.ts'

/**
 * Walks from what a type announces to the tunnel's own IP header, the innermost one outside any tunnel.
 * @param first - EtherType, or 802.3 length, of what is at the cursor; `NONE` when the walk has ended.
 * @returns Whether the cursor stands at the payload of that IP header.
 */
export function enterCarriers(layers: Layers, first: number): boolean {
  const { outerIp, cursor } = layers
  let etherType = first
  while (etherType !== NONE) {
    if (etherType !== EtherType.IPv4 && etherType !== EtherType.IPv6) {
      etherType = enterLinkCarrier(layers, etherType)
      continue
    }
    if (layers.settledFrom !== NONE) settleLength(layers, etherType)
    layers.outerBound = cursor.wireEnd
    if (!enterIp(layers, outerIp, etherType, Layer.OuterIpv4, Layer.OuterIpv6)) return false
    if (!carriesMore(outerIp.protocol)) return true
    // The first fragment of a carrier holds its payload in part: whoever can join them walks through the whole.
    if (outerIp.isFragment && (!layers.opensFirsts || outerIp.fragmentOffset > 0)) return true
    if (outerIp.protocol === Protocol.Gre && isNvgre(layers)) return true
    layers.outerTransport = cursor.position
    etherType = enterIpCarrier(layers)
  }
  return false
}

/** Whether an IP protocol is a carrier's, or NVGRE's. */
export function carriesMore(protocol: number): boolean {
  switch (protocol) {
    case Protocol.Gre:
    case Protocol.Ipv4:
    case Protocol.Ipv6:
    case Protocol.Mpls:
      return true
    default:
      return false
  }
}

/** Whether an NVGRE header with a virtual subnet is at the cursor (RFC 7637 §3.2). */
function isNvgre({ cursor }: Layers): boolean {
  return cursor.end - cursor.position >= gre.LENGTH_NVGRE && gre.hasSubnet(cursor.view, cursor.position)
}

/** Steps over what IP carries. @returns EtherType of what follows, `NONE` when the walk ends. */
function enterIpCarrier(layers: Layers): number {
  switch (layers.outerIp.protocol) {
    case Protocol.Gre:
      return enterGre(layers)
    case Protocol.Mpls:
      // The label stack itself is the carrier, and counts as it is entered.
      keepIp(layers)
      return note(layers.outerFrame, EtherType.Mpls)
    default: {
      const etherType = layers.outerIp.protocol === Protocol.Ipv4 ? EtherType.IPv4 : EtherType.IPv6
      const layer = etherType === EtherType.IPv4 ? Layer.OuterIpv4 : Layer.OuterIpv6
      return leaveIp(layers, layer, CarrierBit.IpInIp) ? note(layers.outerFrame, etherType) : NONE
    }
  }
}

function enterGre(layers: Layers): number {
  const { cursor } = layers
  const { view, position } = cursor
  const at = gre.enter(cursor)
  if (at === NONE) return refuseShort(layers, Layer.Gre)
  const protocol = gre.protocol(view, at)
  switch (protocol) {
    case EtherType.IPv4:
    case EtherType.IPv6:
    case EtherType.Mpls:
    case EtherType.MplsMulticast:
      return leaveIp(layers, Layer.Gre, CarrierBit.Gre) ? note(layers.outerFrame, protocol) : NONE
    case EtherType.TransparentEthernet:
      return leaveIp(layers, Layer.Gre, CarrierBit.Gre) ? enterCarriedFrame(layers) : NONE
    case erspan2.PROTOCOL:
      // Without a sequence number it is type I, which has no header (draft-foschiano-erspan-03 §4).
      if ((gre.flags(view, at) & gre.FLAG_SEQUENCE) !== 0) return enterErspan(layers)
      return leaveIp(layers, Layer.Erspan, CarrierBit.Erspan) ? enterCarriedFrame(layers) : NONE
    case erspan3.PROTOCOL:
      return enterErspan(layers)
    default:
      cursor.position = position
      return NONE
  }
}

/** Steps over an ERSPAN header, whose version says which it is. */
function enterErspan(layers: Layers): number {
  const { cursor } = layers
  const { view, position } = cursor
  const isThird = position < cursor.end && erspan3.version(view, position) === erspan3.VERSION
  const at = isThird ? erspan3.enter(cursor) : erspan2.enter(cursor)
  if (at === NONE) return refuseShort(layers, Layer.Erspan)
  const type = isThird ? erspan3.frameType(view, at) : erspan3.FRAME_ETHERNET
  if (type !== erspan3.FRAME_ETHERNET && type !== erspan3.FRAME_IP) return NONE
  if (!leaveIp(layers, Layer.Erspan, CarrierBit.Erspan)) return NONE
  if (type === erspan3.FRAME_ETHERNET) return enterCarriedFrame(layers)
  return note(layers.outerFrame, packetType(layers))
}

/** EtherType of an IP packet at the cursor, by its version. */
function packetType({ cursor }: Layers): number {
  const isIpv6 = cursor.position < cursor.end && cursor.view.getUint8(cursor.position) >> 4 === 6
  return isIpv6 ? EtherType.IPv6 : EtherType.IPv4
}

/** Steps over what an EtherType announces that is not IP. @returns EtherType of what follows, `NONE` when the walk ends. */
function enterLinkCarrier(layers: Layers, etherType: number): number {
  const { cursor } = layers
  if (ethernet.isLength(etherType)) return enterLlc(layers, etherType)
  switch (etherType) {
    case EtherType.Mpls:
    case EtherType.MplsMulticast:
      return enterMpls(layers)
    case EtherType.PppoeSession:
      return enterPppoe(layers)
    case EtherType.BackboneService: {
      if (isTooDeep(layers, Layer.Backbone)) return NONE
      const at = itag.enter(cursor)
      if (at === NONE) return refuse(layers, Layer.Backbone)
      layers.carriers |= CarrierBit.Backbone
      return enterCarriedFrame(layers)
    }
    case EtherType.VnTag:
      return enterTag(layers, Layer.VnTag, CarrierBit.VnTag, vntag)
    case EtherType.PortExtension:
      return enterTag(layers, Layer.Etag, CarrierBit.Etag, etag)
    case EtherType.CiscoMetadata:
      return enterTag(layers, Layer.CiscoMetadata, CarrierBit.CiscoMetadata, ciscoMetadata)
    case EtherType.MacSecurity:
      return enterMacsec(layers)
    case EtherType.Edsa:
      // The two reserved bytes behind the type; the tag itself is an ordinary DSA tag.
      return isTooDeep(layers, Layer.Dsa) ? NONE : enterDsa(layers, dsa.LENGTH_EDSA - 2)
    default:
      return NONE
  }
}

/** What the walk asks of a tag that names the type of what follows. */
interface Tag {
  readonly enter: (cursor: Cursor) => number
  readonly etherType: (view: DataView, at: number) => number
}

/**
 * Steps over such a tag, and VLAN tags behind it.
 * @param layer - That a refusal names.
 * @param carrier - Bit of `CarrierBit` that it counts as.
 * @returns EtherType of what follows, `NONE` when the walk ends.
 */
function enterTag(layers: Layers, layer: number, carrier: number, tag: Tag): number {
  const { cursor, outerFrame } = layers
  if (isTooDeep(layers, layer)) return NONE
  const at = tag.enter(cursor)
  if (at === NONE) return refuse(layers, layer)
  layers.carriers |= carrier
  return enterTags(layers, outerFrame, tag.etherType(cursor.view, at), Layer.OuterVlan)
}

/**
 * Steps over a DSA tag and what lies in front of it.
 * @param skipped - Bytes in front of the tag.
 * @returns EtherType of what follows, `NONE` when the walk ends.
 */
export function enterDsa(layers: Layers, skipped: number): number {
  const { cursor, outerFrame } = layers
  if (cursor.end - cursor.position < skipped) {
    cursor.failShort(skipped)
    return refuse(layers, Layer.Dsa)
  }
  cursor.claim(skipped)
  const at = dsa.enter(cursor)
  if (at === NONE) return refuse(layers, Layer.Dsa)
  const { view } = cursor
  layers.carriers |= CarrierBit.Dsa
  if (dsa.tagged(view, at) === 1 && outerFrame.tagCount < outerFrame.vlanIds.length) {
    outerFrame.vlanIds[outerFrame.tagCount++] = dsa.vlanId(view, at)
  }
  return enterTags(layers, outerFrame, dsa.etherType(view, at), Layer.OuterVlan)
}

/** Steps over a label stack and, on a pseudowire, the control word and the Ethernet header behind it. */
function enterMpls(layers: Layers): number {
  const { cursor, outerFrame } = layers
  const { view } = cursor
  if (isTooDeep(layers, Layer.Mpls)) return NONE
  let label = 0
  for (let depth = 0; ; depth++) {
    const at = depth === MAX_LABELS ? cursor.fail(Fault.TooDeep) : mpls.enter(cursor)
    if (at === NONE) return refuse(layers, Layer.Mpls)
    if (mpls.bottomOfStack(view, at) === 0) continue
    label = mpls.label(view, at)
    break
  }
  if (label === mpls.Label.GenericAssociatedChannel) return NONE
  const what = below(view, cursor.position, cursor.end, cursor.wireEnd)
  if (what === Below.Unknown) {
    if (cursor.position < cursor.end) return NONE
    cursor.failShort(1)
    return refuse(layers, Layer.Mpls)
  }
  layers.carriers |= CarrierBit.Mpls
  layers.pseudowire = NONE
  if (what === Below.Ipv4) return note(outerFrame, EtherType.IPv4)
  if (what === Below.Ipv6) return note(outerFrame, EtherType.IPv6)
  if (what === Below.ControlWord && pseudowire.enter(cursor) === NONE) return refuse(layers, Layer.Mpls)
  layers.pseudowire = label * 2 + (what === Below.ControlWord ? 1 : 0)
  return enterCarriedFrame(layers)
}

/** Steps over a PPPoE session header and the PPP header behind it. @returns EtherType of what follows, `NONE` when the walk ends. */
export function enterPppoe(layers: Layers): number {
  const { cursor } = layers
  if (isTooDeep(layers, Layer.Pppoe)) return NONE
  const at = pppoe.enter(cursor)
  if (at === NONE) return refuseShort(layers, Layer.Pppoe)
  if (pppoe.code(cursor.view, at) !== pppoe.CODE_SESSION) return NONE
  return enterPpp(layers, Layer.Pppoe, CarrierBit.Pppoe)
}

/**
 * Steps over a PPP header.
 * @param layer - That a refusal names.
 * @param carrier - Bit of `CarrierBit` that it counts as.
 * @returns EtherType of what follows, `NONE` when the walk ends.
 */
export function enterPpp(layers: Layers, layer: number, carrier: number): number {
  const { cursor } = layers
  const at = ppp.enter(cursor)
  if (at === NONE) return refuseShort(layers, layer)
  const etherType = ppp.etherType(cursor.view, at)
  // Link control and the like: no data.
  if (etherType === 0) return NONE
  layers.carriers |= carrier
  return note(layers.outerFrame, etherType)
}

/** Steps over a MACsec tag in front of data that is not encrypted, and leaves its check value behind the window. */
function enterMacsec(layers: Layers): number {
  const { cursor } = layers
  if (isTooDeep(layers, Layer.Macsec)) return NONE
  const at = macsec.enter(cursor)
  if (at === NONE) return refuse(layers, Layer.Macsec)
  if (!macsec.isClear(cursor.view, at)) return NONE
  macsec.limit(cursor, at)
  layers.carriers |= CarrierBit.Macsec
  return enterBareType(layers, Layer.Macsec)
}

/** Steps over LLC and SNAP where that names an EtherType; other LLC frames are not looked into. */
function enterLlc(layers: Layers, length: number): number {
  const { cursor, outerFrame } = layers
  const { view, position } = cursor
  // Without an Ethernet header the number is not a length, but one of Linux's own codes (or nothing).
  const isCooked = outerFrame.at === NONE
  if (isCooked && (length !== sll.Protocol.Llc || outerFrame.tagCount > 0)) return NONE
  if (cursor.end - position < llc.LENGTH_SNAP || !llc.isSnap(view, position)) return NONE
  if (!isCooked && length > 0 && length < llc.LENGTH_SNAP) return NONE
  const etherType = llc.etherType(view, position)
  if (etherType === 0 || ethernet.isLength(etherType)) return NONE
  if (isTooDeep(layers, Layer.OuterEthernet)) return NONE
  if (!isCooked && length > 0) cursor.limit(length)
  cursor.claim(llc.LENGTH_SNAP)
  layers.carriers |= CarrierBit.Snap
  return enterTags(layers, outerFrame, etherType, Layer.OuterVlan)
}

/** Steps over the Ethernet header of a frame that a carrier carries: it is the frame of the tunnel's packet from here on. */
function enterCarriedFrame(layers: Layers): number {
  layers.outerFrame.reset()
  return enterFrame(layers, layers.outerFrame, Layer.OuterEthernet, Layer.OuterVlan)
}

/** Takes the IP header at hand for a carrier's. @returns Whether the walk may go on. */
function leaveIp(layers: Layers, layer: number, carrier: number): boolean {
  if (isTooDeep(layers, layer)) return false
  layers.carriers |= carrier
  keepIp(layers)
  return true
}

/** Keeps the IP header at hand as one of a carrier, and makes room for the next. */
function keepIp(layers: Layers): void {
  const { outerIp, outerFrame, carrierIps: index } = layers
  layers.carrierIpLayers[index] = outerIp.version === 4 ? Layer.OuterIpv4 : Layer.OuterIpv6
  layers.carrierIpsAt[index] = outerIp.at
  layers.carrierIpLengths[index] = outerIp.length
  layers.carrierIpBounds[index] = layers.outerBound
  layers.carrierIps++
  layers.outerTransport = NONE
  outerIp.reset()
  outerFrame.reset()
}

/** Counts a carrier. @returns Whether there are too many; the fault is noted then. */
function isTooDeep(layers: Layers, layer: number): boolean {
  if (layers.carrierCount < MAX_CARRIERS) {
    layers.carrierCount++
    return false
  }
  layers.cursor.fail(Fault.TooDeep)
  refuse(layers, layer)
  return true
}

/** Notes the fault of a header that ends too early; one of another form is not a fault. @returns `NONE`. */
function refuseShort(layers: Layers, layer: number): number {
  const { fault } = layers.cursor
  return fault === Fault.Truncated || fault === Fault.NotCaptured ? refuse(layers, layer) : NONE
}
