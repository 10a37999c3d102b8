/**
 * A packet taken apart into the plain objects of its headers, as deep as the codecs of this project reach: further than the walk
 * of the library, which is after one tunnel alone. Built on `enter` and `decode` of each module and nothing else.
 */

import type { Part } from '../../src/codecs/build/builder.ts'
import * as gre from '../../src/codecs/carriers/gre.ts'
import { Cursor } from '../../src/codecs/core/cursor.ts'
import { NONE } from '../../src/codecs/core/fault.ts'
import { Protocol } from '../../src/codecs/core/protocol.ts'
import * as arp from '../../src/codecs/headers/arp.ts'
import * as authentication from '../../src/codecs/headers/authentication.ts'
import * as geneve from '../../src/codecs/headers/geneve.ts'
import * as icmp from '../../src/codecs/headers/icmp.ts'
import * as icmpv6 from '../../src/codecs/headers/icmpv6.ts'
import * as igmp from '../../src/codecs/headers/igmp.ts'
import * as ipv4 from '../../src/codecs/headers/ipv4.ts'
import * as ipv6 from '../../src/codecs/headers/ipv6.ts'
import * as ipv6Fragment from '../../src/codecs/headers/ipv6-fragment.ts'
import * as ipv6Options from '../../src/codecs/headers/ipv6-options.ts'
import * as ipv6Routing from '../../src/codecs/headers/ipv6-routing.ts'
import * as neighbor from '../../src/codecs/headers/neighbor.ts'
import * as tcp from '../../src/codecs/headers/tcp.ts'
import * as udp from '../../src/codecs/headers/udp.ts'
import * as vxlan from '../../src/codecs/headers/vxlan.ts'
import * as gbp from '../../src/codecs/headers/vxlan-gbp.ts'
import * as gpe from '../../src/codecs/headers/vxlan-gpe.ts'
import * as dot1q from '../../src/codecs/link/dot1q.ts'
import * as ethernet from '../../src/codecs/link/ethernet.ts'
import { EtherType } from '../../src/codecs/link/ethernet.ts'
import { LinkType } from '../../src/codecs/link/linktype.ts'
import * as llc from '../../src/codecs/link/llc.ts'
import * as loopback from '../../src/codecs/link/loopback.ts'
import * as sll from '../../src/codecs/link/sll.ts'
import * as sll2 from '../../src/codecs/link/sll2.ts'
import { tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { TunnelKind } from '../../src/codecs/walk/layers.ts'

/** One header, or the bytes that no header claimed. */
export interface Piece {
  layer: Part['layer']
  /** Offset of its first byte from that of the packet. */
  at: number
  /** The same as a part for the builder, with every field given. */
  part: Part
  /** Writes it back by its codec. */
  encode(cursor: Cursor): void
}

/** A tunnel in a tunnel in a tunnel … is not followed further than this. */
const MAX_PIECES = 64
const PORTS = tunnelPorts()

interface Codec<H> {
  enter(cursor: Cursor): number
  decode(view: DataView, at: number): H
  encode(cursor: Cursor, header: H): void
}

class Walk {
  readonly pieces: Piece[] = []
  readonly cursor: Cursor
  readonly start: number

  constructor(cursor: Cursor) {
    this.cursor = cursor
    this.start = cursor.position
  }

  get view(): DataView {
    return this.cursor.view
  }

  /** Takes one header off the front. @returns Its offset, `NONE` when it was refused. */
  take<H extends object>(layer: Part['layer'], codec: Codec<H>): number {
    if (this.pieces.length >= MAX_PIECES) return NONE
    const at = codec.enter(this.cursor)
    if (at === NONE) return NONE
    const header = codec.decode(this.view, at)
    this.add(layer, at, { layer, ...header } as unknown as Part, (cursor) => codec.encode(cursor, header))
    return at
  }

  add(layer: Part['layer'], at: number, part: Part, encode: (cursor: Cursor) => void): void {
    this.pieces.push({ layer, at: at - this.start, part, encode })
  }

  link(linkType: number): void {
    switch (linkType) {
      case LinkType.Ethernet:
        this.frame()
        break
      case LinkType.LinuxSll: {
        const at = this.take('sll', sll)
        if (at !== NONE) this.cooked(sll.protocol(this.view, at))
        break
      }
      case LinkType.LinuxSll2: {
        const at = this.take('sll2', sll2)
        if (at !== NONE) this.cooked(sll2.protocol(this.view, at))
        break
      }
      case LinkType.Null:
      case LinkType.Loop: {
        const at = this.take('loopback', loopback)
        if (at !== NONE) this.etherType(loopback.etherType(this.view, at))
        break
      }
      case LinkType.Raw:
      case LinkType.RawBsd:
      case LinkType.RawOther:
      case LinkType.Ipv4:
      case LinkType.Ipv6:
        this.ip()
        break
    }
  }

  frame(): void {
    const at = this.take('ethernet', ethernet)
    if (at !== NONE) this.typeOrLength(ethernet.etherType(this.view, at))
  }

  cooked(protocol: number): void {
    if (protocol === sll.Protocol.Llc) this.llc()
    else if (protocol >= ethernet.ETHER_TYPE_MIN) this.etherType(protocol)
  }

  typeOrLength(etherType: number): void {
    if (!ethernet.isLength(etherType)) {
      this.etherType(etherType)
      return
    }
    this.cursor.limit(etherType)
    this.llc()
  }

  llc(): void {
    const at = this.take('llc', llc)
    if (at !== NONE) this.etherType(llc.etherType(this.view, at))
  }

  etherType(etherType: number): void {
    if (dot1q.isTag(etherType)) {
      const at = this.take('dot1q', dot1q)
      if (at !== NONE) this.typeOrLength(dot1q.etherType(this.view, at))
      return
    }
    switch (etherType) {
      case EtherType.IPv4:
        this.ipv4()
        break
      case EtherType.IPv6:
        this.ipv6()
        break
      case EtherType.Arp:
        // What is left behind it is padding.
        if (this.take('arp', arp) !== NONE) this.cursor.limit(0)
        break
      case EtherType.TransparentEthernet:
        this.frame()
        break
    }
  }

  ip(): void {
    const { position, end } = this.cursor
    const version = position < end ? this.view.getUint8(position) >> 4 : 0
    if (version === 4) this.ipv4()
    else if (version === 6) this.ipv6()
  }

  ipv4(): void {
    const at = this.take('ipv4', ipv4)
    if (at !== NONE && ipv4.fragmentOffset(this.view, at) === 0) this.protocol(ipv4.protocol(this.view, at))
  }

  ipv6(): void {
    const at = this.take('ipv6', ipv6)
    if (at !== NONE) this.protocol(ipv6.nextHeader(this.view, at))
  }

  protocol(protocol: number): void {
    const { view } = this
    switch (protocol) {
      case Protocol.HopByHop: {
        const at = this.take('hopByHop', ipv6Options)
        if (at !== NONE) this.protocol(ipv6Options.nextHeader(view, at))
        break
      }
      case Protocol.DestinationOptions: {
        const at = this.take('destinationOptions', ipv6Options)
        if (at !== NONE) this.protocol(ipv6Options.nextHeader(view, at))
        break
      }
      case Protocol.Routing: {
        const at = this.take('ipv6Routing', ipv6Routing)
        if (at !== NONE) this.protocol(ipv6Routing.nextHeader(view, at))
        break
      }
      case Protocol.Fragment: {
        const at = this.take('ipv6Fragment', ipv6Fragment)
        if (at !== NONE && ipv6Fragment.fragmentOffset(view, at) === 0) {
          this.protocol(ipv6Fragment.nextHeader(view, at))
        }
        break
      }
      case Protocol.Ah: {
        const at = this.take('authentication', authentication)
        if (at !== NONE) this.protocol(authentication.nextHeader(view, at))
        break
      }
      case Protocol.Ipv4:
        this.ipv4()
        break
      case Protocol.Ipv6:
        this.ipv6()
        break
      case Protocol.Tcp:
        this.take('tcp', { ...tcp, enter: tcp.enterWhole })
        break
      case Protocol.Udp: {
        const at = this.take('udp', udp)
        if (at !== NONE) this.tunnel(PORTS[udp.destinationPort(view, at)]!)
        break
      }
      case Protocol.Icmp: {
        const at = this.take('icmp', icmp)
        if (at !== NONE && icmp.isError(view, at)) this.ip()
        break
      }
      case Protocol.IcmpV6: {
        const at = this.take('icmpv6', icmpv6)
        if (at === NONE) break
        if (icmpv6.isError(view, at)) this.ip()
        else if (icmpv6.hasTarget(view, at)) this.neighbor()
        break
      }
      case Protocol.Igmp:
        this.igmp()
        break
      case Protocol.Gre: {
        const at = this.take('gre', gre)
        if (at !== NONE) this.etherType(gre.protocol(view, at))
        break
      }
    }
  }

  tunnel(kind: number): void {
    const { view } = this
    if (kind === TunnelKind.Vxlan) {
      const { position, end } = this.cursor
      const grouped = end - position >= gbp.LENGTH && gbp.hasPolicy(view, position)
      const at = grouped ? this.take('vxlanGbp', gbp) : this.take('vxlan', vxlan)
      if (at !== NONE) this.frame()
    } else if (kind === TunnelKind.Gpe) {
      const at = this.take('vxlanGpe', gpe)
      if (at === NONE) return
      if (gpe.payloadProtocol(view, at) === gpe.NextProtocol.Ethernet) this.frame()
      else if (gpe.payloadProtocol(view, at) <= gpe.NextProtocol.Ipv6) this.ip()
    } else if (kind === TunnelKind.Geneve) {
      const at = this.take('geneve', geneve)
      if (at !== NONE) this.etherType(geneve.protocolType(view, at))
    }
  }

  neighbor(): void {
    const { cursor, view } = this
    const at = neighbor.enter(cursor)
    if (at === NONE) return
    const header = neighbor.decode(view, at)
    const options = neighbor.options(view, at, cursor.end)
    for (const { data } of options) cursor.claim(2 + data.length)
    this.add('neighbor', at, { layer: 'neighbor', ...header, options }, (out) => {
      neighbor.encode(out, header)
      for (const option of options) neighbor.encodeOption(out, option)
    })
  }

  igmp(): void {
    const { cursor, view } = this
    const at = igmp.enter(cursor)
    if (at === NONE) return
    const header = igmp.decode(view, at)
    const records: igmp.GroupRecord[] = []
    if (header.type === igmp.Type.MembershipReportV3) {
      for (let i = igmp.groupRecords(view, at); i > 0; i--) {
        const record = igmp.enterRecord(cursor)
        if (record === NONE) break
        records.push(igmp.decodeRecord(view, record))
      }
    }
    let query: igmp.QueryTail | undefined
    if (header.type === igmp.Type.MembershipQuery && cursor.end > cursor.position) {
      const tail = igmp.enterQueryTail(cursor)
      if (tail !== NONE) query = igmp.decodeQueryTail(view, tail)
    }
    const tail = { ...(records.length > 0 ? { records } : {}), ...(query === undefined ? {} : { query }) }
    this.add('igmp', at, { layer: 'igmp', ...header, ...tail }, (out) => {
      igmp.encode(out, header)
      for (const record of records) igmp.encodeRecord(out, record)
      if (query !== undefined) igmp.encodeQueryTail(out, query)
    })
  }

  /** What no header claimed, in two: what the innermost length counts, and what lies behind it. */
  rest(end: number): void {
    const { view, cursor } = this
    const middle = Math.max(cursor.position, cursor.end)
    for (const [layer, from, to] of [
      ['payload', cursor.position, middle],
      ['padding', middle, end],
    ] as const) {
      if (from >= to) continue
      const bytes = new Uint8Array(view.buffer, view.byteOffset + from, to - from)
      this.add(layer, from, { layer, bytes }, (out) => {
        new Uint8Array(out.view.buffer, out.view.byteOffset + out.claim(bytes.length), bytes.length).set(bytes)
      })
    }
  }
}

/**
 * The headers of one captured packet, outermost first, then `payload` and `padding` where bytes are left; together they cover
 * every captured byte. A header that its codec refuses, and all behind it, is payload.
 */
export function takeApart(bytes: Uint8Array, wireLength: number, linkType: number): Piece[] {
  const end = Math.min(bytes.length, wireLength)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const walk = new Walk(new Cursor().reset(view, 0, end, wireLength))
  walk.link(linkType)
  walk.rest(bytes.length)
  return walk.pieces
}
