/**
 * Link layers of a packet as layers of its tree: Ethernet with its tags, cooked captures, loopback, raw IP, IEEE 802.2.
 * Which header a record begins with is its LINKTYPE.
 */
import { formatMac } from '../core/address.ts'
import { Fault, NONE } from '../core/fault.ts'
import * as ciscoHdlc from '../link/cisco-hdlc.ts'
import * as dot1q from '../link/dot1q.ts'
import * as dsa from '../link/dsa.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import { LinkType } from '../link/linktype.ts'
import * as llc from '../link/llc.ts'
import * as loopback from '../link/loopback.ts'
import * as mpacket from '../link/mpacket.ts'
import * as nflog from '../link/nflog.ts'
import * as sll from '../link/sll.ts'
import * as sll2 from '../link/sll2.ts'
import { MAX_TAGS } from '../walk/layers.ts'
import { describeFields, hex, nameIn, wholeField } from './describe-field.ts'
import * as says from './describe-headers.ts'
import { describeNetwork } from './describe-network.ts'
import { describeBroadcom, describeDsa, describePpp, describePppoe, describeType } from './describe-tags.ts'
import type { Tree } from './describe-tree.ts'

/** Describes a record from its first byte on. @param linkType - LINKTYPE of the interface. */
export function describeLink(tree: Tree, linkType: number): void {
  const { cursor, view } = tree
  switch (linkType) {
    case LinkType.Ethernet:
      describeFrame(tree)
      return
    case LinkType.LinuxSll2: {
      const at = sll2.enter(cursor)
      if (at === NONE) {
        tree.refuse('link')
        return
      }
      const direction = nameIn(sll.PacketType, sll2.packetType(view, at)) ?? 'unknown direction'
      tree.header('sll2', sll2.LAYOUT, says.SLL2, at, `interface ${sll2.interfaceIndex(view, at)}, ${direction}`)
      describeCooked(tree, sll2.protocol(view, at))
      return
    }
    case LinkType.LinuxSll: {
      const at = sll.enter(cursor)
      if (at === NONE) {
        tree.refuse('link')
        return
      }
      const direction = nameIn(sll.PacketType, sll.packetType(view, at)) ?? 'unknown direction'
      tree.header('sll', sll.LAYOUT, says.SLL, at, direction)
      describeCooked(tree, sll.protocol(view, at))
      return
    }
    case LinkType.Raw:
    case LinkType.RawBsd:
    case LinkType.RawOther:
      describeRaw(tree)
      return
    case LinkType.Ipv4:
      describeNetwork(tree, EtherType.IPv4)
      return
    case LinkType.Ipv6:
      describeNetwork(tree, EtherType.IPv6)
      return
    case LinkType.Null:
    case LinkType.Loop: {
      const at = loopback.enter(cursor)
      if (at === NONE) {
        tree.refuse('link')
        return
      }
      const family = loopback.family(view, at)
      const said = loopback.isIpv6(family) ? 'IPv6' : family === loopback.FAMILY_IPV4 ? 'IPv4' : 'unknown family'
      tree.header('loopback', loopback.LAYOUT, says.LOOPBACK, at, `address family ${family} (${said})`)
      describeNetwork(tree, loopback.etherType(view, at))
      return
    }
    case LinkType.CiscoHdlc:
      describeCiscoHdlc(tree)
      return
    case LinkType.PppHdlc:
      if (ciscoHdlc.begins(cursor)) describeCiscoHdlc(tree)
      else describePpp(tree, 'link')
      return
    case LinkType.Ppp:
      describePpp(tree, 'link')
      return
    case LinkType.PppEther:
      describePppoe(tree)
      return
    case LinkType.Nflog:
      describeNflog(tree)
      return
    case LinkType.EthernetMpacket: {
      const at = mpacket.enter(cursor)
      if (at === NONE) {
        tree.refuse('link')
        return
      }
      const isFrame = mpacket.beginsFrame(view, at)
      tree.header('mpacket', mpacket.LAYOUT, says.MPACKET, at, isFrame ? 'a frame begins' : 'no frame begins')
      if (isFrame) describeFrame(tree)
      else tree.payload()
      return
    }
    case LinkType.DsaTagBrcmPrepend:
      if (describeBroadcom(tree)) describeFrame(tree)
      return
    case LinkType.DsaTagBrcm:
    case LinkType.DsaTagDsa:
    case LinkType.DsaTagEdsa:
      describeSwitchTag(tree, linkType)
      return
    default:
      tree.unknown(Fault.UnknownLinkType)
  }
}

/** NFLOG: the packet lies in one of the attributes. */
function describeNflog(tree: Tree): void {
  const { cursor, view } = tree
  const at = nflog.enter(cursor)
  if (at === NONE) {
    tree.refuse('link')
    return
  }
  const before = tree.window()
  const etherType = nflog.seek(cursor, nflog.family(view, at))
  const fields = describeFields(nflog.LAYOUT, says.NFLOG, view, at, tree.origin)
  const rest = cursor.position - at - nflog.LENGTH
  if (rest !== 0) fields.push(tree.rawField('attributes', at + nflog.LENGTH, rest))
  tree.add('nflog', at, nflog.LENGTH + rest, `group ${nflog.resourceId(view, at)}`, fields)
  if (etherType === NONE) tree.refuse('link')
  else describeTags(tree, etherType)
  tree.padding(before)
}

/** A switch's tag between the addresses and the type of an Ethernet header. */
function describeSwitchTag(tree: Tree, linkType: number): void {
  const { cursor, view } = tree
  if (cursor.end - cursor.position < ethernet.LENGTH_ADDRESSES) {
    cursor.failShort(ethernet.LENGTH_ADDRESSES)
    tree.refuse(tree.named('ethernet'))
    return
  }
  const at = cursor.claim(ethernet.LENGTH_ADDRESSES)
  const from = ethernet.source(view, at)
  const to = ethernet.destination(view, at)
  const length = ethernet.LENGTH_ADDRESSES / 2
  tree.add('ethernet', at, ethernet.LENGTH_ADDRESSES, `${formatMac(from)} to ${formatMac(to)}`, [
    wholeField('destination', at - tree.origin, length, to, formatMac(to)),
    wholeField('source', at - tree.origin + length, length, from, formatMac(from)),
  ])
  if (linkType === LinkType.DsaTagDsa) describeDsa(tree, 0)
  else if (linkType === LinkType.DsaTagEdsa) describeDsa(tree, dsa.LENGTH_EDSA)
  else if (describeBroadcom(tree)) describeType(tree, 'ethernet')
}

/** Behind a cooked header: an EtherType, or one of Linux's own codes. */
function describeCooked(tree: Tree, protocol: number): void {
  if (protocol === sll.Protocol.Llc) describeLogicalLink(tree)
  else if (protocol === sll.Protocol.Novell8023) tree.payload()
  else describeTags(tree, protocol)
}

function describeCiscoHdlc(tree: Tree): void {
  const { cursor, view } = tree
  const at = ciscoHdlc.enter(cursor)
  if (at === NONE) {
    tree.refuse('link')
    return
  }
  const etherType = ciscoHdlc.etherType(view, at)
  const isBroadcast = ciscoHdlc.address(view, at) === ciscoHdlc.ADDRESS_BROADCAST
  tree.header('cisco-hdlc', ciscoHdlc.LAYOUT, says.CISCO_HDLC, at, isBroadcast ? 'broadcast' : 'unicast')
  describeTags(tree, etherType)
}

/** Raw IP: the version nibble says which. */
function describeRaw(tree: Tree): void {
  const { cursor } = tree
  if (cursor.end <= cursor.position) {
    cursor.failShort(1)
    tree.refuse('link')
    return
  }
  const version = cursor.view.getUint8(cursor.position) >> 4
  if (version === 4) {
    describeNetwork(tree, EtherType.IPv4)
    return
  }
  if (version === 6) {
    describeNetwork(tree, EtherType.IPv6)
    return
  }
  tree.unknown(Fault.BadVersion)
}

/** Describes an Ethernet frame and what it carries. */
export function describeFrame(tree: Tree): void {
  const { cursor, view } = tree
  const at = ethernet.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('ethernet'))
    return
  }
  const from = formatMac(ethernet.source(view, at))
  const to = formatMac(ethernet.destination(view, at))
  tree.header('ethernet', ethernet.LAYOUT, says.ETHERNET, at, `${from} to ${to}`)
  tree.tagCount = 0
  describeTags(tree, ethernet.etherType(view, at))
}

/** Describes VLAN tags, and what lies behind them. @param first - The type in front. */
export function describeTags(tree: Tree, first: number): void {
  const { cursor, view } = tree
  let etherType = first
  for (; dot1q.isTag(etherType); tree.tagCount++) {
    const at = tree.tagCount === MAX_TAGS ? cursor.fail(Fault.TooDeep) : dot1q.enter(cursor)
    if (at === NONE) {
      tree.refuse(tree.named('vlan'))
      return
    }
    const text = `VLAN ${dot1q.vlanId(view, at)}, priority ${dot1q.priority(view, at)}`
    tree.header('vlan', dot1q.LAYOUT, says.DOT1Q, at, text)
    etherType = dot1q.etherType(view, at)
  }
  if (!ethernet.isLength(etherType)) {
    describeNetwork(tree, etherType)
    return
  }
  // A length: what lies behind it is padding.
  const before = tree.window()
  if (etherType > 0) cursor.limit(etherType)
  describeLogicalLink(tree)
  tree.padding(before)
}

function describeLogicalLink(tree: Tree): void {
  const { cursor, view } = tree
  if (leadsOn(tree) && !tree.carries('ethernet')) return
  const at = llc.enter(cursor)
  // The walk does not look into 802.3 frames: what does not fit is not a fault of theirs here either.
  if (at === NONE) {
    tree.payload()
    return
  }
  const length = llc.headerLength(view, at)
  const fields = describeFields(llc.LAYOUT, says.LLC, view, at, tree.origin)
  const header = llc.decode(view, at)
  const offset = at + llc.LENGTH - tree.origin
  if (header.sequence !== undefined) {
    fields.push(wholeField('sequence', offset, 1, header.sequence, hex(header.sequence, 2)))
  }
  if (header.snap !== undefined) {
    const { organization, protocol } = header.snap
    const name = nameIn(EtherType, protocol)
    fields.push(
      wholeField('organization', offset, 3, organization, hex(organization, 6)),
      wholeField(
        'protocol',
        offset + 3,
        2,
        protocol,
        name === undefined ? hex(protocol, 4) : `${hex(protocol, 4)} (${name})`,
      ),
    )
  }
  tree.add('llc', at, length, nameIn(llc.Sap, header.dsap) ?? hex(header.dsap, 2), fields)
  // 0 where the header names none: a payload that is not looked into.
  const etherType = llc.etherType(view, at)
  if (ethernet.isLength(etherType)) tree.payload()
  else describeTags(tree, etherType)
}

/** Whether a SNAP header with an EtherType is at the cursor. */
function leadsOn({ cursor: { view, position, end } }: Tree): boolean {
  return end - position >= llc.LENGTH_SNAP && !ethernet.isLength(llc.etherType(view, position))
}
