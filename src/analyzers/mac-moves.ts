/**
 * MAC to VTEP over time: moves, duplicates, flaps, and frames that still go to the VTEP a MAC has left.
 * Evidence: any capture point that sees both VTEPs send. What misleads: MACs that several VTEPs share by design (VRRP and
 * anycast gateways, multihoming), and damaged frames, which do not count.
 */
import { NONE } from '../codecs/fault.ts'
import { NO_TIME } from '../packet.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import type { Keys } from './keys.ts'
import { Mark } from './marks.ts'
import { Records, type RecordsState } from './records.ts'
import { Tally, type TallyState } from './tally.ts'
import { elapsed } from './time.ts'

/** A MAC that moves this often within this time is a duplicate by the default of RFC 7432 §15.1: 5 moves in 180 s. */
export const FLAP_MOVES = 5
const FLAP_TIME = 180_000_000_000

/** Nanoseconds for which frames to a VTEP that a MAC has just left are still under way. */
const GRACE = 1_000_000_000

/** First 16 bits and next 16 of the virtual router MACs 00-00-5E-00-01-xx and -02-xx (RFC 9568 §7.3). */
const VRRP_HIGH = 0x0000
const VRRP_LOW = 0x5e00

/** VTEPs told apart of one MAC. */
const MOST_VTEPS = 4

/** Cell of the last VTEP (plus one) and of how many frames came from it since it became the first one. */
const LAST = 0
const FRAMES = 1

/** How one MAC changed its VTEP. */
export interface Move {
  /** VTEP address ids that the MAC has left, in order of first appearance, four at most, and the frames from each. */
  vteps: number[]
  frames: number[]
  /** The VTEP before the last change, and the one since. */
  from: number
  to: number
  /** VTEP address ids that the packets of the tally came from, in their order. */
  sources: number[]
  /** Changes to a VTEP that the MAC had left before. */
  returns: number
  /** Most changes within {@link FLAP_TIME}. */
  burst: number
  /** When the burst at hand began, when the last change was, and how many changes the burst has. */
  since: [number, number]
  last: [number, number]
  run: number
  /** Frames sent to `from` more than a second after the last change, and the first of them. */
  stale: number
  stalePackets: number[]
}

/** Saved moves. */
export interface MacMovesState {
  rows: number
  records: RecordsState
  moves: TallyState<Move>
}

/** MACs whose VTEP changed, by MAC row. */
export class MacMoves implements Judge<MacMovesState> {
  readonly moves = new Tally<Move>(() => ({
    vteps: [],
    frames: [],
    from: NONE,
    to: NONE,
    sources: [],
    returns: 0,
    burst: 0,
    since: [0, NO_TIME],
    last: [0, NO_TIME],
    run: 0,
    stale: 0,
    stalePackets: [],
  }))
  readonly #records = new Records(2)
  #rows = 0

  constructor(private readonly keys: Keys) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || (i32[at + Field.Marks]! & Mark.Damaged) !== 0) return
    const mac = i32[at + Field.Mac]!
    const vtep = i32[at + Field.Source]!
    if (mac !== NONE && vtep !== NONE) this.#observeSource(log, at, mac, vtep)
    if (!this.moves.isEmpty && (bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup)) === 0)
      this.#observeDestination(log, at)
  }

  /** Frames from each VTEP of a MAC that moved, those since its last change included; VTEP address id to count. */
  framesByVtep(mac: number, move: Move): Map<number, number> {
    const frames = new Map(move.vteps.map((vtep, index) => [vtep, move.frames[index]!]))
    return frames.set(move.to, (frames.get(move.to) ?? 0) + this.#records.get(mac, FRAMES))
  }

  save(): MacMovesState {
    return { rows: this.#rows, records: this.#records.save(this.#rows), moves: this.moves.save() }
  }

  restore(state: MacMovesState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
    this.moves.restore(state.moves)
  }

  #observeSource(log: EventLog, at: number, mac: number, vtep: number): void {
    if (mac >= this.#rows) this.#rows = mac + 1
    const cell = this.#records.at(mac)
    const { f64 } = this.#records
    if (f64[cell + LAST] === vtep + 1) {
      f64[cell + FRAMES]!++
      return
    }
    const before = f64[cell + LAST]! - 1
    const frames = f64[cell + FRAMES]!
    f64[cell + LAST] = vtep + 1
    f64[cell + FRAMES] = 1
    if (before !== NONE && !this.#isShared(mac)) this.#noteMove(log, at, mac, before, frames, vtep)
  }

  #noteMove(log: EventLog, at: number, mac: number, before: number, frames: number, vtep: number): void {
    const move = this.moves.note(mac, log.i32[at + Field.Number]!)
    if (move === null) return
    countFrames(move, before, frames)
    if (move.vteps.includes(vtep)) move.returns++
    if (move.sources.length < 10) move.sources.push(vtep)
    move.from = before
    move.to = vtep
    move.stale = 0
    move.stalePackets = []
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (move.run === 0 || elapsed(seconds, nanoseconds, ...move.since) > FLAP_TIME) {
      move.since = [seconds, nanoseconds]
      move.run = 0
    }
    move.run++
    move.burst = Math.max(move.burst, move.run)
    move.last = [seconds, nanoseconds]
  }

  /** A frame to a MAC that has moved: does it still go to the VTEP that the MAC has left? */
  #observeDestination(log: EventLog, at: number): void {
    const { i32 } = log
    const stack = i32[at + Field.Vlans]!
    if (stack === NONE) return
    const vni = i32[at + Field.KindVni]! & 0xff_ffff
    const mac = this.keys.findMac(vni, stack, i32[at + Field.InnerMacHigh]!, i32[at + Field.InnerMacLow]!)
    const entry = mac === NONE ? undefined : this.moves.get(mac)
    if (entry === undefined || i32[at + Field.Destination] !== entry.figures.from) return
    const move = entry.figures
    if (elapsed(log.f64[at >> 1]!, i32[at + Field.Nanoseconds]!, ...move.last) <= GRACE) return
    move.stale++
    if (move.stalePackets.length < 10) move.stalePackets.push(i32[at + Field.Number]!)
  }

  #isShared(mac: number): boolean {
    const id = this.keys.macs.word(mac, 2)
    return this.keys.addresses.word(id, 1) === VRRP_HIGH && this.keys.addresses.word(id, 2) >>> 16 === VRRP_LOW
  }
}

function countFrames(move: Move, vtep: number, frames: number): void {
  const index = move.vteps.indexOf(vtep)
  if (index !== -1) move.frames[index]! += frames
  else if (move.vteps.length < MOST_VTEPS) {
    move.vteps.push(vtep)
    move.frames.push(frames)
  }
}
