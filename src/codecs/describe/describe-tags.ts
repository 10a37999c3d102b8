/**
 * What lies between an EtherType and a network protocol, as layers of a packet's tree: MPLS, PPPoE and PPP, 802.1ah, VN-Tag, E-TAG,
 * Cisco metadata, MACsec and switch tags. None of them is one deeper: they carry, and are no overlay.
 */
import * as ciscoMetadata from '../carriers/cisco-metadata.ts'
import * as etag from '../carriers/etag.ts'
import * as itag from '../carriers/itag.ts'
import * as macsec from '../carriers/macsec.ts'
import * as mpls from '../carriers/mpls.ts'
import * as pppoe from '../carriers/pppoe.ts'
import * as pseudowire from '../carriers/pseudowire.ts'
import * as vntag from '../carriers/vntag.ts'
import { Fault, NONE } from '../core/fault.ts'
import * as dsa from '../link/dsa.ts'
import * as brcm from '../link/dsa-brcm.ts'
import { EtherType } from '../link/ethernet.ts'
import * as ppp from '../link/ppp.ts'
import { MAX_LABELS, MAX_TAGS } from '../walk/layers.ts'
import { Below, below } from '../walk/mpls-payload.ts'
import { describeFields, hex, nameIn, wholeField } from './describe-field.ts'
import * as says from './describe-headers.ts'
import type { Tree } from './describe-tree.ts'

/** Describes what an EtherType announces that is neither IP nor ARP: a payload where it is none of the kinds that this module knows. */
export function describeCarrier(tree: Tree, etherType: number): void {
  switch (etherType) {
    case EtherType.Mpls:
    case EtherType.MplsMulticast:
      describeMpls(tree)
      return
    case EtherType.PppoeSession:
      describePppoe(tree)
      return
    case EtherType.BackboneService:
      describeBackbone(tree)
      return
    case EtherType.VnTag:
      describeVnTag(tree)
      return
    case EtherType.PortExtension:
      describeEtag(tree)
      return
    case EtherType.CiscoMetadata:
      describeMetadata(tree)
      return
    case EtherType.MacSecurity:
      describeMacsec(tree)
      return
    case EtherType.Edsa:
      if (tree.carries('dsa')) describeDsa(tree, dsa.LENGTH_EDSA - 2)
      return
    default:
      tree.payload()
  }
}

function describeMpls(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('mpls')) return
  let label: number
  for (let depth = 0; ; depth++) {
    const at = depth === MAX_LABELS ? cursor.fail(Fault.TooDeep) : mpls.enter(cursor)
    if (at === NONE) {
      tree.refuse(tree.named('mpls'))
      return
    }
    label = mpls.label(view, at)
    const isLast = mpls.bottomOfStack(view, at) === 1
    tree.header('mpls', mpls.LAYOUT, says.MPLS, at, `label ${label}${isLast ? ', the last' : ''}`)
    if (isLast) break
  }
  if (label === mpls.Label.GenericAssociatedChannel) {
    tree.payload()
    return
  }
  const what = below(view, cursor.position, cursor.end, cursor.wireEnd)
  if (what === Below.Ipv4) tree.steps.network(tree, EtherType.IPv4)
  else if (what === Below.Ipv6) tree.steps.network(tree, EtherType.IPv6)
  else if (what === Below.Frame) tree.steps.frame(tree)
  else if (what === Below.ControlWord) describePseudowire(tree)
  else if (cursor.position < cursor.end) tree.payload()
  else {
    cursor.failShort(1)
    tree.refuse(tree.named('mpls'))
  }
}

function describePseudowire(tree: Tree): void {
  const at = pseudowire.enter(tree.cursor)
  if (at === NONE) {
    tree.refuse(tree.named('mpls'))
    return
  }
  const text = `control word, sequence ${pseudowire.sequence(tree.view, at)}`
  tree.header('pseudowire', pseudowire.LAYOUT, says.PSEUDOWIRE, at, text)
  tree.steps.frame(tree)
}

/** Describes a PPPoE session header, and the PPP frame behind it. */
export function describePppoe(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('pppoe')) return
  const before = tree.window()
  const at = pppoe.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('pppoe'))
    return
  }
  tree.header('pppoe', pppoe.LAYOUT, says.PPPOE, at, `session ${pppoe.sessionId(view, at)}`)
  if (pppoe.code(view, at) === pppoe.CODE_SESSION) describePpp(tree, tree.named('pppoe'))
  else tree.payload()
  tree.padding(before)
}

/** Describes a PPP header, and what it carries. @param name - As faults have it. */
export function describePpp(tree: Tree, name: string): void {
  const { cursor, view } = tree
  const at = ppp.enter(cursor)
  if (at === NONE) {
    tree.refuse(name)
    return
  }
  const length = ppp.headerLength(view, at)
  const { protocol, framed, compressed } = ppp.decode(view, at)
  const said = nameIn(ppp.Protocol, protocol)
  const text = said === undefined ? hex(protocol, 4) : `${hex(protocol, 4)} (${said})`
  const bytes = compressed ? 1 : ppp.LENGTH
  const fields = [wholeField('protocol', at + length - bytes - tree.origin, bytes, protocol, text)]
  if (framed) fields.unshift(tree.rawField('framing', at, ppp.LENGTH_FRAMING))
  tree.add('ppp', at, length, said ?? hex(protocol, 4), fields)
  // 0 where it carries no packet: a payload, as any type that nobody knows.
  tree.steps.network(tree, ppp.etherType(view, at))
}

function describeBackbone(tree: Tree): void {
  if (!tree.carries('802.1ah')) return
  const at = itag.enter(tree.cursor)
  if (at === NONE) {
    tree.refuse(tree.named('802.1ah'))
    return
  }
  tree.header('802.1ah', itag.LAYOUT, says.ITAG, at, `service ${itag.serviceId(tree.view, at)}`)
  tree.steps.frame(tree)
}

function describeVnTag(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('vn-tag')) return
  const at = vntag.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('vn-tag'))
    return
  }
  const text = `interface ${vntag.source(view, at)} to ${vntag.destination(view, at)}`
  tree.header('vn-tag', vntag.LAYOUT, says.VNTAG, at, text)
  tree.steps.tags(tree, vntag.etherType(view, at))
}

function describeEtag(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('e-tag')) return
  const at = etag.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('e-tag'))
    return
  }
  tree.header('e-tag', etag.LAYOUT, says.ETAG, at, `port ${etag.ingressBase(view, at)} to ${etag.base(view, at)}`)
  tree.steps.tags(tree, etag.etherType(view, at))
}

function describeMetadata(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('cisco-metadata')) return
  const at = ciscoMetadata.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('cisco-metadata'))
    return
  }
  const text = `security group ${ciscoMetadata.securityGroup(view, at)}`
  tree.header('cisco-metadata', ciscoMetadata.LAYOUT, says.CISCO_METADATA, at, text)
  tree.steps.tags(tree, ciscoMetadata.etherType(view, at))
}

function describeMacsec(tree: Tree): void {
  const { cursor, view } = tree
  if (!tree.carries('macsec')) return
  const at = macsec.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('macsec'))
    return
  }
  const length = macsec.headerLength(view, at)
  const fields = describeFields(macsec.LAYOUT, says.MACSEC, view, at, tree.origin)
  if (length > macsec.LENGTH) fields.push(tree.rawField('channel', at + macsec.LENGTH, length - macsec.LENGTH))
  const isClear = macsec.isClear(view, at)
  const text = `packet ${macsec.packetNumber(view, at)}${isClear ? ', not encrypted' : ''}`
  tree.add('macsec', at, length, text, fields)
  if (!isClear) {
    tree.payload()
    return
  }
  const before = tree.window()
  macsec.limit(cursor, at)
  describeType(tree, 'macsec')
  tree.padding(before, 'integrity-check-value')
}

/** Describes an EtherType that stands by itself, and what it announces. @param name - Of what is refused where it is missing. */
export function describeType(tree: Tree, name: string): void {
  const { cursor, view } = tree
  if (cursor.end - cursor.position < TYPE_LENGTH) {
    cursor.failShort(TYPE_LENGTH)
    tree.refuse(tree.named(name))
    return
  }
  const at = cursor.claim(TYPE_LENGTH)
  const type = view.getUint16(at)
  const text = says.ETHERNET.etherType!.text!(type, view, at)
  tree.add('ethertype', at, TYPE_LENGTH, text, [wholeField('etherType', at - tree.origin, TYPE_LENGTH, type, text)])
  tree.steps.tags(tree, type)
}

/** Bytes of an EtherType. */
const TYPE_LENGTH = 2

/** Describes a DSA tag, and what it carries. @param skipped - Bytes in front of the tag that belong to it. */
export function describeDsa(tree: Tree, skipped: number): void {
  const { cursor, view } = tree
  const start = cursor.position
  if (cursor.end - start < skipped) {
    cursor.failShort(skipped)
    tree.refuse(tree.named('dsa'))
    return
  }
  cursor.claim(skipped)
  const at = dsa.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('dsa'))
    return
  }
  const fields = describeFields(dsa.LAYOUT, says.DSA, view, at, tree.origin)
  if (skipped !== 0) fields.unshift(tree.rawField('edsa', start, skipped))
  const text = `${nameIn(dsa.Mode, dsa.mode(view, at))}, switch ${dsa.device(view, at)}`
  tree.add('dsa', start, skipped + dsa.LENGTH, text, fields)
  if (dsa.tagged(view, at) === 1 && tree.tagCount < MAX_TAGS) tree.tagCount++
  tree.steps.tags(tree, dsa.etherType(view, at))
}

/** Describes a Broadcom tag. @returns Whether it was there. */
export function describeBroadcom(tree: Tree): boolean {
  const { cursor, view } = tree
  const at = brcm.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('dsa'))
    return false
  }
  tree.header('dsa-brcm', brcm.LAYOUT, says.DSA_BRCM, at, `operation ${brcm.opcode(view, at)}`)
  return true
}
