/**
 * Frames that the capture already holds, and inner frames that a VTEP replicated to several peers.
 * One window of the recent past serves both: keyed by the digest of what is carried, told apart by the outer headers.
 * Evidence: any capture point. What misleads: frames without an identification, whose copies
 * on one interface look like what their sender repeats: they are not counted.
 */
import { NONE } from '../codecs/fault.ts'
import { NO_TIME } from '../packet.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field, STRIDE } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'
import { Tally, type TallyState } from './tally.ts'
import { elapsed, near } from './time.ts'
import { Window, type WindowState } from './window.ts'

/** Nanoseconds within which a second record of a frame is a copy. */
const COPY_TIME = 1_000_000_000
/**
 * The same for frames without any number that changes from one to the next (ARP, neighbour discovery, IGMP) on another
 * interface. Their senders repeat them, so on the same interface nothing tells a copy from a second question.
 */
const UNNUMBERED_COPY_TIME = 10_000_000
/** Nanoseconds within which a network that duplicates packets delivers the second one. */
const NETWORK_TIME = 10_000_000
/** Nanoseconds within which the same inner frame to another peer is a replica. */
const REPLICA_TIME = 100_000_000
/** Entries of one inner frame that are looked at: head-end replication to more peers still counts by its newest ones. */
const MOST_LOOKED_AT = 64

const OUTER = 0
const INTERFACE = 1
const SECONDS = 2
const NANOSECONDS = 3
const DESTINATION = 4
const VNI = 5
const SOURCE = 6
/** 1 when the record was a fragment. */
const FRAGMENT = 7
const WORDS = 8

/** Packet numbers kept as examples. */
const EXAMPLES = 10

/** Saved copies. */
export interface CopiesState {
  window: WindowState
  replicas: RecordsState
  replicaRows: number
  repeats: TallyState<object>
  counts: number[]
  examples: number[]
}

/** Recognises copies; runs before every other judge, because they count a copy once. */
export class Copies implements Judge<CopiesState> {
  /** Records of a frame that the capture already holds. */
  copies = 0
  /** Those of them that another interface recorded. */
  elsewhere = 0
  /** Frames that left the window before their second was over: a later copy of them would go unseen. */
  forgotten = 0
  /** Numbers of the first copies that are no {@link repeats}. */
  readonly examples: number[] = []
  /**
   * Copies on the interface of the first record and within 10 ms, by pair row × 2 + direction (0 = from a), `NONE` outside
   * tunnels: a mirror recorded them twice, or the network delivered them twice.
   */
  readonly repeats = new Tally<object>(() => ({}))
  /** Whether the packet at hand is one of {@link repeats}. */
  isRepeat = false
  /** Whether the packet at hand carries a frame back to a VTEP that had sent it just before. */
  isReturned = false
  readonly #window: Window
  readonly #replicas = new Records(1)
  #replicaRows = 0

  /** @param size - Frames remembered, a power of two. */
  constructor(readonly size: number) {
    this.#window = new Window(size, WORDS)
  }

  /** Replicas by VNI row: packets whose inner frame went to another peer just before. */
  replicated(vniRow: number): number {
    return this.#replicas.get(vniRow, 0)
  }

  observe(log: EventLog, at: number): void {
    const { i32, f64 } = log
    this.isRepeat = false
    this.isReturned = false
    const nanoseconds = i32[at + Field.Nanoseconds]!
    // A record without a time has no recent past.
    if (nanoseconds === NO_TIME) return
    const seconds = f64[at >> 1]!
    const high = i32[at + Field.DigestHigh]!
    const low = i32[at + Field.DigestLow]!
    const entry = this.#window.find(high, low)
    if (entry !== NONE) this.#look(log, at, entry, seconds, nanoseconds)
    this.#remember(log, at, seconds, nanoseconds, high, low)
  }

  /** Looks at the frames with this digest, the newest of which is at `newest`. */
  #look(log: EventLog, at: number, newest: number, seconds: number, nanoseconds: number): void {
    const { i32 } = log
    const window = this.#window
    const { data } = window
    const isTunnel = (i32[at + Field.Bits]! & Bit.Tunnel) !== 0
    let replica = false
    let looked = 0
    for (let entry = newest; entry !== NONE && looked < MOST_LOOKED_AT; entry = window.older(entry)) {
      looked++
      const apart = Math.abs(elapsed(seconds, nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!))
      if (apart > COPY_TIME) continue
      if (isTunnel && apart <= REPLICA_TIME && isReturn(data, entry, i32, at)) this.isReturned = true
      if (data[entry + OUTER] === i32[at + Field.OuterDigest]) {
        const elsewhere = data[entry + INTERFACE] !== i32[at + Field.Interface]
        const isNumbered = (i32[at + Field.Bits]! & Bit.Identified) !== 0
        if (!isNumbered && (!elsewhere || apart > UNNUMBERED_COPY_TIME)) continue
        const isFragment = (i32[at + Field.Bits]! & Bit.Fragment) !== 0
        i32[at + Field.Bits]! |= Bit.Copy | (isFragment === (data[entry + FRAGMENT] === 1) ? 0 : Bit.Refragmented)
        this.isRepeat = !elsewhere && apart <= NETWORK_TIME
        this.#count(log, at, elsewhere)
        replica = false
        break
      }
      if (isTunnel && apart <= REPLICA_TIME && isReplica(data, entry, i32, at)) replica = true
    }
    if (replica) {
      i32[at + Field.Bits]! |= Bit.Replica
      this.#countReplica(i32[at + Field.Vni]!)
    }
  }

  /** Reads window heads ahead. @returns Nothing of use. */
  fetch({ i32 }: EventLog, from: number, to: number): number {
    const window = this.#window
    let sum = 0
    for (let event = from; event < to; event++) sum ^= window.fetch(i32[event * STRIDE + Field.DigestLow]!)
    return sum
  }

  save(): CopiesState {
    return {
      window: this.#window.save(),
      replicas: this.#replicas.save(this.#replicaRows),
      replicaRows: this.#replicaRows,
      repeats: this.repeats.save(),
      counts: [this.copies, this.elsewhere, this.forgotten],
      examples: [...this.examples],
    }
  }

  restore(state: CopiesState): void {
    this.#window.restore(state.window)
    this.#replicas.restore(state.replicas)
    this.#replicaRows = state.replicaRows
    this.repeats.restore(state.repeats)
    this.copies = state.counts[0]!
    this.elsewhere = state.counts[1]!
    this.forgotten = state.counts[2]!
    this.examples.splice(0, this.examples.length, ...state.examples)
  }

  #count({ i32 }: EventLog, at: number, elsewhere: boolean): void {
    this.copies++
    if (elsewhere) this.elsewhere++
    const number = i32[at + Field.Number]!
    if (this.isRepeat) this.repeats.note(pairDirection(i32, at), number)
    else if (this.examples.length < EXAMPLES) this.examples.push(number)
  }

  #countReplica(vniRow: number): void {
    if (vniRow === NONE) return
    this.#replicas.add(vniRow, 0, 1)
    this.#replicaRows = Math.max(this.#replicaRows, vniRow + 1)
  }

  #remember(log: EventLog, at: number, seconds: number, nanoseconds: number, high: number, low: number): void {
    const { i32 } = log
    const window = this.#window
    const oldest = window.oldest()
    if (oldest !== NONE) {
      const { data } = window
      if (near(seconds, nanoseconds, data[oldest + SECONDS]!, data[oldest + NANOSECONDS]!, COPY_TIME)) this.forgotten++
    }
    const entry = window.claim(high, low)
    const { data } = window
    data[entry + OUTER] = i32[at + Field.OuterDigest]!
    data[entry + INTERFACE] = i32[at + Field.Interface]!
    data[entry + SECONDS] = seconds
    data[entry + NANOSECONDS] = nanoseconds
    data[entry + DESTINATION] = i32[at + Field.Destination]!
    data[entry + SOURCE] = i32[at + Field.Source]!
    data[entry + VNI] = i32[at + Field.Vni]!
    data[entry + FRAGMENT] = (i32[at + Field.Bits]! & Bit.Fragment) !== 0 ? 1 : 0
  }
}

/** Pair row × 2 + direction of a packet, `NONE` outside tunnels. */
export function pairDirection(i32: Int32Array, at: number): number {
  const pair = i32[at + Field.Pair]!
  if (pair === NONE) return NONE
  return pair * 2 + ((i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1)
}

/** Whether two packets with the same inner frame went to different peers of one VNI. */
function isReplica(data: Int32Array, entry: number, i32: Int32Array, at: number): boolean {
  const destination = i32[at + Field.Destination]!
  return destination !== NONE && data[entry + VNI] === i32[at + Field.Vni] && data[entry + DESTINATION] !== destination
}

/** Whether a packet goes to the VTEP that an earlier one with the same inner frame came from, in the same VNI. */
function isReturn(data: Int32Array, entry: number, i32: Int32Array, at: number): boolean {
  const destination = i32[at + Field.Destination]!
  return destination !== NONE && data[entry + VNI] === i32[at + Field.Vni] && data[entry + SOURCE] === destination
}
