/**
 * What carries packets and is not an overlay itself, around any packet: each carrier once, well-formed. With link types that begin
 * with one.
 */

import * as ciscoMetadata from '../codecs/carriers/cisco-metadata.ts'
import * as erspan2 from '../codecs/carriers/erspan-ii.ts'
import * as erspan3 from '../codecs/carriers/erspan-iii.ts'
import * as etag from '../codecs/carriers/etag.ts'
import * as gre from '../codecs/carriers/gre.ts'
import * as itag from '../codecs/carriers/itag.ts'
import * as macsec from '../codecs/carriers/macsec.ts'
import * as mpls from '../codecs/carriers/mpls.ts'
import * as pppoe from '../codecs/carriers/pppoe.ts'
import * as pseudowire from '../codecs/carriers/pseudowire.ts'
import * as vntag from '../codecs/carriers/vntag.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import * as ciscoHdlc from '../codecs/link/cisco-hdlc.ts'
import * as dsa from '../codecs/link/dsa.ts'
import * as dsaBrcm from '../codecs/link/dsa-brcm.ts'
import * as ethernet from '../codecs/link/ethernet.ts'
import { EtherType } from '../codecs/link/ethernet.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import * as llc from '../codecs/link/llc.ts'
import * as mpacket from '../codecs/link/mpacket.ts'
import * as nflog from '../codecs/link/nflog.ts'
import * as ppp from '../codecs/link/ppp.ts'
import { joined, station, u16, u32, u48 } from './bytes.ts'
import { type Composed, encoded, frame, greUpper, ipv4Packet, ipv6Packet, type Network, type Upper } from './compose.ts'
import { fc } from './fast-check.ts'
import * as headers from './headers.ts'

/** A packet with the IP header first, of which the version is known. */
const PROTOCOL_OF: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  [EtherType.IPv4, ppp.Protocol.Ipv4],
  [EtherType.IPv6, ppp.Protocol.Ipv6],
])

/**
 * One carrier around a packet.
 * @param packets - IP packets.
 * @param frames - Whole Ethernet frames.
 */
export function carried(packets: fc.Arbitrary<Network>, frames: fc.Arbitrary<Composed>): fc.Arbitrary<Network> {
  const tags = fc.oneof(
    fc
      .tuple(headers.vntag, packets)
      .map(([header, inside]) => tag(EtherType.VnTag, 'vn-tag', encodedTag(vntag, header, inside), inside)),
    fc
      .tuple(headers.etag, packets)
      .map(([header, inside]) => tag(EtherType.PortExtension, 'e-tag', encodedTag(etag, header, inside), inside)),
    fc
      .tuple(headers.ciscoMetadata, packets)
      .map(([header, inside]) =>
        tag(EtherType.CiscoMetadata, 'cisco-metadata', encodedTag(ciscoMetadata, header, inside), inside),
      ),
    fc
      .tuple(headers.itag, frames)
      .map(([header, inside]) => tag(EtherType.BackboneService, '802.1ah', encoded(itag, header, itag.LENGTH), inside)),
  )
  const plain = fc.oneof(
    packets.map(({ bytes, layers, etherType }): Upper => {
      const protocol = etherType === EtherType.IPv4 ? Protocol.Ipv4 : Protocol.Ipv6
      return { protocol, layers, make: () => bytes }
    }),
    fc
      .tuple(headers.gre, packets)
      .map(([header, inside]) => greUpper({ ...header, protocol: inside.etherType }, inside)),
    fc.tuple(fc.option(u16, { nil: undefined }), frames).map(([key, inside]) => {
      // A key below 256 names no virtual subnet.
      return greUpper(gre.header(EtherType.TransparentEthernet, key === undefined ? key : key & 0xff), inside)
    }),
  )
  const upper = fc.oneof({ weight: 2, arbitrary: plain }, { weight: 3, arbitrary: mirrored(frames) })
  const overIp = fc.oneof(
    fc
      .tuple(headers.ipv4, upper)
      .map(([header, inside]) =>
        ipv4Packet({ ...header, options: new Uint8Array(0), flags: 0, fragmentOffset: 0 }, inside),
      ),
    fc.tuple(headers.ipv6, upper).map(([header, inside]) => ipv6Packet(header, [], inside)),
  )
  return fc.oneof(
    { weight: 4, arbitrary: tags },
    { weight: 4, arbitrary: overIp },
    { weight: 2, arbitrary: labelled(packets, frames) },
    { weight: 1, arbitrary: protectedData(packets) },
    { weight: 1, arbitrary: session(packets) },
  )
}

/** A tag in front of a packet. */
function tag(etherType: number, name: string, bytes: Uint8Array, inside: Composed): Network {
  return { etherType, bytes: joined(bytes, inside.bytes), layers: [name, ...inside.layers] }
}

function encodedTag<H extends { etherType: number }>(
  codec: { readonly encode: Parameters<typeof encoded<H>>[0]['encode']; readonly LENGTH: number },
  header: H,
  inside: Network,
): Uint8Array {
  return encoded(codec, { ...header, etherType: inside.etherType }, codec.LENGTH)
}

/** ERSPAN of all three types. */
function mirrored(frames: fc.Arbitrary<Composed>): fc.Arbitrary<Upper> {
  const mirror = (header: gre.Header, head: Uint8Array, inside: Composed): Upper =>
    greUpper(header, {
      bytes: joined(head, inside.bytes),
      layers: head.length === 0 ? inside.layers : ['erspan', ...inside.layers],
    })
  const numbered = (protocol: number, sequence: number): gre.Header => ({
    flags: gre.FLAG_SEQUENCE,
    version: gre.VERSION,
    protocol,
    sequence,
  })
  return fc.oneof(
    frames.map((inside) => mirror(gre.header(erspan2.PROTOCOL), new Uint8Array(0), inside)),
    fc
      .tuple(headers.erspan2, u32, frames)
      .map(([header, sequence, inside]) =>
        mirror(numbered(erspan2.PROTOCOL, sequence), encoded(erspan2, header, erspan2.LENGTH), inside),
      ),
    fc.tuple(headers.erspan3, u32, frames).map(([header, sequence, inside]) => {
      const length = header.platform === undefined ? erspan3.LENGTH : erspan3.LENGTH + erspan3.LENGTH_PLATFORM
      const head = encoded(erspan3, { ...header, frameType: erspan3.FRAME_ETHERNET }, length)
      return mirror(numbered(erspan3.PROTOCOL, sequence), head, inside)
    }),
  )
}

/** MPLS with one to three labels, above IP or a pseudowire with a control word. */
function labelled(packets: fc.Arbitrary<Network>, frames: fc.Arbitrary<Composed>): fc.Arbitrary<Network> {
  const stack = fc
    .array(
      headers.mpls.filter(({ label }) => label !== mpls.Label.GenericAssociatedChannel),
      { minLength: 1, maxLength: 3 },
    )
    .map((entries) =>
      joined(
        ...entries.map((entry, index) =>
          encoded(mpls, { ...entry, bottomOfStack: index === entries.length - 1 ? 1 : 0 }, mpls.LENGTH),
        ),
      ),
    )
  const names = (bytes: Uint8Array): string[] => Array.from({ length: bytes.length / mpls.LENGTH }, () => 'mpls')
  return fc.oneof(
    fc.tuple(stack, packets).map(([labels, inside]) => ({
      etherType: EtherType.Mpls,
      bytes: joined(labels, inside.bytes),
      layers: [...names(labels), ...inside.layers],
    })),
    fc.tuple(stack, u16, frames).map(([labels, sequence, inside]) => ({
      etherType: EtherType.Mpls,
      bytes: joined(labels, encoded(pseudowire, pseudowire.header(sequence), pseudowire.LENGTH), inside.bytes),
      layers: [...names(labels), 'pseudowire', ...inside.layers],
    })),
  )
}

/** MACsec that protects and does not encrypt. */
function protectedData(packets: fc.Arbitrary<Network>): fc.Arbitrary<Network> {
  return fc.tuple(headers.macsec, packets).map(([header, inside]) => {
    const bad = macsec.FLAG_VERSION | macsec.FLAG_ENCRYPTED | macsec.FLAG_CHANGED
    const clear = { ...header, flags: header.flags & ~bad, shortLength: 0 }
    const length = clear.channel === undefined ? macsec.LENGTH : macsec.LENGTH + macsec.LENGTH_CHANNEL
    const type = Uint8Array.of(inside.etherType >> 8, inside.etherType & 0xff)
    const check = new Uint8Array(macsec.LENGTH_CHECK_VALUE).fill(0x5a)
    return {
      etherType: EtherType.MacSecurity,
      bytes: joined(encoded(macsec, clear, length), type, inside.bytes, check),
      layers: ['macsec', 'ethertype', ...inside.layers],
    }
  })
}

/** A Cisco HDLC header in front of a packet of IP. */
function hdlcFrame(inside: Network): Composed {
  const header = { address: ciscoHdlc.ADDRESS_UNICAST, control: 0, etherType: inside.etherType }
  return {
    bytes: joined(encoded(ciscoHdlc, header, ciscoHdlc.LENGTH), inside.bytes),
    layers: ['cisco-hdlc', ...inside.layers],
  }
}

/** A PPP header in front of a packet of IP. */
function pppFrame(inside: Network, framed: boolean, compressed: boolean): Composed {
  const header = { framed, compressed, protocol: PROTOCOL_OF.get(inside.etherType)! }
  const length = (framed ? ppp.LENGTH_FRAMING : 0) + (compressed ? 1 : ppp.LENGTH)
  return { bytes: joined(encoded(ppp, header, length), inside.bytes), layers: ['ppp', ...inside.layers] }
}

/** PPPoE, around IP alone. */
function session(packets: fc.Arbitrary<Network>): fc.Arbitrary<Network> {
  return fc
    .tuple(
      u16,
      packets.filter(({ etherType }) => PROTOCOL_OF.has(etherType)),
      fc.boolean(),
    )
    .map(([sessionId, inside, compressed]) => {
      const frameOf = pppFrame(inside, false, compressed)
      const head = encoded(pppoe, pppoe.header(sessionId, frameOf.bytes.length), pppoe.LENGTH)
      return {
        etherType: EtherType.PppoeSession,
        bytes: joined(head, frameOf.bytes),
        layers: ['pppoe', ...frameOf.layers],
      }
    })
}

/** An 802.3 frame with a SNAP header in front of a packet. */
export function snapFrame(packets: fc.Arbitrary<Network>): fc.Arbitrary<Composed> {
  return fc.tuple(fc.record({ destination: u48, source: station }), packets).map(([addresses, inside]) => {
    const bytes = joined(encoded(llc, llc.snapHeader(inside.etherType), llc.LENGTH_SNAP), inside.bytes)
    return frame(addresses, [], { bytes, layers: ['llc', ...inside.layers], etherType: bytes.length })
  })
}

/**
 * A record of a link type that begins with a carrier.
 * @param packets - IP packets.
 * @param frames - Whole Ethernet frames.
 * @returns `null` for any other link type.
 */
export function carriedLink(
  linkType: number,
  packets: fc.Arbitrary<Network>,
  frames: fc.Arbitrary<Composed>,
): fc.Arbitrary<Composed> | null {
  switch (linkType) {
    case LinkType.Ppp:
      return fc
        .tuple(packets, fc.boolean(), fc.boolean())
        .map(([inside, framed, compressed]) => pppFrame(inside, framed, compressed))
    case LinkType.PppHdlc:
      return fc.oneof(
        packets.map((inside) => pppFrame(inside, true, false)),
        packets.map(hdlcFrame),
      )
    case LinkType.CiscoHdlc:
      return packets.map(hdlcFrame)
    case LinkType.PppEther:
      return session(packets)
    case LinkType.Nflog:
      return fc.tuple(headers.nflog, fc.boolean(), packets).map(([header, little, inside]) => {
        const family = inside.etherType === EtherType.IPv4 ? nflog.FAMILY_IPV4 : nflog.FAMILY_IPV6
        const head = encoded(nflog, { ...header, family }, nflog.LENGTH)
        const prefix = attribute(10, Uint8Array.of(0), little)
        return {
          bytes: joined(head, prefix, attribute(nflog.Attribute.Payload, inside.bytes, little)),
          layers: ['nflog', ...inside.layers],
        }
      })
    case LinkType.EthernetMpacket:
      return frames.map((inside) => ({
        bytes: joined(encoded(mpacket, mpacket.header(), mpacket.LENGTH), inside.bytes),
        layers: ['mpacket', ...inside.layers],
      }))
    case LinkType.DsaTagBrcmPrepend:
      return fc.tuple(headers.dsaBrcm, frames).map(([header, inside]) => ({
        bytes: joined(encoded(dsaBrcm, header, dsaBrcm.LENGTH), inside.bytes),
        layers: ['dsa-brcm', ...inside.layers],
      }))
    case LinkType.DsaTagBrcm:
      return fc.tuple(u48, station, headers.dsaBrcm, packets).map(([destination, source, header, inside]) => {
        const addresses = encoded(ethernet, { destination, source, etherType: inside.etherType }, ethernet.LENGTH)
        const at = ethernet.LENGTH_ADDRESSES
        return {
          bytes: joined(
            addresses.slice(0, at),
            encoded(dsaBrcm, header, dsaBrcm.LENGTH),
            addresses.slice(at),
            inside.bytes,
          ),
          layers: ['ethernet', 'dsa-brcm', 'ethertype', ...inside.layers],
        }
      })
    case LinkType.DsaTagDsa:
    case LinkType.DsaTagEdsa:
      return fc.tuple(u48, station, headers.dsa, packets).map(([destination, source, header, inside]) => {
        const addresses = encoded(ethernet, { destination, source, etherType: 0 }, ethernet.LENGTH)
        const prefix = linkType === LinkType.DsaTagDsa ? [] : [0xda, 0xda, 0, 0]
        return {
          bytes: joined(
            addresses.slice(0, ethernet.LENGTH_ADDRESSES),
            Uint8Array.from(prefix),
            encoded(dsa, { ...header, etherType: inside.etherType }, dsa.LENGTH),
            inside.bytes,
          ),
          layers: ['ethernet', 'dsa', ...inside.layers],
        }
      })
    default:
      return null
  }
}

/** An attribute of NFLOG, padded to four bytes, in either byte order. */
function attribute(type: number, value: Uint8Array, littleEndian: boolean): Uint8Array {
  const length = nflog.LENGTH_ATTRIBUTE + value.length
  const bytes = new Uint8Array((length + 3) & ~3)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, length, littleEndian)
  view.setUint16(2, type, littleEndian)
  bytes.set(value, nflog.LENGTH_ATTRIBUTE)
  return bytes
}
