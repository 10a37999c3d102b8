/** The first reading of both sides: how much of each inner frame can be compared, who sends to whom when, and a sample. */
import { LEAST_COMPARED } from './inner-key.ts'
import { Sample } from './sample.ts'
import { type Reading, SideReader } from './side.ts'

/** Readings that are begun anew because a packet was cut shorter than those before. */
const MOST_CUTS = 16

/** Packets that a fast sender may have sent at one time of a clock. */
const FEW = 16

/** What one side has of a direction. */
export interface Seen {
  packets: number
  /** Those that the filter keeps. */
  selected: number
  first: number
  last: number
}

/** One side as the survey found it. */
export class SideSurvey {
  readonly sample = new Sample()
  /** By direction. */
  readonly seen: (Seen | undefined)[] = []
  datagrams = 0
  /** Nanoseconds by which a datagram is earlier than one before it, at most: where records are not in order of time. */
  disorder = 0
  #latest = Number.NEGATIVE_INFINITY
  /** Those that the filter keeps. */
  selected = 0
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  untimed = 0
  isInterleaved = false
  /** Numbers that the packets of each file take. */
  numbers: number[] = []
  /** Datagrams of whose inner frames less was captured than is needed to tell them. */
  tooShort = 0
  /** Shortest inner frame that was cut; `Infinity` without one. */
  shortest = Number.POSITIVE_INFINITY

  /** Whether all of its records have one time, or its only one none of a clock's, so that times say nothing. */
  isTimeless = false

  /** Whether most of the side cannot be told, so that what is not found there may be there all the same. */
  get isCutShort(): boolean {
    return this.tooShort * 2 > this.datagrams
  }

  /** Reads the side once; stops where a packet is too short for the reading's cut. */
  async read(reading: Reading): Promise<void> {
    if (reading.inputs.length === 0) return
    const reader = new SideReader(reading)
    try {
      for (;;) {
        while (reader.next()) {
          this.#take(reader)
          if (this.shortest < reading.cut) return
        }
        if (!(await reader.fill())) break
      }
    } finally {
      await reader.close()
    }
    this.firstTime = reader.firstTime
    this.lastTime = reader.lastTime
    this.untimed = reader.untimed
    const isUnset = reading.base + this.firstTime / 1e9 < 1
    this.isTimeless = this.firstTime === this.lastTime && this.datagrams > 0 && (isUnset || this.datagrams > FEW)
    this.isInterleaved = reader.isInterleaved
    this.numbers = reading.inputs.map((_, file) => reader.numbersOf(file))
  }

  #take({ datagram }: SideReader): void {
    const { key, time, direction } = datagram
    this.datagrams++
    if (time >= this.#latest) this.#latest = time
    else this.disorder = Math.max(this.disorder, this.#latest - time)
    const selected = datagram.isSelected ? 1 : 0
    this.selected += selected
    const seen = this.seen[direction]
    if (seen === undefined) this.seen[direction] = { packets: 1, selected, first: time, last: time }
    else {
      seen.packets++
      seen.selected += selected
      if (time < seen.first) seen.first = time
      if (time > seen.last) seen.last = time
    }
    if (key.shortOf === 0) this.sample.add(datagram)
    else if (key.shortOf >= LEAST_COMPARED) this.shortest = Math.min(this.shortest, key.shortOf)
    else this.tooShort++
  }
}

/** Both sides, read with one cut. */
export interface Surveyed {
  near: SideSurvey
  far: SideSurvey
}

/** Reads both sides; begins anew with a shorter cut where packets were cut shorter than was known. */
export async function survey(near: Reading, far: Reading): Promise<Surveyed> {
  for (let attempt = 0; ; attempt++) {
    const found: Surveyed = { near: new SideSurvey(), far: new SideSurvey() }
    await found.near.read(near)
    if (found.near.shortest >= near.cut) await found.far.read(far)
    const shortest = Math.min(found.near.shortest, found.far.shortest)
    if (shortest >= near.cut) {
      const mask = Math.max(found.near.sample.mask, found.far.sample.mask)
      found.near.sample.thin(mask)
      found.far.sample.thin(mask)
      near.tellsFiles = found.near.isInterleaved
      far.tellsFiles = found.far.isInterleaved
      return found
    }
    // What is shorter still after so many is not compared.
    const cut = attempt < MOST_CUTS ? shortest : LEAST_COMPARED
    near.cut = cut
    far.cut = cut
  }
}
