/**
 * The flow cache: one record for every flow, direction and pair of tunnel endpoints, with the rows that its packets lead to and the counts
 * that are still pending for those rows. An eligible packet touches this record and no table; what is pending is flushed before anybody asks,
 * and when the cache is full and begins anew. A cache, not state: what it does not hold is looked up in the tables, with the same result,
 * because counts add up in any order.
 *
 * Records lie one behind the other in order of first appearance, so that they take no more room than there are paths. An index of slots
 * leads to them, open addressing by the hash of the key (`path-key.ts`).
 */

import { NONE } from '../../codecs/core/fault.ts'
import { NO_TIME } from '../../packet.ts'
import type { Observation } from './observation.ts'
import { KEY, PATH_KEY, Path, pathHash, reverseHash, takeKey, WIDE, WIDE_SHAPE, Wide } from './path-key.ts'

/** Words of a record. Two cache lines: the key and the rows first, then what is pending. */
const PATH_STRIDE = 32

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
/** Times as many records once there are too few: of what was outgrown not all is given back, so steps are large. */
const GROWTH = 4

/** Words of a slot: offset of the record plus one (0 = empty), and the whole hash of its key. */
const SLOT = 2
/** Words of slots by record: two slots, so that at most half of them are in use. */
const SLOT_WORDS = 2 * SLOT
/** Slots that a look-up follows; of a half-filled index chains are shorter unless somebody made them long. */
const LONGEST_CHAIN = 64

/** The VLAN id in `Path.MacHighVlan`. */
const VLAN = 0xffff

/** Adds what a path's packets counted to the rows that they belong to. */
export interface PathCounter {
  /** @param at - Offset of the record in {@link Paths.i32}. */
  countPath(paths: Paths, at: number): void
}

/** Records of paths. */
export class Paths {
  i32 = new Int32Array(FIRST_SIZE * PATH_STRIDE)
  f64 = new Float64Array(this.i32.buffer)
  #slots = new Int32Array(FIRST_SIZE * SLOT_WORDS)
  /** The key of the packet at hand. */
  readonly #key = new Int32Array(PATH_KEY)
  #wide: Int32Array | null = null
  /** Records that there is room for, and those in use. */
  #size = FIRST_SIZE
  #count = 0
  /** Whether the packet looked up last is of the kind that is kept, the hash of its key, and where its record is, `NONE` without. */
  #isKept = false
  #hash = 0
  #at = NONE

  /** @param counter - Called before a record with pending counts is forgotten. */
  constructor(private readonly counter: PathCounter) {}

  /** Reads the slot ahead that a look-up of a key with this hash begins at. @returns Nothing of use. */
  prefetchSlot(hash: number): number {
    const slots = this.#slots
    return slots[hash & (slots.length - SLOT)]!
  }

  /** The first record whose key has this hash; it may be another key's. @returns Its offset in {@link i32}, `NONE` without. */
  candidate(hash: number): number {
    const slots = this.#slots
    const mask = slots.length - SLOT
    let slot = hash & mask
    for (let step = 0; step < LONGEST_CHAIN && slots[slot] !== 0; step++) {
      if (slots[slot + 1] === hash) return slots[slot]! - 1
      slot = (slot + SLOT) & mask
    }
    return NONE
  }

  /**
   * Reads both cache lines of a record ahead, and the words of IPv6 addresses that lie apart.
   * @param shape - `Path.Shape` of the key.
   * @returns Nothing of use.
   */
  prefetchRecord(at: number, shape: number): number {
    const { i32 } = this
    const wide = this.#wide
    const apart = wide === null || (shape & WIDE_SHAPE) === 0 ? 0 : wide[(at / PATH_STRIDE) * WIDE]!
    return i32[at]! ^ i32[at + Path.Vlans]! ^ apart
  }

  /** Whether the record at an offset is of the key in `keys` from `from` on. */
  holds(at: number, keys: Int32Array, from: number): boolean {
    const { i32 } = this
    for (let word = 0; word < KEY; word++) if (i32[at + word] !== keys[from + word]) return false
    if (i32[at + Path.Bits] === 0) return false
    return (keys[from + Path.Shape]! & WIDE_SHAPE) === 0 || this.#holdsWide(at, keys, from)
  }

  /**
   * The record of a key.
   * @param keys - Holds the key from `from` on.
   * @param hash - Its {@link pathHash}.
   * @returns Offset in {@link i32}, `NONE` when there is none.
   */
  find(keys: Int32Array, from: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - SLOT
    let slot = hash & mask
    for (let step = 0; step < LONGEST_CHAIN && slots[slot] !== 0; step++) {
      if (slots[slot + 1] === hash && this.holds(slots[slot]! - 1, keys, from)) return slots[slot]! - 1
      slot = (slot + SLOT) & mask
    }
    return NONE
  }

  /**
   * A record of what comes back: the same conversation between the same tunnel endpoints and with the same VLAN, the other way. Its MAC is
   * whatever sends there.
   * @returns Offset in {@link i32}, `NONE` when there is none.
   */
  findReverse(keys: Int32Array, from: number, hash: number): number {
    const slots = this.#slots
    const mask = slots.length - SLOT
    const reverse = reverseHash(hash)
    let slot = hash & mask
    for (let step = 0; step < LONGEST_CHAIN && slots[slot] !== 0; step++) {
      if (slots[slot + 1] === reverse && this.#holdsReverse(slots[slot]! - 1, keys, from)) return slots[slot]! - 1
      slot = (slot + SLOT) & mask
    }
    return NONE
  }

  /** Looks the packet up. @returns Whether its rows are set. */
  lookup(o: Observation): boolean {
    this.#at = NONE
    const key = this.#key
    this.#isKept = takeKey(key, o.layers)
    if (!this.#isKept) return false
    this.#hash = pathHash(key, 0)
    const at = this.find(key, 0, this.#hash)
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
   * @returns Offset of the record in {@link i32}; `NONE` when there is none, because some row was not found or the chain is too long.
   */
  keep(o: Observation, keys: Int32Array, from: number, hash: number): number {
    // A full table counts each packet that it turns away, so such a packet must ask it again.
    if (o.vniRow === NONE || o.pairRow === NONE || o.routeRow === NONE || o.flowRow === NONE || o.macRow === NONE)
      return NONE
    if (this.#count === this.#size) {
      if (this.#size < LARGEST_SIZE) this.#grow()
      else this.#beginAnew()
    }
    const slot = emptySlot(this.#slots, hash)
    if (slot === NONE) return NONE
    const at = this.#count++ * PATH_STRIDE
    this.#slots[slot] = at + 1
    this.#slots[slot + 1] = hash
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
    const end = this.#count * PATH_STRIDE
    for (let at = 0; at < end; at += PATH_STRIDE) if (i32[at + Path.Packets] !== 0) this.counter.countPath(this, at)
  }

  /** Forgets every path and gives their memory back; what is pending is lost. */
  clear(): void {
    this.#size = FIRST_SIZE
    this.#count = 0
    this.i32 = new Int32Array(FIRST_SIZE * PATH_STRIDE)
    this.f64 = new Float64Array(this.i32.buffer)
    this.#slots = new Int32Array(FIRST_SIZE * SLOT_WORDS)
    this.#wide = null
    this.#isKept = false
    this.#at = NONE
  }

  /** Flushes and forgets every path, and keeps the memory. */
  #beginAnew(): void {
    this.countPaths()
    const { i32 } = this
    const end = this.#count * PATH_STRIDE
    for (let at = 0; at < end; at += PATH_STRIDE) i32[at + Path.Bits] = 0
    this.#slots.fill(0)
    this.#count = 0
    this.#at = NONE
  }

  #holdsWide(at: number, keys: Int32Array, from: number): boolean {
    const wide = this.#wide
    if (wide === null) return false
    const there = (at / PATH_STRIDE) * WIDE
    for (let word = 0; word < WIDE; word++) if (wide[there + word] !== keys[from + KEY + word]) return false
    return true
  }

  #holdsReverse(at: number, keys: Int32Array, from: number): boolean {
    const { i32 } = this
    const ports = keys[from + Path.InnerPorts]!
    const isReverse =
      i32[at + Path.InnerSource] === keys[from + Path.InnerDestination] &&
      i32[at + Path.InnerDestination] === keys[from + Path.InnerSource] &&
      i32[at + Path.InnerPorts] === ((ports << 16) | (ports >>> 16)) &&
      i32[at + Path.OuterSource] === keys[from + Path.OuterDestination] &&
      i32[at + Path.OuterDestination] === keys[from + Path.OuterSource] &&
      i32[at + Path.KindVni] === keys[from + Path.KindVni] &&
      i32[at + Path.Shape] === keys[from + Path.Shape] &&
      (i32[at + Path.MacHighVlan]! & VLAN) === (keys[from + Path.MacHighVlan]! & VLAN)
    return isReverse && ((keys[from + Path.Shape]! & WIDE_SHAPE) === 0 || this.#holdsReverseWide(at, keys, from))
  }

  #holdsReverseWide(at: number, keys: Int32Array, from: number): boolean {
    const wide = this.#wide
    if (wide === null) return false
    const there = (at / PATH_STRIDE) * WIDE - KEY
    for (let word = 0; word < WIDE / 4; word++) {
      if (
        wide[there + Wide.OuterSource + word] !== keys[from + Wide.OuterDestination + word] ||
        wide[there + Wide.OuterDestination + word] !== keys[from + Wide.OuterSource + word] ||
        wide[there + Wide.InnerSource + word] !== keys[from + Wide.InnerDestination + word] ||
        wide[there + Wide.InnerDestination + word] !== keys[from + Wide.InnerSource + word]
      )
        return false
    }
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

  /** Makes room for more records. */
  #grow(): void {
    const { i32 } = this
    const slots = this.#slots
    const wide = this.#wide
    this.#size *= GROWTH
    this.i32 = new Int32Array(this.#size * PATH_STRIDE)
    this.i32.set(i32)
    this.f64 = new Float64Array(this.i32.buffer)
    if (wide !== null) {
      this.#wide = new Int32Array(this.#size * WIDE)
      this.#wide.set(wide)
    }
    this.#slots = new Int32Array(this.#size * SLOT_WORDS)
    for (let from = 0; from < slots.length; from += SLOT) {
      // What finds no slot in a larger index was made to, and is forgotten.
      if (slots[from] !== 0 && !put(this.#slots, slots[from]!, slots[from + 1]!)) this.#forget(slots[from]! - 1)
    }
  }

  #forget(at: number): void {
    if (this.i32[at + Path.Packets] !== 0) this.counter.countPath(this, at)
    this.i32[at + Path.Bits] = 0
  }
}

/** The empty slot where a key with this hash belongs; `NONE` at the end of a chain. */
function emptySlot(slots: Int32Array, hash: number): number {
  const mask = slots.length - SLOT
  let slot = hash & mask
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    if (slots[slot] === 0) return slot
    slot = (slot + SLOT) & mask
  }
  return NONE
}

/** Puts a record into a slot. @returns Whether there was one. */
function put(slots: Int32Array, record: number, hash: number): boolean {
  const slot = emptySlot(slots, hash)
  if (slot === NONE) return false
  slots[slot] = record
  slots[slot + 1] = hash
  return true
}

function portsOf({ layers }: Observation): number {
  return (layers.outerSourcePort << 16) | layers.outerDestinationPort
}
