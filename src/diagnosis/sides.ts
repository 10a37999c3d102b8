/**
 * Captures that hold one direction only: `tcpdump -Q out`, one member of a bundle, asymmetric paths. Answers are missing there and
 * nothing is wrong. What proves it: a TCP connection goes on or acknowledges ever more, though nothing of its other side was seen; an
 * address that was asked for by broadcast is then sent to; the capture says of every packet that it went the same way.
 */
import type { Analysis } from '../analyzers/analysis.ts'
import { NONE } from '../codecs/fault.ts'

/** Of so many TCP connections one without its other side shows that the pair's answers go another way. */
const SHARE = 4

/** Which directions of VTEP pairs are answered outside the capture. */
export class Sides {
  /** Pair row × 2 + direction of what is sent there: TCP flows, and those of which the other side is unseen. */
  readonly #flows = new Map<number, { all: number; halves: number }>()
  readonly #isOneSided: boolean

  constructor(private readonly analysis: Analysis) {
    const hidden = this.#takeFlows()
    this.#isOneSided = hidden && this.#everyPairIsOneWay()
  }

  /**
   * Whether answers to what a pair sends in one direction are not in the capture though they exist.
   * @param pair - Row of the VTEP pair.
   * @param direction - 0 when a asks b.
   */
  isUnseen(pair: number, direction: 0 | 1): boolean {
    if (this.#isOneSided) return true
    const seen = this.#flows.get(pair * 2 + direction)
    return seen !== undefined && seen.halves > 0 && seen.halves * SHARE >= seen.all
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
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) === 0 || !tcp.has(flow)) continue
        const end = this.#end(flow, direction)
        if (end === NONE) continue
        const seen = this.#flows.get(end) ?? { all: 0, halves: 0 }
        this.#flows.set(end, seen)
        seen.all++
        if (tcp.isAnsweredUnseen(flow, direction)) halves.push([flow, direction])
      }
    }
    if (halves.length === 0) return judges.addressRequests.followed > 0
    // Where VNIs change with the direction, the other side is in the capture all the same.
    const others = this.#conversations()
    let hidden = false
    for (const [flow, direction] of halves) {
      if (others.has(this.#conversation(flow, direction === 0 ? 1 : 0))) continue
      this.#flows.get(this.#end(flow, direction))!.halves++
      hidden = true
    }
    return hidden
  }

  /** Pair row × 2 + direction of what an end of a flow sends. */
  #end(flow: number, direction: 0 | 1): number {
    const { flows, judges } = this.analysis
    const end = judges.sourcePorts.lastPair(flow, direction)
    return end === NONE && flows.firstVtep(flow, direction) === NONE ? NONE : end
  }

  #conversations(): Set<string> {
    const { keys, flows } = this.analysis
    const all = new Set<string>()
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (!keys.flowHasPorts(flow)) continue
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) > 0) all.add(this.#conversation(flow, direction))
      }
    }
    return all
  }

  #conversation(flow: number, direction: 0 | 1): string {
    const { flows } = this.analysis.keys
    return `${flows.word(flow, 2)} ${flows.word(flow, 3)} ${flows.word(flow, 4)} ${flows.word(flow, 5)} ${direction}`
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
