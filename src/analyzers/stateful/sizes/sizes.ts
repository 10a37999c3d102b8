/**
 * Sizes of outer and inner IP packets. Super-frames (segmentation offload hands the capture what the wire never carried) are
 * recognised first, and say nothing about any MTU:
 * - an IP length of 0, or the capture's own flag; a length beyond any MTU;
 * - more TCP payload than the receiver's MSS allows;
 * - without a SYN: a payload of two or more whole segments, as a 1500-byte MTU outside or inside the tunnel leaves them, and from
 *   then on in that flow whatever is larger than one of them.
 * Evidence: the sending or receiving host. What misleads: a real jumbo underlay, whose segments are no multiple of smaller ones; a
 * large TCP packet of which none of this can be said is believed unless its VTEP pair shows super-frames as well.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Again, Bit, type EventLog, Field, isCaptureCopy, STRIDE } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import type { Tcp } from '../tcp/tcp.ts'

/** Upper bounds of the histogram's classes in bytes; above the last one there is one more class. */
export const SIZE_CLASSES = [128, 256, 512, 1024, 1280, 1400, 1450, 1500, 1600, 2048, 4096, 9216] as const

/** Largest IP packet that any link carries whole: the usual jumbo MTU. */
const LARGEST_MTU = 9216
/** Class of each length up to that: half the length, rounded up. */
const CLASSES = /* @__PURE__ */ Uint8Array.from({ length: LARGEST_MTU / 2 + 1 }, (_, half) =>
  SIZE_CLASSES.findIndex((bound) => half * 2 <= bound),
)
/** The MTU of Ethernet (RFC 894). */
const USUAL_MTU = 1500

/** Cells of a VNI or VTEP pair: largest packet, largest one that may yet be a super-frame, and how many super-frames by direction. */
const LARGEST = 0
const LARGEST_DOUBTFUL = 1
const SUPER_FRAMES = 2
const CELLS = 4
/** Packet numbers kept of super-frames in one direction. */
const EXAMPLES = 10

/** Super-frames of one direction of a VTEP pair. */
interface SuperFigures {
  /** Largest outer IP length. */
  largest: number
  /** Shortest record. */
  shortest: number
  /** Payload of the segments that they stand for; 0 when nothing tells. */
  segment: number
}

/** Super-frames of one direction of a VTEP pair. */
export interface SuperFrames extends SuperFigures {
  count: number
  packets: readonly number[]
}

/** Saved sizes. */
export interface SizesState {
  rows: number[]
  classes: RecordsState
  vnis: RecordsState
  pairs: RecordsState
  segments: RecordsState
  examples: CounterByKeyState<SuperFigures>
}

/** Sizes by VNI and VTEP pair, super-frames set aside, and the histogram of outer IP packets. */
export class Sizes implements StatefulAnalyzer<SizesState> {
  readonly #classes = new Records(SIZE_CLASSES.length + 1)
  readonly #vnis = new Records(CELLS)
  readonly #pairs = new Records(CELLS)
  /** By flow row: two halves, the segment size that super-frames without a SYN have shown, by direction. */
  readonly #segments = new Records(1)
  /** By pair row × 2 + direction; only the first ten are tallied. */
  readonly #examples = new CounterByKey<SuperFigures>(() => ({ largest: 0, shortest: 0, segment: 0 }))
  #vniRows = 0
  #pairRows = 0
  #flowRows = 0

  /** @param tcp - Has observed the packet before this analyzer does. */
  constructor(private readonly tcp: Tcp) {}

  /** Largest inner IP packet of a VNI row in bytes. */
  largestInner(row: number): number {
    return largest(this.#vnis, row)
  }

  /** Largest outer IP packet of a pair row in bytes, later fragments not included. */
  largestOuter(row: number): number {
    return largest(this.#pairs, row)
  }

  /** Super-frames of a pair row; `null` when there are none. */
  superFrames(row: number, direction: 0 | 1): SuperFrames | null {
    const entry = this.#examples.get(row * 2 + direction)
    if (entry === undefined) return null
    return { ...entry.figures, packets: entry.packets, count: this.#pairs.get(row, SUPER_FRAMES + direction) }
  }

  /**
   * Packets by size class.
   * @param early - Fragments by class that came before it was known what they belong to.
   */
  histogram(early: readonly number[]): { upTo: number | null; packets: number }[] {
    return [...SIZE_CLASSES, null].map((upTo, index) => ({ upTo, packets: this.#classes.f64[index]! + early[index]! }))
  }

  /** Reads records of pairs ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.#pairs.prefetch(log.i32, from * STRIDE + Field.Pair, to * STRIDE, STRIDE)
  }

  /** Takes a tunnel packet, or a later fragment of one; marks a super-frame as one, for the analyzers behind this one. */
  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const length = i32[at + Field.OuterIpLength]!
    this.#classes.f64[sizeClass(length)]!++
    const vni = i32[at + Field.Vni]!
    const pair = i32[at + Field.Pair]!
    if (vni >= this.#vniRows) this.#vniRows = vni + 1
    if (pair >= this.#pairRows) this.#pairRows = pair + 1
    const isSuperFrame = this.#isSuperFrame(log, at)
    const direction = (i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1
    if (isSuperFrame) {
      i32[at + Field.Bits]! |= Bit.SuperFrame
      if (vni !== NONE) this.#vnis.add(vni, SUPER_FRAMES, 1)
      // Of a copy in segments of other sizes the former record may have been none.
      const isCopy = isCaptureCopy(i32, at) && (i32[at + Field.Again]! & Again.Regrouped) === 0
      if (pair !== NONE && !isCopy) this.#noteSuperFrame(log, at, pair, direction)
      return
    }
    const cell = length > USUAL_MTU && isUntold(this.tcp, i32, at) ? LARGEST_DOUBTFUL : LARGEST
    if (vni !== NONE) this.#vnis.raise(vni, cell, i32[at + Field.InnerIpLength]!)
    if (pair !== NONE) this.#pairs.raise(pair, cell, length)
  }

  save(): SizesState {
    return {
      rows: [this.#vniRows, this.#pairRows, this.#flowRows],
      classes: this.#classes.save(1),
      vnis: this.#vnis.save(this.#vniRows),
      pairs: this.#pairs.save(this.#pairRows),
      segments: this.#segments.save(this.#flowRows),
      examples: this.#examples.save(),
    }
  }

  restore(state: SizesState): void {
    this.#vniRows = state.rows[0]!
    this.#pairRows = state.rows[1]!
    this.#flowRows = state.rows[2]!
    this.#classes.restore(state.classes)
    this.#vnis.restore(state.vnis)
    this.#pairs.restore(state.pairs)
    this.#segments.restore(state.segments)
    this.#examples.restore(state.examples)
  }

  #noteSuperFrame(log: EventLog, at: number, pair: number, direction: 0 | 1): void {
    const { i32 } = log
    const cell = this.#pairs.at(pair) + SUPER_FRAMES + direction
    const count = ++this.#pairs.f64[cell]!
    const end = pair * 2 + direction
    const figures =
      count <= EXAMPLES ? this.#examples.note(end, i32[at + Field.Number]!) : this.#examples.get(end)?.figures
    if (figures === null || figures === undefined) return
    figures.largest = Math.max(figures.largest, i32[at + Field.OuterIpLength]!)
    const wire = i32[at + Field.WireLength]!
    figures.shortest = figures.shortest === 0 ? wire : Math.min(figures.shortest, wire)
    figures.segment = Math.max(figures.segment, this.#segmentOf(i32, at))
  }

  /** Payload of a segment in the packet's direction: its receiver's MSS, or what super-frames have shown; 0 when unknown. */
  #segmentOf(i32: Int32Array, at: number): number {
    const flow = i32[at + Field.Flow]!
    if ((i32[at + Field.Bits]! & Bit.Tcp) === 0 || flow === NONE) return 0
    const direction = (i32[at + Field.Bits]! & Bit.FlowForward) !== 0 ? 0 : 1
    const mss = this.tcp.mssToward(flow, direction)
    if (mss !== 0 || flow >= this.#flowRows) return mss
    return this.#segments.i32[this.#segments.at(flow) * 2 + direction]!
  }

  #isSuperFrame(log: EventLog, at: number): boolean {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const length = i32[at + Field.OuterIpLength]!
    if ((bits & Bit.SuperFrame) !== 0 || length > LARGEST_MTU) return true
    const payload = i32[at + Field.Payload]!
    const flow = i32[at + Field.Flow]!
    if ((bits & Bit.Tcp) === 0 || flow === NONE || payload === 0) return false
    const segment = this.#segmentOf(i32, at)
    if (segment !== 0) return payload > segment
    if (length <= USUAL_MTU) return false
    const shown = wholeSegment(payload, length) || wholeSegment(payload, i32[at + Field.InnerIpLength]!)
    if (shown === 0) return false
    if (flow >= this.#flowRows) this.#flowRows = flow + 1
    this.#segments.i32[this.#segments.at(flow) * 2 + ((bits & Bit.FlowForward) !== 0 ? 0 : 1)] = shown
    return true
  }
}

/** The segment that fits the usual MTU with the packet's headers, if the payload is two or more of it and nothing else; else 0. */
function wholeSegment(payload: number, length: number): number {
  const segment = USUAL_MTU - (length - payload)
  return segment > 0 && payload > segment && payload % segment === 0 ? segment : 0
}

/** Whether a packet is TCP of a flow whose SYN was not seen, so that its size may be the work of offload. */
function isUntold(tcp: Tcp, i32: Int32Array, at: number): boolean {
  const flow = i32[at + Field.Flow]!
  const bits = i32[at + Field.Bits]!
  if ((bits & Bit.Tcp) === 0 || flow === NONE) return false
  return tcp.mssToward(flow, (bits & Bit.FlowForward) !== 0 ? 0 : 1) === 0
}

function largest(records: Records, row: number): number {
  const certain = records.get(row, LARGEST)
  const hasSuperFrames = records.get(row, SUPER_FRAMES) + records.get(row, SUPER_FRAMES + 1) > 0
  return hasSuperFrames ? certain : Math.max(certain, records.get(row, LARGEST_DOUBTFUL))
}

/** Index of the class of an outer IP length in bytes; behind the last of {@link SIZE_CLASSES} there is one more. */
export function sizeClass(length: number): number {
  // Every bound is even, so that a class holds for an odd length and the even one above it.
  return length > LARGEST_MTU ? SIZE_CLASSES.length : CLASSES[(length + 1) >> 1]!
}
