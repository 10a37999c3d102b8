/** The walk over the link layer of a record, which its LINKTYPE names. */

import { Fault, NONE } from '../core/fault.ts'
import * as ciscoHdlc from '../link/cisco-hdlc.ts'
import * as dsa from '../link/dsa.ts'
import * as brcm from '../link/dsa-brcm.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import { LinkType } from '../link/linktype.ts'
import * as loopback from '../link/loopback.ts'
import * as mpacket from '../link/mpacket.ts'
import * as nflog from '../link/nflog.ts'
import * as sll from '../link/sll.ts'
import * as sll2 from '../link/sll2.ts'
import { CarrierBit, Layer, type Layers } from './layers.ts'
import { enterDsa, enterPpp, enterPppoe } from './walk-carriers.ts'
import { enterBareType, enterFrame, enterTags, note, refuse } from './walk-steps.ts'

/** Steps over the link layer. @returns The EtherType of what follows, `NONE` when the walk ends here. */
export function enterLink(layers: Layers, linkType: number): number {
  const { cursor } = layers
  switch (linkType) {
    case LinkType.Ethernet:
      return enterFrame(layers, layers.outerFrame, Layer.OuterEthernet, Layer.OuterVlan)
    case LinkType.LinuxSll2: {
      const header = sll2.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      layers.linkInterface = sll2.interfaceIndex(cursor.view, header)
      return enterTags(layers, layers.outerFrame, sll2.protocol(cursor.view, header), Layer.OuterVlan)
    }
    case LinkType.LinuxSll: {
      const header = sll.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      return enterTags(layers, layers.outerFrame, sll.protocol(cursor.view, header), Layer.OuterVlan)
    }
    case LinkType.Raw:
    case LinkType.RawBsd:
    case LinkType.RawOther:
      return enterRaw(layers)
    case LinkType.Ipv4:
      return note(layers.outerFrame, EtherType.IPv4)
    case LinkType.Ipv6:
      return note(layers.outerFrame, EtherType.IPv6)
    case LinkType.Null:
    case LinkType.Loop: {
      const header = loopback.enter(cursor)
      if (header === NONE) return refuse(layers, Layer.Link)
      return note(layers.outerFrame, loopback.etherType(cursor.view, header))
    }
    case LinkType.CiscoHdlc:
      return enterCiscoHdlc(layers)
    case LinkType.PppHdlc:
      if (ciscoHdlc.begins(cursor)) return enterCiscoHdlc(layers)
      note(layers.outerFrame, EtherType.Ppp)
      return enterPpp(layers, Layer.Link, CarrierBit.Ppp)
    case LinkType.Ppp:
      note(layers.outerFrame, EtherType.Ppp)
      return enterPpp(layers, Layer.Link, CarrierBit.Ppp)
    case LinkType.PppEther:
      note(layers.outerFrame, EtherType.PppoeSession)
      return enterPppoe(layers)
    case LinkType.Nflog:
      return enterNflog(layers)
    case LinkType.EthernetMpacket: {
      const preamble = mpacket.enter(cursor)
      if (preamble === NONE) return refuse(layers, Layer.Link)
      // The rest of a frame that was preempted, or no frame at all.
      if (!mpacket.beginsFrame(cursor.view, preamble)) return NONE
      return enterFrame(layers, layers.outerFrame, Layer.OuterEthernet, Layer.OuterVlan)
    }
    case LinkType.DsaTagBrcmPrepend:
      if (brcm.enter(cursor) === NONE) return refuse(layers, Layer.Dsa)
      layers.carriers |= CarrierBit.Dsa
      return enterFrame(layers, layers.outerFrame, Layer.OuterEthernet, Layer.OuterVlan)
    case LinkType.DsaTagBrcm:
    case LinkType.DsaTagDsa:
    case LinkType.DsaTagEdsa:
      return enterSwitchTag(layers, linkType)
    default:
      layers.fault(Layer.Link, Fault.UnknownLinkType)
      return NONE
  }
}

function enterCiscoHdlc(layers: Layers): number {
  const { cursor } = layers
  const header = ciscoHdlc.enter(cursor)
  if (header === NONE) return refuse(layers, Layer.Link)
  return enterTags(layers, layers.outerFrame, ciscoHdlc.etherType(cursor.view, header), Layer.OuterVlan)
}

/** Raw IP: the version nibble says which. */
function enterRaw(layers: Layers): number {
  const { cursor } = layers
  if (cursor.end <= cursor.position) {
    cursor.failShort(1)
    return refuse(layers, Layer.Link)
  }
  const version = cursor.view.getUint8(cursor.position) >> 4
  if (version === 4) return note(layers.outerFrame, EtherType.IPv4)
  if (version === 6) return note(layers.outerFrame, EtherType.IPv6)
  layers.fault(Layer.Link, Fault.BadVersion)
  return NONE
}

/** NFLOG: the packet lies in one of the attributes. */
function enterNflog(layers: Layers): number {
  const { cursor } = layers
  const header = nflog.enter(cursor)
  if (header === NONE) return refuse(layers, Layer.Link)
  const etherType = nflog.seek(cursor, nflog.family(cursor.view, header))
  if (etherType === NONE) return refuse(layers, Layer.Link)
  return enterTags(layers, layers.outerFrame, etherType, Layer.OuterVlan)
}

/** A switch's tag between the addresses and the type of an Ethernet header. */
function enterSwitchTag(layers: Layers, linkType: number): number {
  const { cursor, outerFrame } = layers
  if (cursor.end - cursor.position < ethernet.LENGTH_ADDRESSES) {
    cursor.failShort(ethernet.LENGTH_ADDRESSES)
    return refuse(layers, Layer.OuterEthernet)
  }
  outerFrame.at = cursor.claim(ethernet.LENGTH_ADDRESSES)
  if (linkType === LinkType.DsaTagDsa) return enterDsa(layers, 0)
  if (linkType === LinkType.DsaTagEdsa) return enterDsa(layers, dsa.LENGTH_EDSA)
  if (brcm.enter(cursor) === NONE) return refuse(layers, Layer.Dsa)
  layers.carriers |= CarrierBit.Dsa
  return enterBareType(layers, Layer.OuterEthernet)
}
