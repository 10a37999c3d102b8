/**
 * Unicast frames to a MAC that nobody has sent from so far, by VNI, VLANs and MAC: how many of them ask or answer, in which
 * conversations, and whether anything came back. Most such MACs send an answer a moment later; what they are worth is told at the end.
 * What asks nothing (syslog, NetFlow, BFD, RTP) needs no answer, and says nothing of who receives it.
 * Evidence: a capture point that both directions pass. What misleads: a router that is reached at one MAC and sends from another
 * one: its conversations are answered, or ask nothing.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { PacketFlag } from '../../events/packet-flags.ts'
import { ANSWERS } from '../../events/questions.ts'
import { EXAMPLES } from '../../tables/counter-by-key.ts'
import { KeyTable, type KeyTableState } from '../../tables/key-table.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import type { Echo } from '../answers/echo.ts'
import { FlowHalf, type FlowTraffic, MAC_ROW_BITS } from '../traffic.ts'
import type { MacPlaces } from './mac-places.ts'

/** Frames of a flow's direction that are looked at: whoever has not answered by then does not. */
const MOST_FRAMES = 32

/**
 * Halves of a MAC: frames that ask or answer; frames of conversations that went on; VTEPs (ids plus one) that the first frame came from
 * and went to, 0 for several; frames that ask.
 */
const FRAMES = 0
const ANSWERED = 1
const FROM = 2
const TO = 3
const ASKED = 4
/** The address that the frames are for (id plus one), {@link MORE} where it is not one alone; whether any ask and answer nothing. */
const ADDRESS = 5
const IS_TOLD = 6
const MORE = -1
/**
 * Conversations that are kept, three words of each: flow row × 2 + direction plus one and kind, first frame, sequence number of the latest
 * echo request.
 */
const FLOWS = 7
const MOST_FLOWS = 3
const FLOW_WORDS = 3
const NUMBERS = FLOWS + MOST_FLOWS * FLOW_WORDS
const CELLS = Math.ceil((NUMBERS + EXAMPLES) / 2)

const MAC_ROW = (1 << MAC_ROW_BITS) - 1

/** MACs in the cache of those that send, a power of two, and words of each. */
const SENDERS = 16_384
const SENDER_SHIFT = 32 - Math.log2(SENDERS)
const SENDER_WORDS = 4

/**
 * What the first frame of a conversation to the MAC is, an echo request before anything else, in the lowest bits of its first word.
 * Another one asks nothing (`Tells`), is an answer that nobody answers (`Answers`), one that waits for its acknowledgment (`Accepts`),
 * or asks: a SYN, TCP data, a unicast question for an address, a question by UDP.
 */
const Kind = { Tells: 0, Echo: 1, Answers: 2, Accepts: 3, Asks: 4 } as const
const KIND_BITS = 3
const KIND_MASK = (1 << KIND_BITS) - 1

/** A conversation with a MAC that nobody sends from. */
export interface UnknownFlow {
  flow: number
  /** 0 = the frames are from a. */
  direction: 0 | 1
  /** Number of its first frame to that MAC. */
  first: number
  /** Identifier and sequence number of the latest echo request, `null` where the frames are anything else. */
  echo: number | null
  /** Whether it asks something; whether anything is expected of the other end, as after what asks and after an accepted connection. */
  asks: boolean
  isOwed: boolean
  /** Whether it is an answer that nobody answers. */
  isAnswer: boolean
}

/** A MAC that frames go to and nobody sends from. */
export interface UnknownMac {
  vni: number
  /** VLAN stack row. */
  vlans: number
  /** Upper 16 and lower 32 bits. */
  high: number
  low: number
  /** Frames that ask or answer, and those that ask. */
  frames: number
  asked: number
  /** Whether they are for several addresses, and whether other frames ask and answer nothing. */
  isForSeveral: boolean
  isTold: boolean
  /** Frames of conversations that went on all the same. */
  answered: number
  /** VTEP address ids; `to` is `NONE` where frames were flooded to several. */
  from: number
  to: number
  flows: UnknownFlow[]
  packets: number[]
}

/** Saved MACs. */
export interface UnknownMacsState {
  macs: KeyTableState
  records: RecordsState
}

/** MACs that nobody has sent from, by VNI, VLANs and MAC. */
export class UnknownMacs implements StatefulAnalyzer<UnknownMacsState> {
  /** [VNI, VLAN stack row, upper 16 bits, lower 32 bits] */
  readonly macs: KeyTable
  readonly #records = new Records(CELLS)
  /** The latest MACs that were found to send: VNI, lower and upper bits of the MAC, VLAN stack row plus one. A cache, not state. */
  readonly #senders = new Int32Array(SENDERS * SENDER_WORDS)

  /**
   * @param places - Has observed the packet before this analyzer does, as have `flows`.
   * @param limit - Most MACs.
   */
  constructor(
    private readonly keys: Keys,
    private readonly places: MacPlaces,
    private readonly flows: FlowTraffic,
    private readonly echo: Echo,
    limit: number,
  ) {
    this.macs = new KeyTable('unknownMacs', 4, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.macs]
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || flow === NONE) return
    const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
    const cell = this.flows.records.at(flow) * 2
    const { i32: flows } = this.flows.records
    // Above the row of the MAC that sends these frames: how many of them were looked at.
    const half = cell + FlowHalf.Mac + direction
    if (flows[half]! >>> MAC_ROW_BITS >= MOST_FRAMES) return
    if ((bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup)) !== 0) return
    if ((i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0) return
    const stack = i32[at + Field.Vlans]!
    const high = i32[at + Field.InnerMacHigh]!
    const low = i32[at + Field.InnerMacLow]!
    if (stack === NONE || (high | low) === 0) return
    const vni = i32[at + Field.KindVni]! & 0xff_ffff
    if (this.#hasSent(vni, stack, high, low, (flows[cell + FlowHalf.Mac + 1 - direction]! & MAC_ROW) - 1)) {
      // A conversation with a MAC that sends is not looked at again; where it changes its MAC, others tell of the new one. All
      // echoes of two hosts are one conversation, whatever MAC each of them goes to.
      if ((bits & (Bit.EchoRequest | Bit.EchoReply)) === 0) flows[half]! |= MOST_FRAMES << MAC_ROW_BITS
      return
    }
    this.macs.key[0] = vni
    this.macs.key[1] = stack
    this.macs.key[2] = high
    this.macs.key[3] = low
    if ((bits & Bit.Replica) !== 0) {
      // Flooded, as a frame to an unknown MAC is: it counts once, and goes to no VTEP in particular.
      const flooded = this.macs.find()
      if (flooded !== NONE) this.#records.i32[this.#records.at(flooded) * 2 + TO] = 0
      return
    }
    flows[half]! += 1 << MAC_ROW_BITS
    const row = this.macs.row()
    if (row !== NONE) this.#note(i32, at, row, flow * 2 + direction, flows[cell + FlowHalf.Last + 1 - direction]!)
  }

  /** MACs that never sent anything and that at least so many frames went to which ask or answer, in order of first appearance. */
  unknown(least: number): UnknownMac[] {
    const unknown: UnknownMac[] = []
    for (let row = 0; row < this.macs.count; row++) {
      const cell = this.#records.at(row) * 2
      const { i32 } = this.#records
      const frames = i32[cell + FRAMES]!
      if (frames < least) continue
      const word = (index: number) => this.macs.word(row, index)
      if (this.#hasSent(word(0), word(1), word(2), word(3), NONE)) continue
      const flows: UnknownFlow[] = []
      for (let index = 0; index < MOST_FLOWS; index++) {
        const at = cell + FLOWS + index * FLOW_WORDS
        const end = (i32[at]! >> KIND_BITS) - 1
        if (end < 0) break
        const kind = i32[at]! & KIND_MASK
        flows.push({
          flow: end >> 1,
          direction: end % 2 === 0 ? 0 : 1,
          first: i32[at + 1]!,
          echo: kind === Kind.Echo ? i32[at + 2]! : null,
          asks: kind === Kind.Echo || kind === Kind.Asks,
          isOwed: kind === Kind.Echo || kind >= Kind.Accepts,
          isAnswer: kind === Kind.Answers,
        })
      }
      unknown.push({
        vni: word(0),
        vlans: word(1),
        high: word(2),
        low: word(3),
        frames,
        asked: i32[cell + ASKED]!,
        isForSeveral: i32[cell + ADDRESS] === MORE,
        isTold: i32[cell + IS_TOLD] !== 0,
        answered: i32[cell + ANSWERED]!,
        from: i32[cell + FROM]! - 1,
        to: i32[cell + TO]! - 1,
        flows,
        packets: [...i32.subarray(cell + NUMBERS, cell + NUMBERS + Math.min(frames, EXAMPLES))],
      })
    }
    return unknown
  }

  save(): UnknownMacsState {
    return { macs: this.macs.save(), records: this.#records.save(this.macs.count) }
  }

  restore(state: UnknownMacsState): void {
    this.macs.restore(state.macs)
    this.#records.restore(state.records)
    this.#senders.fill(0)
  }

  /**
   * Whether a MAC has sent anything.
   * @param likely - MAC row of who sends in the flow's other direction, `NONE` without: most often the same, and no table is asked.
   */
  #hasSent(vni: number, stack: number, high: number, low: number, likely: number): boolean {
    const senders = this.#senders
    const at = (Math.imul(low ^ Math.imul(vni, 0x9e37_79b1), 0x85eb_ca6b) >>> SENDER_SHIFT) * SENDER_WORDS
    if (senders[at + 1] === low && senders[at + 2] === high && senders[at] === vni && senders[at + 3] === stack + 1)
      return true
    const { keys, places } = this
    const known = likely !== NONE && keys.isMac(likely, high, low) ? likely : keys.findMac(vni, stack, high, low)
    if (known === NONE || !places.hasSent(known)) return false
    senders[at] = vni
    senders[at + 1] = low
    senders[at + 2] = high
    senders[at + 3] = stack + 1
    return true
  }

  /**
   * @param end - Flow row × 2 + direction.
   * @param back - Number of the last packet in the flow's other direction, 0 without.
   */
  #note(events: Int32Array, at: number, row: number, end: number, back: number): void {
    const cell = this.#records.at(row) * 2
    const { i32 } = this.#records
    const number = events[at + Field.Number]!
    const kind = kindOf(events, at)
    if (i32[cell + FROM] === 0) {
      i32[cell + FROM] = events[at + Field.Source]! + 1
      i32[cell + TO] = events[at + Field.Destination]! + 1
    }
    const address = events[at + Field.InnerDestination]! + 1
    if (i32[cell + ADDRESS] === 0) i32[cell + ADDRESS] = address
    else if (i32[cell + ADDRESS] !== address) i32[cell + ADDRESS] = MORE
    if (kind !== Kind.Tells) {
      const frames = i32[cell + FRAMES]!
      if (frames < EXAMPLES) i32[cell + NUMBERS + frames] = number
      i32[cell + FRAMES] = frames + 1
      if (kind === Kind.Echo || kind === Kind.Asks) i32[cell + ASKED]!++
    } else if ((events[at + Field.Bits]! & Bit.Tcp) === 0) i32[cell + IS_TOLD] = 1
    let free = NONE
    for (let index = 0; index < MOST_FLOWS; index++) {
      const flow = cell + FLOWS + index * FLOW_WORDS
      if (i32[flow]! >> KIND_BITS === end + 1) {
        // What comes back to answers is the next question, or the same again.
        if (kind === Kind.Answers) return
        const former = i32[flow]! & KIND_MASK
        if (kind === Kind.Echo) this.#noteEcho(events, at, cell, flow, end)
        else if (former === Kind.Answers && kind >= Kind.Accepts) {
          i32[flow] = ((end + 1) << KIND_BITS) | kind
          i32[flow + 1] = number
        } else if (former !== Kind.Echo && back > i32[flow + 1]!) i32[cell + ANSWERED]!++
        else if (former !== Kind.Echo && kind > former) i32[flow] = ((end + 1) << KIND_BITS) | kind
        return
      }
      const isFree = i32[flow] === 0 || ((i32[flow]! & KIND_MASK) === Kind.Tells && kind !== Kind.Tells)
      if (free === NONE && isFree) free = flow
    }
    if (free === NONE) return
    i32[free] = ((end + 1) << KIND_BITS) | kind
    i32[free + 1] = number
    i32[free + 2] = events[at + Field.Sequence]!
  }

  /** A further echo request to the MAC: what comes the other way may be the other host's own, so only replies to the last one count. */
  #noteEcho(events: Int32Array, at: number, cell: number, flow: number, end: number): void {
    const { i32 } = this.#records
    const kind = i32[flow]! & KIND_MASK
    if (kind === Kind.Echo) {
      if (this.echo.isAnswered(end >> 1, end % 2 === 0, i32[flow + 2]!)) i32[cell + ANSWERED]!++
    } else {
      i32[flow] = ((end + 1) << KIND_BITS) | Kind.Echo
      i32[flow + 1] = events[at + Field.Number]!
    }
    i32[flow + 2] = events[at + Field.Sequence]!
  }
}

function kindOf(i32: Int32Array, at: number): number {
  const bits = i32[at + Field.Bits]!
  if ((bits & Bit.EchoRequest) !== 0) return Kind.Echo
  if ((bits & (Bit.EchoReply | Bit.AddressReply | Bit.IcmpError)) !== 0) return Kind.Answers
  if ((bits & Bit.AddressRequest) !== 0) return Kind.Asks
  const flags = i32[at + Field.TcpFlags]!
  if ((bits & Bit.Udp) !== 0) {
    if (flags === 0) return Kind.Tells
    return (flags & ANSWERS) === 0 ? Kind.Asks : Kind.Answers
  }
  if ((bits & Bit.Tcp) === 0) return Kind.Tells
  if ((flags & tcp.FLAG_RST) !== 0) return Kind.Answers
  if ((flags & tcp.FLAG_SYN) !== 0) return (flags & tcp.FLAG_ACK) === 0 ? Kind.Asks : Kind.Accepts
  return i32[at + Field.Payload]! > 0 ? Kind.Asks : Kind.Tells
}
