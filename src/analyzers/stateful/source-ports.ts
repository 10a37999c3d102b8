/**
 * How many inner conversations each direction of a VTEP pair carries, to be held against its outer source ports: the entropy
 * that spreads them over equal-cost paths (RFC 7348 §5). Evidence: any capture point.
 */
import { NONE } from '../../codecs/core/fault.ts'
import { TunnelKind } from '../../codecs/walk/layers.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Bit, type EventLog, Field, ON_ITS_WAY, pairDirection } from '../events/event-log.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { FlowHalf, type FlowTraffic } from './traffic.ts'

/** Packet numbers kept of a direction, and the halves of a direction: conversations, then numbers. */
const EXAMPLES = 5
const SIDE = 1 + EXAMPLES
/** In place of a flow's pair: it took more than one. */
const SEVERAL = -1

/** Saved conversations. */
export interface SourcePortsState {
  rows: number
  pairs: RecordsState
}

/** Conversations by pair and direction. */
export class SourcePorts implements StatefulAnalyzer<SourcePortsState> {
  readonly #pairs = new Records(SIDE)
  #pairRows = 0

  /** @param flows - Shared with other stateful analyzers. */
  constructor(private readonly flows: FlowTraffic) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const flow = i32[at + Field.Flow]!
    // What has ports is hashed over them; ARP and ICMP share few values.
    if ((bits & (Bit.Tcp | Bit.Udp)) === 0 || (bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || flow === NONE) return
    const pair = pairDirection(i32, at)
    if (pair === NONE || (i32[at + Field.Again]! & ON_ITS_WAY) !== 0) return
    const { flows } = this
    const half = flows.records.at(flow) * 2 + FlowHalf.Pair + ((bits & Bit.FlowForward) !== 0 ? 0 : 1)
    const before = flows.records.i32[half]!
    // A multihomed guest's conversation goes over several pairs in turns: it is one of the first two, each once.
    if (before < 0 || before === pair + 1) return
    flows.records.i32[half] = before === 0 ? pair + 1 : SEVERAL
    if (flow >= flows.rows) flows.rows = flow + 1
    // NVGRE has no ports: its entropy is in the key, which the underlay may or may not look at (RFC 7637 §3.2).
    if (i32[at + Field.KindVni]! >>> 24 === TunnelKind.Nvgre) return
    this.#pairRows = Math.max(this.#pairRows, (pair >> 1) + 1)
    const side = this.#pairs.at(pair >> 1) * 2 + (pair & 1) * SIDE
    const count = this.#pairs.i32[side]!
    this.#pairs.i32[side] = count + 1
    if (count < EXAMPLES) this.#pairs.i32[side + 1 + count] = i32[at + Field.Number]!
  }

  /** Pair row × 2 + direction (0 = from a) that carried a direction of a TCP or UDP flow last; `NONE` when nothing was sent there. */
  lastPair(flow: number, direction: 0 | 1): number {
    const { records, rows } = this.flows
    return flow < rows ? records.i32[records.at(flow) * 2 + FlowHalf.Pair + direction]! - 1 : NONE
  }

  /** How many inner conversations a direction carried. */
  conversationCount(pair: number, direction: 0 | 1): number {
    return pair >= this.#pairRows ? 0 : this.#pairs.i32[this.#pairs.at(pair) * 2 + direction * SIDE]!
  }

  /** Conversations with ports, by pair row and direction (0 = from a), and the numbers of the first packets of some. */
  conversations(pair: number, direction: 0 | 1): { count: number; examples: number[] } {
    if (pair >= this.#pairRows) return { count: 0, examples: [] }
    const side = this.#pairs.at(pair) * 2 + direction * SIDE
    const count = this.#pairs.i32[side]!
    const examples = [...this.#pairs.i32.subarray(side + 1, side + 1 + Math.min(count, EXAMPLES))]
    return { count, examples }
  }

  save(): SourcePortsState {
    return { rows: this.#pairRows, pairs: this.#pairs.save(this.#pairRows) }
  }

  restore(state: SourcePortsState): void {
    this.#pairRows = state.rows
    this.#pairs.restore(state.pairs)
  }
}
