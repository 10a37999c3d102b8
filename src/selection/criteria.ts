/** Which packets a selection means: by VNI, tunnel endpoint and time, and by address inside the tunnel. */
import { parseMac } from '../codecs/core/address.ts'
import { NONE } from '../codecs/core/fault.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import * as arp from '../codecs/headers/arp.ts'
import * as icmp from '../codecs/headers/icmp.ts'
import * as icmpv6 from '../codecs/headers/icmpv6.ts'
import * as ipv6 from '../codecs/headers/ipv6.ts'
import * as ethernet from '../codecs/link/ethernet.ts'
import { EtherType } from '../codecs/link/ethernet.ts'
import { type IpLayer, type Layers, TunnelKind } from '../codecs/walk/layers.ts'
import { checkGiven } from '../option.ts'
import { NO_TIME } from '../packet.ts'
import { AddressRanges } from './address-ranges.ts'
import { NumberRanges } from './number-ranges.ts'
import { checkSelection, type Selection, timeOf } from './selection.ts'
import { compareTime, type Time } from './times.ts'

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

/** Tells whether packets are selected. */
export class Criteria {
  /** Whether anything behind the outer IP header is asked for: only the datagram's first fragment can tell. */
  readonly looksInside: boolean
  readonly #vnis: NumberRanges | null
  readonly #vteps: AddressRanges | null
  readonly #ips: AddressRanges | null
  readonly #macs: NumberRanges | null
  readonly #from: Time | null
  readonly #to: Time | null

  /** @throws RangeError for a value out of range or a text that does not say what it should, TypeError for a wrong type. */
  constructor(selection: Selection) {
    checkGiven('selection', selection)
    checkSelection(selection)
    const { vnis = [], vniRanges = [], vteps = [], ips = [], macs = [], from, to } = selection
    const numbers = new NumberRanges([...vnis.map((vni) => [vni, vni] as const), ...vniRanges])
    this.#vnis = numbers.isEmpty ? null : numbers
    this.#vteps = vteps.length === 0 ? null : new AddressRanges(vteps)
    this.#ips = ips.length === 0 ? null : new AddressRanges(ips)
    this.#macs = macs.length === 0 ? null : new NumberRanges(macs.map(parseMac).map((mac) => [mac, mac] as const))
    this.#from = timeOf(from)
    this.#to = timeOf(to)
    this.looksInside = this.#vnis !== null || this.#ips !== null || this.#macs !== null
  }

  /** Whether nothing is left out. */
  get keepsAll(): boolean {
    return !this.looksInside && this.#vteps === null && this.#from === null && this.#to === null
  }

  /** Whether anything is asked of the inner frame. */
  get asksForGuests(): boolean {
    return this.#ips !== null || this.#macs !== null
  }

  /** Whether a VNI is selected, or none was asked for. */
  acceptsVni(vni: number): boolean {
    return this.#vnis === null || this.#vnis.has(vni)
  }

  /** Whether an address in text form is a selected VTEP's, or none was asked for. */
  acceptsVtep(address: string): boolean {
    return this.#vteps === null || this.#vteps.hasText(address)
  }

  /** Whether a record's time is selected. One that has no time is selected only where none is asked for. */
  acceptsTime(seconds: number, nanoseconds: number): boolean {
    if (this.#from === null && this.#to === null) return true
    if (nanoseconds === NO_TIME) return false
    if (this.#from !== null && compareTime(this.#from, seconds, nanoseconds) > 0) return false
    return this.#to === null || compareTime(this.#to, seconds, nanoseconds) >= 0
  }

  /** Whether the packet is selected by what of it was captured; its time aside. */
  accepts(layers: Layers): boolean {
    if (this.looksInside) {
      if (layers.tunnel === TunnelKind.None) return false
      if (!this.acceptsVni(layers.vni)) return false
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
      return isOf(vteps, view, outerIp) || this.#isAbout(layers, vteps)
    }
    if (layers.outerFrame.etherType !== EtherType.Arp) return false
    // The walk stops in front of an outer ARP packet.
    const { cursor } = layers
    const { position } = cursor
    const at = arp.enter(cursor)
    cursor.position = position
    return at !== NONE && isInArp(vteps, view, at)
  }

  /** ICMP errors that quote a packet of an endpoint, neighbour discovery that asks for one. */
  #isAbout({ view, end, outerIp, outerTransport: at }: Layers, vteps: AddressRanges): boolean {
    if (at === NONE) return false
    if (outerIp.protocol === Protocol.Icmp) {
      const quoted = icmp.quoted(at)
      if (quoted + 20 > end || !icmp.isError(view, at)) return false
      return isInHeader(vteps, view, quoted, 4)
    }
    if (outerIp.protocol !== Protocol.IcmpV6 || at + ND_TARGET + IPV6_LENGTH > end) return false
    if (icmpv6.hasTarget(view, at)) return vteps.has6(view, at + ND_TARGET)
    const quoted = icmpv6.quoted(at)
    return icmpv6.isError(view, at) && quoted + ipv6.LENGTH <= end && isInHeader(vteps, view, quoted, 6)
  }

  #hasMac({ innerView: view, innerFrame: { at } }: Layers): boolean {
    if (at === NONE) return false
    const macs = this.#macs!
    const source = ethernet.sourceHigh16(view, at) * 2 ** 32 + (ethernet.sourceLow32(view, at) >>> 0)
    const destination = ethernet.destinationHigh16(view, at) * 2 ** 32 + (ethernet.destinationLow32(view, at) >>> 0)
    return macs.has(source) || macs.has(destination)
  }

  #hasInnerAddress({ innerView, innerIp, innerArp }: Layers): boolean {
    const ips = this.#ips!
    if (innerIp.at !== NONE) return isOf(ips, innerView, innerIp)
    return innerArp !== NONE && isInArp(ips, innerView, innerArp)
  }
}

/** Whether a packet is from or to an address of the set: its header's, and whom it is for in the end. */
function isOf(
  set: AddressRanges,
  view: DataView,
  { at, version, sourceAt, destinationAt, isRouted }: IpLayer,
): boolean {
  if (isInHeader(set, view, at, version)) return true
  return isRouted && (set.has(view, sourceAt, version) || set.has(view, destinationAt, version))
}

/** Whether a header's source or destination is of the set. */
function isInHeader(set: AddressRanges, view: DataView, at: number, version: number): boolean {
  if (version === 4) return set.has4(view, at + IPV4_SOURCE) || set.has4(view, at + IPV4_SOURCE + IPV4_LENGTH)
  return set.has6(view, at + IPV6_SOURCE) || set.has6(view, at + IPV6_SOURCE + IPV6_LENGTH)
}

/** Whether sender or target of an ARP packet for IPv4 is of the set. */
function isInArp(set: AddressRanges, view: DataView, at: number): boolean {
  return set.has4(view, at + ARP_SENDER) || set.has4(view, at + ARP_TARGET)
}
