/**
 * The latest paths: one record for every flow, direction and pair of tunnel endpoints, with the rows that its packets lead to
 * and the counts that are still pending for those rows. An eligible packet touches this record and no table; what is pending is flushed
 * when the record makes room for another path, and before anybody asks. A cache, not state: what it does not hold is looked up
 * in the tables, with the same result, because counts add up in any order.
 */

import { NONE } from '../../codecs/core/fault.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { Layers } from '../../codecs/walk/layers.ts'
import { NO_TIME } from '../../packet.ts'
import { finalize, fold32 } from '../tables/hash.ts'
import type { Observation } from './observation.ts'

/** Words of a record. Two cache lines: the key and the rows first, then what is pending. */
const PATH_STRIDE = 32

/** Where each word of a record lies; the first {@link KEY} are its key. */
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
const KEY = 9
/** Words of IPv6 addresses behind the first ones: three each. */
const WIDE = 12
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
const WIDE_SHAPE = Shape.OuterIpv6 | Shape.InnerIpv6

/** Bits of `Path.Bits`; 0 in a record that holds no path. */
export const PathBit = {
  Filled: 1 << 0,
  PairForward: 1 << 1,
  FlowForward: 1 << 2,
  /** The outer destination is a group. */
  ToGroup: 1 << 3,
  /** The outer destination or source port found no row: full tables take nothing any more, and count whom they turn away. */
  DestinationRefused: 1 << 4,
  SourceRefused: 1 << 5,
} as const

/** Either port found no row. */
export const REFUSED = PathBit.DestinationRefused | PathBit.SourceRefused

/** Records at first and at most: 0.5 to 34 MB, IPv6 half as much again. */
const FIRST_SIZE = 4_096
const LARGEST_SIZE = 262_144
/** Times as many records once misses are half as many as records: fuller ones push each other out. */
const GROWTH = 4

const SOURCE = ipv6.LAYOUT.offsets.source
const DESTINATION = ipv6.LAYOUT.offsets.destination

/** Adds what a path's packets counted to the rows that they belong to. */
export interface PathCounter {
  /** @param at - Offset of the record in {@link Paths.i32}. */
  countPath(paths: Paths, at: number): void
}

/** Records of paths, two places for each key. */
export class Paths {
  i32 = new Int32Array(FIRST_SIZE * PATH_STRIDE)
  f64 = new Float64Array(this.i32.buffer)
  /** The key of the packet at hand. */
  readonly #key = new Int32Array(PATH_KEY)
  #wide: Int32Array | null = null
  #size = FIRST_SIZE
  #misses = 0
  /** Whether the packet looked up last is of the kind that is kept, the hash of its key, and where its record is, `NONE` without. */
  #isKept = false
  #hash = 0
  #at = NONE

  /** @param counter - Called before a record with pending counts is overwritten. */
  constructor(private readonly counter: PathCounter) {}

  /** Reads what a look-up of a key with this hash will read first. @returns Nothing of use. */
  prefetch(hash: number): number {
    const place = (hash & (this.#size - 1)) * PATH_STRIDE
    const { i32 } = this
    return i32[place]! ^ i32[place + Path.Vlans]! ^ i32[place ^ PATH_STRIDE]!
  }

  /**
   * The record of a key.
   * @param keys - Holds the key from `from` on.
   * @param hash - Its {@link pathHash}.
   * @returns Offset in {@link i32}, `NONE` when there is none.
   */
  findAmong(keys: Int32Array, from: number, hash: number): number {
    const place = (hash & (this.#size - 1)) * PATH_STRIDE
    if (this.#holds(place, keys, from)) return place
    const other = place ^ PATH_STRIDE
    return this.#holds(other, keys, from) ? other : NONE
  }

  /** Looks the packet up. @returns Whether its rows are set. */
  lookup(o: Observation): boolean {
    this.#at = NONE
    const key = this.#key
    this.#isKept = take(key, o.layers)
    if (!this.#isKept) return false
    this.#hash = pathHash(key, 0)
    const at = this.findAmong(key, 0, this.#hash)
    this.#at = at
    if (at === NONE) return false
    const { i32 } = this
    const bits = i32[at + Path.Bits]!
    o.vniRow = i32[at + Path.Vni]!
    o.pairRow = i32[at + Path.Pair]!
    o.routeRow = i32[at + Path.Route]!
    o.flowRow = i32[at + Path.Flow]!
    o.macRow = i32[at + Path.Mac]!
    o.vlansRow = i32[at + Path.Vlans]!
    o.sourceId = i32[at + Path.SourceId]!
    o.destinationId = i32[at + Path.DestinationId]!
    o.innerSourceId = i32[at + Path.InnerSourceId]!
    o.innerDestinationId = i32[at + Path.InnerDestinationId]!
    o.pairForward = (bits & PathBit.PairForward) !== 0
    o.flowForward = (bits & PathBit.FlowForward) !== 0
    o.portsKnown = i32[at + Path.OuterPorts] === portsOf(o)
    o.portsRefused = bits & REFUSED
    o.macAtVtepRow = i32[at + Path.MacAtVtep]! - 1
    return true
  }

  /** Keeps the rows that the tables gave the packet after {@link lookup} had said no. */
  insert(o: Observation, toGroup: boolean): void {
    if (!this.#isKept) return
    this.#at = this.keep(o, this.#key, 0, this.#hash)
    if (toGroup && this.#at !== NONE) this.i32[this.#at + Path.Bits]! |= PathBit.ToGroup
  }

  /**
   * Keeps the rows of a packet under the key in `keys` from `from` on, which has no record yet.
   * @param hash - The key's {@link pathHash}.
   * @returns Offset of the record in {@link i32}; `NONE` when there is none, because some row was not found.
   */
  keep(o: Observation, keys: Int32Array, from: number, hash: number): number {
    if (++this.#misses === this.#size >> 1 && this.#size < LARGEST_SIZE) this.#grow()
    // A full table counts each packet that it turns away, so such a packet must ask it again.
    if (o.vniRow === NONE || o.pairRow === NONE || o.routeRow === NONE || o.flowRow === NONE || o.macRow === NONE)
      return NONE
    const { i32 } = this
    const place = (hash & (this.#size - 1)) * PATH_STRIDE
    // Of two paths in one place the one that was seen last stays.
    const other = place ^ PATH_STRIDE
    const at = i32[place + Path.Number]! <= i32[other + Path.Number]! ? place : other
    if (i32[at + Path.Packets] !== 0) this.counter.countPath(this, at)
    this.#store(o, at, keys, from)
    return at
  }

  /**
   * Keeps that the packet's outer ports were looked up.
   * @param refused - Bits of {@link REFUSED}: which of them found no row.
   */
  insertPorts(o: Observation, refused: number): void {
    const at = this.#at
    if (at === NONE) return
    // What is pending was sent from the ports before.
    if (this.i32[at + Path.Packets] !== 0) this.counter.countPath(this, at)
    this.i32[at + Path.OuterPorts] = portsOf(o)
    this.i32[at + Path.Bits] = (this.i32[at + Path.Bits]! & ~REFUSED) | refused
  }

  /** Keeps the row of the packet's MAC at its VTEP. */
  insertMacAtVtep(row: number): void {
    if (this.#at !== NONE) this.i32[this.#at + Path.MacAtVtep] = row + 1
  }

  /** Flushes whatever is pending. */
  countPaths(): void {
    const { i32 } = this
    for (let at = 0; at < i32.length; at += PATH_STRIDE)
      if (i32[at + Path.Packets] !== 0) this.counter.countPath(this, at)
  }

  /** Forgets every path and gives their memory back; what is pending is lost. */
  clear(): void {
    this.#size = FIRST_SIZE
    this.#misses = 0
    this.i32 = new Int32Array(FIRST_SIZE * PATH_STRIDE)
    this.f64 = new Float64Array(this.i32.buffer)
    this.#wide = null
    this.#isKept = false
    this.#at = NONE
  }

  #holds(at: number, keys: Int32Array, from: number): boolean {
    const { i32 } = this
    for (let word = 0; word < KEY; word++) if (i32[at + word] !== keys[from + word]) return false
    if (i32[at + Path.Bits] === 0) return false
    return (keys[from + Path.Shape]! & WIDE_SHAPE) === 0 || this.#holdsWide(at, keys, from)
  }

  #holdsWide(at: number, keys: Int32Array, from: number): boolean {
    const wide = this.#wide
    if (wide === null) return false
    const there = (at / PATH_STRIDE) * WIDE
    for (let word = 0; word < WIDE; word++) if (wide[there + word] !== keys[from + KEY + word]) return false
    return true
  }

  #store(o: Observation, at: number, keys: Int32Array, from: number): void {
    const { i32, f64 } = this
    for (let word = 0; word < KEY; word++) i32[at + word] = keys[from + word]!
    if ((keys[from + Path.Shape]! & WIDE_SHAPE) !== 0) {
      this.#wide ??= new Int32Array(this.#size * WIDE)
      const to = (at / PATH_STRIDE) * WIDE
      for (let word = 0; word < WIDE; word++) this.#wide[to + word] = keys[from + KEY + word]!
    }
    i32[at + Path.OuterPorts] = 0
    i32[at + Path.Bits] =
      PathBit.Filled | (o.pairForward ? PathBit.PairForward : 0) | (o.flowForward ? PathBit.FlowForward : 0)
    i32[at + Path.Vni] = o.vniRow
    i32[at + Path.Pair] = o.pairRow
    i32[at + Path.Route] = o.routeRow
    i32[at + Path.Flow] = o.flowRow
    i32[at + Path.Mac] = o.macRow
    i32[at + Path.Vlans] = o.vlansRow
    i32[at + Path.SourceId] = o.sourceId
    i32[at + Path.DestinationId] = o.destinationId
    i32[at + Path.InnerSourceId] = o.innerSourceId
    i32[at + Path.InnerDestinationId] = o.innerDestinationId
    i32[at + Path.MacAtVtep] = 0
    i32[at + Path.Packets] = 0
    i32[at + Path.LargestOuterIp] = 0
    f64[(at + Path.InnerBytes) >> 1] = 0
    f64[(at + Path.WireBytes) >> 1] = 0
    // The fast path only moves the last time on; where this packet has none, the first time is still to come, by the slow path.
    f64[(at + Path.Seconds) >> 1] = o.nanoseconds === NO_TIME ? Number.POSITIVE_INFINITY : o.seconds
    i32[at + Path.Nanoseconds] = o.nanoseconds
    i32[at + Path.Number] = o.number
  }

  /** Makes room for more records. The two of one place go to places of which each could take both, so none is lost. */
  #grow(): void {
    const { i32: before } = this
    const wideBefore = this.#wide
    const key = new Int32Array(PATH_KEY)
    this.#size *= GROWTH
    this.#misses = 0
    this.i32 = new Int32Array(this.#size * PATH_STRIDE)
    this.f64 = new Float64Array(this.i32.buffer)
    if (wideBefore !== null) this.#wide = new Int32Array(this.#size * WIDE)
    for (let from = 0; from < before.length; from += PATH_STRIDE) {
      if (before[from + Path.Bits] === 0) continue
      const wideFrom = (from / PATH_STRIDE) * WIDE
      for (let word = 0; word < KEY; word++) key[word] = before[from + word]!
      if (wideBefore !== null) for (let word = 0; word < WIDE; word++) key[KEY + word] = wideBefore[wideFrom + word]!
      const place = (pathHash(key, 0) & (this.#size - 1)) * PATH_STRIDE
      const to = this.i32[place + Path.Bits] === 0 ? place : place ^ PATH_STRIDE
      for (let word = 0; word < PATH_STRIDE; word++) this.i32[to + word] = before[from + word]!
      this.#wide?.set(key.subarray(KEY), (to / PATH_STRIDE) * WIDE)
    }
  }
}

/** Takes the key from a packet. @returns Whether it is of the kind that is kept. */
function take(key: Int32Array, layers: Layers): boolean {
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

/**
 * Hash of the key in `keys` from `from` on: of what tells paths apart in a network, not of every word. The same in every thread,
 * so not seeded; paths that a crafted capture lines up push each other out, and take the slow path.
 */
export function pathHash(keys: Int32Array, from: number): number {
  const inner = keys[from + Path.InnerSource]! ^ Math.imul(keys[from + Path.InnerDestination]!, 0x0101_0007)
  const outer = keys[from + Path.OuterSource]! ^ Math.imul(keys[from + Path.OuterDestination]!, 0x0101_0007)
  let hash = fold32(inner, keys[from + Path.InnerPorts]!)
  hash = fold32(hash, outer ^ keys[from + Path.KindVni]!)
  if ((keys[from + Path.Shape]! & WIDE_SHAPE) !== 0) {
    for (let word = from + KEY; word < from + PATH_KEY; word++) hash = fold32(hash, keys[word]!)
  }
  return finalize(hash)
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

function portsOf({ layers }: Observation): number {
  return (layers.outerSourcePort << 16) | layers.outerDestinationPort
}
