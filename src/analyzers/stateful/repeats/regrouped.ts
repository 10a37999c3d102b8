/**
 * TCP data that were recorded twice in segments of other sizes: as one super-frame before the network card cut it (TSO), or after the
 * receiver's joined it (GRO), and as what was on the wire in between. The records are of two places on one path: two interfaces, two
 * hops, both sides of a relay, or the captures of both ends. No digest tells that they carry the same.
 *
 * The bytes tell, with what their sender put beside them: segments cut from one super-frame have its timestamp, and identifications
 * that count up from its own (RFC 6864 leaves that open, every implementation does it); whatever is sent again has later ones. Of
 * segments that have neither, each place may have the bytes once, and soon. A range is looked for only when it begins below the
 * highest byte, and remembered only of connections that are known to be recorded twice ({@link Regrouped.remember}).
 *
 * Evidence: two places on one path. What misleads: a path that changes while data are lost, which takes longer than {@link PROMPT}.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import { type EventLog, Field, OUTER_IDENTIFIED } from '../../events/event-log.ts'
import type { Stateful } from '../../stateful.ts'
import { fold32 } from '../../tables/hash.ts'
import { RecentRing, type RecentRingState } from '../../tables/recent-ring.ts'
import { elapsed } from '../../tables/time.ts'
import type { OtherSegments, Tcp } from '../tcp/tcp.ts'
import type { Copies } from './copies.ts'
import {
  WORDS as FRAME_WORDS,
  Frame,
  FrameBit,
  frameBits,
  RECENT,
  type RecentFrames,
  TIME_TO_LIVE,
  wayOf,
} from './recent-frames.ts'
import { TIMER } from './recorded-twice.ts'

/** Nanoseconds between two records of the same bytes whose timestamps alone are the same: a tick, and clocks that are apart. */
const TICK = 50_000_000
/** The same without timestamps and identifications. */
const UNNUMBERED = 5_000_000
/** Nanoseconds within which another record of bytes is looked for that were not remembered; a sender's timers take twice that. */
const PROMPT = 5_000_000
/** Frames that are looked through for it. */
const MOST_BETWEEN = 256
/** Packets of the receiver that may tell of a loss (RFC 5681 §3.2), the first of them being the acknowledgment that is repeated. */
const LOSS_REPORTS = 3

/** Segments remembered of all connections that are recorded twice, a power of two. */
const SEGMENTS = 8_192
/** Captures, or interfaces, that begin anew with a connection. */
const REPLAYS = 256
/** Segments that are looked at of one stretch. */
const MOST_LOOKED_AT = 96
/** Sequence numbers of a stretch as a power of two, the last of all, and how many of one segment are remembered. */
const STRETCH_BITS = 15
const LAST_STRETCH = (1 << (32 - STRETCH_BITS)) - 1
const MOST_STRETCHES = 8

/** Nanoseconds by which a record must be older than the ones before it to be another capture's. */
const BACKWARDS = 1_000_000

/** Bytes of a segment of a connection whose SYN was not seen. */
const USUAL_SEGMENT = 1460
/** Bytes by which segments may be smaller than announced, for options and on the path, where a timestamp tells as well. */
const SMALLER = 120
/** Identifications that a sender may use for something in between, where a timestamp tells as well. */
const LOOSE = 1

/** Words of a segment behind those of its frame. */
const START = FRAME_WORDS
const END = START + 1
const TIMESTAMP = START + 2
const IDENTIFICATION = START + 3
const WORDS = START + 4

/** Words of a replay: up to which byte, and when the connection had been recorded until then. */
const UNTIL = 0
const SECONDS = 1
const NANOSECONDS = 2
const REPLAY_WORDS = 3

/** Saved segments. */
export interface RegroupedState {
  segments: RecentRingState
  replays: RecentRingState
}

/** Data of connections that are recorded twice. */
export class Regrouped implements Stateful, OtherSegments {
  /** By flow row × 2 + direction, and stretch of sequence numbers: as in recent-frames.ts, and the words above. */
  readonly #segments = new RecentRing(SEGMENTS, WORDS)
  /** By flow row × 2 + direction, and interface. */
  readonly #replays = new RecentRing(REPLAYS, REPLAY_WORDS)

  readonly #frames: RecentFrames

  /** @param copies - Is told of what is found; has observed the packet before, so that it is the newest of its frames. */
  constructor(
    private readonly copies: Copies,
    private readonly tcp: Tcp,
  ) {
    this.#frames = copies.frames
  }

  /**
   * Whether the data at hand, which begin below the highest byte, were recorded elsewhere in segments that are remembered. Then they
   * are marked as a copy, or as relayed.
   * @param key - Flow row × 2 + direction.
   */
  isElsewhere(log: EventLog, at: number, key: number, start: number): boolean {
    const { i32 } = log
    if (i32[at + Field.Nanoseconds] === NO_TIME) return false
    const end = (start + i32[at + Field.Payload]!) | 0
    const stretch = start >>> STRETCH_BITS
    const last = ((end - 1) | 0) >>> STRETCH_BITS
    let entry = this.#find(log, at, key, start, end, stretch)
    if (entry === NONE && stretch !== last) entry = this.#find(log, at, key, start, end, last)
    if (entry === NONE) return false
    this.copies.takeRegrouped(log, at, this.#segments.data, entry)
    return true
  }

  /**
   * Whether data that are not remembered were recorded elsewhere: just before by a frame of another place, or by another capture, the
   * records of which are over. Then they are marked.
   * @param next - The highest byte of their direction, and when data of it were recorded last.
   */
  isAnew(
    log: EventLog,
    at: number,
    key: number,
    start: number,
    next: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const { i32 } = log
    if (i32[at + Field.Nanoseconds] === NO_TIME) return false
    const end = (start + i32[at + Field.Payload]!) | 0
    if (this.#isRemembered(key, start, end)) return false
    if (this.#isReplayed(log, at, key, end, next, seconds, nanoseconds)) {
      this.copies.takeRegrouped(log, at, this.#segments.data, NONE)
      return true
    }
    const entry = this.#findPrompt(log, at)
    if (entry === NONE) return false
    this.copies.takeRegrouped(log, at, this.#frames.window.data, entry)
    return true
  }

  /** Remembers data of a connection that is recorded twice. */
  insert(log: EventLog, at: number, key: number, start: number): void {
    const { i32 } = log
    if (i32[at + Field.Nanoseconds] === NO_TIME) return
    const end = (start + i32[at + Field.Payload]!) | 0
    const last = ((end - 1) | 0) >>> STRETCH_BITS
    const { data: frames } = this.#frames.window
    const frame = this.#frames.window.newest(0)
    let stretch = start >>> STRETCH_BITS
    for (let count = 0; count < MOST_STRETCHES; count++) {
      const entry = this.#segments.claim(key, fold32(key, stretch))
      const { data } = this.#segments
      for (let word = 0; word < FRAME_WORDS; word++) data[entry + word] = frames[frame + word]!
      data[entry + START] = start
      data[entry + END] = end
      data[entry + TIMESTAMP] = i32[at + Field.TcpTimestamp]!
      data[entry + IDENTIFICATION] = i32[at + Field.InnerIdentification]!
      if (stretch === last) return
      stretch = (stretch + 1) & LAST_STRETCH
    }
  }

  /** Whether the place of the packet at hand has had some of its data in another sending. */
  isRepeated(log: EventLog, at: number, key: number, start: number): boolean {
    const { i32 } = log
    const { data } = this.#segments
    const end = (start + i32[at + Field.Payload]!) | 0
    const segment = this.tcp.mssToward(key >> 1, (key & 1) as 0 | 1) || USUAL_SEGMENT
    let looked = 0
    for (
      let entry = this.#segments.find(key, fold32(key, start >>> STRETCH_BITS));
      entry !== NONE && looked < MOST_LOOKED_AT;
      entry = this.#segments.older(entry)
    ) {
      looked++
      if (!overlaps(data, entry, start, end) || !isSamePlace(i32, at, data, entry)) continue
      if (sendingOf(log, at, data, entry, start, segment) === Sending.Other) return true
    }
    return false
  }

  /** Marks the packet at hand: its data count as sent again, once with all its copies. */
  noteCounted({ i32 }: EventLog, at: number): void {
    const { window } = this.#frames
    if (i32[at + Field.Nanoseconds] !== NO_TIME) window.data[window.newest(0) + Frame.Bits]! |= FrameBit.Repeated
  }

  save(): RegroupedState {
    return { segments: this.#segments.save(), replays: this.#replays.save() }
  }

  restore(state: RegroupedState): void {
    this.#segments.restore(state.segments)
    this.#replays.restore(state.replays)
  }

  /** The segment that carried bytes of `[start, end)` in the same sending, at another place rather than at this one; `NONE` without. */
  #find(log: EventLog, at: number, key: number, start: number, end: number, stretch: number): number {
    const { data } = this.#segments
    const segment = this.tcp.mssToward(key >> 1, (key & 1) as 0 | 1) || USUAL_SEGMENT
    let found = NONE
    let looked = 0
    for (
      let entry = this.#segments.find(key, fold32(key, stretch));
      entry !== NONE && looked < MOST_LOOKED_AT;
      entry = this.#segments.older(entry)
    ) {
      looked++
      if (!overlaps(data, entry, start, end)) continue
      const sending = sendingOf(log, at, data, entry, start, segment)
      if (sending === Sending.Other) continue
      if (!isSamePlace(log.i32, at, data, entry)) {
        if (sending === Sending.Sure) return entry
        if (found === NONE) found = entry
      } else if (sending !== Sending.Alike || this.#isTooSoon(log, at, data, entry)) found = entry
      else return NONE // This place has had it.
    }
    return found
  }

  /** Whether a segment without timestamp is here again sooner than its sender could repeat it, as in recorded-twice.ts. */
  #isTooSoon(log: EventLog, at: number, data: Int32Array, entry: number): boolean {
    if (data[entry + TIMESTAMP] !== 0) return true
    const apart = Math.abs(sinceOf(log, at, data[entry + Frame.Seconds]!, data[entry + Frame.Nanoseconds]!))
    if (apart >= TIMER) return false
    return apart * 2 < this.tcp.roundTrip(log.i32[at + Field.Flow]!) || !this.#isLossReported(log, at, apart)
  }

  /** Whether the receiver may have told of a loss within the last nanoseconds. */
  #isLossReported(log: EventLog, at: number, within: number): boolean {
    const { i32 } = log
    const { window } = this.#frames
    const { data } = window
    let reports = 0
    const most = Math.min(MOST_BETWEEN, window.count - 1)
    for (let back = 1; back <= most && reports < LOSS_REPORTS; back++) {
      const entry = window.newest(back)
      const apart = Math.abs(sinceOf(log, at, data[entry + Frame.Seconds]!, data[entry + Frame.Nanoseconds]!))
      if (apart > within) return false
      if (data[entry + Frame.Flow] !== i32[at + Field.Flow]) continue
      if (!isSameDirection(i32, at, data, entry)) reports++
    }
    return reports >= LOSS_REPORTS || most === MOST_BETWEEN
  }

  #isRemembered(key: number, start: number, end: number): boolean {
    const { data } = this.#segments
    let looked = 0
    for (
      let entry = this.#segments.find(key, fold32(key, start >>> STRETCH_BITS));
      entry !== NONE && looked < MOST_LOOKED_AT;
      entry = this.#segments.older(entry)
    ) {
      looked++
      if (overlaps(data, entry, start, end)) return true
    }
    return false
  }

  /** Whether another capture of the connection begins, or goes on: its records are older than those before. */
  #isReplayed(
    log: EventLog,
    at: number,
    key: number,
    end: number,
    next: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const number = log.i32[at + Field.Interface]!
    if (number === 0) return false
    const { data } = this.#replays
    const entry = this.#replays.find(key, fold32(key, number))
    if (entry !== NONE && ((data[entry + UNTIL]! - end) | 0) >= 0) {
      const since = sinceOf(log, at, data[entry + SECONDS]!, data[entry + NANOSECONDS]!)
      if (since <= RECENT) return true
    }
    if (nanoseconds === NO_TIME || (seconds | nanoseconds) === 0) return false
    if (sinceOf(log, at, seconds, nanoseconds) > -BACKWARDS || ((next - end) | 0) < 0) return false
    const replay = this.#replays.claim(key, fold32(key, number))
    this.#replays.data[replay + UNTIL] = next
    this.#replays.data[replay + SECONDS] = seconds
    this.#replays.data[replay + NANOSECONDS] = nanoseconds
    return true
  }

  /**
   * The newest frame that went the same way through the connection at another place just before; `NONE` without, or where a loss was
   * reported since.
   */
  #findPrompt(log: EventLog, at: number): number {
    const { i32 } = log
    const { window } = this.#frames
    const { data } = window
    const flow = i32[at + Field.Flow]!
    let reports = 0
    const most = Math.min(MOST_BETWEEN, window.count - 1)
    for (let back = 1; back <= most; back++) {
      const entry = window.newest(back)
      const apart = Math.abs(sinceOf(log, at, data[entry + Frame.Seconds]!, data[entry + Frame.Nanoseconds]!))
      if (apart > PROMPT) return NONE
      if (data[entry + Frame.Flow] !== flow) continue
      if (!isSameDirection(i32, at, data, entry)) {
        reports++
        if (reports >= LOSS_REPORTS) return NONE
      } else if (!isSamePlace(i32, at, data, entry)) return entry
    }
    return NONE
  }
}

/** What two segments with bytes in common are. */
const Sending = {
  /** Their sender sent these bytes twice. */
  Other: 0,
  /** It may have sent them once. */
  Alike: 1,
  /** It sent them once, as it numbers what it sends. */
  Sure: 2,
} as const

/**
 * What a segment and a remembered one, which have bytes in common, are: one of {@link Sending}.
 * @param segment - Bytes that one segment may have.
 */
function sendingOf(log: EventLog, at: number, data: Int32Array, entry: number, start: number, segment: number): number {
  const { i32 } = log
  const timestamp = i32[at + Field.TcpTimestamp]!
  if (timestamp !== data[entry + TIMESTAMP]) return Sending.Other
  const apart = Math.abs(sinceOf(log, at, data[entry + Frame.Seconds]!, data[entry + Frame.Nanoseconds]!))
  const identification = i32[at + Field.InnerIdentification]!
  const former = data[entry + IDENTIFICATION]!
  const limit = timestamp === 0 ? UNNUMBERED : TICK
  if (identification === 0 || former === 0) return apart <= limit ? Sending.Alike : Sending.Other
  const behind = (start - data[entry + START]!) | 0
  const counted = ((identification - former) << 16) >> 16
  const ahead = behind < 0 ? -counted : counted
  const length = segmentOf(data, entry, start, i32[at + Field.Payload]!, timestamp === 0 ? segment : segment - SMALLER)
  const most = Math.ceil(Math.abs(behind) / length)
  if (ahead >= 0 && ahead <= most) return apart <= RECENT ? Sending.Sure : Sending.Other
  const isClose = timestamp !== 0 && ahead >= -LOOSE && ahead <= most + LOOSE
  return isClose && apart <= limit ? Sending.Alike : Sending.Other
}

/** Bytes of each segment of the larger one of two, whose smaller one may be one of them, or the rest that is left at the end. */
function segmentOf(data: Int32Array, entry: number, start: number, payload: number, usual: number): number {
  const isEnd = ((start + payload) | 0) === data[entry + END]
  const smaller = Math.min(payload, (data[entry + END]! - data[entry + START]!) | 0)
  return Math.max(1, isEnd ? usual : Math.min(smaller, usual))
}

/** Whether a packet was recorded where another one was: by the same interface, between the same hops. */
function isSamePlace(i32: Int32Array, at: number, data: Int32Array, entry: number): boolean {
  return (
    data[entry + Frame.Interface] === i32[at + Field.Interface] &&
    data[entry + Frame.Way] === wayOf(i32, at) &&
    isSameHop(data[entry + Frame.Hop]!, i32[at + Field.Hop]!) &&
    data[entry + Frame.InnerHop] === i32[at + Field.InnerHop] &&
    ((data[entry + Frame.Bits]! ^ frameBits(i32, at)) & TIME_TO_LIVE) === 0
  )
}

/** Whether two packets were at one hop, as far as it shows: a datagram joined from small fragments has no link header. */
function isSameHop(left: number, right: number): boolean {
  const isUnknown = (left & ~OUTER_IDENTIFIED) === 0 || (right & ~OUTER_IDENTIFIED) === 0
  return isUnknown || left === right
}

/**
 * Whether a frame of the same flow goes the same way through it: from the same inner MAC, and not back between the same VTEPs. Of
 * inner packets without MACs nothing is known.
 */
function isSameDirection(i32: Int32Array, at: number, data: Int32Array, entry: number): boolean {
  const innerHop = i32[at + Field.InnerHop]!
  if (data[entry + Frame.InnerHop] !== innerHop || (innerHop & ~TIME_TO_LIVE) === 0) return false
  return data[entry + Frame.Way] !== (wayOf(i32, at) ^ 1)
}

function overlaps(data: Int32Array, entry: number, start: number, end: number): boolean {
  return ((end - data[entry + START]!) | 0) > 0 && ((data[entry + END]! - start) | 0) > 0
}

/** Nanoseconds from a time to an event, below 0 where it is the later one. */
function sinceOf(log: EventLog, at: number, seconds: number, nanoseconds: number): number {
  return elapsed(log.f64[at >> 1]!, log.i32[at + Field.Nanoseconds]!, seconds, nanoseconds)
}
