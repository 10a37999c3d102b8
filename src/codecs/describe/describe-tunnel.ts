/**
 * Tunnel headers as layers of a packet's tree that hold what they carry: VXLAN (RFC 7348), VXLAN-GPE, Geneve, NVGRE; GRE and ERSPAN, which
 * carry.
 */

import * as erspan2 from '../carriers/erspan-ii.ts'
import * as erspan3 from '../carriers/erspan-iii.ts'
import * as gre from '../carriers/gre.ts'
import * as checksum from '../core/checksum.ts'
import { Fault, NONE } from '../core/fault.ts'
import * as geneve from '../headers/geneve.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import { EtherType } from '../link/ethernet.ts'
import { bareIpType, isGeneve, isGpe, isVxlan } from '../walk/tunnel-header.ts'
import { type Carrier, verified } from './describe-carrier.ts'
import { describeFields, hex, nameIn, withCheck } from './describe-field.ts'
import * as says from './describe-headers.ts'
import * as variable from './describe-options.ts'
import type { Tree } from './describe-tree.ts'

/** Describes a VXLAN header, with or without a group policy, and the frame behind it. */
export function describeVxlan(tree: Tree): void {
  const { cursor, view } = tree
  if (isOther(tree, 'vxlan', vxlan.LENGTH, isVxlan)) return
  const { end, wireEnd } = cursor
  const at = vxlan.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.tunnelNamed('vxlan'))
    return
  }
  const text = `VNI ${vxlan.vni(view, at)}`
  const bare = bareIpType(view, at, end, wireEnd)
  const inside = (): void => (bare === 0 ? tree.steps.frame(tree) : tree.steps.network(tree, bare))
  if (gbp.hasPolicy(view, at)) {
    const fields = describeFields(gbp.LAYOUT, says.VXLAN_GBP, view, at, tree.origin)
    tree.tunnel('vxlan-gbp', at, gbp.LENGTH, `${text}, policy ${gbp.policyId(view, at)}`, fields, inside)
  } else {
    const fields = describeFields(vxlan.LAYOUT, says.VXLAN, view, at, tree.origin)
    tree.tunnel('vxlan', at, vxlan.LENGTH, text, fields, inside)
  }
}

/** Describes a VXLAN-GPE header and what it carries. */
export function describeGpe(tree: Tree): void {
  const { cursor, view } = tree
  if (isOther(tree, 'vxlan-gpe', gpe.LENGTH, isGpe)) return
  const at = gpe.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.tunnelNamed('vxlan-gpe'))
    return
  }
  const fields = describeFields(gpe.LAYOUT, says.VXLAN_GPE, view, at, tree.origin)
  const next = gpe.payloadProtocol(view, at)
  const operations = (gpe.flags(view, at) & gpe.FLAG_O) !== 0
  const text = `VNI ${gpe.vni(view, at)}, ${operations ? 'operations' : (nameIn(gpe.NextProtocol, next) ?? `protocol ${next}`)}`
  tree.tunnel('vxlan-gpe', at, gpe.LENGTH, text, fields, () => {
    if (operations) tree.payload()
    else if (next === gpe.NextProtocol.Ethernet) tree.steps.frame(tree)
    else if (next === gpe.NextProtocol.Ipv4) tree.steps.network(tree, EtherType.IPv4)
    else if (next === gpe.NextProtocol.Ipv6) tree.steps.network(tree, EtherType.IPv6)
    else tree.payload()
  })
}

/** Describes a Geneve header with its options, and what it carries. */
export function describeGeneve(tree: Tree): void {
  const { cursor, view } = tree
  if (isOther(tree, 'geneve', geneve.LENGTH, isGeneve)) return
  const at = geneve.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.tunnelNamed('geneve'))
    return
  }
  const fields = describeFields(geneve.LAYOUT, says.GENEVE, view, at, tree.origin)
  fields.push(...variable.geneveOptions(view, at, tree.origin))
  const protocol = geneve.protocolType(view, at)
  const text = `VNI ${geneve.vni(view, at)}, ${nameIn(EtherType, protocol) ?? hex(protocol, 4)}`
  tree.tunnel('geneve', at, geneve.headerLength(view, at), text, fields, () => {
    if (protocol === EtherType.TransparentEthernet) tree.steps.frame(tree)
    else tree.steps.network(tree, protocol)
  })
}

/** Describes a GRE or NVGRE header, and what it carries. */
export function describeGre(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = gre.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('gre'))
    return
  }
  const check = verified(ip, () => checksum.verifyGre(view, at, ip.payloadEnd))
  const fields = withCheck(
    [...describeFields(gre.LAYOUT, says.GRE, view, at, tree.origin), ...variable.greParts(view, at, tree.origin)],
    check,
  )
  const protocol = gre.protocol(view, at)
  if (gre.hasSubnet(view, at)) {
    const text = `VSID ${gre.vsid(view, at)}, flow ${gre.flowId(view, at)}`
    tree.tunnel('nvgre', at, gre.headerLength(view, at), text, fields, () => tree.steps.frame(tree))
    return
  }
  tree.add('gre', at, gre.headerLength(view, at), carriedBy(protocol), fields)
  tree.tagCount = 0
  if (protocol === erspan2.PROTOCOL || protocol === erspan3.PROTOCOL) {
    // Without a sequence number it is type I, which has no header (draft-foschiano-erspan-03 §4).
    const hasHeader = protocol === erspan3.PROTOCOL || (gre.flags(view, at) & gre.FLAG_SEQUENCE) !== 0
    if (hasHeader) describeErspan(tree)
    else if (tree.carries('erspan')) tree.steps.frame(tree)
  } else if (tree.carries('gre')) {
    if (protocol === EtherType.TransparentEthernet) tree.steps.frame(tree)
    else tree.steps.network(tree, protocol)
  }
}

/** What a GRE protocol announces, in words. */
function carriedBy(protocol: number): string {
  if (protocol === erspan2.PROTOCOL || protocol === erspan3.PROTOCOL) return 'ERSPAN'
  return nameIn(EtherType, protocol) ?? hex(protocol, 4)
}

/** Describes an ERSPAN header of type II or III, and the frame that it mirrors. */
function describeErspan(tree: Tree): void {
  const { cursor, view } = tree
  const { position } = cursor
  const isThird = position < cursor.end && erspan3.version(view, position) === erspan3.VERSION
  const at = isThird ? erspan3.enter(cursor) : erspan2.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('erspan'))
    return
  }
  if (!isThird) {
    tree.header('erspan', erspan2.LAYOUT, says.ERSPAN_II, at, `type II, session ${erspan2.sessionId(view, at)}`)
    if (tree.carries('erspan')) tree.steps.frame(tree)
    return
  }
  const length = erspan3.headerLength(view, at)
  const fields = describeFields(erspan3.LAYOUT, says.ERSPAN_III, view, at, tree.origin)
  const rest = length - erspan3.LENGTH
  const platform = rest === 0 ? [] : [tree.rawField('platform', at + erspan3.LENGTH, rest)]
  tree.add('erspan', at, length, `type III, session ${erspan3.sessionId(view, at)}`, [...fields, ...platform])
  const type = erspan3.frameType(view, at)
  if (type !== erspan3.FRAME_ETHERNET && type !== erspan3.FRAME_IP) tree.payload()
  else if (!tree.carries('erspan')) return
  else if (type === erspan3.FRAME_ETHERNET) tree.steps.frame(tree)
  else {
    const isIpv6 = cursor.position < cursor.end && view.getUint8(cursor.position) >> 4 === 6
    tree.steps.network(tree, isIpv6 ? EtherType.IPv6 : EtherType.IPv4)
  }
}

/** Whether the datagram is another program's, which happens to use the tunnel's port; it is then noted, and its bytes stay as they are. */
function isOther(
  tree: Tree,
  name: string,
  length: number,
  isOne: (view: DataView, at: number, end: number, wireEnd: number) => boolean,
): boolean {
  const { cursor, view } = tree
  const { position, end, wireEnd } = cursor
  if (end - position < length || isOne(view, position, end, wireEnd)) return false
  cursor.fail(Fault.NotATunnel)
  tree.refuse(tree.tunnelNamed(name))
  return true
}
