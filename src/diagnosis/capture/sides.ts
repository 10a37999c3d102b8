/**
 * Captures that hold one direction only: `tcpdump -Q out`, one member of a bundle, asymmetric paths. Answers are missing there and
 * nothing is wrong. What proves it: a TCP connection goes on or acknowledges ever more, though nothing of its other side was seen; an
 * address that was asked for by broadcast is then sent to; the capture says of every packet that it went the same way.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { OtherHalves } from './other-halves.ts'

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
    const { keys, flows, stateful } = this.analysis
    const { tcp } = stateful
    /** By flow row × 2 + direction: whether its other side is unseen. */
    const halves = new Uint8Array(keys.flows.count * 2)
    let count = 0
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (!tcp.has(flow)) continue
      for (const direction of [0, 1] as const) {
        if (flows.packets(flow, direction) === 0) continue
        const end = this.#end(flow, direction)
        if (end === NONE) continue
        this.#all[end]!++
        if (!tcp.isAnsweredUnseen(flow, direction)) continue
        this.#halves[end]!++
        halves[flow * 2 + direction] = 1
        count++
      }
    }
    if (count === 0) return stateful.addressRequests.followed > 0
    return this.#leaveOutOthers(halves, count) < count
  }

  /** Pair row × 2 + direction of what an end of a flow sends. */
  #end(flow: number, direction: 0 | 1): number {
    const { flows, stateful } = this.analysis
    const end = stateful.sourcePorts.lastPair(flow, direction)
    return end === NONE && flows.firstVtep(flow, direction) === NONE ? NONE : end
  }

  /**
   * Counts no halves of conversations whose other half is in the capture all the same, in another VNI: where VNIs change with the
   * direction.
   * @param halves - By flow row × 2 + direction: whether it is one.
   * @param count - How many there are.
   * @returns How many of them have one.
   */
  #leaveOutOthers(halves: Uint8Array, count: number): number {
    const { keys, flows } = this.analysis
    const others = new OtherHalves(keys.flows, count)
    for (let end = 0; end < halves.length; end++) if (halves[end] === 1) others.want(end ^ 1)
    for (let end = 0; end < halves.length; end++) {
      if (keys.flowHasPorts(end >> 1) && flows.packets(end >> 1, (end & 1) as 0 | 1) > 0) others.note(end)
    }
    let found = 0
    for (let end = 0; end < halves.length; end++) {
      if (halves[end] === 0 || !others.has(end ^ 1)) continue
      this.#halves[this.#end(end >> 1, (end & 1) as 0 | 1)]!--
      found++
    }
    return found
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
