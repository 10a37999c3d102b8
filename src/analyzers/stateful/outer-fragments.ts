/**
 * Outer datagrams in fragments: which byte ranges were seen, whether the datagram is whole, and the bytes of the later
 * fragments on the VNI and VTEP pair of the first one. The bytes themselves are joined, where that is needed, in tiny-fragments.ts.
 * Who split them: a router, where the datagram was whole a hop before; the sender, where the TTL is still what systems start with.
 * A datagram is missing a fragment when a second after its first one it is still not whole; the edges of the capture are allowed for.
 * What misleads: a capture filter on UDP ports, which lets no later fragment through, and a capture that itself lost packets.
 */
import { fold } from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { NO_TIME } from '../../packet.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Bit, EventLog, Field, isCaptureCopy, STRIDE } from '../events/event-log.ts'
import { checksumFlags, Summed, statedLength } from '../events/fragment-sums.ts'
import { outerTtl } from '../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState } from '../tables/counter-by-key.ts'
import { ID_SPACE } from '../tables/limits.ts'
import { RecentRing, type RecentRingState } from '../tables/recent-ring.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { near } from '../tables/time.ts'
import type { Clock } from './clock.ts'
import { SIZE_CLASSES, sizeClass } from './sizes/sizes.ts'

/** Nanoseconds that a receiver waits for the rest: Linux waits 30 s for IPv4, RFC 8200 §4.5 says 60 s for IPv6. */
const LIFETIME_IPV4 = 30_000_000_000
const LIFETIME_IPV6 = 60_000_000_000
/** Ranges with holes between them that are kept of one datagram; with more it stays incomplete. */
const MOST_RANGES = 16

const SECONDS = 0
const NANOSECONDS = 1
/** Rows of the first fragment plus one, 0 until it comes; the pair row is negative against the pair's direction. */
const VNI = 2
const PAIR = 3
/** Record bytes and largest IP length of later fragments that came before the first. */
const EARLY_BYTES = 4
const EARLY_LENGTH = 5
/** Length of the whole payload, known from the last fragment; 0 until then. */
const TOTAL = 6
const WHOLE = 7
const RANGES = 8
/** Number of the fragment that was seen first; address ids. */
const NUMBER = 9
const SOURCE = 10
const DESTINATION = 11
/**
 * Whether the first fragment was seen, 0 until then: of whatever tunnel, or of a datagram to a tunnel's port that is too small to say
 * more; bytes of an unfragmented header in it.
 */
const HEAD = 12
const OF_WHATEVER = 1
const TO_TUNNEL = 2
const HEADER = 13
/** Whether fragments overlap where that forbids to join them. */
const BROKEN = 14
const RANGE = 15
/** Later fragments that came before the first, by size class. */
const EARLY_SIZES = RANGE + 2 * MOST_RANGES
/** Sum and bytes of the fragments so far, and whether one lacks its sum: see fragment-sums.ts. */
const SUM = EARLY_SIZES + SIZE_CLASSES.length + 1
const SUMMED_BYTES = SUM + 1
const UNSUMMED = SUM + 2
/** Words of the event of the first fragment that {@link FIRST_FIELDS} names. */
const FIRST = SUM + 3
/** What is told of a datagram whose checksums are wrong, and what they must come to. */
const FIRST_FIELDS = [
  ...[Field.Number, Field.Bits, Field.Vni, Field.Pair, Field.Route, Field.Source, Field.Destination, Field.OuterPorts],
  ...[Field.KindVni, Field.QuotedPorts, Field.QuotedVni],
] as const
/** How often {@link EARLY_BYTES} reached 2^30 and began anew: the same fragment may come without end. */
const EARLY_WRAPS = FIRST + FIRST_FIELDS.length
const WORDS = EARLY_WRAPS + 1
const WRAP = 2 ** 30

/** Nanoseconds after which no further fragment comes: fragments of a datagram leave back to back. */
const SETTLED = 1_000_000_000
/** Nanoseconds from the capture's start within which a first fragment may have come before it. */
const START_EDGE = 100_000_000
/** Bytes of the IPv6 fragment header (RFC 8200 §4.5). */
const FRAGMENT_HEADER = 8
/** What systems start the TTL with: seen unchanged, no router has been passed. */
const INITIAL_TTLS: readonly number[] = [64, 128, 255]
/** A router cuts at a multiple of eight bytes: its MTU is up to this much above a first fragment's length. */
const UP_TO_MORE = 7

/** Cells of a VTEP pair: record bytes by direction, largest outer IP length; of a VNI: record bytes. */
const PAIR_CELLS = 3
const LARGEST = 2

/** Who fragments. */
export type Fragmenter = 'vtep' | 'router' | 'unknown'

/** Figures of one direction of a VTEP pair. */
interface SplitFigures {
  /** Smallest first fragment: IP length in bytes. */
  first: number
  /** Smallest datagram that was split, as an IP length; 0 until one was seen to its end. */
  smallest: number
  /** Largest such datagram. */
  largest: number
  /** Bit n: a whole packet of `first` + n bytes was seen, 1 to 7. */
  whole: number
  /** Most TTL of a first fragment. */
  timeToLive: number
  /** Datagrams that were whole a hop before. */
  byRouter: number
}

/** Datagrams of one direction of a VTEP pair that travel in fragments. */
export interface Split {
  /** How many, capture duplicates counted once. */
  count: number
  /** Numbers of the first ones' first fragments. */
  packets: readonly number[]
  /** Smallest first fragment: IP length in bytes. */
  first: number
  /** Smallest and largest datagram that was split, as IP lengths; 0 when none was seen to its end. */
  smallest: number
  largest: number
  /** Largest packet that was not split where the smallest one was: at least `first`. */
  whole: number
  by: Fragmenter
  timeToLive: number
}

/** Datagrams between two addresses that never became whole. */
export interface Missing {
  /** Address ids. */
  source: number
  destination: number
  count: number
  packets: readonly number[]
  /** How many lack their first fragment. */
  headless: number
}

/** Saved fragments. */
export interface OuterFragmentsState {
  window: RecentRingState
  datagrams: number
  reassembled: number
  rows: number[]
  vnis: RecordsState
  pairs: RecordsState
  splits: CounterByKeyState<SplitFigures>
  missing: CounterByKeyState<{ headless: number }>
  later: number
  earlySizes: number[]
}

/** Datagrams of the outermost IP layer that travel in fragments. */
export class OuterFragments implements StatefulAnalyzer<OuterFragmentsState> {
  /** Datagrams of which every byte was seen. */
  reassembled = 0
  #datagrams = 0
  readonly #window: RecentRing
  readonly #vnis = new Records(1)
  readonly #pairs = new Records(PAIR_CELLS)
  /** Later fragments of UDP datagrams in the whole capture: none at all speaks of a capture filter. */
  later = 0
  /** Later fragments of tunnel datagrams that came before the first one, by size class: the analyzer of sizes has not seen them. */
  readonly earlySizes: number[] = new Array<number>(SIZE_CLASSES.length + 1).fill(0)
  /** Whether the packet at hand completed a datagram whose checksums are wrong. */
  isDamaged = false
  readonly #damaged = new EventLog(new Int32Array(STRIDE))
  /** By pair row × 2 + direction. */
  readonly #splits = new CounterByKey<SplitFigures>(() => ({
    first: 0,
    smallest: 0,
    largest: 0,
    whole: 0,
    timeToLive: 0,
    byRouter: 0,
  }))
  /** What left the ring without having become whole, by address ids (from × ID_SPACE + to). */
  readonly #missing = new CounterByKey<{ headless: number }>(() => ({ headless: 0 }))
  #vniRows = 0
  #pairRows = 0

  /**
   * @param clock - Has observed the packet before this analyzer does.
   * @param size - Datagrams that are followed at a time, a power of two.
   */
  constructor(
    private readonly clock: Clock,
    size: number,
  ) {
    this.#window = new RecentRing(size, WORDS)
  }

  /** Datagrams of which some byte was not seen. */
  get incomplete(): number {
    return this.#datagrams - this.reassembled
  }

  /** Record bytes of later fragments by VNI row. */
  vniBytes(row: number): number {
    return this.#vnis.get(row, 0)
  }

  /** Record bytes of later fragments by pair row and direction. */
  pairBytes(row: number, direction: 0 | 1): number {
    return this.#pairs.get(row, direction)
  }

  /** Largest outer IP length among later fragments. */
  pairLargest(row: number): number {
    return this.#pairs.get(row, LARGEST)
  }

  /**
   * Takes one fragment.
   * @returns Whether it belongs to a tunnel datagram whose first fragment was seen.
   */
  observe(log: EventLog, at: number): boolean {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.Fragment) === 0) {
      if (this.#splits.size > 0) this.#noteWhole(i32, at)
      return false
    }
    // What was whole a hop before is not a repeated fragment: it opens a datagram of its own.
    const isCopy = isCaptureCopy(i32, at) && (bits & Bit.Refragmented) === 0
    const entry = this.#entry(log, at, isCopy)
    if (entry === NONE) return false
    if (!isCopy) this.#noteRange(log, at, entry)
    if (i32[at + Field.FragmentOffset] === 0) this.#noteFirst(log, at, entry)
    else this.#noteLater(log, at, entry)
    return this.#window.data[entry + VNI] !== 0
  }

  /** Datagrams of a pair row's direction that travel in fragments; `null` when there are none. */
  split(row: number, direction: 0 | 1): Split | null {
    const entry = this.#splits.get(row * 2 + direction)
    if (entry === undefined) return null
    const { count, packets, figures } = entry
    const { first, smallest, largest, timeToLive, byRouter } = figures
    let whole = first
    for (let more = 1; more <= UP_TO_MORE; more++) {
      const isBelow = smallest === 0 || first + more < smallest
      if ((figures.whole & (1 << more)) !== 0 && isBelow) whole = first + more
    }
    const by = byRouter > 0 ? 'router' : INITIAL_TTLS.includes(timeToLive) ? 'vtep' : 'unknown'
    return { count, packets, first, smallest, largest, whole, by, timeToLive }
  }

  /** Datagrams that never became whole, by their addresses, in order of those. */
  missing(): Missing[] {
    const tally = new CounterByKey<{ headless: number }>(() => ({ headless: 0 }))
    tally.restore(this.#missing.save())
    const { data } = this.#window
    for (const entry of this.#window.entries()) this.#judgeMissing(data, entry, tally)
    return [...tally.entries()]
      .sort((left, right) => left.key - right.key)
      .map(({ key, count, packets, figures }) => ({
        source: Math.floor(key / ID_SPACE),
        destination: key % ID_SPACE,
        count,
        packets,
        headless: figures.headless,
      }))
  }

  /** The event of the datagram's first fragment, as far as its damage is told by it; asked once, when {@link isDamaged}. */
  takeDamaged(): EventLog {
    this.isDamaged = false
    return this.#damaged
  }

  save(): OuterFragmentsState {
    return {
      window: this.#window.save(),
      datagrams: this.#datagrams,
      reassembled: this.reassembled,
      rows: [this.#vniRows, this.#pairRows],
      vnis: this.#vnis.save(this.#vniRows),
      pairs: this.#pairs.save(this.#pairRows),
      splits: this.#splits.save(),
      missing: this.#missing.save(),
      later: this.later,
      earlySizes: [...this.earlySizes],
    }
  }

  restore(state: OuterFragmentsState): void {
    this.#window.restore(state.window)
    this.#datagrams = state.datagrams
    this.reassembled = state.reassembled
    this.#vniRows = state.rows[0]!
    this.#pairRows = state.rows[1]!
    this.#vnis.restore(state.vnis)
    this.#pairs.restore(state.pairs)
    this.#splits.restore(state.splits)
    this.#missing.restore(state.missing)
    this.later = state.later
    this.earlySizes.splice(0, this.earlySizes.length, ...state.earlySizes)
  }

  /** The datagram's entry, a new one if the last one is whole or too old. */
  #entry(log: EventLog, at: number, isCopy: boolean): number {
    const { i32 } = log
    const seconds = log.f64[at >> 1]!
    const nanoseconds = i32[at + Field.Nanoseconds]!
    const found = this.#window.find(i32[at + Field.FragmentHigh]!, i32[at + Field.FragmentLow]!)
    const lifetime = (i32[at + Field.Bits]! & Bit.Ipv6Underlay) !== 0 ? LIFETIME_IPV6 : LIFETIME_IPV4
    const isOpen =
      found !== NONE &&
      (this.#window.data[found + WHOLE] === 0 || isCopy) &&
      near(seconds, nanoseconds, this.#window.data[found + SECONDS]!, this.#window.data[found + NANOSECONDS]!, lifetime)
    if (isOpen) return found
    const oldest = this.#window.oldest()
    if (oldest !== NONE) this.#judgeMissing(this.#window.data, oldest, this.#missing)
    const entry = this.#window.insert(i32[at + Field.FragmentHigh]!, i32[at + Field.FragmentLow]!)
    const { data } = this.#window
    data[entry + SECONDS] = seconds
    data[entry + NANOSECONDS] = nanoseconds
    data[entry + NUMBER] = i32[at + Field.Number]!
    data[entry + SOURCE] = i32[at + Field.Source]!
    data[entry + DESTINATION] = i32[at + Field.Destination]!
    this.#datagrams++
    return entry
  }

  #noteFirst(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    const vni = i32[at + Field.Vni]!
    const pair = i32[at + Field.Pair]!
    data[entry + HEAD] = (i32[at + Field.Bits]! & Bit.TinyFragment) !== 0 ? TO_TUNNEL : OF_WHATEVER
    if (vni === NONE || pair === NONE) return
    if (data[entry + VNI] !== 0) {
      this.#noteHop(i32, at, pair)
      return
    }
    data[entry + VNI] = vni + 1
    data[entry + PAIR] = (i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? pair + 1 : -(pair + 1)
    const early = data[entry + EARLY_WRAPS]! * WRAP + data[entry + EARLY_BYTES]!
    this.#attribute(entry, early, data[entry + EARLY_LENGTH]!)
    for (let size = 0; size < this.earlySizes.length; size++)
      this.earlySizes[size]! += data[entry + EARLY_SIZES + size]!
    // Where a carrier was split, the tunnel's datagram was not.
    if ((i32[at + Field.QuotedPorts]! & Summed.Carried) === 0) this.#noteSplit(i32, at, entry, pair)
  }

  #noteSplit(i32: Int32Array, at: number, entry: number, pair: number): void {
    const bits = i32[at + Field.Bits]!
    const figures = this.#splits.note(pair * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : 1), i32[at + Field.Number]!)
    if (figures === null) return
    const { data } = this.#window
    const length = i32[at + Field.OuterIpLength]!
    if (figures.first === 0 || length < figures.first) {
      figures.first = length
      figures.whole = 0
    }
    if ((bits & Bit.Refragmented) !== 0) figures.byRouter++
    figures.timeToLive = Math.max(figures.timeToLive, outerTtl(i32[at + Field.TimeToLive]!))
    const header = length - i32[at + Field.FragmentLength]!
    data[entry + HEADER] = header - ((bits & Bit.Ipv6Underlay) !== 0 ? FRAGMENT_HEADER : 0)
    if (data[entry + TOTAL] !== 0) this.#noteTotal(entry)
  }

  /** The same first fragment at another hop: the one nearest to its sender tells most. */
  #noteHop(i32: Int32Array, at: number, pair: number): void {
    const direction = (i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1
    const figures = this.#splits.get(pair * 2 + direction)?.figures
    if (figures !== undefined) figures.timeToLive = Math.max(figures.timeToLive, outerTtl(i32[at + Field.TimeToLive]!))
  }

  /** Both ends of a datagram are known: how long it was before it was split. */
  #noteTotal(entry: number): void {
    const { data } = this.#window
    const pair = data[entry + PAIR]!
    const figures = this.#splits.get(pair > 0 ? (pair - 1) * 2 : (-pair - 1) * 2 + 1)?.figures
    if (figures === undefined || data[entry + HEADER] === 0) return
    const length = data[entry + HEADER]! + data[entry + TOTAL]!
    if (figures.smallest === 0 || length < figures.smallest) figures.smallest = length
    if (length > figures.largest) figures.largest = length
  }

  /** A whole packet a little longer than the first fragments: where it passes, the limit is at least that. */
  #noteWhole(i32: Int32Array, at: number): void {
    const pair = i32[at + Field.Pair]!
    if (pair === NONE) return
    const direction = (i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1
    const figures = this.#splits.get(pair * 2 + direction)?.figures
    if (figures === undefined) return
    const more = i32[at + Field.OuterIpLength]! - figures.first
    if (more > 0 && more <= UP_TO_MORE) figures.whole |= 1 << more
  }

  /** Counts an entry that can become whole no more, unless an edge of the capture is to blame. */
  #judgeMissing(data: Int32Array, entry: number, tally: CounterByKey<{ headless: number }>): void {
    const source = data[entry + SOURCE]!
    const nanoseconds = data[entry + NANOSECONDS]!
    if (data[entry + WHOLE] !== 0 || source === NONE || nanoseconds === NO_TIME) return
    const isHeadless = data[entry + HEAD] === 0
    // The first fragment of something else, or of a tunnel that the filter leaves out.
    if (data[entry + HEAD] === OF_WHATEVER && data[entry + VNI] === 0) return
    const seconds = data[entry + SECONDS]!
    if (this.clock.untilLatest(seconds, nanoseconds) < SETTLED) return
    if (isHeadless && this.clock.sinceFirst(seconds, nanoseconds) < START_EDGE) return
    const figures = tally.note(source * ID_SPACE + data[entry + DESTINATION]!, data[entry + NUMBER]!)
    if (figures !== null && isHeadless) figures.headless++
  }

  #noteLater(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    this.later++
    const bytes = i32[at + Field.WireLength]!
    const length = i32[at + Field.OuterIpLength]!
    if (data[entry + VNI] !== 0) {
      this.#attribute(entry, bytes, length)
      return
    }
    const early = data[entry + EARLY_BYTES]! + bytes
    if (early >= WRAP) data[entry + EARLY_WRAPS]!++
    data[entry + EARLY_BYTES] = early % WRAP
    data[entry + EARLY_SIZES + sizeClass(length)]!++
    data[entry + EARLY_LENGTH] = Math.max(data[entry + EARLY_LENGTH]!, length)
  }

  #attribute(entry: number, bytes: number, length: number): void {
    const { data } = this.#window
    const vni = data[entry + VNI]! - 1
    const pair = Math.abs(data[entry + PAIR]!) - 1
    this.#vniRows = Math.max(this.#vniRows, vni + 1)
    this.#pairRows = Math.max(this.#pairRows, pair + 1)
    this.#vnis.add(vni, 0, bytes)
    this.#pairs.add(pair, data[entry + PAIR]! > 0 ? 0 : 1, bytes)
    this.#pairs.raise(pair, LARGEST, length)
  }

  /** Adds a byte range; the datagram is whole when one range reaches from 0 to the end that the last fragment states. */
  #noteRange(log: EventLog, at: number, entry: number): void {
    const { i32 } = log
    const { data } = this.#window
    const start = i32[at + Field.FragmentOffset]!
    const end = start + i32[at + Field.FragmentLength]!
    if ((i32[at + Field.Bits]! & Bit.MoreFragments) === 0) {
      data[entry + TOTAL] = end
      this.#noteTotal(entry)
    }
    this.#noteSum(i32, at, entry)
    const isIpv6 = (i32[at + Field.Bits]! & Bit.Ipv6Underlay) !== 0
    if (isIpv6 && this.#overlaps(entry, start, end)) data[entry + BROKEN] = 1
    this.#addRange(entry, start, end)
    const isWhole =
      data[entry + BROKEN] === 0 &&
      data[entry + TOTAL] !== 0 &&
      data[entry + RANGES] === 1 &&
      data[entry + RANGE] === 0 &&
      data[entry + RANGE + 1]! >= data[entry + TOTAL]!
    if (!isWhole || data[entry + WHOLE] !== 0) return
    data[entry + WHOLE] = 1
    this.reassembled++
    this.#verify(entry)
  }

  #noteSum(i32: Int32Array, at: number, entry: number): void {
    const { data } = this.#window
    if (i32[at + Field.FragmentOffset] === 0) {
      for (let word = 0; word < FIRST_FIELDS.length; word++) data[entry + FIRST + word] = i32[at + FIRST_FIELDS[word]!]!
    }
    const isSummed = (i32[at + Field.Bits]! & Bit.IcmpError) === 0 && (i32[at + Field.QuotedPorts]! & Summed.Yes) !== 0
    if (!isSummed) data[entry + UNSUMMED] = 1
    data[entry + SUM] = fold(data[entry + SUM]! + (i32[at + Field.QuotedPorts]! & 0xffff))
    // More than a datagram holds is never equal to its length, however often more comes.
    data[entry + SUMMED_BYTES] = Math.min(data[entry + SUMMED_BYTES]! + i32[at + Field.FragmentLength]!, WRAP)
  }

  /** Checksums of a datagram of which each byte came once. */
  #verify(entry: number): void {
    const { data } = this.#window
    if (data[entry + UNSUMMED] !== 0 || data[entry + SUMMED_BYTES] !== data[entry + TOTAL]) return
    const { i32 } = this.#damaged
    for (let word = 0; word < FIRST_FIELDS.length; word++) i32[FIRST_FIELDS[word]!] = data[entry + FIRST + word]!
    const expected = i32[Field.QuotedVni]!
    if (statedLength(expected) !== data[entry + TOTAL]) return
    const packetFlags = checksumFlags(i32[Field.QuotedPorts]!, expected, data[entry + SUM]!)
    i32[Field.PacketFlags] = packetFlags
    // Fragments are no super-frames, whatever the flow's MSS.
    i32[Field.Flow] = NONE
    this.isDamaged = packetFlags !== 0
  }

  /** Whether a range has bytes that came before and others that did not: an IPv6 datagram with such is discarded (RFC 5722). */
  #overlaps(entry: number, start: number, end: number): boolean {
    const { data } = this.#window
    for (let i = 0; i < data[entry + RANGES]!; i++) {
      const from = data[entry + RANGE + 2 * i]!
      const to = data[entry + RANGE + 2 * i + 1]!
      if (start < to && end > from && (start < from || end > to)) return true
    }
    return false
  }

  /** Joins a range with those it touches; the list stays without order. */
  #addRange(entry: number, from: number, to: number): void {
    const { data } = this.#window
    let start = from
    let end = to
    let count = data[entry + RANGES]!
    for (let i = 0; i < count; ) {
      const at = entry + RANGE + 2 * i
      if (data[at]! > end || data[at + 1]! < start) {
        i++
        continue
      }
      start = Math.min(start, data[at]!)
      end = Math.max(end, data[at + 1]!)
      count--
      data[at] = data[entry + RANGE + 2 * count]!
      data[at + 1] = data[entry + RANGE + 2 * count + 1]!
      // A range that was passed over may touch the one that has just grown.
      i = 0
    }
    if (count < MOST_RANGES) {
      data[entry + RANGE + 2 * count] = start
      data[entry + RANGE + 2 * count + 1] = end
      count++
    }
    data[entry + RANGES] = count
  }
}
