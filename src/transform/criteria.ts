/** Which packets a selection means: by VNI and tunnel endpoint, and by address inside the tunnel. */
import { parseAddress, parseMac } from '../codecs/address.ts'
import * as arp from '../codecs/arp.ts'
import { EtherType } from '../codecs/ethernet.ts'
import { NONE } from '../codecs/fault.ts'
import * as icmp from '../codecs/icmp.ts'
import * as icmpv6 from '../codecs/icmpv6.ts'
import * as ipv6 from '../codecs/ipv6.ts'
import { type Layers, TunnelKind } from '../codecs/layers.ts'
import { Protocol } from '../codecs/protocol.ts'
import { VNI_MAX } from '../codecs/vxlan.ts'
import { checkGiven, checkInteger, checkList, checkObject, checkTexts } from '../option.ts'

/** What is selected: within a list any, of the lists that are not empty all. */
export interface Selection {
  /** VNIs of the outermost tunnel. */
  vnis?: readonly number[]
  /**
   * Tunnel endpoints: outer IPv4 or IPv6 source or destination, whatever the packet; ARP and neighbour discovery about them;
   * ICMP errors about what they sent or were sent.
   */
  vteps?: readonly string[]
  /** Inner IPv4 or IPv6 source or destination; sender or target of an inner ARP packet. */
  ips?: readonly string[]
  /** Inner source or destination MAC address. */
  macs?: readonly string[]
}

/** Offsets of source and destination in an IPv4 header (RFC 791 §3.1), with the length of an address. */
const IPV4_SOURCE = 12
const IPV4_LENGTH = 4
/** Offset of the source address in an IPv6 header (RFC 8200 §3). */
const IPV6_SOURCE = 8
const IPV6_LENGTH = 16
/** Offset of sender and target in ARP for IPv4 over Ethernet (RFC 826). */
const ARP_SENDER = 14
const ARP_TARGET = 24
/** Offset of the target in neighbour solicitations and advertisements (RFC 4861 §4.3). */
const ND_TARGET = 8

/** A few addresses, compared byte by byte with what lies in a view. */
class Addresses {
  readonly #ipv4: readonly Uint8Array[]
  readonly #ipv6: readonly Uint8Array[]

  constructor(texts: readonly string[]) {
    const all = texts.map(parseAddress)
    this.#ipv4 = all.filter((bytes) => bytes.length === IPV4_LENGTH)
    this.#ipv6 = all.filter((bytes) => bytes.length === IPV6_LENGTH)
  }

  /** Whether an IPv4 address of the set is at `at`. */
  has4(view: DataView, at: number): boolean {
    return this.#ipv4.some((address) => isAt(address, view, at))
  }

  /** Whether an IPv6 address of the set is at `at`. */
  has6(view: DataView, at: number): boolean {
    return this.#ipv6.some((address) => isAt(address, view, at))
  }

  /** Whether a header's source or destination is of the set. */
  ofHeader(view: DataView, at: number, version: number): boolean {
    if (version === 4) return this.has4(view, at + IPV4_SOURCE) || this.has4(view, at + IPV4_SOURCE + IPV4_LENGTH)
    return this.has6(view, at + IPV6_SOURCE) || this.has6(view, at + IPV6_SOURCE + IPV6_LENGTH)
  }

  /** Whether sender or target of an ARP packet for IPv4 is of the set. */
  ofArp(view: DataView, at: number): boolean {
    return this.has4(view, at + ARP_SENDER) || this.has4(view, at + ARP_TARGET)
  }
}

function isAt(address: Uint8Array, view: DataView, at: number): boolean {
  for (let i = 0; i < address.length; i++) if (address[i] !== view.getUint8(at + i)) return false
  return true
}

/** Tells whether packets are selected. */
export class Criteria {
  /** Whether anything behind the outer IP header is asked for: only the datagram's first fragment can tell. */
  readonly looksInside: boolean
  readonly #vnis: ReadonlySet<number> | null
  readonly #vteps: Addresses | null
  readonly #ips: Addresses | null
  readonly #macs: readonly Uint8Array[] | null

  /** @throws RangeError for a VNI out of range or an address that is none, TypeError for a wrong type. */
  constructor(selection: Selection) {
    checkGiven('selection', selection)
    checkObject('selection', selection)
    const { vnis = [], vteps = [], ips = [], macs = [] } = selection
    checkList('vnis', vnis, (name, vni) => checkInteger(name, vni, 0, VNI_MAX))
    checkTexts('vteps', vteps, parseAddress)
    checkTexts('ips', ips, parseAddress)
    checkTexts('macs', macs, parseMac)
    this.#vnis = vnis.length === 0 ? null : new Set(vnis)
    this.#vteps = vteps.length === 0 ? null : new Addresses(vteps)
    this.#ips = ips.length === 0 ? null : new Addresses(ips)
    this.#macs = macs.length === 0 ? null : macs.map(macBytes)
    this.looksInside = this.#vnis !== null || this.#ips !== null || this.#macs !== null
  }

  /** Whether the packet is selected by what of it was captured. */
  accepts(layers: Layers): boolean {
    if (this.looksInside) {
      if (layers.tunnel === TunnelKind.None) return false
      if (this.#vnis !== null && !this.#vnis.has(layers.vni)) return false
      if (this.#macs !== null && !this.#hasMac(layers)) return false
      if (this.#ips !== null && !this.#hasInnerAddress(layers)) return false
    }
    return this.acceptsOuter(layers)
  }

  /** Whether the packet is selected by what every fragment of it shows: its outer addresses. */
  acceptsOuter(layers: Layers): boolean {
    const vteps = this.#vteps
    if (vteps === null) return true
    const { view, outerIp } = layers
    if (outerIp.at !== NONE) {
      return vteps.ofHeader(view, outerIp.at, outerIp.version) || this.#isAbout(layers, vteps)
    }
    if (layers.outerFrame.etherType !== EtherType.Arp) return false
    // The walk stops in front of an outer ARP packet.
    const { cursor } = layers
    const { position } = cursor
    const at = arp.enter(cursor)
    cursor.position = position
    return at !== NONE && vteps.ofArp(view, at)
  }

  /** ICMP errors that quote a packet of an endpoint, neighbour discovery that asks for one. */
  #isAbout({ view, end, outerIp, outerTransport: at }: Layers, vteps: Addresses): boolean {
    if (at === NONE) return false
    if (outerIp.protocol === Protocol.Icmp) {
      const quoted = icmp.quoted(at)
      if (quoted + 20 > end || !icmp.isError(view, at)) return false
      return vteps.ofHeader(view, quoted, 4)
    }
    if (outerIp.protocol !== Protocol.IcmpV6 || at + ND_TARGET + IPV6_LENGTH > end) return false
    if (icmpv6.hasTarget(view, at)) return vteps.has6(view, at + ND_TARGET)
    const quoted = icmpv6.quoted(at)
    return icmpv6.isError(view, at) && quoted + ipv6.LENGTH <= end && vteps.ofHeader(view, quoted, 6)
  }

  #hasMac({ innerView, innerFrame: { at } }: Layers): boolean {
    if (at === NONE) return false
    return this.#macs!.some((mac) => isAt(mac, innerView, at) || isAt(mac, innerView, at + mac.length))
  }

  #hasInnerAddress({ innerView, innerIp, innerArp }: Layers): boolean {
    const ips = this.#ips!
    if (innerIp.at !== NONE) return ips.ofHeader(innerView, innerIp.at, innerIp.version)
    return innerArp !== NONE && ips.ofArp(innerView, innerArp)
  }
}

function macBytes(text: string): Uint8Array {
  const value = parseMac(text)
  return Uint8Array.from({ length: 6 }, (_, index) => Math.floor(value / 256 ** (5 - index)) % 256)
}
