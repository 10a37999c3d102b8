/** What an EtherType announces, as layers of a packet's tree: IP, ARP (RFC 826), or a payload that is not looked into. */
import { formatIpv4, formatMac } from '../core/address.ts'
import { NONE } from '../core/fault.ts'
import * as arp from '../headers/arp.ts'
import { EtherType } from '../link/ethernet.ts'
import { nameIn } from './describe-field.ts'
import * as says from './describe-headers.ts'
import { describeIpv4, describeIpv6 } from './describe-ip.ts'
import { describeCarrier } from './describe-tags.ts'
import type { Tree } from './describe-tree.ts'

/** What an EtherType announces. */
export function describeNetwork(tree: Tree, etherType: number): void {
  const before = tree.window()
  switch (etherType) {
    case EtherType.IPv4:
      describeIpv4(tree)
      break
    case EtherType.IPv6:
      describeIpv6(tree)
      break
    case EtherType.Arp:
    case EtherType.ReverseArp:
      describeArp(tree, etherType === EtherType.Arp)
      break
    default:
      describeCarrier(tree, etherType)
  }
  tree.padding(before)
}

function describeArp(tree: Tree, followed: boolean): void {
  const { cursor, view } = tree
  const at = arp.enter(cursor)
  if (at === NONE) {
    // The walk looks into ARP inside a tunnel alone; here it is looked into everywhere.
    if (followed) tree.refuse(tree.named('arp'))
    else tree.payload()
    return
  }
  const sender = formatIpv4(arp.senderProtocol(view, at))
  const target = formatIpv4(arp.targetProtocol(view, at))
  const isReply = arp.operation(view, at) === arp.Operation.Reply
  const text = isReply
    ? `${sender} is at ${formatMac(arp.senderHardware(view, at))}`
    : `${nameIn(arp.Operation, arp.operation(view, at)) ?? 'operation'}: who has ${target}? tell ${sender}`
  tree.header('arp', arp.LAYOUT, says.ARP, at, text)
}
