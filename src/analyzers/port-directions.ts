/** Which UDP ports each direction of a VTEP pair sends a VNI to. Evidence: any capture point that both directions pass. */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { Records, type RecordsState } from './records.ts'

/** Halves of a route, for each direction (0 = from a): packets, two destination ports, whether there are more, first numbers. */
const PACKETS = 0
const PORTS = 1
const MORE = 3
const NUMBERS = 4
const SIDE = 10

/** Packet numbers kept of a direction. */
const EXAMPLES = 5

/** What one direction of a route sends to. */
export interface DirectionPorts {
  packets: number
  ports: number[]
  /** Numbers of the first packets. */
  examples: number[]
}

/** Saved ports. */
export interface PortDirectionsState {
  rows: number
  routes: RecordsState
}

/** Destination ports by route and direction. */
export class PortDirections implements Judge<PortDirectionsState> {
  readonly #routes = new Records(SIDE)
  #rows = 0

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const route = i32[at + Field.Route]!
    if ((bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept || route === NONE) return
    if (route >= this.#rows) this.#rows = route + 1
    const side = this.#routes.at(route) * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : SIDE)
    const routes = this.#routes.i32
    const packets = routes[side + PACKETS]!
    routes[side + PACKETS] = packets + 1
    if (packets < EXAMPLES) routes[side + NUMBERS + packets] = i32[at + Field.Number]!
    const port = i32[at + Field.OuterPorts]! & 0xffff
    if (routes[side + PORTS] === port || routes[side + PORTS + 1] === port) return
    if (routes[side + PORTS] === 0) routes[side + PORTS] = port
    else if (routes[side + PORTS + 1] === 0) routes[side + PORTS + 1] = port
    else routes[side + MORE] = 1
  }

  /** Both directions of a route whose ports have nothing in common; `null` for any other route. */
  mismatch(route: number): [DirectionPorts, DirectionPorts] | null {
    if (route >= this.#rows) return null
    const there = this.#direction(route, 0)
    const back = this.#direction(route, 1)
    if (there === null || back === null) return null
    return there.ports.some((port) => back.ports.includes(port)) ? null : [there, back]
  }

  /** Reads route records ahead. @returns Nothing of use. */
  fetch(log: EventLog, from: number, to: number): number {
    return this.#routes.fetch(log, from, to, Field.Route)
  }

  save(): PortDirectionsState {
    return { rows: this.#rows, routes: this.#routes.save(this.#rows) }
  }

  restore(state: PortDirectionsState): void {
    this.#rows = state.rows
    this.#routes.restore(state.routes)
  }

  /** `null` when the direction is silent, or uses more ports than are kept. */
  #direction(route: number, direction: 0 | 1): DirectionPorts | null {
    const side = this.#routes.at(route) * 2 + direction * SIDE
    const { i32 } = this.#routes
    const packets = i32[side + PACKETS]!
    if (packets === 0 || i32[side + MORE] !== 0) return null
    const ports = [i32[side + PORTS]!, i32[side + PORTS + 1]!].filter((port) => port !== 0)
    const examples = [...i32.subarray(side + NUMBERS, side + NUMBERS + Math.min(packets, EXAMPLES))]
    return { packets, ports: ports.sort((left, right) => left - right), examples }
  }
}
