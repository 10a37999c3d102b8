/**
 * Packets put together from the inside out: each part wraps what it carries and fills in lengths, types and checksums.
 * The ground of packets.ts; independent of the builder, so that one can test the other.
 */

import * as gre from '../codecs/carriers/gre.ts'
import * as checksum from '../codecs/core/checksum.ts'
import { Cursor } from '../codecs/core/cursor.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import * as geneve from '../codecs/headers/geneve.ts'
import * as icmp from '../codecs/headers/icmp.ts'
import * as igmp from '../codecs/headers/igmp.ts'
import * as ipv4 from '../codecs/headers/ipv4.ts'
import * as ipv6 from '../codecs/headers/ipv6.ts'
import * as tcp from '../codecs/headers/tcp.ts'
import * as udp from '../codecs/headers/udp.ts'
import * as vxlan from '../codecs/headers/vxlan.ts'
import * as gbp from '../codecs/headers/vxlan-gbp.ts'
import * as gpe from '../codecs/headers/vxlan-gpe.ts'
import * as dot1q from '../codecs/link/dot1q.ts'
import * as ethernet from '../codecs/link/ethernet.ts'
import { EtherType } from '../codecs/link/ethernet.ts'
import { joined } from './bytes.ts'

/** The sum of the pseudo-header in front of `length` bytes of a protocol. */
export type PseudoSum = (protocol: number, length: number) => number

/** Bytes with the names of the layers in them, outermost first, as `describePacket` names them. */
export interface Composed {
  readonly bytes: Uint8Array
  readonly layers: readonly string[]
}

/** What an Ethernet type or a GRE protocol announces. */
export interface Network extends Composed {
  readonly etherType: number
}

/** What IP carries: its checksum depends on the addresses. */
export interface Upper {
  readonly protocol: number
  readonly layers: readonly string[]
  readonly make: (pseudo: PseudoSum) => Uint8Array
}

/** An extension header of IPv6, still without the type of what follows. */
export interface Extension {
  readonly protocol: number
  readonly name: string
  readonly bytes: Uint8Array
}

/** The bytes of a header by its codec. */
export function encoded<H>(
  codec: { readonly encode: (cursor: Cursor, header: H) => void },
  header: H,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length)
  codec.encode(new Cursor().reset(viewOf(bytes), 0, length), header)
  return bytes
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** An Ethernet frame with VLAN tags. @param tags - Outermost first; `tpid` announces the tag. */
export function frame(
  addresses: Pick<ethernet.Header, 'destination' | 'source'>,
  tags: readonly (Omit<dot1q.Header, 'etherType'> & { readonly tpid: number })[],
  network: Network,
): Composed {
  const types = [...tags.map(({ tpid }) => tpid), network.etherType]
  const parts = [encoded(ethernet, { ...addresses, etherType: types[0]! }, ethernet.LENGTH)]
  for (const [index, { priority, dropEligible, vlanId }] of tags.entries()) {
    const tag = { priority, dropEligible, vlanId, etherType: types[index + 1]! }
    parts.push(encoded(dot1q, tag, dot1q.LENGTH))
  }
  return { bytes: joined(...parts, network.bytes), layers: ['ethernet', ...tags.map(() => 'vlan'), ...network.layers] }
}

/** An IPv4 packet, its length and checksum filled in. */
export function ipv4Packet(header: ipv4.Header, upper: Upper): Network {
  const pseudo: PseudoSum = (protocol, length) =>
    checksum.pseudoHeaderSum4(header.source, header.destination, protocol, length)
  const payload = upper.make(pseudo)
  const headerLength = ipv4.LENGTH + header.options.length
  const whole = { ...header, headerLength, totalLength: headerLength + payload.length, protocol: upper.protocol }
  const bytes = joined(encoded(ipv4, whole, headerLength), payload)
  const view = viewOf(bytes)
  view.setUint16(ipv4.LAYOUT.offsets.checksum, checksum.ipv4HeaderChecksum(view, 0, headerLength))
  return { bytes, etherType: EtherType.IPv4, layers: ['ipv4', ...upper.layers] }
}

/** An IPv6 packet, its length and the chain of next headers filled in. */
export function ipv6Packet(header: ipv6.Header, extensions: readonly Extension[], upper: Upper): Network {
  const addresses = encoded(ipv6, header, ipv6.LENGTH)
  const view = viewOf(addresses)
  const pseudo: PseudoSum = (protocol, length) =>
    checksum.pseudoHeaderSum6(view, ipv6.SOURCE, ipv6.DESTINATION, protocol, length)
  const types = [...extensions.map(({ protocol }) => protocol), upper.protocol]
  const parts = extensions.map(({ bytes }, index) => {
    const chained = bytes.slice()
    chained[0] = types[index + 1]!
    return chained
  })
  const payload = joined(...parts, upper.make(pseudo))
  const whole = { ...header, nextHeader: types[0]!, payloadLength: payload.length }
  return {
    bytes: joined(encoded(ipv6, whole, ipv6.LENGTH), payload),
    etherType: EtherType.IPv6,
    layers: ['ipv6', ...extensions.map(({ name }) => name), ...upper.layers],
  }
}

/** A UDP datagram. @param summed - Whether it has a checksum. */
export function udpUpper(
  ports: Pick<udp.Header, 'sourcePort' | 'destinationPort'>,
  summed: boolean,
  payload: Composed,
): Upper {
  return {
    protocol: Protocol.Udp,
    layers: ['udp', ...payload.layers],
    make(pseudo) {
      const length = udp.LENGTH + payload.bytes.length
      const bytes = joined(encoded(udp, { ...ports, length, checksum: 0 }, udp.LENGTH), payload.bytes)
      const view = viewOf(bytes)
      const sum = summed ? checksum.udpChecksum(view, 0, length, pseudo(Protocol.Udp, length)) : 0
      view.setUint16(udp.LAYOUT.offsets.checksum, sum)
      return bytes
    },
  }
}

/** A TCP segment. */
export function tcpUpper(header: tcp.Header, payload: Uint8Array): Upper {
  return {
    protocol: Protocol.Tcp,
    layers: ['tcp'],
    make(pseudo) {
      const bytes = joined(encoded(tcp, header, header.headerLength), payload)
      const view = viewOf(bytes)
      const sum = checksum.tcpChecksum(view, 0, bytes.length, pseudo(Protocol.Tcp, bytes.length))
      view.setUint16(tcp.LAYOUT.offsets.checksum, sum)
      return bytes
    },
  }
}

/** An ICMP message, its body behind the header. */
export function icmpUpper(header: icmp.Header, body: Uint8Array): Upper {
  return {
    protocol: Protocol.Icmp,
    layers: ['icmp'],
    make() {
      const bytes = joined(encoded(icmp, header, icmp.LENGTH), body)
      const view = viewOf(bytes)
      view.setUint16(icmp.LAYOUT.offsets.checksum, checksum.icmpChecksum(view, 0, bytes.length))
      return bytes
    },
  }
}

/** An ICMPv6 message, its body behind the header; `layers` names what the body is taken apart into. */
export function icmpv6Upper(header: icmp.Header, body: Uint8Array, layers: readonly string[] = []): Upper {
  return {
    protocol: Protocol.IcmpV6,
    layers: ['icmpv6', ...layers],
    make(pseudo) {
      const bytes = joined(encoded(icmp, header, icmp.LENGTH), body)
      const view = viewOf(bytes)
      const sum = checksum.icmpv6Checksum(view, 0, bytes.length, pseudo(Protocol.IcmpV6, bytes.length))
      view.setUint16(icmp.LAYOUT.offsets.checksum, sum)
      return bytes
    },
  }
}

/** An IGMP message, its records behind the fixed part. */
export function igmpUpper(header: igmp.Header, records: Uint8Array): Upper {
  return {
    protocol: Protocol.Igmp,
    layers: ['igmp'],
    make() {
      const bytes = joined(encoded(igmp, header, igmp.LENGTH), records)
      const view = viewOf(bytes)
      view.setUint16(igmp.LAYOUT.offsets.checksum, checksum.icmpChecksum(view, 0, bytes.length))
      return bytes
    },
  }
}

/** A GRE packet, its checksum filled in where the header has one. */
export function greUpper(header: gre.Header, payload: Composed): Upper {
  const head = encoded(gre, header, greLength(header))
  return {
    protocol: Protocol.Gre,
    layers: [head.length >= gre.LENGTH_NVGRE && gre.hasSubnet(viewOf(head), 0) ? 'nvgre' : 'gre', ...payload.layers],
    make() {
      const bytes = joined(head, payload.bytes)
      const view = viewOf(bytes)
      if (header.checksum !== undefined) view.setUint16(gre.LENGTH, checksum.greChecksum(view, 0, bytes.length))
      return bytes
    },
  }
}

function greLength({ checksum: sum, key, sequence }: gre.Header): number {
  return gre.LENGTH + [sum, key, sequence].filter((part) => part !== undefined).length * 4
}

/** A VXLAN header in front of a frame. */
export function vxlanPayload(header: vxlan.Header, inside: Composed): Composed {
  const name = (header.flags & gbp.FLAG_G) === 0 ? 'vxlan' : 'vxlan-gbp'
  return { bytes: joined(encoded(vxlan, header, vxlan.LENGTH), inside.bytes), layers: [name, ...inside.layers] }
}

/** A VXLAN-GPE header in front of what its next protocol says. */
export function gpePayload(header: gpe.Header, inside: Composed): Composed {
  return { bytes: joined(encoded(gpe, header, gpe.LENGTH), inside.bytes), layers: ['vxlan-gpe', ...inside.layers] }
}

/** A Geneve header in front of what its protocol type says. */
export function genevePayload(header: geneve.Header, inside: Composed): Composed {
  const head = encoded(geneve, header, geneve.LENGTH + header.options.length)
  return { bytes: joined(head, inside.bytes), layers: ['geneve', ...inside.layers] }
}
