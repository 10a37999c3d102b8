/**
 * Frames to many by VNI: broadcast, multicast, replicas and what goes to a group, copies aside; and to whom each VTEP sends them.
 * Evidence: any capture point for the share; the replica set of a VTEP is whole only at that VTEP or on its link, which shows in
 * its replicas. What misleads: multicast that is meant (video), counted all the same.
 */
import { NONE } from '../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Bit, type EventLog, Field, isCaptureCopy, ON_ITS_WAY } from '../events/event-log.ts'
import { EXAMPLES } from '../tables/counter-by-key.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import type { RouteTraffic } from './traffic.ts'

/** Cells of a VNI, then the halves with the numbers of the first frames to many. */
const PACKETS = 0
const FLOODED = 1
const BROADCAST = 2
const MULTICAST = 3
const REPLICATED = 4
const TO_GROUP = 5
const NUMBERS = 6
const VNI_CELLS = NUMBERS + EXAMPLES / 2

/** Halves of a route's flooded frames, for each direction (0 = from a). */
const LAST_FLOOD = 0
const FLOODS = 1
const REPLICAS = 2
const SIDE = 3

/** Frames of one VNI. */
export interface Flood {
  packets: number
  /** Broadcast, multicast, replicated, or sent to a group. */
  flooded: number
  broadcast: number
  multicast: number
  replicated: number
  toGroup: number
  /** Numbers of the first flooded frames. */
  examples: number[]
}

/** One direction of a route. */
export interface FloodPath {
  /** Number of its first packet, 0 when there is none; of its last flooded one. */
  first: number
  lastFlood: number
  floods: number
  replicas: number
  unicasts: number
}

/** Saved floods. */
export interface FloodsState {
  rows: number[]
  vnis: RecordsState
  routes: RecordsState
}

/** Frames to many, by VNI row and by route and direction. */
export class Floods implements StatefulAnalyzer<FloodsState> {
  readonly #vnis = new Records(VNI_CELLS)
  readonly #routes = new Records(SIDE)
  #vniRows = 0
  #routeRows = 0

  /** @param traffic - Counts every packet of a route. */
  constructor(private readonly traffic: RouteTraffic) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const vni = i32[at + Field.Vni]!
    if ((bits & Bit.Kept) === 0 || vni === NONE || isCaptureCopy(i32, at)) return
    const isFlooded = (bits & (Bit.Broadcast | Bit.Multicast | Bit.Replica | Bit.ToGroup)) !== 0
    const route = i32[at + Field.Route]!
    if (isFlooded && route !== NONE) this.#noteRoute(route, bits, i32[at + Field.Number]!)
    // A frame that is relayed was counted where it passed first.
    if ((i32[at + Field.Again]! & ON_ITS_WAY) !== 0) return
    if (vni >= this.#vniRows) this.#vniRows = vni + 1
    const cell = this.#vnis.at(vni)
    const { f64 } = this.#vnis
    f64[cell + PACKETS]!++
    if (isFlooded) {
      const flooded = f64[cell + FLOODED]!
      f64[cell + FLOODED] = flooded + 1
      if ((bits & Bit.Broadcast) !== 0) f64[cell + BROADCAST]!++
      if ((bits & Bit.Multicast) !== 0) f64[cell + MULTICAST]!++
      if ((bits & Bit.Replica) !== 0) f64[cell + REPLICATED]!++
      if ((bits & Bit.ToGroup) !== 0) f64[cell + TO_GROUP]!++
      if (flooded < EXAMPLES) this.#vnis.i32[(cell + NUMBERS) * 2 + flooded] = i32[at + Field.Number]!
    }
  }

  /** Whether anything was flooded in a VNI row. */
  isFlooded(row: number): boolean {
    return this.#vnis.get(row, FLOODED) > 0
  }

  vni(row: number): Flood {
    const at = this.#vnis.at(row)
    const { f64, i32 } = this.#vnis
    const flooded = f64[at + FLOODED]!
    const numbers = (at + NUMBERS) * 2
    return {
      packets: f64[at + PACKETS]!,
      flooded,
      broadcast: f64[at + BROADCAST]!,
      multicast: f64[at + MULTICAST]!,
      replicated: f64[at + REPLICATED]!,
      toGroup: f64[at + TO_GROUP]!,
      examples: [...i32.subarray(numbers, numbers + Math.min(flooded, EXAMPLES))],
    }
  }

  /** Whether replicas were sent along a route row, in either direction. */
  hasReplicas(route: number): boolean {
    const at = this.#routes.at(route) * 2 + REPLICAS
    return (this.#routes.i32[at]! | this.#routes.i32[at + SIDE]!) !== 0
  }

  /** One direction of a route row. */
  path(route: number, direction: 0 | 1): FloodPath {
    const at = this.#routes.at(route) * 2 + direction * SIDE
    const { i32 } = this.#routes
    return {
      first: this.traffic.first(route, direction),
      lastFlood: i32[at + LAST_FLOOD]!,
      floods: i32[at + FLOODS]!,
      replicas: i32[at + REPLICAS]!,
      unicasts: this.traffic.packets(route, direction) - i32[at + FLOODS]!,
    }
  }

  save(): FloodsState {
    return {
      rows: [this.#vniRows, this.#routeRows],
      vnis: this.#vnis.save(this.#vniRows),
      routes: this.#routes.save(this.#routeRows),
    }
  }

  restore(state: FloodsState): void {
    this.#vniRows = state.rows[0]!
    this.#routeRows = state.rows[1]!
    this.#vnis.restore(state.vnis)
    this.#routes.restore(state.routes)
  }

  #noteRoute(route: number, bits: number, number: number): void {
    if (route >= this.#routeRows) this.#routeRows = route + 1
    const side = this.#routes.at(route) * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : SIDE)
    const { i32 } = this.#routes
    i32[side + LAST_FLOOD] = number
    i32[side + FLOODS]!++
    if ((bits & Bit.Replica) !== 0) i32[side + REPLICAS]!++
  }
}
