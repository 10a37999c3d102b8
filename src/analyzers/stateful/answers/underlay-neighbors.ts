/**
 * VTEPs that the underlay no longer resolves: one that spoke with the asker before is asked for by ARP or neighbour solicitation
 * three times in a row, and neither answers nor sends anything.
 * Evidence: at the asker, or on its link. What misleads: a capture that lost the answers.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { near } from '../../tables/time.ts'

/** Nanoseconds within which a host without an answer asks again. */
const PATIENCE = 10_000_000_000
/** Nanoseconds between a question and a flooded frame that go together. */
const TOGETHER = 100_000_000
/** Questions in a row that make a VTEP unreachable. */
const THIRD = 3

/** First half of a pair: whether the two ever exchanged a tunnel packet. Then the halves of a asking for b, and b for a. */
const SPOKE = 0
const SIDES = 2
const ASKED = 0
const SECONDS = 1
const NANOSECONDS = 2
/** Questions of the longest silence, and the number of its first packets. */
const SILENT = 3
/** 1 when an answer ended it. */
const RECOVERED = 4
const VERSION_6 = 5
const NUMBERS = 6
const SIDE = NUMBERS + 2 * EXAMPLES
const CELLS = (SIDES + 2 * SIDE) / 2

/** A VTEP that was asked for in vain. */
export interface Unresolved {
  /** Address ids. */
  asker: number
  vtep: number
  count: number
  packets: number[]
  recovered: boolean
  by: 'arp' | 'nd'
  /** Nothing was ever exchanged with it: it is asked for as the asker floods frames to its peers. */
  isFlooded: boolean
}

/** An address of the underlay that never took part in a tunnel, asked for in a row. */
interface Stranger {
  asker: number
  sought: number
  asked: number
  seconds: number
  nanoseconds: number
  /** Questions that came together with a frame that the asker floods. */
  floods: number
  isVersion6: boolean
  packets: number[]
}

/** Saved questions. */
export interface UnderlayNeighborsState {
  rows: number
  pairs: RecordsState
  asking: number
  strangers: CounterByKeyState<Stranger>
  flood: [vtep: number, seconds: number, nanoseconds: number]
  last: number
}

/** Questions of the underlay by VTEP pair. */
export class UnderlayNeighbors implements StatefulAnalyzer<UnderlayNeighborsState> {
  readonly #pairs = new Records(CELLS)
  #rows = 0
  /** Sides whose last question has no answer yet; while there are none, most packets need not be looked at. */
  #asking = 0
  /** By {@link strangerKey}: two that share one are told apart by their ids, and the later one is not followed. */
  readonly #strangers = new CounterByKey<Stranger>(() => ({
    asker: NONE,
    sought: NONE,
    asked: 0,
    seconds: 0,
    nanoseconds: 0,
    floods: 0,
    isVersion6: false,
    packets: new Array<number>(EXAMPLES).fill(0),
  }))
  /** Who flooded a frame last, and when; key of the stranger that was asked for last. */
  #flooder: number = NONE
  #floodSeconds = 0
  #floodNanoseconds = 0
  #last: number = NONE

  constructor(private readonly keys: Keys) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.Copy) !== 0) return
    if ((bits & Bit.Kept) !== 0) {
      this.#noteTunnel(i32, at)
      if ((bits & (Bit.Broadcast | Bit.Multicast)) !== 0) this.#noteFlood(log, at)
    } else if ((bits & Bit.Tunnel) === 0 && (bits & (Bit.AddressRequest | Bit.AddressReply)) !== 0) {
      const isRequest = (bits & Bit.AddressRequest) !== 0
      const source = i32[at + Field.InnerSource]!
      const destination = i32[at + Field.InnerDestination]!
      if (source === NONE || destination === NONE) return
      if (isRequest) this.#ask(log, at, source, destination)
      else {
        this.#answer(this.#side(destination, source), true)
        const stranger = this.#strangers.get(strangerKey(destination, source))?.figures
        if (stranger?.asker === destination && stranger.sought === source) stranger.asked = 0
      }
    }
  }

  /** VTEPs that were asked for in vain. */
  unresolved(): Unresolved[] {
    const list: Unresolved[] = []
    for (let pair = 0; pair < this.#rows; pair++) {
      for (const side of [0, 1] as const) {
        const at = this.#pairs.at(pair) * 2 + SIDES + side * SIDE
        const { i32 } = this.#pairs
        const isOpen = i32[at + ASKED]! >= THIRD && i32[at + ASKED]! >= i32[at + SILENT]!
        const count = isOpen ? i32[at + ASKED]! : i32[at + SILENT]!
        if (count < THIRD) continue
        const numbers = at + NUMBERS + (isOpen ? 0 : EXAMPLES)
        list.push({
          asker: this.keys.pairs.word(pair, side),
          vtep: this.keys.pairs.word(pair, 1 - side),
          count,
          packets: [...i32.subarray(numbers, numbers + Math.min(count, EXAMPLES))],
          recovered: !isOpen && i32[at + RECOVERED] === 1,
          by: i32[at + VERSION_6] === 1 ? 'nd' : 'arp',
          isFlooded: false,
        })
      }
    }
    for (const { figures } of this.#strangers.entries()) {
      const { asker, sought, asked, floods, isVersion6, packets } = figures
      if (asked < THIRD || floods === 0) continue
      const by = isVersion6 ? 'nd' : 'arp'
      list.push({
        asker,
        vtep: sought,
        count: asked,
        packets: packets.slice(0, asked),
        recovered: false,
        by,
        isFlooded: true,
      })
    }
    return list
  }

  save(): UnderlayNeighborsState {
    return {
      rows: this.#rows,
      pairs: this.#pairs.save(this.#rows),
      asking: this.#asking,
      strangers: this.#strangers.save(),
      flood: [this.#flooder, this.#floodSeconds, this.#floodNanoseconds],
      last: this.#last,
    }
  }

  restore(state: UnderlayNeighborsState): void {
    this.#rows = state.rows
    this.#asking = state.asking
    this.#pairs.restore(state.pairs)
    this.#strangers.restore(state.strangers)
    this.#flooder = state.flood[0]
    this.#floodSeconds = state.flood[1]
    this.#floodNanoseconds = state.flood[2]
    this.#last = state.last
  }

  /** Whether a packet between VTEPs that have spoken before may answer a question. */
  get isAsking(): boolean {
    return this.#asking > 0
  }

  #noteTunnel(i32: Int32Array, at: number): void {
    const pair = i32[at + Field.Pair]!
    if (pair === NONE) return
    if (pair >= this.#rows) this.#rows = pair + 1
    const base = this.#pairs.at(pair) * 2
    this.#pairs.i32[base + SPOKE] = 1
    // What b sends to a shows a that b is there.
    const fromA = (i32[at + Field.Bits]! & Bit.PairForward) !== 0
    this.#answer(base + SIDES + (fromA ? SIDE : 0), false)
  }

  #noteFlood(log: EventLog, at: number): void {
    const vtep = log.i32[at + Field.Source]!
    this.#flooder = vtep
    this.#floodSeconds = log.f64[at >> 1]! | 0
    this.#floodNanoseconds = log.i32[at + Field.Nanoseconds]!
    if (this.#last === NONE) return
    const stranger = this.#strangers.get(this.#last)?.figures
    this.#last = NONE
    if (stranger === undefined || stranger.asker !== vtep) return
    const { seconds, nanoseconds } = stranger
    if (near(this.#floodSeconds, this.#floodNanoseconds, seconds, nanoseconds, TOGETHER)) stranger.floods++
  }

  /** Someone is asked for with whom no tunnel packet was exchanged. */
  #askStranger(log: EventLog, at: number, asker: number, sought: number): void {
    const { i32 } = log
    const seconds = log.f64[at >> 1]! | 0
    const nanoseconds = i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME) return
    const key = strangerKey(asker, sought)
    const stranger = this.#strangers.note(key, i32[at + Field.Number]!)
    if (stranger === null || (stranger.asker !== NONE && (stranger.asker !== asker || stranger.sought !== sought)))
      return
    if (stranger.asked > 0 && !near(seconds, nanoseconds, stranger.seconds, stranger.nanoseconds, PATIENCE)) {
      stranger.asked = 0
      stranger.floods = 0
    }
    stranger.asker = asker
    stranger.sought = sought
    stranger.asked++
    stranger.seconds = seconds
    stranger.nanoseconds = nanoseconds
    stranger.isVersion6 = (i32[at + Field.Bits]! & Bit.Version6) !== 0
    if (stranger.asked <= EXAMPLES) stranger.packets[stranger.asked - 1] = i32[at + Field.Number]!
    const isTogether =
      this.#flooder === asker && near(seconds, nanoseconds, this.#floodSeconds, this.#floodNanoseconds, TOGETHER)
    if (isTogether) stranger.floods++
    this.#last = isTogether ? NONE : key
  }

  #ask(log: EventLog, at: number, asker: number, vtep: number): void {
    const side = this.#side(asker, vtep)
    if (side === NONE) {
      this.#askStranger(log, at, asker, vtep)
      return
    }
    const { i32 } = this.#pairs
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    if (nanoseconds === NO_TIME) return
    const isNear = near(seconds, nanoseconds, i32[side + SECONDS]!, i32[side + NANOSECONDS]!, PATIENCE)
    if (!isNear && i32[side + ASKED] !== 0) {
      this.#asking--
      this.#close(side)
    }
    const asked = i32[side + ASKED]!
    if (asked === 0) this.#asking++
    i32[side + ASKED] = asked + 1
    if (asked < EXAMPLES) i32[side + NUMBERS + asked] = log.i32[at + Field.Number]!
    i32[side + SECONDS] = seconds
    i32[side + NANOSECONDS] = nanoseconds
    i32[side + VERSION_6] = (log.i32[at + Field.Bits]! & Bit.Version6) !== 0 ? 1 : 0
  }

  /** Ends a silence; the question before an answer was not asked in vain. */
  #answer(side: number, isReply: boolean): void {
    if (side === NONE) return
    const { i32 } = this.#pairs
    if (i32[side + ASKED] === 0) return
    this.#asking--
    if (isReply) i32[side + ASKED]!--
    this.#close(side)
    i32[side + RECOVERED] = 1
  }

  /** Keeps the silence if it is the longest so far. */
  #close(side: number): void {
    const { i32 } = this.#pairs
    const asked = i32[side + ASKED]!
    i32[side + ASKED] = 0
    if (asked < THIRD || asked <= i32[side + SILENT]!) return
    i32[side + SILENT] = asked
    i32[side + RECOVERED] = 0
    i32.copyWithin(side + NUMBERS + EXAMPLES, side + NUMBERS, side + NUMBERS + EXAMPLES)
  }

  /** Halves of one address asking for another; `NONE` when they never spoke through a tunnel before. */
  #side(asker: number, vtep: number): number {
    const pair = this.keys.pairBetween(asker, vtep)
    // The pair may have a row that only a later packet of a merged part fills.
    if (pair === NONE || pair >= this.#rows) return NONE
    const base = this.#pairs.at(pair) * 2
    const isA = this.keys.pairs.word(pair, 0) === asker
    return this.#pairs.i32[base + SPOKE] === 0 ? NONE : base + SIDES + (isA ? 0 : SIDE)
  }
}

/** One small integer for two address ids: as a number beyond 32 bits it would be allocated anew for every question. */
function strangerKey(asker: number, sought: number): number {
  return Math.imul(asker, 0x9e37_79b1) ^ sought
}
