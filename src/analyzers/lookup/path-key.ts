/**
 * What a path is known by: tunnel kind and VNI, both tunnel endpoints, the source MAC with its VLAN, protocol, addresses and ports of what
 * travels inside. The words of a key are the first of the path's record.
 */
import { NONE } from '../../codecs/core/fault.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { Layers } from '../../codecs/walk/layers.ts'
import { finalize, fold32 } from '../tables/hash.ts'

/** Where each word of a path's record lies; the first {@link KEY} are its key. */
export const Path = {
  /** Tunnel kind × 2^24 + VNI. */
  KindVni: 0,
  /** Inner source MAC: lower 32 bits; upper 16, and below them the VLAN id. */
  MacLow: 1,
  MacHighVlan: 2,
  /** Inner protocol and {@link Shape}. */
  Shape: 3,
  /** Inner ports, source in the upper half. */
  InnerPorts: 4,
  /** First words of the addresses; the other three of IPv6 ones lie apart. */
  OuterSource: 5,
  OuterDestination: 6,
  InnerSource: 7,
  InnerDestination: 8,
  /** Outer UDP ports of the latest packets, source in the upper half; 0 while they were not looked up. */
  OuterPorts: 9,
  Bits: 10,
  Vni: 11,
  Pair: 12,
  Route: 13,
  Flow: 14,
  Mac: 15,
  Vlans: 16,
  SourceId: 17,
  DestinationId: 18,
  InnerSourceId: 19,
  InnerDestinationId: 20,
  /** Row (plus one) of the source MAC at the outer source; 0 while it is not known. */
  MacAtVtep: 21,
  /** Packets that are pending. */
  Packets: 22,
  /** Largest outer IP length of any packet so far that took the fast path. */
  LargestOuterIp: 23,
  /** Owed bytes and the latest time in seconds: 64-bit floats, at half these offsets. */
  InnerBytes: 24,
  WireBytes: 26,
  Seconds: 28,
  /** The latest packet's nanoseconds and number. */
  Nanoseconds: 30,
  Number: 31,
} as const

/** Words that are looked up by. */
export const KEY = 9
/** Words of IPv6 addresses behind the first ones: three each. */
export const WIDE = 12
/** Where each address's three further words are in a key. */
export const Wide = {
  OuterSource: KEY,
  OuterDestination: KEY + 3,
  InnerSource: KEY + 6,
  InnerDestination: KEY + 9,
} as const
/** Words of a key with both. */
export const PATH_KEY = KEY + WIDE

/** Bits of `Path.Shape` above the inner protocol. */
export const Shape = { Ports: 1 << 8, OuterIpv6: 1 << 9, InnerIpv6: 1 << 10, Tagged: 1 << 11 } as const

/** Either address is one of four words. */
export const WIDE_SHAPE = Shape.OuterIpv6 | Shape.InnerIpv6

const SOURCE = ipv6.LAYOUT.offsets.source
const DESTINATION = ipv6.LAYOUT.offsets.destination

/** Takes the key from a packet. @returns Whether it is of the kind that is kept. */
export function takeKey(key: Int32Array, layers: Layers): boolean {
  const { view, innerView, outerIp, innerFrame, innerIp, innerPorts } = layers
  if (outerIp.version === 0 || innerIp.version === 0 || innerIp.protocol === NONE || innerIp.isFragment) return false
  if (innerFrame.at === NONE || innerFrame.tagCount > 1) return false
  // The key holds the header's addresses, and the rows are those of whom the packet is for in the end.
  if (outerIp.isRouted || innerIp.isRouted) return false
  const vlan = innerFrame.tagCount === 0 ? 0 : innerFrame.vlanIds[0]!
  key[Path.KindVni] = (layers.tunnel << 24) | layers.vni
  key[Path.MacLow] = ethernet.sourceLow32(innerView, innerFrame.at)
  key[Path.MacHighVlan] = (ethernet.sourceHigh16(innerView, innerFrame.at) << 16) | vlan
  key[Path.Shape] =
    innerIp.protocol | (innerPorts === NONE ? 0 : Shape.Ports) | (innerFrame.tagCount === 0 ? 0 : Shape.Tagged)
  key[Path.InnerPorts] = innerPorts === NONE ? 0 : innerView.getInt32(innerPorts)
  if (outerIp.version === 4) putOuterIpv4(key, 0, view, outerIp.at)
  else {
    key[Path.Shape]! |= Shape.OuterIpv6
    putOuterIpv6(key, 0, view, outerIp.at)
  }
  if (innerIp.version === 4) putInnerIpv4(key, 0, innerView, innerIp.at)
  else {
    key[Path.Shape]! |= Shape.InnerIpv6
    putInnerIpv6(key, 0, innerView, innerIp.at, outerIp.version === 4)
  }
  return true
}

/** Whether the outer destination of a key is a multicast group, or the IPv4 broadcast address. */
export function isToGroup(keys: Int32Array, from: number): boolean {
  const first = keys[from + Path.OuterDestination]!
  if ((keys[from + Path.Shape]! & Shape.OuterIpv6) !== 0) return first >>> 24 === 0xff
  return first >>> 28 === 0xe || first === -1
}

/**
 * Hash of the key in `keys` from `from` on: of what tells paths apart in a network, not of every word. Both directions of a conversation
 * between two tunnel endpoints have the same hash but for its lowest bit, so that each finds the other. The same in every thread, so not
 * seeded: look-ups follow bounded chains, and paths that a crafted capture lines up take the slow path.
 */
export function pathHash(keys: Int32Array, from: number): number {
  const ports = keys[from + Path.InnerPorts]!
  let source = fold32(keys[from + Path.InnerSource]!, ports >>> 16)
  let destination = fold32(keys[from + Path.InnerDestination]!, ports & 0xffff)
  source = fold32(source, keys[from + Path.OuterSource]!)
  destination = fold32(destination, keys[from + Path.OuterDestination]!)
  if ((keys[from + Path.Shape]! & WIDE_SHAPE) !== 0) {
    for (let word = from; word < from + WIDE / 4; word++) {
      source = fold32(fold32(source, keys[word + Wide.OuterSource]!), keys[word + Wide.InnerSource]!)
      destination = fold32(
        fold32(destination, keys[word + Wide.OuterDestination]!),
        keys[word + Wide.InnerDestination]!,
      )
    }
  }
  const both = finalize(fold32((source + destination) | 0, keys[from + Path.KindVni]!))
  return (both & ~1) | (source < destination ? 1 : 0)
}

/** The hash of the other direction, where the two are not alike. */
export function reverseHash(hash: number): number {
  return hash ^ 1
}

/** Puts the addresses of the outer IPv4 header at an offset into the key at `to`. */
export function putOuterIpv4(keys: Int32Array, to: number, view: DataView, at: number): void {
  keys[to + Path.OuterSource] = ipv4.source(view, at)
  keys[to + Path.OuterDestination] = ipv4.destination(view, at)
}

/** The same of an inner one. */
export function putInnerIpv4(keys: Int32Array, to: number, view: DataView, at: number): void {
  keys[to + Path.InnerSource] = ipv4.source(view, at)
  keys[to + Path.InnerDestination] = ipv4.destination(view, at)
}

/** The same of an outer IPv6 header; what the inner one has more is cleared, so it comes after this. */
export function putOuterIpv6(keys: Int32Array, to: number, view: DataView, at: number): void {
  keys[to + Path.OuterSource] = view.getInt32(at + SOURCE)
  keys[to + Path.OuterDestination] = view.getInt32(at + DESTINATION)
  putWide(keys, to + KEY, view, at)
  for (let word = to + KEY + WIDE / 2; word < to + PATH_KEY; word++) keys[word] = 0
}

/**
 * The same of an inner IPv6 header.
 * @param isOnly - Whether the outer header is IPv4.
 */
export function putInnerIpv6(keys: Int32Array, to: number, view: DataView, at: number, isOnly: boolean): void {
  keys[to + Path.InnerSource] = view.getInt32(at + SOURCE)
  keys[to + Path.InnerDestination] = view.getInt32(at + DESTINATION)
  if (isOnly) for (let word = to + KEY; word < to + KEY + WIDE / 2; word++) keys[word] = 0
  putWide(keys, to + KEY + WIDE / 2, view, at)
}

function putWide(keys: Int32Array, to: number, view: DataView, at: number): void {
  for (let word = 0; word < 3; word++) {
    keys[to + word] = view.getInt32(at + SOURCE + 4 + 4 * word)
    keys[to + 3 + word] = view.getInt32(at + DESTINATION + 4 + 4 * word)
  }
}
