/**
 * One packet as a tree of layers and fields, in data form: what a dissector prints. Follows what the walk of dissect.ts
 * follows and goes on where that stops: nested tunnels, GRE, IP in IP, plain traffic, packets quoted in ICMP errors.
 * Off the packet path: it allocates. Total: whatever the bytes, it returns.
 */
import { formatIpv4, formatIpv6, formatMac } from './address.ts'
import * as arp from './arp.ts'
import * as authentication from './authentication.ts'
import * as checksum from './checksum.ts'
import { Cursor } from './cursor.ts'
import {
  type ChecksumCheck,
  checkOf,
  counted,
  type DescribedField,
  describeFields,
  hex,
  hexAt,
  nameIn,
  type Sayings,
  unverified,
  wholeField,
  withCheck,
} from './describe-field.ts'
import * as says from './describe-headers.ts'
import * as variable from './describe-options.ts'
import { type TunnelPorts, tunnelPorts } from './dissect.ts'
import * as dot1q from './dot1q.ts'
import * as ethernet from './ethernet.ts'
import { EtherType } from './ethernet.ts'
import { explain, explainRefusal, type FaultExplanation, type Limit, SNAP_LENGTH } from './explain-fault.ts'
import { Fault, NONE } from './fault.ts'
import * as geneve from './geneve.ts'
import * as gre from './gre.ts'
import * as icmp from './icmp.ts'
import * as icmpv6 from './icmpv6.ts'
import * as igmp from './igmp.ts'
import * as ipv4 from './ipv4.ts'
import * as ipv6 from './ipv6.ts'
import * as extension from './ipv6-extension.ts'
import * as fragment from './ipv6-fragment.ts'
import * as ipv6Options from './ipv6-options.ts'
import * as routing from './ipv6-routing.ts'
import { MAX_TAGS, TunnelKind } from './layers.ts'
import type { Layout } from './layout.ts'
import { LinkType, linkTypeName } from './linktype.ts'
import * as llc from './llc.ts'
import * as loopback from './loopback.ts'
import * as neighbor from './neighbor.ts'
import { Protocol, protocolName } from './protocol.ts'
import * as sll from './sll.ts'
import * as sll2 from './sll2.ts'
import * as tcp from './tcp.ts'
import * as udp from './udp.ts'
import * as vxlan from './vxlan.ts'
import * as gbp from './vxlan-gbp.ts'
import * as gpe from './vxlan-gpe.ts'

export type { ChecksumCheck, DescribedField } from './describe-field.ts'
export type { FaultExplanation } from './explain-fault.ts'

/** One header, with its fields and what it carries. */
export interface DescribedLayer {
  /** What it is: `ethernet`, `vlan`, `ipv4`, `vxlan-gbp`, `payload`, `padding`, `undecoded` … */
  readonly name: string
  /** Tunnels around it: 0 for the underlay, 1 for the overlay, more in nested tunnels. */
  readonly depth: number
  /** Whether it is part of a packet that an ICMP error quotes: not traffic. */
  readonly quoted: boolean
  /** Bytes from the packet's first byte. */
  readonly offset: number
  /** Bytes of the header with its options, of the data for `payload`; as the wire carried them, captured or not. */
  readonly length: number
  /** The header in one line. */
  readonly text: string
  readonly fields: readonly DescribedField[]
  /** What a tunnel carries, or an ICMP error quotes; empty elsewhere. */
  readonly layers: readonly DescribedLayer[]
}

/** One packet, described. */
export interface PacketDescription {
  /** LINKTYPE name of the record. */
  readonly linkType: string
  readonly capturedLength: number
  readonly wireLength: number
  /** From the link layer on; what a tunnel carries is inside its layer. */
  readonly layers: readonly DescribedLayer[]
  /** What stopped the reading, in walking order; what an ICMP error leaves out of its quote is no fault of the packet. */
  readonly faults: readonly FaultExplanation[]
}

/** What {@link describePacket} may be told. */
export interface DescribeOptions {
  /** Which UDP destination ports carry tunnels, from `tunnelPorts`; the known ones unless given. */
  readonly ports?: TunnelPorts
}

/** Most tunnels, IP-in-IP headers and quotes within one another that are followed; a further one is a `TooDeep` fault. */
export const MAX_NESTING = 16

const KNOWN_PORTS = /* @__PURE__ */ tunnelPorts()

/** A quote's end on the wire is not known: as far as IP says. */
const BOUNDLESS = 0x3fff_ffff

/**
 * Describes one packet.
 * @param view - The chunk.
 * @param at - Offset of the record's first byte.
 * @param capturedLength - Bytes captured.
 * @param wireLength - Bytes that the wire carried, frame check sequence excluded.
 * @param linkType - LINKTYPE of the interface.
 */
export function describePacket(
  view: DataView,
  at: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  options: DescribeOptions = {},
): PacketDescription {
  const walk = new Walk(view, at, Math.min(capturedLength, wireLength), wireLength, options.ports ?? KNOWN_PORTS)
  walk.link(linkType)
  return { linkType: linkTypeName(linkType), capturedLength, wireLength, layers: walk.layers, faults: walk.faults }
}

/** What the layer above IP needs to know of it. */
interface Carrier {
  readonly version: 4 | 6
  readonly at: number
  /** First offset past the payload on the wire. */
  readonly payloadEnd: number
  readonly fragmentOffset: number
  readonly moreFragments: boolean
  /** Offset of the address that checksums count as the destination. */
  readonly destinationAt: number
  /** Why checksums over the payload cannot be verified, `null` where they can. */
  readonly doubt: string | null
}

interface Window {
  readonly position: number
  readonly end: number
  readonly wireEnd: number
  readonly limits: number
}

/** The walk over one packet; each method steps the cursor over what it describes. */
class Walk {
  readonly layers: DescribedLayer[] = []
  readonly faults: FaultExplanation[] = []
  private list = this.layers
  private readonly cursor: Cursor
  private readonly view: DataView
  private readonly at: number
  private readonly ports: TunnelPorts
  private readonly chain = new extension.Chain()
  private readonly limits: Limit[]
  private depth = 0
  private nesting = 0
  private quoted = false

  constructor(view: DataView, at: number, captured: number, wireLength: number, ports: TunnelPorts) {
    this.view = view
    this.at = at
    this.ports = ports
    this.cursor = new Cursor().reset(view, at, at + captured, at + wireLength)
    this.limits = [{ name: 'frame', end: at + wireLength }]
  }

  link(linkType: number): void {
    const { cursor, view } = this
    switch (linkType) {
      case LinkType.Ethernet:
        this.frame()
        return
      case LinkType.LinuxSll2: {
        const at = sll2.enter(cursor)
        if (at === NONE) {
          this.refuse('link')
          return
        }
        const direction = nameIn(sll.PacketType, sll2.packetType(view, at)) ?? 'unknown direction'
        this.header('sll2', sll2.LAYOUT, says.SLL2, at, `interface ${sll2.interfaceIndex(view, at)}, ${direction}`)
        this.cooked(sll2.protocol(view, at))
        return
      }
      case LinkType.LinuxSll: {
        const at = sll.enter(cursor)
        if (at === NONE) {
          this.refuse('link')
          return
        }
        const direction = nameIn(sll.PacketType, sll.packetType(view, at)) ?? 'unknown direction'
        this.header('sll', sll.LAYOUT, says.SLL, at, direction)
        this.cooked(sll.protocol(view, at))
        return
      }
      case LinkType.Raw:
      case LinkType.RawBsd:
      case LinkType.RawOther:
        this.raw()
        return
      case LinkType.Ipv4:
        this.network(EtherType.IPv4)
        return
      case LinkType.Ipv6:
        this.network(EtherType.IPv6)
        return
      case LinkType.Null:
      case LinkType.Loop: {
        const at = loopback.enter(cursor)
        if (at === NONE) {
          this.refuse('link')
          return
        }
        const family = loopback.family(view, at)
        const said = loopback.isIpv6(family) ? 'IPv6' : family === loopback.FAMILY_IPV4 ? 'IPv4' : 'unknown family'
        this.header('loopback', loopback.LAYOUT, says.LOOPBACK, at, `address family ${family} (${said})`)
        this.network(loopback.etherType(view, at))
        return
      }
      default:
        this.faults.push(explain('link', Fault.UnknownLinkType, 0, null, null, null))
        this.undecoded()
    }
  }

  /** Behind a cooked header: an EtherType, or one of Linux's own codes. */
  private cooked(protocol: number): void {
    if (protocol === sll.Protocol.Llc) this.logicalLink()
    else if (protocol === sll.Protocol.Novell8023) this.payload()
    else this.tags(protocol)
  }

  /** Raw IP: the version nibble says which. */
  private raw(): void {
    const { cursor } = this
    if (cursor.end <= cursor.position) {
      cursor.failShort(1)
      this.refuse('link')
      return
    }
    const version = cursor.view.getUint8(cursor.position) >> 4
    if (version === 4) {
      this.network(EtherType.IPv4)
      return
    }
    if (version === 6) {
      this.network(EtherType.IPv6)
      return
    }
    this.faults.push(explain('link', Fault.BadVersion, 0, null, null, null))
    this.undecoded()
  }

  private frame(): void {
    const { cursor, view } = this
    const at = ethernet.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('ethernet'))
      return
    }
    const from = formatMac(ethernet.source(view, at))
    const to = formatMac(ethernet.destination(view, at))
    this.header('ethernet', ethernet.LAYOUT, says.ETHERNET, at, `${from} to ${to}`)
    this.tags(ethernet.etherType(view, at))
  }

  private tags(first: number): void {
    const { cursor, view } = this
    let etherType = first
    for (let count = 0; dot1q.isTag(etherType); count++) {
      const at = count === MAX_TAGS ? cursor.fail(Fault.TooDeep) : dot1q.enter(cursor)
      if (at === NONE) {
        this.refuse(this.named('vlan'))
        return
      }
      const text = `VLAN ${dot1q.vlanId(view, at)}, priority ${dot1q.priority(view, at)}`
      this.header('vlan', dot1q.LAYOUT, says.DOT1Q, at, text)
      etherType = dot1q.etherType(view, at)
    }
    if (!ethernet.isLength(etherType)) {
      this.network(etherType)
      return
    }
    // A length: what lies behind it is padding.
    const before = this.window()
    if (etherType > 0) cursor.limit(etherType)
    this.logicalLink()
    this.padding(before)
  }

  private logicalLink(): void {
    const { cursor, view } = this
    const at = llc.enter(cursor)
    // The walk does not look into 802.3 frames: what does not fit is no fault of theirs here either.
    if (at === NONE) {
      this.payload()
      return
    }
    const length = llc.headerLength(view, at)
    const fields = describeFields(llc.LAYOUT, says.LLC, view, at, this.at)
    const header = llc.decode(view, at)
    const offset = at + llc.LENGTH - this.at
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
    this.add('llc', at, length, nameIn(llc.Sap, header.dsap) ?? hex(header.dsap, 2), fields)
    const etherType = llc.etherType(view, at)
    if (etherType === 0) this.payload()
    else this.network(etherType)
  }

  /** What an EtherType announces. */
  private network(etherType: number): void {
    const before = this.window()
    switch (etherType) {
      case EtherType.IPv4:
        this.ipv4()
        break
      case EtherType.IPv6:
        this.ipv6()
        break
      case EtherType.Arp:
      case EtherType.ReverseArp:
        this.arp(etherType === EtherType.Arp)
        break
      default:
        this.payload()
    }
    this.padding(before)
  }

  private arp(followed: boolean): void {
    const { cursor, view } = this
    const at = arp.enter(cursor)
    if (at === NONE) {
      // The walk looks into ARP inside a tunnel alone; here it is looked into everywhere.
      if (followed) this.refuse(this.named('arp'))
      else this.payload()
      return
    }
    const sender = formatIpv4(arp.senderProtocol(view, at))
    const target = formatIpv4(arp.targetProtocol(view, at))
    const isReply = arp.operation(view, at) === arp.Operation.Reply
    const text = isReply
      ? `${sender} is at ${formatMac(arp.senderHardware(view, at))}`
      : `${nameIn(arp.Operation, arp.operation(view, at)) ?? 'operation'}: who has ${target}? tell ${sender}`
    this.header('arp', arp.LAYOUT, says.ARP, at, text)
    // The rest fills the frame up to its least length.
    this.rest('padding')
  }

  private ipv4(): void {
    const { cursor, view } = this
    const frameEnd = cursor.wireEnd
    const at = ipv4.enter(cursor)
    const name = this.named('ipv4')
    if (at === NONE) {
      this.refuse(name)
      return
    }
    const length = ipv4.headerLength(view, at)
    const total = ipv4.totalLength(view, at)
    const fields = describeFields(ipv4.LAYOUT, says.IPV4_HEADER, view, at, this.at)
    const check = checkOf(checksum.verifyIpv4Header(view, at, length))
    const source = formatIpv4(ipv4.source(view, at))
    const destination = formatIpv4(ipv4.destination(view, at))
    const protocol = ipv4.protocol(view, at)
    this.add('ipv4', at, length, `${source} to ${destination}, ${protocolName(protocol)}`, [
      ...withCheck(fields, check),
      ...variable.ipv4Options(view, at, this.at),
    ])
    const beyond = this.stated(name, at, total === 0 ? frameEnd - at : total, frameEnd)
    this.transport(protocol, {
      version: 4,
      at,
      payloadEnd: cursor.wireEnd,
      fragmentOffset: ipv4.fragmentOffset(view, at),
      moreFragments: ipv4.moreFragments(view, at),
      destinationAt: at + ipv4.LAYOUT.offsets.destination,
      doubt: this.doubt(ipv4.isFragment(view, at), beyond),
    })
  }

  private ipv6(): void {
    const { cursor, view, chain } = this
    const frameEnd = cursor.wireEnd
    const at = ipv6.enter(cursor)
    const name = this.named('ipv6')
    if (at === NONE) {
      this.refuse(name)
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
      const end = at + length
      if (end < cursor.wireEnd) cursor.limit(end - cursor.position)
    }
    const protocol = chain.protocol
    const fields = describeFields(ipv6.LAYOUT, says.IPV6_HEADER, view, at, this.at)
    this.add('ipv6', at, ipv6.LENGTH, `${source} to ${destination}, ${protocolName(protocol)}`, fields)
    const beyond = this.stated(name, at, length, frameEnd)
    this.extensions(at + ipv6.LENGTH, next, chain.headers)
    if (!whole) {
      this.refuse(name)
      return
    }
    const isFragment = chain.fragment !== NONE
    const fragmentOffset = isFragment ? fragment.fragmentOffset(view, chain.fragment) : 0
    const moreFragments = isFragment && fragment.moreFragments(view, chain.fragment)
    const last = chain.routing === NONE ? NONE : routing.finalDestination(view, chain.routing)
    this.transport(protocol, {
      version: 6,
      at,
      payloadEnd: cursor.wireEnd,
      fragmentOffset,
      moreFragments,
      destinationAt: last === NONE ? at + ipv6.DESTINATION : last,
      doubt: this.doubt(fragmentOffset > 0 || moreFragments, beyond),
    })
  }

  /** Describes the extension headers that the chain's walk has stepped over. */
  private extensions(first: number, next: number, count: number): void {
    const { view } = this
    let at = first
    let type = next
    for (let i = 0; i < count; i++) {
      const following = view.getUint8(at)
      const text = `next ${protocolName(following)}`
      switch (type) {
        case Protocol.Fragment: {
          const offset = fragment.fragmentOffset(view, at)
          const more = fragment.moreFragments(view, at) ? 'more follow' : 'the last'
          this.header('ipv6-fragment', fragment.LAYOUT, says.FRAGMENT, at, `at ${offset}, ${more}`)
          at += fragment.LENGTH
          break
        }
        case Protocol.Routing: {
          const length = routing.headerLength(view, at)
          const fields = describeFields(routing.LAYOUT, says.ROUTING, view, at, this.at)
          const data = this.rawField('data', at + routing.LENGTH, length - routing.LENGTH)
          this.add('ipv6-routing', at, length, `${routing.segmentsLeft(view, at)} segments left`, [...fields, data])
          at += length
          break
        }
        case Protocol.Ah:
          at = this.authentication(at, text)
          break
        default: {
          const length = ipv6Options.headerLength(view, at)
          const fields = describeFields(ipv6Options.LAYOUT, says.OPTIONS_HEADER, view, at, this.at)
          const name = type === Protocol.HopByHop ? 'ipv6-hop-by-hop' : 'ipv6-destination-options'
          this.add(name, at, length, text, [...fields, ...variable.extensionOptions(view, at, this.at)])
          at += length
        }
      }
      type = following
    }
  }

  private authentication(at: number, text: string): number {
    const { view } = this
    const length = authentication.headerLength(view, at)
    const fields = describeFields(authentication.LAYOUT, says.AUTHENTICATION, view, at, this.at)
    const rest = length - authentication.LENGTH
    const value = rest === 0 ? [] : [this.rawField('integrityCheckValue', at + authentication.LENGTH, rest)]
    this.add('authentication', at, length, text, [...fields, ...value])
    return at + length
  }

  /** What IP carries. */
  private transport(protocol: number, ip: Carrier): void {
    if (ip.fragmentOffset > 0) {
      this.payload('fragment')
      return
    }
    switch (protocol) {
      case Protocol.Udp:
        this.udp(ip)
        return
      case Protocol.Tcp:
        this.tcp(ip)
        return
      case Protocol.Icmp:
        this.icmp(ip)
        return
      case Protocol.IcmpV6:
        this.icmpv6(ip)
        return
      case Protocol.Igmp:
        this.igmp(ip)
        return
      case Protocol.Gre:
        this.gre(ip)
        return
      case Protocol.Ipv4:
        this.nested('ipv4', () => this.network(EtherType.IPv4))
        return
      case Protocol.Ipv6:
        this.nested('ipv6', () => this.network(EtherType.IPv6))
        return
      case Protocol.Ah: {
        // IPv6 has it among its extension headers; this is IPv4's.
        const { cursor, view } = this
        const at = authentication.enter(cursor)
        if (at === NONE) {
          this.refuse(this.named('authentication'))
          return
        }
        const next = authentication.nextHeader(view, at)
        this.authentication(at, `next ${protocolName(next)}`)
        if (next === Protocol.Ah) this.payload()
        else this.transport(next, ip)
        return
      }
      default:
        this.payload()
        return
    }
  }

  private udp(ip: Carrier): void {
    const { cursor, view } = this
    const at = udp.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('udp'))
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
    else if (end > cursor.end) check = unverified(this.missing())
    else if (!fits && stated !== 0) check = unverified('truncated')
    else check = checkOf(checksum.verifyUdp(view, at, end, this.pseudoSum(ip, Protocol.Udp, end - at)))
    const fields = withCheck(describeFields(udp.LAYOUT, says.UDP, view, at, this.at), check)
    this.add('udp', at, udp.LENGTH, `port ${udp.sourcePort(view, at)} to ${port}`, fields)
    const kind = this.ports[port]!
    const before = this.window()
    if (kind === TunnelKind.None && end >= cursor.wireEnd) {
      this.payload()
      return
    }
    cursor.wireEnd = end
    if (cursor.end > end) cursor.end = end
    this.limits.push({ name: this.named('udp'), end })
    if (kind === TunnelKind.Vxlan) this.vxlan()
    else if (kind === TunnelKind.Gpe) this.gpe()
    else if (kind === TunnelKind.Geneve) this.geneve()
    else this.payload()
    this.padding(before)
  }

  private vxlan(): void {
    const { cursor, view } = this
    const at = vxlan.enter(cursor)
    if (at === NONE) {
      this.refuse(this.tunnelNamed('vxlan'))
      return
    }
    const text = `VNI ${vxlan.vni(view, at)}`
    const inside = (): void => this.frame()
    if (gbp.hasPolicy(view, at)) {
      const fields = describeFields(gbp.LAYOUT, says.VXLAN_GBP, view, at, this.at)
      this.tunnel('vxlan-gbp', at, gbp.LENGTH, `${text}, policy ${gbp.policyId(view, at)}`, fields, inside)
    } else {
      const fields = describeFields(vxlan.LAYOUT, says.VXLAN, view, at, this.at)
      this.tunnel('vxlan', at, vxlan.LENGTH, text, fields, inside)
    }
  }

  private gpe(): void {
    const { cursor, view } = this
    const at = gpe.enter(cursor)
    if (at === NONE) {
      this.refuse(this.tunnelNamed('vxlan-gpe'))
      return
    }
    const fields = describeFields(gpe.LAYOUT, says.VXLAN_GPE, view, at, this.at)
    const next = gpe.payloadProtocol(view, at)
    const operations = (gpe.flags(view, at) & gpe.FLAG_O) !== 0
    const text = `VNI ${gpe.vni(view, at)}, ${operations ? 'operations' : (nameIn(gpe.NextProtocol, next) ?? `protocol ${next}`)}`
    this.tunnel('vxlan-gpe', at, gpe.LENGTH, text, fields, () => {
      if (operations) this.payload()
      else if (next === gpe.NextProtocol.Ethernet) this.frame()
      else if (next === gpe.NextProtocol.Ipv4) this.network(EtherType.IPv4)
      else if (next === gpe.NextProtocol.Ipv6) this.network(EtherType.IPv6)
      else this.payload()
    })
  }

  private geneve(): void {
    const { cursor, view } = this
    const at = geneve.enter(cursor)
    if (at === NONE) {
      this.refuse(this.tunnelNamed('geneve'))
      return
    }
    const fields = describeFields(geneve.LAYOUT, says.GENEVE, view, at, this.at)
    fields.push(...variable.geneveOptions(view, at, this.at))
    const protocol = geneve.protocolType(view, at)
    const text = `VNI ${geneve.vni(view, at)}, ${nameIn(EtherType, protocol) ?? hex(protocol, 4)}`
    this.tunnel('geneve', at, geneve.headerLength(view, at), text, fields, () => {
      if (protocol === EtherType.TransparentEthernet) this.frame()
      else this.network(protocol)
    })
  }

  private gre(ip: Carrier): void {
    const { cursor, view } = this
    const at = gre.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('gre'))
      return
    }
    let fields = describeFields(gre.LAYOUT, says.GRE, view, at, this.at)
    fields.push(...variable.greParts(view, at, this.at))
    if ((gre.flags(view, at) & gre.FLAG_CHECKSUM) !== 0) {
      fields = withCheck(
        fields,
        this.verified(ip, () => checksum.verifyGre(view, at, ip.payloadEnd)),
      )
    }
    const protocol = gre.protocol(view, at)
    const nvgre = gre.isNvgre(view, at)
    const carries = nameIn(EtherType, protocol) ?? hex(protocol, 4)
    const text = nvgre ? `VSID ${gre.vsid(view, at)}, flow ${gre.flowId(view, at)}` : carries
    this.tunnel(nvgre ? 'nvgre' : 'gre', at, gre.headerLength(view, at), text, fields, () => {
      if (protocol === EtherType.TransparentEthernet) this.frame()
      else this.network(protocol)
    })
  }

  private tcp(ip: Carrier): void {
    const { cursor, view } = this
    const at = tcp.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('tcp'))
      return
    }
    const length = tcp.headerLength(view, at)
    const check = this.verified(ip, () =>
      checksum.verifyTcp(view, at, ip.payloadEnd, this.pseudoSum(ip, Protocol.Tcp, ip.payloadEnd - at)),
    )
    const fields = withCheck(describeFields(tcp.LAYOUT, says.TCP, view, at, this.at), check)
    fields.push(...variable.tcpOptions(view, at, cursor.end, this.at))
    const flags = says.TCP.flags!.text!(tcp.flags(view, at), view, at).replace(/^\S+ ?/, '')
    const ports = `port ${tcp.sourcePort(view, at)} to ${tcp.destinationPort(view, at)}`
    // Of a quoted header only the quote's part is in the packet.
    const there = this.quoted ? Math.min(length, cursor.end - at) : length
    this.add('tcp', at, there, flags === '' ? ports : `${ports} ${flags}`, fields)
    this.payload()
  }

  private icmp(ip: Carrier): void {
    const { cursor, view } = this
    const at = icmp.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('icmp'))
      return
    }
    const check = this.verified(ip, () => checksum.verifyIcmp(view, at, ip.payloadEnd))
    const fields = withMeaning(
      withCheck(describeFields(icmp.LAYOUT, says.ICMP, view, at, this.at), check),
      variable.icmpMeaning(view, at, this.at),
    )
    const text = nameIn(icmp.Type, icmp.type(view, at)) ?? `type ${icmp.type(view, at)}`
    if (!icmp.isError(view, at)) {
      this.add('icmp', at, icmp.LENGTH, text, fields)
      this.payload()
      return
    }
    const quote = this.quote(EtherType.IPv4, icmp.quotedLength(view, at))
    this.add('icmp', at, icmp.LENGTH, text, fields, quote)
    this.rest('icmp-extensions')
  }

  private icmpv6(ip: Carrier): void {
    const { cursor, view } = this
    const at = icmpv6.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('icmpv6'))
      return
    }
    const check = this.verified(ip, () =>
      checksum.verifyIcmpv6(view, at, ip.payloadEnd, this.pseudoSum(ip, Protocol.IcmpV6, ip.payloadEnd - at)),
    )
    const fields = withMeaning(
      withCheck(describeFields(icmpv6.LAYOUT, says.ICMPV6, view, at, this.at), check),
      variable.icmpv6Meaning(view, at, this.at),
    )
    const text = nameIn(icmpv6.Type, icmpv6.type(view, at)) ?? `type ${icmpv6.type(view, at)}`
    if (icmpv6.isError(view, at)) {
      const quote = this.quote(EtherType.IPv6, icmpv6.quotedLength(view, at))
      this.add('icmpv6', at, icmpv6.LENGTH, text, fields, quote)
      this.rest('icmp-extensions')
      return
    }
    this.add('icmpv6', at, icmpv6.LENGTH, text, fields)
    const body = icmpv6.hasTarget(view, at) ? neighbor.enter(cursor) : NONE
    if (body === NONE) {
      this.payload()
      return
    }
    const end = cursor.end
    const options = variable.neighborOptions(view, body, end, this.at)
    const target = describeFields(neighbor.LAYOUT, says.NEIGHBOR, view, body, this.at)
    this.add('neighbor', body, end - body, `target ${formatIpv6(view, body)}`, [...target, ...options])
    cursor.position = end
    this.payload()
  }

  private igmp(ip: Carrier): void {
    const { cursor, view } = this
    const at = igmp.enter(cursor)
    if (at === NONE) {
      this.refuse(this.named('igmp'))
      return
    }
    const check = this.verified(ip, () => checksum.verifyIcmp(view, at, ip.payloadEnd))
    const fields = withCheck(describeFields(igmp.LAYOUT, says.IGMP, view, at, this.at), check)
    const type = igmp.type(view, at)
    if (type === igmp.Type.MembershipReportV3) {
      const count = igmp.groupRecords(view, at)
      for (let i = 0; i < count; i++) {
        const record = igmp.enterRecord(cursor)
        if (record === NONE) break
        fields.push(variable.groupRecord(view, record, this.at))
      }
    } else if (type === igmp.Type.MembershipQuery && cursor.position < cursor.end) {
      const tail = igmp.enterQueryTail(cursor)
      if (tail !== NONE) fields.push(variable.queryTail(view, tail, cursor.position, this.at))
    }
    this.add('igmp', at, cursor.position - at, nameIn(igmp.Type, type) ?? `type ${hex(type, 2)}`, fields)
    this.payload()
  }

  /** Describes the packet that an ICMP error quotes: its end is where the quote ends, not where its own lengths say. */
  private quote(etherType: number, stated: number): DescribedLayer[] {
    const { cursor } = this
    if (cursor.position >= cursor.end) return []
    const before = this.window()
    const wireEnd = stated === 0 ? cursor.wireEnd : Math.min(cursor.wireEnd, cursor.position + stated)
    const end = Math.min(cursor.end, wireEnd)
    const quoted = this.quoted
    const layers = this.inside('quote', () => {
      this.quoted = true
      // Bytes behind the quote are not missing from the wire: they were left out, as a snap length leaves them out.
      cursor.end = end
      cursor.wireEnd = cursor.position + BOUNDLESS
      this.limits.push({ name: 'quote', end: cursor.wireEnd })
      this.network(etherType)
    })
    this.quoted = quoted
    this.restore(before)
    cursor.position = Math.max(before.position, wireEnd)
    return layers
  }

  /** A tunnel header and what it carries, one deeper. */
  private tunnel(
    name: string,
    at: number,
    length: number,
    text: string,
    fields: readonly DescribedField[],
    carried: () => void,
  ): void {
    this.depth++
    const layers = this.inside(name, carried)
    this.depth--
    this.add(name, at, length, text, fields, layers)
  }

  /** IP in IP: a tunnel without a header of its own. */
  private nested(name: string, carried: () => void): void {
    this.depth++
    const layers = this.inside(name, carried)
    this.depth--
    this.list.push(...layers)
  }

  private inside(name: string, carried: () => void): DescribedLayer[] {
    const outside = this.list
    this.list = []
    this.nesting++
    if (this.nesting > MAX_NESTING) {
      this.cursor.fail(Fault.TooDeep)
      this.refuse(this.named(name))
    } else {
      carried()
    }
    this.nesting--
    const layers = this.list
    this.list = outside
    return layers
  }

  /** Notes an IP length, and a fault where it exceeds what is around it. @returns Whether it does. */
  private stated(name: string, at: number, length: number, frameEnd: number): boolean {
    const end = at + length
    const beyond = end > frameEnd
    if (beyond && !this.quoted) {
      const limit = this.limits.find((one) => one.end === frameEnd)?.name ?? 'window'
      this.faults.push(explain(name, Fault.LengthBeyondPacket, at - this.at, length, frameEnd - at, limit))
    }
    this.limits.push({ name, end })
    return beyond
  }

  /** Why checksums over an IP payload cannot be verified, `null` where they can. */
  private doubt(isFragment: boolean, beyond: boolean): string | null {
    if (isFragment) return 'fragment'
    if (beyond) return 'truncated'
    return this.cursor.end < this.cursor.wireEnd ? this.missing() : null
  }

  private missing(): string {
    return this.quoted ? 'not quoted in full' : 'not captured in full'
  }

  private verified(ip: Carrier, verify: () => number): ChecksumCheck {
    return ip.doubt === null ? checkOf(verify()) : unverified(ip.doubt)
  }

  private pseudoSum(ip: Carrier, protocol: number, length: number): number {
    const { view } = this
    if (ip.version === 6) {
      return checksum.pseudoHeaderSum6(view, ip.at + ipv6.SOURCE, ip.destinationAt, protocol, length)
    }
    return checksum.pseudoHeaderSum4(ipv4.source(view, ip.at), ipv4.destination(view, ip.at), protocol, length)
  }

  /** The name of a layer as faults have it: `inner.ipv4`. */
  private named(name: string): string {
    if (this.quoted) return `quoted.${name}`
    if (this.depth === 0) return `outer.${name}`
    return `${this.depth === 1 ? 'inner' : `inner${this.depth}`}.${name}`
  }

  /** The name of a tunnel header as faults have it; the outermost has no prefix. */
  private tunnelNamed(name: string): string {
    return this.depth === 0 && !this.quoted ? name : this.named(name)
  }

  /** Adds a header that is its fixed part alone. */
  private header<K extends string>(
    name: string,
    layout: Layout<K>,
    sayings: Sayings<K>,
    at: number,
    text: string,
  ): void {
    this.add(name, at, layout.span, text, describeFields(layout, sayings, this.view, at, this.at))
  }

  private add(
    name: string,
    at: number,
    length: number,
    text: string,
    fields: readonly DescribedField[],
    layers: readonly DescribedLayer[] = [],
  ): void {
    const { depth, quoted } = this
    this.list.push({ name, depth, quoted, offset: at - this.at, length, text, fields, layers })
  }

  /** Notes why a header was refused; what is left of the window stays undecoded. */
  private refuse(name: string): void {
    const cut = this.quoted ? 'quote' : SNAP_LENGTH
    const found = explainRefusal(this.cursor, name, this.at, this.limits, cut)
    // A quote ends where its sender ended it.
    if (!(this.quoted && found.fault === Fault.NotCaptured)) this.faults.push(found)
    this.undecoded()
  }

  private undecoded(): void {
    this.rest('undecoded')
  }

  private payload(name = 'payload'): void {
    this.rest(name)
  }

  /** Adds what is left of the window as one layer without fields, and steps over it. */
  private rest(name: string): void {
    const { cursor } = this
    // A quote's real end is not known; a first fragment's datagram ends in another packet.
    const wireEnd = this.quoted ? cursor.end : Math.min(cursor.wireEnd, this.limits[0]!.end)
    const length = wireEnd - cursor.position
    if (length <= 0) return
    const captured = Math.max(0, Math.min(cursor.end, wireEnd) - cursor.position)
    const text = captured < length ? `${counted(length, 'bytes')}, ${captured} captured` : counted(length, 'bytes')
    this.add(name, cursor.position, length, text, [])
    cursor.position = wireEnd
  }

  private rawField(name: string, at: number, length: number): DescribedField {
    return wholeField(name, at - this.at, length, hexAt(this.view, at, length), counted(length, 'bytes'))
  }

  private window(): Window {
    const { position, end, wireEnd } = this.cursor
    return { position, end, wireEnd, limits: this.limits.length }
  }

  private restore({ end, wireEnd, limits }: Window): void {
    this.cursor.end = end
    this.cursor.wireEnd = wireEnd
    this.limits.length = limits
  }

  /** Goes back to an enclosing window; what of it lies behind the layers just described is padding. */
  private padding(before: Window): void {
    const { cursor } = this
    const innerEnd = cursor.wireEnd
    this.restore(before)
    if (innerEnd >= before.wireEnd) return
    cursor.position = innerEnd
    this.rest('padding')
  }
}

/** Puts what the second word means inside it. */
function withMeaning(fields: readonly DescribedField[], meaning: readonly DescribedField[]): DescribedField[] {
  if (meaning.length === 0) return [...fields]
  return fields.map((field) => (field.name === 'rest' ? { ...field, fields: meaning } : field))
}
