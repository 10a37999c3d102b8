/**
 * Captures that hold one direction only: `tcpdump -Q out`, one member of a bundle, asymmetric paths. Answers are missing there and
 * nothing is wrong. What proves it: a TCP connection goes on or acknowledges ever more, though nothing of its other side was seen; an
 * address that was asked for by broadcast is then sent to; the capture says of every packet that it went the same way.
 */
import type { Analysis } from '../analyzers/analysis.ts'
import { ID_SPACE } from '../analyzers/limits.ts'
import { NONE } from '../codecs/fault.ts'

/** Of so many TCP connections one without its other side shows that the pair's answers go another way. */
const SHARE = 4

/** Which directions of VTEP pairs are answered outside the capture. */
export class Sides {
  /** By pair row × 2 + direction of what is sent there: TCP flows, and those of which the other side is unseen. */
  readonly #all: Int32Array
  readonly #halves: Int32Array
  readonly #isOneSided: boolean

  constructor(private readonly analysis: Analysis) {
    const ends = analysis.keys.pairs.count * 2
    this.#all = new Int32Array(ends)
    this.#halves = new Int32Array(ends)
    const hidden = this.#takeFlows()
    this.#isOneSided = hidden && this.#everyPairIsOneWay()
  }

  /** Whether no VTEP pair has packets both ways although its traffic is answered. */
  get isOneSided(): boolean {
    return this.#isOneSided
  }

  /** Pair row × 2 + direction of everything whose answers are outside the capture, ascending. */
  unseen(): number[] {
    const ends: number[] = []
    for (let pair = 0; pair < this.analysis.keys.pairs.count; pair++) {
      for (const direction of [0, 1] as const) {
        const isSent = this.analysis.vtepPairs.packets(pair, direction) > 0
        if (isSent && this.isUnseen(pair, direction)) ends.push(pair * 2 + direction)
      }
    }
    return ends
  }

  /**
   * Whether answers to what a pair sends in one direction are not in the capture though they exist.
   * @param pair - Row of the VTEP pair.
   * @param direction - 0 when a asks b.
   */
  isUnseen(pair: number, direction: 0 | 1): boolean {
    if (this.#isOneSided) return true
    const end = pair * 2 + direction
    const halves = this.#halves[end] ?? 0
    return halves > 0 && halves * SHARE >= this.#all[end]!
  }

  /** The same of a route row × 2 + direction. */
  isUnseenOn(route: number): boolean {
    if (route === NONE) return false
    const pair = this.analysis.keys.pairOfRoute(route >> 1)
    return pair !== NONE && this.isUnseen(pair, (route & 1) as 0 | 1)
  }

  /** @returns Whether any connection proves that its other side is not in the capture. */
  #takeFlows(): boolean {
    const { keys, flows, judges } = this.analysis
    const { tcp } = judges
    const halves: [flow: number, direction: 0 | 1][] = []
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (!tcp.has(flow)) continue
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) === 0) continue
        const end = this.#end(flow, direction)
        if (end === NONE) continue
        this.#all[end]!++
        if (!tcp.isAnsweredUnseen(flow, direction)) continue
        this.#halves[end]!++
        halves.push([flow, direction])
      }
    }
    if (halves.length === 0) return judges.addressRequests.followed > 0
    const others = this.#othersOf(halves)
    for (const [flow, direction] of halves) {
      if (others.has(flow * 2 + direction)) this.#halves[this.#end(flow, direction)]!--
    }
    return others.size < halves.length
  }

  /** Pair row × 2 + direction of what an end of a flow sends. */
  #end(flow: number, direction: 0 | 1): number {
    const { flows, judges } = this.analysis
    const end = judges.sourcePorts.lastPair(flow, direction)
    return end === NONE && flows.firstVtep(flow, direction) === NONE ? NONE : end
  }

  /**
   * Of halves of conversations those whose other half is in the capture all the same, in another VNI: where VNIs change with the
   * direction. Flow row × 2 + direction.
   */
  #othersOf(halves: readonly (readonly [flow: number, direction: 0 | 1])[]): Set<number> {
    const { keys, flows } = this.analysis
    const wanted = new Map<string, number[]>()
    const addresses = new Set<number>()
    for (const [flow, direction] of halves) {
      const key = this.#conversation(flow, direction === 0 ? 1 : 0)
      wanted.set(key, [...(wanted.get(key) ?? []), flow * 2 + direction])
      addresses.add(this.#ends(flow))
    }
    const found = new Set<number>()
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (!addresses.has(this.#ends(flow)) || !keys.flowHasPorts(flow)) continue
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) === 0) continue
        for (const half of wanted.get(this.#conversation(flow, direction)) ?? []) found.add(half)
      }
    }
    return found
  }

  /** A half of a conversation, whatever its VNI. */
  #conversation(flow: number, direction: 0 | 1): string {
    const { flows } = this.analysis.keys
    return `${flows.word(flow, 2)} ${flows.word(flow, 3)} ${flows.word(flow, 4)} ${flows.word(flow, 5)} ${direction}`
  }

  /** Both addresses of a flow as one number. */
  #ends(flow: number): number {
    const { flows } = this.analysis.keys
    return flows.word(flow, 3) * ID_SPACE + flows.word(flow, 4)
  }

  /** Whether no VTEP pair has packets both ways, groups aside. */
  #everyPairIsOneWay(): boolean {
    const { keys, vtepPairs } = this.analysis
    for (let pair = 0; pair < keys.pairs.count; pair++) {
      if (vtepPairs.packets(pair, 0) > 0 && vtepPairs.packets(pair, 1) > 0) return false
    }
    return true
  }
}
