/**
 * Which datagram of the one side is which of the other. Records of both come in order of time, by one clock. A key that is unique is
 * matched whatever it took; keys that repeat, such as heartbeats, pings and retransmissions, in their order and within the usual delay.
 */
import { fold32 } from '../../analyzers/tables/hash.ts'
import { NONE } from '../../codecs/core/fault.ts'
import type { Place } from '../../comparison.ts'
import { type Doubling, MOST_TWINS } from '../plan/doubling.ts'
import { aheadAt } from '../plan/jumps.ts'
import { type Channel, nearTime, type Plan } from '../plan/plan.ts'
import type { Datagram } from '../reading/datagram.ts'
import { COPY_TIME, TWICE_TIME, TWIN_TIME } from '../reading/sample.ts'
import { Real, RecordFlag, Ring, Word } from './ring.ts'

/** Records of one key that are looked at. */
const MOST_CHAINED = 256
/** Nanoseconds within which more than a few equal packets are a train of them, and no records of one. */
const TRAIN_TIME = 20_000_000
/** Nanoseconds until an arrival that nothing usual explains is held against what is unusual. */
const EXPLAIN_AFTER = 5_000_000

/** Is told of matches, and takes the records that leave the window, in order of arrival there. */
export interface Leaving {
  /** Two records of one packet, by their offsets in the ring. */
  matched(ring: Ring, left: number, arrived: number): void
  /** One that left the sender. */
  left(ring: Ring, serial: number, isDue: boolean): void
  /** One that arrived. */
  arrived(ring: Ring, serial: number, isDue: boolean): void
  /** Time has come so far, in nanoseconds by the near clock. */
  passed(now: number): void
}

/** Matches the datagrams of two sides. */
export class Matcher {
  readonly ring: Ring
  /** Records of something that the same side had recorded elsewhere, or a moment before. */
  readonly copies = { near: 0, far: 0 }
  /** Those of what leaves, by direction. */
  readonly copiesLeft: (number | undefined)[] = []
  /** Records that had to leave before their time for want of room. */
  dropped = 0
  now = Number.NEGATIVE_INFINITY
  readonly #plan: Plan
  readonly #leaving: Leaving
  readonly #doubling: Doubling
  /** Flag of the record at hand, of how those before it in its place are alike. */
  #alike = 0
  /** Flag of every record. */
  readonly #asked: number
  /** Whether nothing comes any more. */
  #isOver = false
  #isStopped = false
  /** Serial number of the first record that is not settled. */
  #explained = 0
  /** Datagrams that left, by channel. */
  readonly #orders: Float64Array

  constructor(plan: Plan, leaving: Leaving, capacity: number, doubling: Doubling) {
    this.ring = new Ring(capacity)
    this.#plan = plan
    this.#asked = plan.alike === 'counted' ? RecordFlag.OneOf : 0
    this.#leaving = leaving
    this.#doubling = doubling
    this.#orders = new Float64Array(plan.channels.length)
  }

  /** Whether records are so far out of order that not all could be held until those that belong to them were read. */
  get isOverrun(): boolean {
    return this.dropped > 0 && this.#plan.disorder > this.#plan.waiting
  }

  /** When a datagram was recorded, by the near clock. */
  timeOf(place: Place, { time, position }: Datagram): number {
    const { clock, jumps } = this.#plan
    if (place === 'near' || clock === null) return time
    return nearTime(clock, jumps.length === 0 ? time : time - aheadAt(jumps, position))
  }

  /** Takes the next datagram of a side. */
  take(place: Place, datagram: Datagram): void {
    const time = this.timeOf(place, datagram)
    this.#advance(time)
    const channelIndex = this.#plan.channelOf[datagram.direction]!
    const channel = this.#plan.channels[channelIndex]!
    const { key } = datagram
    const isLoose = channel.isRouted && key.looseHigh !== 0
    const isBridged = channel.isRouted && !isLoose
    const high = fold32(isLoose ? key.looseHigh : isBridged ? key.bridgedHigh : key.strictHigh, channelIndex)
    const low = isLoose ? key.looseLow : isBridged ? key.bridgedLow : key.strictLow
    const isLeft = channel.isForth === (place === 'near')
    const flags =
      (place === 'far' ? RecordFlag.Far : 0) |
      (isLeft ? RecordFlag.Left : 0) |
      (key.shortOf === 0 ? 0 : RecordFlag.Short) |
      this.#asked
    const isKeyed = key.shortOf === 0
    this.#alike = 0
    if (isKeyed && this.#isCopy(datagram, high, low, channelIndex, flags, time, this.#doubling.isDoubled[place])) {
      if (datagram.isSelected) this.#countCopy(place, datagram.direction, isLeft)
      return
    }
    const { ring } = this
    if (ring.isFull) this.#evict()
    const serial = ring.add(datagram, high, low, channelIndex, flags | this.#alike, time)
    if (isLeft) {
      ring.i32[ring.at(serial) + Word.Order] = this.#orders[channelIndex]!
      // A second record of a packet takes no place in their order.
      if (this.#alike !== RecordFlag.Twin) this.#orders[channelIndex]!++
    }
    if (isKeyed && this.#plan.clock !== null) this.#matchUsual(serial, channel)
  }

  /** Lets everything leave. @param isStopped - Whether more would have come: of what waits for it nothing is known. */
  finish(isStopped = false): void {
    const { ring } = this
    this.#isOver = true
    this.#isStopped = isStopped
    while (this.#explained < ring.head) this.#explain(this.#explained++)
    while (ring.tail < ring.head) this.#evict()
    this.#leaving.passed(Number.POSITIVE_INFINITY)
  }

  #advance(time: number): void {
    if (time > this.now) this.now = time
    const { ring, now } = this
    const { f64 } = ring
    const { disorder } = this.#plan
    const after = EXPLAIN_AFTER + disorder
    while (this.#explained < ring.head && f64[ring.real(this.#explained) + Real.Time]! + after < now) {
      this.#explain(this.#explained++)
    }
    const held = this.#plan.waiting + disorder
    while (ring.tail < this.#explained && f64[ring.real(ring.tail) + Real.Time]! + held < now) this.#evict()
  }

  /** Lets the oldest record leave; before its time, if something may come yet that is usual. */
  #evict(): void {
    const { ring } = this
    const { i32, f64 } = ring
    const serial = ring.tail
    if (serial === this.#explained) this.#explain(this.#explained++)
    const at = ring.at(serial)
    const time = f64[ring.real(serial) + Real.Time]!
    const flags = i32[at + Word.Flags]!
    const isDue = this.#isOver
      ? !this.#isStopped && !this.isOverrun
      : time + this.#plan.channels[i32[at + Word.Channel]!]!.high + EXPLAIN_AFTER + this.#plan.disorder < this.now
    const isTwin = (flags & RecordFlag.Matched) === 0 && this.#isTwin(serial, flags)
    const isSettled = isTwin || (flags & (RecordFlag.Matched | RecordFlag.Duplicate)) !== 0
    if (!isDue && !this.#isOver && !isSettled) this.dropped++
    const place = (flags & RecordFlag.Far) !== 0 ? 'far' : 'near'
    if (isTwin) {
      if ((flags & RecordFlag.Unselected) === 0)
        this.#countCopy(place, i32[at + Word.Direction]!, (flags & RecordFlag.Left) !== 0)
    } else if ((flags & RecordFlag.Left) !== 0) this.#leaving.left(ring, serial, isDue)
    else this.#leaving.arrived(ring, serial, isDue)
    ring.tail++
    this.#leaving.passed(time - this.#plan.disorder)
  }

  #countCopy(place: Place, direction: number, isLeft: boolean): void {
    this.copies[place]++
    if (isLeft) this.copiesLeft[direction] = (this.copiesLeft[direction] ?? 0) + 1
  }

  /** Whether a record that is not matched is one more of a packet that its side has already; the other one may be the second. */
  #isTwin(serial: number, flags: number): boolean {
    const { ring } = this
    const { i32, f64 } = ring
    if ((flags & RecordFlag.Twin) !== 0) return true
    if ((flags & (RecordFlag.Left | RecordFlag.Train | RecordFlag.Short)) !== RecordFlag.Left) return false
    const at = ring.at(serial)
    const [high, low, channel] = [i32[at + Word.KeyHigh]!, i32[at + Word.KeyLow]!, i32[at + Word.Channel]!]
    const most = f64[ring.real(serial) + Real.Time]! + TWIN_TIME
    let looked = 0
    for (let other = ring.newest(high, low); other > serial && looked < MOST_CHAINED; other = ring.older(other)) {
      looked++
      const there = ring.at(other)
      const wanted = RecordFlag.Twin | RecordFlag.Matched | RecordFlag.Left
      if ((i32[there + Word.Flags]! & wanted) !== wanted || !isAlike(i32, there, high, low, channel)) continue
      if (f64[ring.real(other) + Real.Time]! <= most) return true
    }
    return false
  }

  /** Whether one more record of the datagram at hand, so many nanoseconds later, may be of the same packet. */
  #isTwinTime(nanoseconds: number, { key }: Datagram, channel: number, flags: number): boolean {
    if (this.#plan.timeless.length > 0 || nanoseconds > (key.isNumbered ? TWIN_TIME : TWICE_TIME)) return false
    const { isSentTwice, apart } = this.#doubling
    if ((flags & RecordFlag.Left) !== 0) return !isSentTwice[channel]
    const most = apart[(flags & RecordFlag.Far) !== 0 ? 'far' : 'near']
    return most > 0 && nanoseconds <= most
  }

  /** Whether a record is of a datagram that its side has already, at another place of the capture. */
  #isCopy(
    datagram: Datagram,
    high: number,
    low: number,
    channel: number,
    flags: number,
    time: number,
    isDoubled: boolean,
  ): boolean {
    const { ring } = this
    const { i32, f64 } = ring
    const { tap, direction, sourcePort, destinationPort } = datagram
    let found = NONE
    let looked = 0
    let nearest = Number.POSITIVE_INFINITY
    let close = 0
    let before = 0
    for (let serial = ring.newest(high, low); serial !== NONE && looked < MOST_CHAINED; serial = ring.older(serial)) {
      looked++
      const at = ring.at(serial)
      if (!isAlike(i32, at, high, low, channel) || ((i32[at + Word.Flags]! ^ flags) & RecordFlag.Far) !== 0) continue
      const apart = time - f64[ring.real(serial) + Real.Time]!
      if (apart > COPY_TIME && this.#plan.disorder === 0) break
      if (Math.abs(apart) > COPY_TIME) continue
      if (i32[at + Word.Direction] !== direction) continue
      if ((i32[at + Word.Taps]! & tap) === 0) found = serial
      else if (isDoubled && apart <= TWICE_TIME && (i32[at + Word.Flags]! & RecordFlag.Twice) === 0) {
        i32[at + Word.Flags]! |= RecordFlag.Twice
        return true
      } else if (
        Math.abs(apart) <= TRAIN_TIME &&
        i32[at + Word.SourcePort] === sourcePort &&
        i32[at + Word.DestinationPort] === destinationPort
      ) {
        close++
        before |= i32[at + Word.Flags]!
        nearest = Math.min(nearest, Math.abs(apart))
      }
    }
    if (found === NONE) {
      if (close >= MOST_TWINS) this.#alike = this.#train(high, low, channel, flags, time)
      else if ((before & RecordFlag.Train) !== 0) this.#alike = RecordFlag.Train
      else if (close > 0 && this.#isTwinTime(nearest, datagram, channel, flags)) this.#alike = RecordFlag.Twin
      return false
    }
    i32[ring.at(found) + Word.Taps]! |= tap
    return true
  }

  /** Makes a train of records that follow each other: none of them is a second record of another. @returns The new one's flag. */
  #train(high: number, low: number, channel: number, flags: number, time: number): number {
    const { ring } = this
    const { i32, f64 } = ring
    let looked = 0
    for (let serial = ring.newest(high, low); serial !== NONE && looked < MOST_CHAINED; serial = ring.older(serial)) {
      looked++
      const at = ring.at(serial)
      if (!isAlike(i32, at, high, low, channel) || ((i32[at + Word.Flags]! ^ flags) & RecordFlag.Far) !== 0) continue
      if (time - f64[ring.real(serial) + Real.Time]! > TRAIN_TIME) break
      i32[at + Word.Flags] = (i32[at + Word.Flags]! & ~RecordFlag.Twin) | RecordFlag.Train
    }
    return RecordFlag.Train
  }

  /** Matches a new record with the oldest one of the other side that is as far away as usual. */
  #matchUsual(serial: number, { low, high }: Channel): void {
    const { ring } = this
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const flags = i32[at + Word.Flags]!
    const time = f64[ring.real(serial) + Real.Time]!
    const isLeft = (flags & RecordFlag.Left) !== 0
    let found = NONE
    let first = NONE
    let alike = 0
    let looked = 0
    for (let other = ring.older(serial); other !== NONE && looked < MOST_CHAINED; other = ring.older(other)) {
      looked++
      const there = ring.at(other)
      if (!isAlike(i32, there, i32[at]!, i32[at + 1]!, i32[at + Word.Channel]!)) continue
      if (((i32[there + Word.Flags]! ^ flags) & RecordFlag.Far) === 0) continue
      if ((i32[there + Word.Flags]! & RecordFlag.Matched) !== 0) continue
      const apart = time - f64[ring.real(other) + Real.Time]!
      const delay = isLeft ? -apart : apart
      if (delay < low || delay > high) continue
      found = other
      alike++
      if (alike === 1) first = there
      else i32[there + Word.Flags]! |= RecordFlag.OneOf
    }
    if (found === NONE) return
    if (alike > 1) {
      i32[first + Word.Flags]! |= RecordFlag.OneOf
      i32[at + Word.Flags]! |= RecordFlag.OneOf
    }
    if (isLeft) this.#match(serial, found)
    else this.#match(found, serial)
  }

  /** Holds an arrival that nothing usual explains against the rest: another arrival of what arrived, or an unusual delay. */
  #explain(serial: number): void {
    const { ring } = this
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const flags = i32[at + Word.Flags]!
    if ((flags & (RecordFlag.Left | RecordFlag.Matched | RecordFlag.Short)) !== 0 || this.#plan.clock === null) return
    const { low, high } = this.#plan.channels[i32[at + Word.Channel]!]!
    const time = f64[ring.real(serial) + Real.Time]!
    let twice = NONE
    let late = NONE
    let looked = 0
    for (
      let other = ring.newest(i32[at]!, i32[at + 1]!);
      other !== NONE && looked < MOST_CHAINED;
      other = ring.older(other)
    ) {
      looked++
      const there = ring.at(other)
      if (!isAlike(i32, there, i32[at]!, i32[at + 1]!, i32[at + Word.Channel]!)) continue
      if (((i32[there + Word.Flags]! ^ flags) & RecordFlag.Far) === 0) continue
      const delay = time - f64[ring.real(other) + Real.Time]!
      if (delay < low || delay > this.#plan.waiting) continue
      if ((i32[there + Word.Flags]! & RecordFlag.Matched) === 0) late = other
      else if (twice === NONE || delay <= high) twice = other
    }
    const isUsual = twice !== NONE && time - f64[ring.real(twice) + Real.Time]! <= high
    if (late !== NONE && !isUsual) this.#match(late, serial)
    else if (twice !== NONE) this.#duplicate(twice, serial)
  }

  /** Keeps both ends of a match of which the filter keeps either. */
  #selectBoth(from: number, to: number): void {
    const { i32 } = this.ring
    if ((i32[from + Word.Flags]! & i32[to + Word.Flags]! & RecordFlag.Unselected) !== 0) return
    i32[from + Word.Flags]! &= ~RecordFlag.Unselected
    i32[to + Word.Flags]! &= ~RecordFlag.Unselected
  }

  #match(left: number, arrived: number): void {
    const { ring } = this
    const { i32, f64 } = ring
    const from = ring.at(left)
    const to = ring.at(arrived)
    this.#selectBoth(from, to)
    // What may have been another one makes its partner so too.
    const isOneOf = (i32[from + Word.Flags]! | i32[to + Word.Flags]!) & RecordFlag.OneOf
    i32[from + Word.Flags]! |= RecordFlag.Matched | isOneOf
    // It was one more of another packet before this one was read, where a capture holds its records in another order.
    i32[to + Word.Flags]! &= ~RecordFlag.Duplicate
    i32[to + Word.Flags]! |= RecordFlag.Matched | isOneOf | (i32[from + Word.Flags]! & RecordFlag.Twin)
    i32[from + Word.OtherNumber] = i32[to + Word.Number]!
    i32[from + Word.OtherFile] = i32[to + Word.File]!
    i32[to + Word.OtherNumber] = i32[from + Word.Number]!
    i32[to + Word.OtherFile] = i32[from + Word.File]!
    i32[to + Word.Order] = i32[from + Word.Order]!
    i32[to + Word.OtherPort] = i32[from + Word.SourcePort]!
    i32[to + Word.OtherDirection] = i32[from + Word.Direction]!
    const sent = ring.real(left)
    const received = ring.real(arrived)
    const isTimed = this.#plan.timeless.length === 0
    const delay = isTimed ? f64[received + Real.Time]! - f64[sent + Real.Time]! : Number.NaN
    f64[sent + Real.Delay] = delay
    f64[received + Real.Delay] = delay
    f64[sent + Real.OtherOwn] = f64[received + Real.Own]!
    f64[received + Real.OtherOwn] = f64[sent + Real.Own]!
    this.#leaving.matched(ring, from, to)
  }

  #duplicate(left: number, arrived: number): void {
    const { ring } = this
    const { i32, f64 } = ring
    const from = ring.at(left)
    const to = ring.at(arrived)
    this.#selectBoth(from, to)
    i32[to + Word.Flags]! |= RecordFlag.Duplicate | (i32[from + Word.Flags]! & RecordFlag.OneOf)
    i32[to + Word.OtherNumber] = i32[from + Word.Number]!
    i32[to + Word.OtherFile] = i32[from + Word.File]!
    i32[to + Word.OtherDirection] = i32[from + Word.Direction]!
    i32[to + Word.FirstNumber] = i32[from + Word.OtherNumber]!
    i32[to + Word.FirstFile] = i32[from + Word.OtherFile]!
    f64[ring.real(arrived) + Real.OtherOwn] = f64[ring.real(left) + Real.Own]!
  }
}

function isAlike(i32: Int32Array, at: number, high: number, low: number, channel: number): boolean {
  return i32[at + Word.KeyHigh] === high && i32[at + Word.KeyLow] === low && i32[at + Word.Channel] === channel
}
