/** IP headers as layers of a packet's tree: IPv4 (RFC 791) and IPv6 (RFC 8200), and what they carry. */
import { formatIpv4, formatIpv6 } from '../core/address.ts'
import * as checksum from '../core/checksum.ts'
import { NONE } from '../core/fault.ts'
import { protocolName } from '../core/protocol.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as extension from '../headers/ipv6-extension.ts'
import * as fragment from '../headers/ipv6-fragment.ts'
import * as routing from '../headers/ipv6-routing.ts'
import { describeExtensions } from './describe-extension.ts'
import { checkOf, describeFields, withCheck } from './describe-field.ts'
import * as says from './describe-headers.ts'
import * as variable from './describe-options.ts'
import { describeTransport } from './describe-transport.ts'
import type { Tree } from './describe-tree.ts'

/** Describes an IPv4 header with its options, and what it carries. */
export function describeIpv4(tree: Tree): void {
  const { cursor, view } = tree
  const frameEnd = cursor.wireEnd
  const at = ipv4.enter(cursor)
  const name = tree.named('ipv4')
  if (at === NONE) {
    tree.refuse(name)
    return
  }
  const length = ipv4.headerLength(view, at)
  const total = ipv4.totalLength(view, at)
  const fields = describeFields(ipv4.LAYOUT, says.IPV4_HEADER, view, at, tree.origin)
  const check = checkOf(checksum.verifyIpv4Header(view, at, length))
  const source = ipv4.source(view, at)
  const destination = ipv4.destination(view, at)
  const last = ipv4.finalDestination(view, at)
  const protocol = ipv4.protocol(view, at)
  const ends = `${formatIpv4(source)} to ${formatIpv4(destination)}`
  tree.add('ipv4', at, length, `${ends}, ${protocolName(protocol)}`, [
    ...withCheck(fields, check),
    ...variable.ipv4Options(view, at, tree.origin),
  ])
  const beyond = tree.stated(name, at, total === 0 ? frameEnd - at : total, frameEnd)
  describeTransport(tree, protocol, {
    payloadEnd: cursor.wireEnd,
    fragmentOffset: ipv4.fragmentOffset(view, at),
    moreFragments: ipv4.moreFragments(view, at),
    pseudoSum: (upper, bytes) =>
      checksum.pseudoHeaderSum4(source, last === NONE ? destination : view.getInt32(last), upper, bytes),
    doubt: tree.doubt(ipv4.isFragment(view, at), beyond),
  })
}

/** Describes an IPv6 header with its extension headers, and what they carry. */
export function describeIpv6(tree: Tree): void {
  const { cursor, view } = tree
  const chain = new extension.Chain()
  const frameEnd = cursor.wireEnd
  const at = ipv6.enter(cursor)
  const name = tree.named('ipv6')
  if (at === NONE) {
    tree.refuse(name)
    return
  }
  const stated = ipv6.payloadLength(view, at)
  const next = ipv6.nextHeader(view, at)
  const source = formatIpv6(view, at + ipv6.SOURCE)
  const destination = formatIpv6(view, at + ipv6.DESTINATION)
  const whole = extension.walk(cursor, next, chain)
  let length = stated === 0 ? frameEnd - at : ipv6.LENGTH + stated
  if (stated === 0 && chain.jumboLength > 0) {
    length = ipv6.LENGTH + chain.jumboLength
    cursor.limit(at + length - cursor.position)
  }
  const protocol = chain.protocol
  const fields = describeFields(ipv6.LAYOUT, says.IPV6_HEADER, view, at, tree.origin)
  tree.add('ipv6', at, ipv6.LENGTH, `${source} to ${destination}, ${protocolName(protocol)}`, fields)
  const beyond = tree.stated(name, at, length, frameEnd)
  describeExtensions(tree, at + ipv6.LENGTH, next, chain.headers)
  if (!whole) {
    tree.refuse(name)
    return
  }
  const isFragment = chain.fragment !== NONE
  const fragmentOffset = isFragment ? fragment.fragmentOffset(view, chain.fragment) : 0
  const moreFragments = isFragment && fragment.moreFragments(view, chain.fragment)
  const last = chain.routing === NONE ? NONE : routing.finalDestination(view, chain.routing)
  const destinationAt = last === NONE ? at + ipv6.DESTINATION : last
  const sourceAt = chain.homeAddress === NONE ? at + ipv6.SOURCE : chain.homeAddress
  describeTransport(tree, protocol, {
    payloadEnd: cursor.wireEnd,
    fragmentOffset,
    moreFragments,
    pseudoSum: (upper, bytes) => checksum.pseudoHeaderSum6(view, sourceAt, destinationAt, upper, bytes),
    doubt: tree.doubt(fragmentOffset !== 0 || moreFragments, beyond),
  })
}
