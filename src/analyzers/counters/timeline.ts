/**
 * Packets and inner bytes over time by VNI. Steps of 10ⁿ ms are kept as fine as the printed step (1, 2 or 5 × 10ⁿ) may need,
 * and coarsened as the capture grows longer: what is kept depends on first and last time only, never on the order.
 */
import { NONE } from '../../codecs/core/fault.ts'
import { NO_TIME } from '../../packet.ts'
import type { TimelineSummary } from '../../summary.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import { KeyTable, type KeyTableState } from '../tables/key-table.ts'
import type { Keys } from '../tables/keys.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { savedInteger } from '../tables/saved.ts'
import { isoTime } from '../tables/time.ts'

/** Most steps printed. */
const MAX_STEPS = 600
/** VNIs with a row of their own. */
const MAX_VNIS = 20
/** Seconds outside which there is no ISO 8601 time, and no place on the timeline. */
const EARLIEST = -62_167_219_200
const LATEST = 253_402_300_799

const MILLISECOND = 1_000_000

const PACKETS = 0
const INNER_BYTES = 1

/** A saved timeline. */
export interface TimelineState {
  base: number
  first: number
  last: number
  steps: KeyTableState
  records: RecordsState
}

/** Counts by VNI row and step. */
export class Timeline implements Counter<TimelineState> {
  /** Milliseconds of a kept step: a power of ten. */
  #base = 1
  /** Earliest and latest millisecond; none while `first > last`. */
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  /** Below this millisecond the kept steps are coarse enough, as long as {@link #first} stays. */
  #roomUntil = Number.NEGATIVE_INFINITY
  /** The step of the packet before, and how often it has been another one than that of the packet before that. */
  #step = Number.NaN
  #visit = 0
  /** The millisecond of the packet before: its second (not a number when there is none), and its first nanosecond. */
  #seconds = Number.NaN
  #from = 0
  /** [VNI row, step modulo 2^32, step div 2^32] */
  #steps: KeyTable
  #records = new Records(2)
  /** Two halves: the row (plus one) that a VNI's last packet fell into, and the visit of the step it is of. */
  #recent = new Records(1)

  constructor(
    private readonly keys: Keys,
    private readonly limit: number,
  ) {
    this.#steps = new KeyTable('timeline', 3, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.#steps]
  }

  observe(o: Observation): void {
    if (o.vniRow !== NONE) this.count(o.vniRow, o.seconds, o.nanoseconds, o.layers.innerLength)
  }

  /** Counts one packet of a VNI row. */
  count(vniRow: number, seconds: number, nanoseconds: number, innerBytes: number): void {
    // Most packets fall into the millisecond of the one before.
    if (seconds !== this.#seconds || nanoseconds < this.#from || nanoseconds >= this.#from + MILLISECOND) {
      if (nanoseconds === NO_TIME || seconds < EARLIEST || seconds > LATEST) return
      const millisecond = Math.floor(nanoseconds / MILLISECOND)
      const time = seconds * 1000 + millisecond
      if (time > this.#last && time < this.#roomUntil) this.#last = time
      else if (time < this.#first || time > this.#last) this.#stretch(time, time)
      const step = Math.floor(time / this.#base)
      if (step !== this.#step) this.#visit++
      this.#step = step
      this.#seconds = seconds
      this.#from = millisecond * MILLISECOND
    }
    const recent = this.#recent.at(vniRow) * 2
    let row = this.#recent.i32[recent]! - 1
    if (row === NONE || this.#recent.i32[recent + 1] !== this.#visit) {
      row = this.#row(vniRow, this.#step)
      if (row === NONE) return
      this.#recent.i32[recent] = row + 1
      this.#recent.i32[recent + 1] = this.#visit
    }
    const at = this.#records.at(row)
    this.#records.f64[at + PACKETS]!++
    this.#records.f64[at + INNER_BYTES]! += innerBytes
  }

  /** Steps and rows as printed. `weight` ranks the VNI rows. */
  finish(weight: (vniRow: number) => number): TimelineSummary {
    if (this.#first > this.#last) return { stepMs: 1, start: null, vnis: [] }
    let stepMs = this.#base
    for (const factor of [2, 5]) if (stepsOf(this.#first, this.#last, stepMs) > MAX_STEPS) stepMs = this.#base * factor
    const firstStep = Math.floor(this.#first / stepMs)
    const steps = Math.floor(this.#last / stepMs) - firstStep + 1
    const { keys } = this
    const rank = Array.from({ length: keys.vnis.count }, (_, row) => row)
    rank.sort((left, right) => weight(right) - weight(left) || keys.compareVnis(left, right))
    const rows = rank.slice(0, MAX_VNIS).sort((left, right) => keys.compareVnis(left, right))
    const line = () => ({ packets: new Array<number>(steps).fill(0), innerBytes: new Array<number>(steps).fill(0) })
    const lines = new Map(rows.map((row) => [row, { vni: keys.vni(row), kind: keys.kind(row), ...line() }] as const))
    const rest = { vni: null, kind: null, ...line() }
    for (let row = 0; row < this.#steps.count; row++) {
      const into = lines.get(this.#steps.word(row, 0)) ?? rest
      const step = Math.floor((stepOf(this.#steps, row) * this.#base) / stepMs) - firstStep
      into.packets[step]! += this.#records.f64[row * 2 + PACKETS]!
      into.innerBytes[step]! += this.#records.f64[row * 2 + INNER_BYTES]!
    }
    const start = firstStep * stepMs
    const seconds = Math.floor(start / 1000)
    return {
      stepMs,
      start: isoTime(seconds, (start - seconds * 1000) * 1_000_000),
      vnis: keys.vnis.count > MAX_VNIS ? [...lines.values(), rest] : [...lines.values()],
    }
  }

  save(): TimelineState {
    return {
      base: this.#base,
      first: this.#first,
      last: this.#last,
      steps: this.#steps.save(),
      records: this.#records.save(this.#steps.count),
    }
  }

  /** @throws RangeError for steps that no capture has. */
  restore(state: TimelineState): void {
    checkSteps(state)
    this.#base = state.base
    this.#first = state.first
    this.#last = state.last
    this.#roomUntil = Number.NEGATIVE_INFINITY
    this.#forgetStep()
    this.#steps.restore(state.steps)
    this.#records.restore(state.records)
  }

  /** Rows are about to be others. */
  #forgetStep(): void {
    this.#visit++
    this.#step = Number.NaN
    this.#seconds = Number.NaN
  }

  #row(vniRow: number, step: number): number {
    const { key } = this.#steps
    key[0] = vniRow
    key[1] = step | 0
    key[2] = Math.floor(step / 0x1_0000_0000)
    return this.#steps.row()
  }

  #add(row: number, from: Records, fromRow: number): void {
    const to = this.#records.at(row)
    this.#records.f64[to + PACKETS]! += from.f64[fromRow * 2 + PACKETS]!
    this.#records.f64[to + INNER_BYTES]! += from.f64[fromRow * 2 + INNER_BYTES]!
  }

  /** Takes a longer range in; coarsens the kept steps when even five of them are too fine to print. */
  #stretch(first: number, last: number): void {
    this.#first = Math.min(this.#first, first)
    this.#last = Math.max(this.#last, last)
    let base = this.#base
    while (stepsOf(this.#first, this.#last, base * 5) > MAX_STEPS) base *= 10
    this.#roomUntil = (Math.floor(this.#first / (base * 5)) + MAX_STEPS) * base * 5
    if (base === this.#base) return
    const fine = this.#steps
    const fineRecords = this.#records
    const ratio = base / this.#base
    this.#base = base
    this.#forgetStep()
    this.#steps = new KeyTable('timeline', 3, this.limit)
    this.#steps.dropped = fine.dropped
    this.#records = new Records(2)
    for (let row = 0; row < fine.count; row++) {
      this.#add(this.#row(fine.word(row, 0), Math.floor(stepOf(fine, row) / ratio)), fineRecords, row)
    }
  }
}

function stepsOf(first: number, last: number, step: number): number {
  return Math.floor(last / step) - Math.floor(first / step) + 1
}

/** The printed steps are few, and every kept one is in them. */
function checkSteps({ base, first, last, steps }: TimelineState): void {
  savedInteger('the steps of the timeline', Math.log10(base), 0, 15)
  const isEmpty = first === Number.POSITIVE_INFINITY && last === Number.NEGATIVE_INFINITY
  if (!isEmpty) {
    savedInteger('the begin of the timeline', first, EARLIEST * 1000, (LATEST + 1) * 1000)
    savedInteger('the end of the timeline', last, first, (LATEST + 1) * 1000)
    savedInteger('the number of steps of the timeline', stepsOf(first, last, base * 5), 1, MAX_STEPS)
  } else savedInteger('the steps of an empty timeline', steps.count, 0, 0)
  const [earliest, latest] = [Math.floor(first / base), Math.floor(last / base)]
  for (let at = 0; at + 2 < steps.keys.length; at += 3) {
    const step = steps.keys[at + 2]! * 0x1_0000_0000 + (steps.keys[at + 1]! >>> 0)
    savedInteger('a step of the timeline', step, earliest, latest)
  }
}

function stepOf(steps: KeyTable, row: number): number {
  return steps.word(row, 2) * 0x1_0000_0000 + (steps.word(row, 1) >>> 0)
}
