/** What IP carries, as layers of a packet's tree: UDP (RFC 768), TCP (RFC 9293), and the way to everything else. */

import * as checksum from '../core/checksum.ts'
import { NONE } from '../core/fault.ts'
import { Protocol, protocolName } from '../core/protocol.ts'
import * as authentication from '../headers/authentication.ts'
import * as tcp from '../headers/tcp.ts'
import * as udp from '../headers/udp.ts'
import { EtherType } from '../link/ethernet.ts'
import { TunnelKind } from '../walk/layers.ts'
import { type Carrier, verified } from './describe-carrier.ts'
import { describeAuthentication } from './describe-extension.ts'
import { type ChecksumCheck, checkOf, describeFields, unverified, withCheck } from './describe-field.ts'
import * as says from './describe-headers.ts'
import { describeIcmp, describeIcmpv6, describeIgmp } from './describe-icmp.ts'
import * as variable from './describe-options.ts'
import type { Tree } from './describe-tree.ts'
import { describeGeneve, describeGpe, describeGre, describeVxlan } from './describe-tunnel.ts'

/** What IP carries. */
export function describeTransport(tree: Tree, protocol: number, ip: Carrier): void {
  if (ip.fragmentOffset !== 0) {
    tree.payload('fragment')
    return
  }
  switch (protocol) {
    case Protocol.Udp:
      describeUdp(tree, ip)
      return
    case Protocol.Tcp:
      describeTcp(tree, ip)
      return
    case Protocol.Icmp:
      describeIcmp(tree, ip)
      return
    case Protocol.IcmpV6:
      describeIcmpv6(tree, ip)
      return
    case Protocol.Igmp:
      describeIgmp(tree, ip)
      return
    case Protocol.Gre:
      describeGre(tree, ip)
      return
    case Protocol.Ipv4:
      describeIpInIp(tree, EtherType.IPv4)
      return
    case Protocol.Ipv6:
      describeIpInIp(tree, EtherType.IPv6)
      return
    case Protocol.Mpls:
      tree.steps.network(tree, EtherType.Mpls)
      return
    case Protocol.Ah: {
      // IPv6 has it among its extension headers; this is IPv4's.
      const { cursor, view } = tree
      const at = authentication.enter(cursor)
      if (at === NONE) {
        tree.refuse(tree.named('authentication'))
        return
      }
      const next = authentication.nextHeader(view, at)
      describeAuthentication(tree, at, `next ${protocolName(next)}`)
      if (next === Protocol.Ah) tree.payload()
      else describeTransport(tree, next, ip)
      return
    }
    default:
      tree.payload()
      return
  }
}

/** IP in IP: a carrier without a header of its own. */
function describeIpInIp(tree: Tree, etherType: number): void {
  if (!tree.carries(etherType === EtherType.IPv4 ? 'ipv4' : 'ipv6')) return
  tree.tagCount = 0
  tree.steps.network(tree, etherType)
}

/** A datagram, whose destination port says whether it is a tunnel's. */
function describeUdp(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = udp.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('udp'))
    return
  }
  const port = udp.destinationPort(view, at)
  const stated = udp.length(view, at)
  const carried = ip.payloadEnd - at
  const fits = stated >= udp.LENGTH && (stated <= carried || ip.moreFragments)
  const end = at + (fits ? stated : carried)
  let check: ChecksumCheck
  if (udp.checksum(view, at) === 0) check = checkOf(checksum.Verdict.Absent)
  else if (ip.doubt !== null) check = unverified(ip.doubt)
  else if (!fits && stated !== 0) check = unverified('truncated')
  else check = checkOf(checksum.verifyUdp(view, at, end, ip.pseudoSum(Protocol.Udp, end - at)))
  const fields = withCheck(describeFields(udp.LAYOUT, says.UDP, view, at, tree.origin), check)
  tree.add('udp', at, udp.LENGTH, `port ${udp.sourcePort(view, at)} to ${port}`, fields)
  const kind = tree.ports[port]!
  const before = tree.window()
  tree.narrow('udp', end)
  if (kind === TunnelKind.Vxlan) describeVxlan(tree)
  else if (kind === TunnelKind.Gpe) describeGpe(tree)
  else if (kind === TunnelKind.Geneve) describeGeneve(tree)
  else tree.payload()
  tree.padding(before)
}

function describeTcp(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = tcp.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('tcp'))
    return
  }
  const length = tree.present(at, tcp.headerLength(view, at))
  const check = verified(ip, () =>
    checksum.verifyTcp(view, at, ip.payloadEnd, ip.pseudoSum(Protocol.Tcp, ip.payloadEnd - at)),
  )
  const fields = withCheck(describeFields(tcp.LAYOUT, says.TCP, view, at, tree.origin), check)
  fields.push(...variable.tcpOptions(view, at, cursor.end, tree.origin))
  const flags = says.TCP.flags!.text!(tcp.flags(view, at), view, at).replace(/^\S+ ?/, '')
  const ports = `port ${tcp.sourcePort(view, at)} to ${tcp.destinationPort(view, at)}`
  tree.add('tcp', at, length, flags === '' ? ports : `${ports} ${flags}`, fields)
  tree.payload()
}
