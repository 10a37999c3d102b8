/**
 * Packets that no key matches: what left and what arrived, until it is clear whether the one is the other. A packet of which a few bits
 * were changed has the same length and most of its fields; TCP data may travel in segments of other sizes on either side.
 */
import { addStretch } from '../../codecs/walk/reassembly.ts'
import type { Plan } from '../plan/plan.ts'
import { Real, RecordFlag, type Ring, Word } from './ring.ts'

/** A packet that no key matches. */
export interface Leftover {
  direction: number
  channel: number
  time: number
  own: number
  number: number
  file: number
  outerLength: number
  innerBytes: number
  sourcePort: number
  fields: number
  macs: number
  leftOut: number
  checksum: number
  ends: number
  connection: number
  sequence: number
  payload: number
  order: number
  isOneOf: boolean
  isShort: boolean
  /** Whether the filter keeps it. */
  isSelected: boolean
  /** Whether it had to be given up before its time. */
  isEarly: boolean
  /** Whether TCP data of something that left are in it. */
  isSegment: boolean
  /** Whether it may be something that left with some bits changed. */
  isSuspect: boolean
  /** Whether its bytes told that it is. */
  isTaken: boolean
}

/** What is decided of leftovers. */
export interface Decided {
  /**
   * One of what arrived may be what left with some bits changed: only their bytes can tell. If none is, so many bytes of its TCP data
   * are missing.
   */
  suspect(left: Leftover, candidates: Leftover[], missing: number): void
  /** What did not arrive, but for TCP data that arrived in other segments; so many bytes of them are missing. */
  notFound(left: Leftover, missing: number): void
  /** What arrived and is nothing that left, unless it holds TCP data that did. */
  unexplained(arrived: Leftover): void
}

/** Leftovers of each kind that are held. */
const MOST_LEFTOVERS = 65_536
/** Fields of six that a packet with some bits changed has in common with what it was. */
const LEAST_COMMON = 3
/** Packets whose bytes are looked at; further ones that were altered are lost, and others arrive. */
export const MOST_SUSPICIONS = 8_192
/** Arrivals of one length that are looked at, and segments of one connection. */
const MOST_LOOKED_AT = 64
const MOST_SEGMENTS = 2_048
/** Packets of which one may be what left, at most. */
const MOST_CANDIDATES = 4
/** Nanoseconds by which joined or cut segments may be later than packets are. */
const JOINING = 20_000_000

/** Holds what is left over. */
export class Leftovers {
  /** Packets whose bytes are to be looked at, and those that found no room. */
  #suspicions = 0
  unlooked = 0
  /** Those given up for want of room. */
  dropped = 0
  readonly limit = MOST_LEFTOVERS
  /** What may be something that left, until its bytes are known. */
  readonly suspects: Leftover[] = []
  readonly #plan: Plan
  readonly #decided: Decided
  readonly #left = new Queue()
  readonly #arrived = new Queue()
  readonly #bySize = new Map<number, Queue>()
  readonly #byConnection = new Map<number, Queue>()

  constructor(plan: Plan, decided: Decided) {
    this.#plan = plan
    this.#decided = decided
  }

  addLeft(left: Leftover): void {
    this.#left.add(left)
    if (this.#left.length <= MOST_LEFTOVERS) return
    this.dropped++
    this.#decide(this.#left.take()!)
  }

  addArrived(arrived: Leftover): void {
    this.#arrived.add(arrived)
    add(this.#bySize, sizeKey(arrived), arrived)
    if (arrived.connection !== 0) add(this.#byConnection, arrived.connection, arrived)
    if (this.#arrived.length > MOST_LEFTOVERS) this.#let(this.#arrived.take()!)
  }

  /** Decides what can be, now that all that was recorded until then is known. */
  passed(now: number): void {
    const { channels, waiting } = this.#plan
    for (let first = this.#left.first; first !== undefined; first = this.#left.first) {
      if (first.time + channels[first.channel]!.high + 2 * JOINING > now) break
      this.#decide(this.#left.take()!)
    }
    for (let first = this.#arrived.first; first !== undefined; first = this.#arrived.first) {
      if (first.time + 2 * waiting > now) break
      this.#let(this.#arrived.take()!)
    }
  }

  /** Tells of an arrival that nothing was found for, and forgets it. */
  #let(arrived: Leftover): void {
    removeFirst(this.#bySize, sizeKey(arrived))
    if (arrived.connection !== 0) removeFirst(this.#byConnection, arrived.connection)
    if (arrived.isSuspect) this.suspects.push(arrived)
    else this.#decided.unexplained(arrived)
  }

  #decide(left: Leftover): void {
    let candidates = this.#candidates(left)
    if (candidates.length > 0 && this.#suspicions === MOST_SUSPICIONS) {
      this.unlooked++
      candidates = []
    } else if (candidates.length > 0) this.#suspicions++
    for (const arrived of candidates) arrived.isSuspect = true
    const missing = left.connection === 0 ? left.payload : this.#missing(left)
    if (candidates.length === 0) this.#decided.notFound(left, missing)
    else this.#decided.suspect(left, candidates, missing)
  }

  /** What arrived with the same length in time, and has the most in common. */
  #candidates(left: Leftover): Leftover[] {
    if (left.isShort || this.#plan.clock === null) return []
    const { low, high } = this.#plan.channels[left.channel]!
    const found: { arrived: Leftover; common: number }[] = []
    const alike = this.#bySize.get(sizeKey(left))?.within(left.time + low, left.time + high, MOST_LOOKED_AT) ?? []
    for (const arrived of alike) {
      const common = arrived.isShort ? 0 : inCommon(left, arrived)
      if (common > 0) found.push({ arrived, common })
    }
    found.sort((one, other) => other.common - one.common)
    return found.slice(0, MOST_CANDIDATES).map(({ arrived }) => arrived)
  }

  /** Bytes of TCP data that are in no segment that arrived in time. */
  #missing(left: Leftover): number {
    const { low, high } = this.#plan.channels[left.channel]!
    const stretches: number[] = []
    const connection = this.#byConnection.get(left.connection)
    const from = left.time + low - JOINING
    for (const arrived of connection?.within(from, left.time + high + JOINING, MOST_SEGMENTS) ?? []) {
      if (arrived.channel !== left.channel) continue
      const start = Math.max(0, (arrived.sequence - left.sequence) | 0)
      const end = Math.min(left.payload, ((arrived.sequence - left.sequence) | 0) + arrived.payload)
      if (start >= end) continue
      arrived.isSegment = true
      addStretch(stretches, start, end)
    }
    let there = 0
    for (let i = 0; i < stretches.length; i += 2) there += stretches[i + 1]! - stretches[i]!
    return left.payload - there
  }
}

/** Leftovers in order of time. */
class Queue {
  #list: Leftover[] = []
  #front = 0

  get length(): number {
    return this.#list.length - this.#front
  }

  get first(): Leftover | undefined {
    return this.#list[this.#front]
  }

  /** Takes one in its place by time: a capture may hold its records in another order. */
  add(leftover: Leftover): void {
    const list = this.#list
    let at = list.length
    while (at > this.#front && list[at - 1]!.time > leftover.time) at--
    if (at === list.length) list.push(leftover)
    else list.splice(at, 0, leftover)
  }

  /** Those of a time, the first so many. */
  within(from: number, to: number, most: number): Leftover[] {
    let low = this.#front
    let high = this.#list.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#list[middle]!.time < from) low = middle + 1
      else high = middle
    }
    const found: Leftover[] = []
    for (let at = low; at < this.#list.length && found.length < most; at++) {
      const leftover = this.#list[at]!
      if (leftover.time > to) break
      found.push(leftover)
    }
    return found
  }

  take(): Leftover | undefined {
    const first = this.#list[this.#front++]
    if (this.#front * 2 > this.#list.length && this.#front > 1024) {
      this.#list = this.#list.slice(this.#front)
      this.#front = 0
    }
    return first
  }
}

/** A copy of a record that leaves the ring. */
export function leftoverOf(ring: Ring, serial: number, isDue: boolean): Leftover {
  const { i32, f64 } = ring
  const at = ring.at(serial)
  const real = ring.real(serial)
  const flags = i32[at + Word.Flags]!
  return {
    direction: i32[at + Word.Direction]!,
    channel: i32[at + Word.Channel]!,
    time: f64[real + Real.Time]!,
    own: f64[real + Real.Own]!,
    number: i32[at + Word.Number]!,
    file: i32[at + Word.File]!,
    outerLength: i32[at + Word.OuterLength]!,
    innerBytes: i32[at + Word.InnerBytes]!,
    sourcePort: i32[at + Word.SourcePort]!,
    fields: i32[at + Word.Fields]!,
    macs: i32[at + Word.Macs]!,
    leftOut: i32[at + Word.LeftOut]!,
    checksum: i32[at + Word.Checksum]!,
    ends: i32[at + Word.Ends]!,
    connection: i32[at + Word.Connection]!,
    sequence: i32[at + Word.Sequence]!,
    payload: i32[at + Word.Payload]!,
    order: i32[at + Word.Order]!,
    isOneOf: (flags & RecordFlag.OneOf) !== 0,
    isShort: (flags & RecordFlag.Short) !== 0,
    isSelected: (flags & RecordFlag.Unselected) === 0,
    isEarly: !isDue,
    isSegment: false,
    isSuspect: false,
    isTaken: false,
  }
}

/**
 * How much two packets of one length have in common that were not told by their keys; 0 where nothing says that the one may be the
 * other. A changed EtherType or version hides everything behind it; then their source port, which is a digest of the flow, must do.
 */
function inCommon(left: Leftover, arrived: Leftover): number {
  if (isNumberedAnew(left.leftOut, arrived.leftOut)) return 0
  const isNumbered =
    left.connection !== 0 && left.connection === arrived.connection && left.sequence === arrived.sequence
  const isSummed = left.checksum !== 0 && left.checksum === arrived.checksum
  const isIdentified = left.leftOut >>> 16 !== 0 && left.leftOut === arrived.leftOut
  const others = [left.macs === arrived.macs, left.ends === arrived.ends, left.sourcePort === arrived.sourcePort]
  const common = [isNumbered, isSummed, isIdentified, ...others].filter(Boolean).length
  if (isNumbered || isSummed || isIdentified) return common >= LEAST_COMMON ? common : 0
  const isHidden = left.connection === 0 || arrived.connection === 0
  return isHidden && left.sourcePort === arrived.sourcePort ? 1 : 0
}

/**
 * Whether the inner IPv4 headers of two packets, by what is left out of their keys, were written apart: as of TCP data that were sent again
 * under another identification. Bits that change on the way leave the checksum of the header as it was; a router that lowers the TTL or
 * changes the DSCP corrects it (RFC 1624), and what it sums up to without these is the same.
 */
function isNumberedAnew(left: number, arrived: number): boolean {
  const [one, other] = [left >>> 16, arrived >>> 16]
  return one !== 0 && other !== 0 && one !== other && sumOfRest(left) !== sumOfRest(arrived)
}

/** What the header sums up to without checksum, TTL and traffic class, modulo 65,535 (RFC 1071). */
function sumOfRest(leftOut: number): number {
  const sum = ~(leftOut >>> 16) - (leftOut & 0xff00) - (leftOut & 0xff)
  return ((sum % 0xffff) + 0xffff) % 0xffff
}

function sizeKey({ channel, innerBytes }: Leftover): number {
  return channel * 2 ** 20 + innerBytes
}

function add(queues: Map<number, Queue>, key: number, leftover: Leftover): void {
  let queue = queues.get(key)
  if (queue === undefined) {
    queue = new Queue()
    queues.set(key, queue)
  }
  queue.add(leftover)
}

/** Takes out the oldest: leftovers go as they came. */
function removeFirst(queues: Map<number, Queue>, key: number): void {
  const queue = queues.get(key)
  queue?.take()
  if (queue?.length === 0) queues.delete(key)
}
