/** Conversations whose two directions travel in different VNIs, as where VNIs carry identities or are routed between. */
import type { Analysis } from '../../analyzers/analysis.ts'
import type { Silence } from '../../analyzers/stateful/answers/requests.ts'
import { ID_SPACE } from '../../analyzers/tables/limits.ts'

/** Protocols with their classes are below this: 2^18. */
const PROTOCOL_SPACE = 262_144

/** The first two tunnel kinds and VNIs that carry a direction of a conversation; more are never asked for. */
type Carriers = [ab: number[], ba: number[]]

/** What the flows of some conversations are carried by: made in one pass over the flow table, however many are asked for. */
export class OtherVnis {
  /** By addresses (a × {@link ID_SPACE} + b), then by ports and protocol. */
  readonly #carriers = new Map<number, Map<number, Carriers>>()

  /** @param silences - The conversations that {@link answers} will be asked about. */
  constructor(
    private readonly analysis: Analysis,
    silences: Iterable<Silence>,
  ) {
    for (const { flow } of silences) if (this.#isTold(flow)) this.#entry(flow)
    if (this.#carriers.size > 0) this.#takeFlows()
  }

  /** Whether the conversation of a silence's first request has its other direction in another VNI. */
  answers({ flow, forward }: Silence): boolean {
    const carriers = this.#find(flow)
    if (carriers === undefined) return false
    return carriers[forward ? 1 : 0].some((kindVni) => kindVni !== this.#kindVni(flow))
  }

  /** Only conversations with ports are the same ones: two tenants may ask for the same addresses. */
  #isTold(flow: number): boolean {
    return this.analysis.keys.flowHasPorts(flow)
  }

  #takeFlows(): void {
    const { keys, flows } = this.analysis
    for (let flow = 0; flow < keys.flows.count; flow++) {
      const carriers = this.#find(flow)
      if (carriers === undefined) continue
      for (const direction of [0, 1] as const) {
        const so = carriers[direction]
        const kindVni = this.#kindVni(flow)
        if (so.length < 2 && so[0] !== kindVni && flows.packets(flow, direction) > 0) so.push(kindVni)
      }
    }
  }

  #entry(flow: number): void {
    const ends = this.#ends(flow)
    const byPorts = this.#carriers.get(ends) ?? new Map<number, Carriers>()
    this.#carriers.set(ends, byPorts)
    byPorts.set(this.#ports(flow), [[], []])
  }

  #find(flow: number): Carriers | undefined {
    return this.#carriers.get(this.#ends(flow))?.get(this.#ports(flow))
  }

  #kindVni(flow: number): number {
    return this.analysis.keys.flows.word(flow, 0)
  }

  #ends(flow: number): number {
    const { flows } = this.analysis.keys
    return flows.word(flow, 3) * ID_SPACE + flows.word(flow, 4)
  }

  /** Ports, and the protocol with its class. */
  #ports(flow: number): number {
    const { flows } = this.analysis.keys
    return (flows.word(flow, 5) >>> 0) * PROTOCOL_SPACE + flows.word(flow, 2)
  }
}
