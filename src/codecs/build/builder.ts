/**
 * Whole packets from plain objects: lengths, types, next protocols and checksums are filled in where the caller gave none, and
 * what was filled in is said. What the caller gave is written as given, so that wrong packets can be built too.
 *
 * ```ts
 * const { bytes } = build([
 *   ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' }),
 *   ipv4({ source: '10.0.0.1', destination: '10.0.0.2' }),
 *   udp(),
 *   vxlan({ vni: 4097 }),
 *   ethernet({ destination: '02:00:00:00:01:02', source: '02:00:00:00:01:01' }),
 *   ipv4({ source: '192.168.0.1', destination: '192.168.0.2' }),
 *   tcp({ sourcePort: 40000, destinationPort: 80, flags: FLAG_SYN }),
 * ])
 * ```
 */
import { checkGiven, checkList, checkObject } from '../../option.ts'
import * as erspan2 from '../carriers/erspan-ii.ts'
import * as erspan3 from '../carriers/erspan-iii.ts'
import * as gre from '../carriers/gre.ts'
import * as pseudowire from '../carriers/pseudowire.ts'
import * as checksum from '../core/checksum.ts'
import { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import { checkUint } from '../core/range.ts'
import * as geneve from '../headers/geneve.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as igmp from '../headers/igmp.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as ipv6Routing from '../headers/ipv6-routing.ts'
import * as tcp from '../headers/tcp.ts'
import * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import { LinkType } from '../link/linktype.ts'
import * as loopback from '../link/loopback.ts'
import * as ppp from '../link/ppp.ts'
import * as sll from '../link/sll.ts'
import { type Draft, draftOf, protocolOf } from './builder-draft.ts'
import type { Part as AnyPart, PartName } from './builder-parts.ts'
import * as entropy from './entropy.ts'

export {
  arp,
  authentication,
  ciscoMetadata,
  destinationOptions,
  dot1q,
  erspan2,
  erspan3,
  etag,
  ethernet,
  geneve,
  gre,
  hopByHop,
  icmp,
  icmpv6,
  igmp,
  ipv4,
  ipv6,
  ipv6Fragment,
  ipv6Routing,
  itag,
  llc,
  loopback,
  mpls,
  neighbor,
  padding,
  payload,
  ppp,
  pppoe,
  pseudowire,
  sll,
  sll2,
  tcp,
  udp,
  vntag,
  vxlan,
  vxlanGbp,
  vxlanGpe,
} from './builder-parts.ts'

/** Any part of a packet; the parts one by one are types of `vxpcap/codecs/builder-parts`. */
export type Part = AnyPart

/** One field that the builder filled in. */
export interface Filled {
  /** Index of the part. */
  layer: number
  /** Name of the field, as its header has it. */
  field: string
  /** The value that the builder chose. */
  value: number
}

/** Where a part ended up. */
export interface BuiltLayer {
  /** Names the part. */
  layer: PartName
  /** Offset of its first byte. */
  at: number
  /** Its bytes, without what it carries. */
  length: number
  /** The header as it was encoded, in the plain-object form of its module. */
  header: object
}

/** A finished packet. */
export interface Built {
  /** The packet. */
  bytes: Uint8Array
  /** LINKTYPE number of a capture that holds it: 1 when it begins with Ethernet, 101 with IP. */
  linkType: number
  /** Where each part ended up, outermost first. */
  layers: BuiltLayer[]
  /** What the caller did not give, in order of layers. */
  filled: Filled[]
}

/** A packet in the making. */
interface Plan {
  drafts: readonly Draft[]
  /** Offset of each part. */
  at: number[]
  /** First offset past what each part's lengths and checksums count: padding of the frame it is in is left out. */
  end: number[]
  total: number
  filled: Filled[]
}

/**
 * Builds a packet. Fragments are built like whole packets: give the lengths and checksums of the datagram they are a piece of.
 * @param parts - Outermost first.
 * @throws RangeError naming the part and the field when a value does not fit, or when a field can only be told by the caller (the
 * EtherType in front of a bare payload, say); TypeError naming them for a value of a wrong type.
 */
export function build(parts: readonly Part[]): Built {
  checkGiven('parts', parts)
  checkList('parts', parts, checkObject)
  const drafts = parts.map((part, i) => naming(i, () => draftOf(part)))
  const plan = lay(drafts)
  drafts.forEach((_, i) => {
    naming(i, () => fillTypes(plan, i))
    naming(i, () => fillLengths(plan, i))
  })
  const bytes = new Uint8Array(plan.total)
  const view = new DataView(bytes.buffer)
  const cursor = new Cursor().reset(view, 0, plan.total)
  drafts.forEach((draft, i) => {
    naming(i, () => draft.encode(cursor))
  })
  // From the inside out: outer checksums count inner ones, and source ports hash inner headers.
  for (let i = drafts.length - 1; i >= 0; i--) {
    naming(i, () => fillSourcePort(plan, i, view))
    naming(i, () => fillChecksum(plan, i, view))
  }
  return {
    bytes,
    linkType: linkTypeOf(drafts[0]),
    layers: drafts.map(({ layer, length, header }, i) => ({ layer, at: plan.at[i]!, length, header })),
    filled: plan.filled.sort((a, b) => a.layer - b.layer),
  }
}

function naming<T>(index: number, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`part ${index}: ${error.message}`, { cause: error })
    if (!(error instanceof RangeError)) throw error
    throw new RangeError(`part ${index}: ${error.message}`, { cause: error })
  }
}

function lay(drafts: readonly Draft[]): Plan {
  const at: number[] = []
  let total = 0
  for (const { length } of drafts) {
    at.push(total)
    total += length
  }
  const firstPadding = drafts.findIndex(({ layer }) => layer === 'padding')
  if (firstPadding >= 0 && drafts.slice(firstPadding).some(({ layer }) => layer !== 'padding')) {
    throw new RangeError(`part ${firstPadding}: padding must come last`)
  }
  const frame = drafts.findLastIndex(({ layer }) => layer === 'ethernet')
  const carried = firstPadding < 0 ? total : at[firstPadding]!
  const end = drafts.map((_, i) => (i > frame ? carried : total))
  return { drafts, at, end, total, filled: [] }
}

/** Fills in a field unless the caller gave it. */
function fill({ drafts, filled }: Plan, i: number, field: string, value: number): void {
  const draft = drafts[i]!
  if (!draft.open.has(field)) return
  draft.open.delete(field)
  draft.fill(field, value)
  filled.push({ layer: i, field, value })
}

/** Fills in a field whose value the parts around it must tell. */
function fillOr(plan: Plan, i: number, field: string, value: number, what: string): void {
  const { layer, open } = plan.drafts[i]!
  if (value === NONE && open.has(field)) throw new RangeError(`${layer}.${field} must be given: ${what}`)
  fill(plan, i, field, value)
}

const UNTOLD = 'what follows does not tell'

/** The part behind `i`; padding is none. */
function next({ drafts }: Plan, i: number): PartName | undefined {
  const layer = drafts[i + 1]?.layer
  return layer === 'padding' ? undefined : layer
}

/** EtherType of the part behind `i`, `NONE` when it has none. */
function etherTypeBehind(plan: Plan, i: number): number {
  switch (next(plan, i)) {
    case 'ipv4':
      return EtherType.IPv4
    case 'ipv6':
      return EtherType.IPv6
    case 'arp':
      return EtherType.Arp
    case 'dot1q':
      // The first of several tags is the provider's; the ones behind it are customers'.
      return plan.drafts[i]?.layer !== 'dot1q' && next(plan, i + 1) === 'dot1q' ? EtherType.ServiceVlan : EtherType.Vlan
    case 'ethernet':
      return EtherType.TransparentEthernet
    case 'mpls':
      return EtherType.Mpls
    case 'pppoe':
      return EtherType.PppoeSession
    case 'itag':
      return EtherType.BackboneService
    case 'vntag':
      return EtherType.VnTag
    case 'etag':
      return EtherType.PortExtension
    case 'ciscoMetadata':
      return EtherType.CiscoMetadata
    case 'erspan2':
      return erspan2.PROTOCOL
    case 'erspan3':
      return erspan3.PROTOCOL
    default:
      return NONE
  }
}

/** Type field of a frame: an EtherType, or the length of LLC and what it carries (IEEE 802.3-2018 §3.2.6). */
function typeOrLength(plan: Plan, i: number): number {
  if (next(plan, i) !== 'llc') return etherTypeBehind(plan, i)
  const length = plan.end[i + 1]! - plan.at[i + 1]!
  if (length >= ethernet.ETHER_TYPE_MIN) {
    throw new RangeError(`${length} bytes of LLC and payload are more than an 802.3 length can state`)
  }
  return length
}

function protocolBehind(plan: Plan, i: number): number {
  const following = next(plan, i)
  if (following !== undefined) return protocolOf(following)
  return plan.drafts[i]!.layer === 'ipv4' ? NONE : Protocol.NoNextHeader
}

function fillTypes(plan: Plan, i: number): void {
  const following = next(plan, i)
  switch (plan.drafts[i]!.layer) {
    case 'ethernet':
    case 'dot1q':
    case 'vntag':
    case 'etag':
    case 'ciscoMetadata':
      fillOr(plan, i, 'etherType', typeOrLength(plan, i), UNTOLD)
      break
    case 'llc':
      fillOr(plan, i, 'snap.protocol', etherTypeBehind(plan, i), UNTOLD)
      break
    case 'gre':
      fill(plan, i, 'flags', (plan.drafts[i]!.header as gre.Header).flags)
      fillOr(plan, i, 'protocol', etherTypeBehind(plan, i), UNTOLD)
      break
    case 'mpls':
      fill(plan, i, 'bottomOfStack', following === 'mpls' ? 0 : 1)
      break
    case 'erspan3':
      fill(plan, i, 'optional', (plan.drafts[i]!.header as erspan3.Header).optional)
      break
    case 'ppp':
      fillOr(plan, i, 'protocol', pppProtocolOf(following), UNTOLD)
      break
    case 'sll':
    case 'sll2':
      fillOr(plan, i, 'protocol', following === 'llc' ? sll.Protocol.Llc : etherTypeBehind(plan, i), UNTOLD)
      break
    case 'loopback': {
      const version = following === 'ipv4' ? loopback.FAMILY_IPV4 : NONE
      fillOr(plan, i, 'family', following === 'ipv6' ? FAMILY_IPV6 : version, UNTOLD)
      break
    }
    case 'ipv4':
      fillOr(plan, i, 'protocol', protocolBehind(plan, i), UNTOLD)
      break
    case 'ipv6':
    case 'hopByHop':
    case 'destinationOptions':
    case 'ipv6Routing':
    case 'ipv6Fragment':
    case 'authentication':
      fillOr(plan, i, 'nextHeader', protocolBehind(plan, i), UNTOLD)
      break
    case 'udp':
      fillOr(plan, i, 'destinationPort', portOf(following), 'no tunnel header follows')
      if (portOf(following) === NONE) fillOr(plan, i, 'sourcePort', NONE, 'no tunnel header follows')
      break
    case 'vxlanGpe':
      fillOr(plan, i, 'nextProtocol', nextProtocolOf(following), UNTOLD)
      break
    case 'geneve':
      fill(plan, i, 'flags', (plan.drafts[i]!.header as geneve.Header).flags)
      fillOr(plan, i, 'protocolType', etherTypeBehind(plan, i), UNTOLD)
      break
  }
}

/** Address family of IPv6 in LINKTYPE_NULL files of Darwin, where most of them come from. */
const FAMILY_IPV6 = 30

function portOf(following: PartName | undefined): number {
  switch (following) {
    case 'vxlan':
    case 'vxlanGbp':
      return vxlan.PORT
    case 'vxlanGpe':
      return gpe.PORT
    case 'geneve':
      return geneve.PORT
    default:
      return NONE
  }
}

function pppProtocolOf(following: PartName | undefined): number {
  switch (following) {
    case 'ipv4':
      return ppp.Protocol.Ipv4
    case 'ipv6':
      return ppp.Protocol.Ipv6
    case 'mpls':
      return ppp.Protocol.Mpls
    default:
      return NONE
  }
}

function nextProtocolOf(following: PartName | undefined): number {
  switch (following) {
    case 'ethernet':
      return gpe.NextProtocol.Ethernet
    case 'ipv4':
      return gpe.NextProtocol.Ipv4
    case 'ipv6':
      return gpe.NextProtocol.Ipv6
    default:
      return NONE
  }
}

/** Fills in a length that a field of 16 bits states. */
function fillLength(plan: Plan, i: number, field: string, length: number): void {
  const { layer, open } = plan.drafts[i]!
  if (open.has(field)) checkUint(`${layer}.${field}`, length, 16)
  fill(plan, i, field, length)
}

function fillLengths(plan: Plan, i: number): void {
  const { layer, length } = plan.drafts[i]!
  const behind = plan.end[i]! - plan.at[i]!
  switch (layer) {
    case 'ipv4':
      fill(plan, i, 'headerLength', length)
      fillLength(plan, i, 'totalLength', behind)
      break
    case 'ipv6':
      fillLength(plan, i, 'payloadLength', behind - length)
      break
    case 'hopByHop':
    case 'destinationOptions':
    case 'ipv6Routing':
    case 'authentication':
    case 'tcp':
      fill(plan, i, 'headerLength', length)
      break
    case 'udp':
      fillLength(plan, i, 'length', behind)
      break
    case 'pppoe':
      fillLength(plan, i, 'length', behind - length)
      break
    case 'pseudowire':
      fill(plan, i, 'length', behind < pseudowire.SHORT ? behind : 0)
      break
    case 'geneve':
      fill(plan, i, 'optionsLength', length - geneve.LENGTH)
      break
    case 'igmp':
      fill(plan, i, 'group', (plan.drafts[i]!.header as igmp.Header).group)
      break
  }
}

/** The outer source port of a tunnel, from the hash of what it carries (RFC 7348 §5). */
function fillSourcePort(plan: Plan, i: number, view: DataView): void {
  const draft = plan.drafts[i]!
  if (draft.layer !== 'udp' || !draft.open.has('sourcePort')) return
  const at = plan.at[i + 2] ?? plan.total
  const end = plan.end[i]!
  let hash = 0
  if (plan.drafts[i + 2]?.layer === 'ethernet') hash = entropy.frameHash(view, at, end)
  else if (entropy.ipVersion(view, at, end) !== 0) hash = entropy.packetHash(view, at, end)
  const port = entropy.portOf(hash, entropy.PORT_MIN, entropy.PORT_MAX)
  view.setUint16(plan.at[i]! + udp.LAYOUT.offsets.sourcePort, port)
  fill(plan, i, 'sourcePort', port)
}

function fillChecksum(plan: Plan, i: number, view: DataView): void {
  const { layer, open, length } = plan.drafts[i]!
  if (!open.has('checksum')) return
  const at = plan.at[i]!
  const end = plan.end[i]!
  let value = 0
  let offset = 0
  switch (layer) {
    case 'ipv4':
      value = checksum.ipv4HeaderChecksum(view, at, length)
      offset = ipv4.LAYOUT.offsets.checksum
      break
    case 'udp':
      value = checksum.udpChecksum(view, at, end, pseudoSum(plan, i, Protocol.Udp, view))
      offset = udp.LAYOUT.offsets.checksum
      break
    case 'tcp':
      value = checksum.tcpChecksum(view, at, end, pseudoSum(plan, i, Protocol.Tcp, view))
      offset = tcp.LAYOUT.offsets.checksum
      break
    case 'icmpv6':
      value = checksum.icmpv6Checksum(view, at, end, pseudoSum(plan, i, Protocol.IcmpV6, view))
      offset = icmpv6.LAYOUT.offsets.checksum
      break
    case 'icmp':
      value = checksum.icmpChecksum(view, at, end)
      offset = icmp.LAYOUT.offsets.checksum
      break
    case 'igmp':
      value = checksum.icmpChecksum(view, at, end)
      offset = igmp.LAYOUT.offsets.checksum
      break
    case 'gre':
      value = checksum.greChecksum(view, at, end)
      offset = gre.LENGTH
      break
  }
  view.setUint16(at + offset, value)
  fill(plan, i, 'checksum', value)
}

/** Parts that may lie between an IP header and the transport header whose checksum counts its addresses. */
const BETWEEN: readonly PartName[] = ['hopByHop', 'destinationOptions', 'ipv6Routing', 'ipv6Fragment', 'authentication']

/** Sum of the pseudo header that the IP header in front of `i` makes (RFC 9293 §3.1, RFC 8200 §8.1). */
function pseudoSum({ drafts, at, end }: Plan, i: number, protocol: number, view: DataView): number {
  const length = end[i]! - at[i]!
  let destinationAt = NONE
  let j = i - 1
  for (; j >= 0 && BETWEEN.includes(drafts[j]!.layer); j--) {
    // While segments are left, the pseudo header counts the last of them.
    if (drafts[j]!.layer === 'ipv6Routing') destinationAt = ipv6Routing.finalDestination(view, at[j]!)
  }
  const ip = at[j] ?? NONE
  switch (drafts[j]?.layer) {
    case 'ipv4':
      return checksum.pseudoHeaderSum4(ipv4.source(view, ip), ipv4.destination(view, ip), protocol, length)
    case 'ipv6':
      if (destinationAt === NONE) destinationAt = ip + ipv6.DESTINATION
      return checksum.pseudoHeaderSum6(view, ip + ipv6.SOURCE, destinationAt, protocol, length)
    default:
      throw new RangeError(`${drafts[i]!.layer}.checksum must be given: no IP header is in front of it`)
  }
}

function linkTypeOf(first: Draft | undefined): number {
  switch (first?.layer) {
    case 'sll':
      return LinkType.LinuxSll
    case 'sll2':
      return LinkType.LinuxSll2
    case 'loopback':
      return LinkType.Null
    case 'ppp':
      return LinkType.Ppp
    case 'pppoe':
      return LinkType.PppEther
    case 'ipv4':
    case 'ipv6':
      return LinkType.Raw
    default:
      return LinkType.Ethernet
  }
}
