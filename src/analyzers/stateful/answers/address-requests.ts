/**
 * Addresses that are asked for by ARP or neighbour solicitation and never answered, by VNI, VLANs and address.
 * A question counts where its asker repeats it within seconds: whoever had an answer would not ask again, so that it does not
 * matter whether the answer would have passed here. Probes, announcements, replicas and copies are no questions; a reply, or
 * unicast from the asker to the address, is an answer.
 * Evidence: any capture point that the question passes. What misleads: frames that the capture lost.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY } from '../../events/event-log.ts'
import { CountedSet } from '../../tables/counted-set.ts'
import { EXAMPLES } from '../../tables/counter-by-key.ts'
import { KeyTable, type KeyTableState } from '../../tables/key-table.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed } from '../../tables/time.ts'

/** Nanoseconds within which an asker that has no answer asks again. */
const PATIENCE = 10_000_000_000
/**
 * Nanoseconds before which it does not: resolvers ask once a second at most (RFC 1122 §2.3.2.1). What asks faster makes sure that an
 * address is free, as DHCP servers do, and is glad to get no answer.
 */
const PAUSE = 900_000_000
/** What a question weighs that repeats another one after {@link PAUSE}, where one that comes sooner weighs 1; what is worth a word. */
const REPEAT = 5
const LEAST_WEIGHT = 2 * REPEAT

/** How a question follows the last one of its asker. */
const Pace = {
  /** Sooner than {@link PAUSE}. */
  Soon: 0,
  Repeat: 1,
  /** After {@link PATIENCE}, with the time running backwards, or by somebody who had not asked. */
  New: 2,
} as const

/** Bit of a row's asker: its last question went to all. */
const TO_ALL = 1 << 30

/**
 * Halves of a row: the weight of questions that repeat, and the number of all since the last answer, when and by whom the last one was
 * asked.
 */
const REPEATED = 0
const ASKED = 1
const SECONDS = 2
const NANOSECONDS = 3
/** Address id of the last asker plus one (and {@link TO_ALL}), its VTEP, and where to: ids plus one. */
const ASKER = 4
const VTEP = 5
const PEER = 6
/** Answers in all. */
const ANSWERS = 7
const NUMBERS = 8
/** The asker before the last one, and the second of its last question: two guests that ask in turns repeat their own. */
const OTHER = NUMBERS + EXAMPLES
const OTHER_SECONDS = OTHER + 1
const CELLS = (OTHER + 2) / 2

/** An address that nobody answers for. */
export interface OpenQuestion {
  vni: number
  /** Tunnel kind × 2^24 + VNI. */
  kindVni: number
  /** VLAN stack row. */
  vlans: number
  /** Address ids: what is asked for, who asked last, from which VTEP, to which VTEP or group. */
  address: number
  asker: number
  vtep: number
  peer: number
  /** Questions since the last answer, and answers before. */
  asked: number
  answers: number
  packets: number[]
}

/** Saved questions. */
export interface AddressRequestsState {
  followed: number
  questions: KeyTableState
  records: RecordsState
}

/** Open questions by VNI, VLANs and address. */
export class AddressRequests implements StatefulAnalyzer<AddressRequestsState> {
  /** [kind and VNI, VLAN stack row, address id] */
  readonly questions: KeyTable
  readonly #records = new Records(CELLS)
  /** Address ids, once for each question that awaits its answer: packets to others need no look-up. */
  readonly #awaited = new CountedSet()
  /** Questions to all whose asker then sent to the address, though no answer was seen: the answers go another way. */
  followed = 0

  constructor(limit: number) {
    this.questions = new KeyTable('addressRequests', 3, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.questions]
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Kept | Bit.Copy | Bit.Replica)) !== Bit.Kept) return
    if ((bits & Bit.AddressRequest) !== 0) {
      // Asked where it passed first.
      if ((i32[at + Field.Again]! & ON_ITS_WAY) === 0) this.#ask(log, at)
    } else if ((bits & Bit.AddressReply) !== 0) this.#answer(this.#find(i32, at, i32[at + Field.InnerSource]!))
    else if ((bits & (Bit.Broadcast | Bit.Multicast | Bit.Announcement)) === 0) this.#noteUnicast(i32, at)
  }

  /**
   * Addresses asked for three times or more since anybody last answered, as resolvers repeat themselves or in a storm, in the order
   * of their first question.
   */
  open(): OpenQuestion[] {
    const open: OpenQuestion[] = []
    for (let row = 0; row < this.questions.count; row++) {
      const at = this.#records.at(row) * 2
      const { i32 } = this.#records
      if (i32[at + REPEATED]! < LEAST_WEIGHT || i32[at + ASKED]! < 3) continue
      const kindVni = this.questions.word(row, 0)
      open.push({
        vni: kindVni & 0xff_ffff,
        kindVni,
        vlans: this.questions.word(row, 1),
        address: this.questions.word(row, 2),
        asker: (i32[at + ASKER]! & ~TO_ALL) - 1,
        vtep: i32[at + VTEP]! - 1,
        peer: i32[at + PEER]! - 1,
        asked: i32[at + ASKED]!,
        answers: i32[at + ANSWERS]!,
        packets: [...i32.subarray(at + NUMBERS, at + NUMBERS + Math.min(i32[at + ASKED]!, EXAMPLES))],
      })
    }
    return open
  }

  save(): AddressRequestsState {
    return {
      followed: this.followed,
      questions: this.questions.save(),
      records: this.#records.save(this.questions.count),
    }
  }

  restore(state: AddressRequestsState): void {
    this.followed = state.followed
    this.questions.restore(state.questions)
    this.#records.restore(state.records)
    this.#awaited.clear()
    for (let row = 0; row < this.questions.count; row++) {
      const isOpen = this.#records.i32[this.#records.at(row) * 2 + ASKED]! > 0
      if (isOpen) this.#awaited.add(this.questions.word(row, 2))
    }
  }

  #ask(log: EventLog, at: number): void {
    const { i32 } = log
    const asker = i32[at + Field.InnerSource]!
    const address = i32[at + Field.InnerDestination]!
    if (asker === NONE || address === NONE || i32[at + Field.Vlans] === NONE) return
    this.#key(i32, at, address)
    const row = this.questions.row()
    if (row === NONE) return
    const record = this.#records.at(row) * 2
    const { i32: records } = this.#records
    const nanoseconds = i32[at + Field.Nanoseconds]!
    const isToAll = (i32[at + Field.Bits]! & (Bit.Broadcast | Bit.Multicast)) !== 0
    const isKnown = takeTurn(records, record, asker)
    const pace = isKnown && nanoseconds !== NO_TIME ? this.#pace(log, at, record) : Pace.New
    if (pace !== Pace.New) records[record + REPEATED]! += pace === Pace.Repeat ? REPEAT : 1
    const asked = records[record + ASKED]!
    if (asked === 0) this.#awaited.add(address)
    records[record + ASKED] = asked + 1
    if (asked < EXAMPLES) records[record + NUMBERS + asked] = i32[at + Field.Number]!
    // What came too soon leaves the time of the one before it.
    if (pace !== Pace.Soon) {
      records[record + SECONDS] = log.f64[at >> 1]!
      records[record + NANOSECONDS] = nanoseconds
    }
    records[record + ASKER] = (asker + 1) | (isToAll ? TO_ALL : 0)
    records[record + VTEP] = i32[at + Field.Source]! + 1
    records[record + PEER] = i32[at + Field.Destination]! + 1
  }

  /** @returns {@link Pace}: nanoseconds would be returned on the heap. */
  #pace(log: EventLog, at: number, record: number): number {
    const { i32 } = this.#records
    if (i32[record + NANOSECONDS] === NO_TIME) return Pace.New
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const since = elapsed(log.f64[at >> 1]!, nanoseconds, i32[record + SECONDS]!, i32[record + NANOSECONDS]!)
    // Negative where records run backwards.
    if (since < 0 || since >= PATIENCE) return Pace.New
    return since >= PAUSE ? Pace.Repeat : Pace.Soon
  }

  #answer(row: number): void {
    if (row === NONE) return
    this.#records.i32[this.#records.at(row) * 2 + ANSWERS]!++
    this.#close(row)
  }

  /** Whoever sends an IP packet to an address by unicast knows its MAC. */
  #noteUnicast(i32: Int32Array, at: number): void {
    const address = i32[at + Field.InnerDestination]!
    if (address === NONE || !this.#awaited.has(address)) return
    const row = this.#find(i32, at, address)
    if (row === NONE) return
    const record = this.#records.at(row) * 2
    if (
      i32[at + Field.InnerSource] === NONE ||
      !takeTurn(this.#records.i32, record, i32[at + Field.InnerSource]!, true)
    )
      return
    const asker = this.#records.i32[record + ASKER]!
    if (asker !== (asker & ~TO_ALL)) this.followed++
    this.#close(row)
  }

  /** The question of a row is answered, if one was open. */
  #close(row: number): void {
    const record = this.#records.at(row) * 2
    const { i32 } = this.#records
    if (i32[record + ASKED] === 0) return
    this.#awaited.remove(this.questions.word(row, 2))
    i32[record + REPEATED] = 0
    i32[record + ASKED] = 0
    i32[record + ASKER] = 0
    i32[record + OTHER] = 0
  }

  #find(i32: Int32Array, at: number, address: number): number {
    if (address === NONE || i32[at + Field.Vlans] === NONE) return NONE
    this.#key(i32, at, address)
    return this.questions.find()
  }

  #key(i32: Int32Array, at: number, address: number): void {
    const { key } = this.questions
    key[0] = i32[at + Field.KindVni]!
    key[1] = i32[at + Field.Vlans]!
    key[2] = address
  }
}

/**
 * Makes an asker the last one of a row, its time with it; the one that was becomes the one before.
 * @param isOnlyKnown - Leave the row alone when it has not asked.
 * @returns Whether it had asked before.
 */
function takeTurn(records: Int32Array, record: number, asker: number, isOnlyKnown = false): boolean {
  const last = records[record + ASKER]!
  if ((last & ~TO_ALL) === asker + 1) return true
  const other = records[record + OTHER]!
  const isOther = (other & ~TO_ALL) === asker + 1
  if (!isOther && isOnlyKnown) return false
  const seconds = records[record + OTHER_SECONDS]!
  records[record + OTHER] = last
  records[record + OTHER_SECONDS] = records[record + SECONDS]!
  records[record + ASKER] = other
  records[record + SECONDS] = seconds
  records[record + NANOSECONDS] = 0
  return isOther
}
