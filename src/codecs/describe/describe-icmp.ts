/** Control messages as layers of a packet's tree: ICMP (RFC 792), ICMPv6 (RFC 4443), neighbour discovery, IGMP (RFC 3376). */
import { formatIpv6 } from '../core/address.ts'
import * as checksum from '../core/checksum.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as igmp from '../headers/igmp.ts'
import * as neighbor from '../headers/neighbor.ts'
import { EtherType } from '../link/ethernet.ts'
import { type Carrier, verified } from './describe-carrier.ts'
import { type DescribedField, describeFields, hex, nameIn, withCheck } from './describe-field.ts'
import * as says from './describe-headers.ts'
import * as variable from './describe-options.ts'
import type { DescribedLayer, Tree } from './describe-tree.ts'

/** Describes an ICMP message, and the packet that it quotes if it is an error. */
export function describeIcmp(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = icmp.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('icmp'))
    return
  }
  const check = verified(ip, () => checksum.verifyIcmp(view, at, ip.payloadEnd))
  const fields = withMeaning(
    withCheck(describeFields(icmp.LAYOUT, says.ICMP, view, at, tree.origin), check),
    variable.icmpMeaning(view, at, tree.origin),
  )
  const text = nameIn(icmp.Type, icmp.type(view, at)) ?? `type ${icmp.type(view, at)}`
  if (!icmp.isError(view, at)) {
    tree.add('icmp', at, icmp.LENGTH, text, fields)
    tree.payload()
    return
  }
  const quote = tree.quote(icmp.quotedLength(view, at), () => tree.steps.network(tree, EtherType.IPv4))
  tree.add('icmp', at, icmp.LENGTH, text, fields, quote)
  behindQuote(tree, quote)
}

/** Describes an ICMPv6 message, the packet that it quotes if it is an error, and the body of neighbour discovery. */
export function describeIcmpv6(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = icmpv6.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('icmpv6'))
    return
  }
  const check = verified(ip, () =>
    checksum.verifyIcmpv6(view, at, ip.payloadEnd, ip.pseudoSum(Protocol.IcmpV6, ip.payloadEnd - at)),
  )
  const fields = withMeaning(
    withCheck(describeFields(icmpv6.LAYOUT, says.ICMPV6, view, at, tree.origin), check),
    variable.icmpv6Meaning(view, at, tree.origin),
  )
  const text = nameIn(icmpv6.Type, icmpv6.type(view, at)) ?? `type ${icmpv6.type(view, at)}`
  if (icmpv6.isError(view, at)) {
    const quote = tree.quote(icmpv6.quotedLength(view, at), () => tree.steps.network(tree, EtherType.IPv6))
    tree.add('icmpv6', at, icmpv6.LENGTH, text, fields, quote)
    behindQuote(tree, quote)
    return
  }
  tree.add('icmpv6', at, icmpv6.LENGTH, text, fields)
  const body = icmpv6.hasTarget(view, at) ? neighbor.enter(cursor) : NONE
  if (body === NONE) {
    tree.payload()
    return
  }
  const end = cursor.end
  const options = variable.neighborOptions(view, body, end, tree.origin)
  const target = describeFields(neighbor.LAYOUT, says.NEIGHBOR, view, body, tree.origin)
  tree.add('neighbor', body, end - body, `target ${formatIpv6(view, body)}`, [...target, ...options])
  cursor.position = end
  tree.payload()
}

/** Describes an IGMP message with its group records. */
export function describeIgmp(tree: Tree, ip: Carrier): void {
  const { cursor, view } = tree
  const at = igmp.enter(cursor)
  if (at === NONE) {
    tree.refuse(tree.named('igmp'))
    return
  }
  const check = verified(ip, () => checksum.verifyIcmp(view, at, ip.payloadEnd))
  const fields = withCheck(describeFields(igmp.LAYOUT, says.IGMP, view, at, tree.origin), check)
  const type = igmp.type(view, at)
  if (type === igmp.Type.MembershipReportV3) {
    const count = igmp.groupRecords(view, at)
    for (let i = 0; i < count; i++) {
      const record = igmp.enterRecord(cursor)
      if (record === NONE) break
      fields.push(variable.groupRecord(view, record, tree.origin))
    }
  } else if (type === igmp.Type.MembershipQuery) {
    // Only a query of version 3 has one.
    const tail = igmp.enterQueryTail(cursor)
    if (tail !== NONE) fields.push(variable.queryTail(view, tail, cursor.position, tree.origin))
  }
  tree.add('igmp', at, cursor.position - at, nameIn(igmp.Type, type) ?? `type ${hex(type, 2)}`, fields)
  tree.payload()
}

/** What an ICMP error carries behind its quote (RFC 4884); where nothing of the quote was captured, all of it. */
function behindQuote(tree: Tree, quote: readonly DescribedLayer[]): void {
  tree.rest(quote.length === 0 ? 'payload' : 'icmp-extensions')
}

/** Puts what the second word means inside it. */
function withMeaning(fields: readonly DescribedField[], meaning: readonly DescribedField[]): DescribedField[] {
  if (meaning.length === 0) return [...fields]
  return fields.map((field) => (field.name === 'rest' ? { ...field, fields: meaning } : field))
}
