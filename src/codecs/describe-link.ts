/**
 * Link layers of a packet as layers of its tree: Ethernet with its tags, cooked captures, loopback, raw IP, IEEE 802.2.
 * Which header a record begins with is its LINKTYPE.
 */
import { formatMac } from './address.ts'
import { describeFields, hex, nameIn, wholeField } from './describe-field.ts'
import * as says from './describe-headers.ts'
import { describeNetwork } from './describe-network.ts'
import type { Tree } from './describe-tree.ts'
import * as dot1q from './dot1q.ts'
import * as ethernet from './ethernet.ts'
import { EtherType } from './ethernet.ts'
import { Fault, NONE } from './fault.ts'
import { MAX_TAGS } from './layers.ts'
import { LinkType } from './linktype.ts'
import * as llc from './llc.ts'
import * as loopback from './loopback.ts'
import * as sll from './sll.ts'
import * as sll2 from './sll2.ts'

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
    default:
      tree.unknown(Fault.UnknownLinkType)
  }
}

/** Behind a cooked header: an EtherType, or one of Linux's own codes. */
function describeCooked(tree: Tree, protocol: number): void {
  if (protocol === sll.Protocol.Llc) describeLogicalLink(tree)
  else if (protocol === sll.Protocol.Novell8023) tree.payload()
  else describeTags(tree, protocol)
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
  describeTags(tree, ethernet.etherType(view, at))
}

function describeTags(tree: Tree, first: number): void {
  const { cursor, view } = tree
  let etherType = first
  for (let count = 0; dot1q.isTag(etherType); count++) {
    const at = count === MAX_TAGS ? cursor.fail(Fault.TooDeep) : dot1q.enter(cursor)
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
  const at = llc.enter(cursor)
  // The walk does not look into 802.3 frames: what does not fit is no fault of theirs here either.
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
  describeNetwork(tree, llc.etherType(view, at))
}
