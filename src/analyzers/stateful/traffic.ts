/**
 * What several stateful analyzers keep of every route and every flow, in one record of each: nearly every packet changes it, and an
 * analyzer that kept its own would have the processor wait for a cache line of its own.
 */
import { NONE } from '../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Bit, type EventLog, Field, isCaptureCopy, STRIDE } from '../events/event-log.ts'
import { Records, type RecordsState } from '../tables/records.ts'

/** Halves of a route for each direction of the outer packet (0 = from a), {@link ROUTE_SIDE} for each; requests.ts has two of them. */
export const RouteSide = {
  /** Packets that the filter keeps, copies aside. */
  Packets: 0,
  /** Requests since something last came back; packets since then which show that answers arrive unseen. */
  Open: 1,
  Hidden: 2,
  /** Two destination ports, the second in the upper half; {@link MORE} when there are more, 0 while there are none. */
  Ports: 3,
} as const
export const ROUTE_SIDE = 4

/** Cell of a route: TCP data segments of both directions; tcp.ts counts them. */
export const ROUTE_SEGMENTS = ROUTE_SIDE
const ROUTE_CELLS = ROUTE_SEGMENTS + 1

const MORE = -1

/** Numbers of first packets kept of a direction. */
const EXAMPLES = 5

/** Halves of a flow; direction 0 is from a. */
export const FlowHalf = {
  /** Of requests.ts: what is open, the last acknowledgment with its direction plus one. */
  Request: 0,
  Acknowledgment: 1,
  Acknowledger: 2,
  /** Numbers of the last packets by direction, copies aside. */
  Last: 3,
  /** Of source-ports.ts: the pair and direction (plus one) that each direction took first, -1 once it took another. */
  Pair: 5,
  /**
   * Of requests.ts: MAC rows (plus one) that sent last, by direction, in the lower {@link MAC_ROW_BITS} bits; above them, of
   * unknown-macs.ts, how many frames it has looked at.
   */
  Mac: 7,
  /**
   * Of connects.ts, in the lower two bits: who opens a connection there (direction plus one), until anything but a SYN is sent. Above them
   * bits of {@link AWAITED}.
   */
  Opening: 9,
} as const
/** Who opens, in `FlowHalf.Opening`. */
export const OPENER = 3
/**
 * Of path-mtu-evidence.ts, shifted by the direction: a segment may await its proof there. Where the bit is clear none does, which spares
 * most packets a look at the ring.
 */
export const AWAITED = 4
const FLOW_CELLS = 5
export const FLOW_HALVES = FLOW_CELLS * 2

/** Bits of a MAC row plus one: four times as many rows as any budget gives. */
export const MAC_ROW_BITS = 26

/** What one direction of a route sends to. */
export interface DirectionPorts {
  packets: number
  ports: number[]
  /** Numbers of the first packets. */
  examples: number[]
}

/** Saved traffic of routes. */
export interface RouteTrafficState {
  rows: number
  records: RecordsState
  examples: RecordsState
}

/** Records by route row. Evidence about ports: any capture point that both directions pass. */
export class RouteTraffic implements StatefulAnalyzer<RouteTrafficState> {
  readonly records = new Records(ROUTE_CELLS)
  readonly #examples = new Records(EXAMPLES)
  #rows = 0

  /** Reads route records ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.records.prefetch(log.i32, from * STRIDE + Field.Route, to * STRIDE, STRIDE)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const route = i32[at + Field.Route]!
    // What is relayed goes this way too.
    if ((bits & Bit.Kept) === 0 || route === NONE || isCaptureCopy(i32, at)) return
    if (route >= this.#rows) this.#rows = route + 1
    const direction = (bits & Bit.PairForward) !== 0 ? 0 : 1
    const side = this.records.at(route) * 2 + direction * ROUTE_SIDE
    const { i32: routes } = this.records
    const packets = routes[side + RouteSide.Packets]!
    routes[side + RouteSide.Packets] = packets + 1
    if (packets < EXAMPLES) {
      const example = this.#examples.at(route) * 2 + direction * EXAMPLES + packets
      this.#examples.i32[example] = i32[at + Field.Number]!
    }
    const port = i32[at + Field.OuterPorts]! & 0xffff
    const ports = routes[side + RouteSide.Ports]!
    if ((ports & 0xffff) !== port && ports >>> 16 !== port) routes[side + RouteSide.Ports] = withPort(ports, port)
  }

  /** Packets of a route in one direction, copies aside. */
  packets(route: number, direction: 0 | 1): number {
    return route < this.#rows ? this.records.i32[this.#side(route, direction) + RouteSide.Packets]! : 0
  }

  /** Number of the first packet of a route in one direction; 0 when there is none. */
  first(route: number, direction: 0 | 1): number {
    if (this.packets(route, direction) === 0) return 0
    return this.#examples.i32[this.#examples.at(route) * 2 + direction * EXAMPLES]!
  }

  /** Destination ports of a route in one direction, two at most; `null` when there are more. */
  ports(route: number, direction: 0 | 1): number[] | null {
    if (route >= this.#rows) return []
    const ports = this.#ports(route, direction)
    return ports === MORE ? null : [ports & 0xffff, ports >>> 16].filter((port) => port !== 0)
  }

  /** Both directions of a route whose ports have nothing in common; `null` for any other route. */
  mismatch(route: number): [DirectionPorts, DirectionPorts] | null {
    // Asked of every route, nearly always for nothing: no list is made before one is sure.
    if (route >= this.#rows || !areApart(this.#ports(route, 0), this.#ports(route, 1))) return null
    return [this.#direction(route, 0), this.#direction(route, 1)]
  }

  save(): RouteTrafficState {
    return { rows: this.#rows, records: this.records.save(this.#rows), examples: this.#examples.save(this.#rows) }
  }

  restore(state: RouteTrafficState): void {
    this.#rows = state.rows
    this.records.restore(state.records)
    this.#examples.restore(state.examples)
  }

  #side(route: number, direction: 0 | 1): number {
    return this.records.at(route) * 2 + direction * ROUTE_SIDE
  }

  /** Numbers of the first packets of a route in one direction, five at most. */
  firsts(route: number, direction: 0 | 1): Int32Array {
    const at = this.#examples.at(route) * 2 + direction * EXAMPLES
    return this.#examples.i32.subarray(at, at + Math.min(this.packets(route, direction), EXAMPLES))
  }

  #ports(route: number, direction: 0 | 1): number {
    return this.records.i32[this.#side(route, direction) + RouteSide.Ports]!
  }

  #direction(route: number, direction: 0 | 1): DirectionPorts {
    const ports = this.#ports(route, direction)
    return {
      packets: this.packets(route, direction),
      ports: [ports & 0xffff, ports >>> 16].filter((port) => port !== 0).sort((left, right) => left - right),
      examples: [...this.firsts(route, direction)],
    }
  }
}

/** Whether the ports of two directions have nothing in common; `false` where one is silent, or uses more than are kept. */
function areApart(there: number, back: number): boolean {
  if (there === 0 || back === 0 || there === MORE || back === MORE) return false
  return !hasPort(back, there & 0xffff) && (there >>> 16 === 0 || !hasPort(back, there >>> 16))
}

function hasPort(ports: number, port: number): boolean {
  return (ports & 0xffff) === port || ports >>> 16 === port
}

/** Ports of a direction and one more. */
function withPort(ports: number, port: number): number {
  if (ports === 0) return port
  return ports === MORE || ports >>> 16 !== 0 ? MORE : ports | (port << 16)
}

/** Records by flow row; stateful analyzers write their own halves. */
export class FlowTraffic {
  readonly records = new Records(FLOW_CELLS)
  /** One more than the largest row that any of them has written. */
  rows = 0

  /** Reads flow records ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.records.prefetch(log.i32, from * STRIDE + Field.Flow, to * STRIDE, STRIDE)
  }

  save(): RecordsState {
    return this.records.save(this.rows)
  }

  restore(state: RecordsState): void {
    this.rows = state.rows
    this.records.restore(state)
  }
}

/** Route row × 2 + direction of an event's outer packet (0 = from a), `NONE` without. */
export function routeOf(i32: Int32Array, at: number): number {
  const route = i32[at + Field.Route]!
  return route === NONE ? NONE : route * 2 + ((i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1)
}
