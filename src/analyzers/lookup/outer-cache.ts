/**
 * The rows that the outer headers of a tunnel packet lead to, by VNI and outer IPv4 addresses: a network has few of these beside
 * its flows, so that a new flow need only look up what is new about it. A cache, not state.
 */
import { NONE } from '../../codecs/core/fault.ts'
import { finalize, mix } from '../tables/hash.ts'
import type { Observation } from './observation.ts'

/** Entries, and the words of one: key, rows, ids, direction plus one (0 in an empty entry). */
const SIZE = 16_384
const STRIDE = 9
const KIND_VNI = 0
const SOURCE = 1
const DESTINATION = 2
const VNI = 3
const PAIR = 4
const ROUTE = 5
const SOURCE_ID = 6
const DESTINATION_ID = 7
const FORWARD = 8

/** Rows by VNI and outer IPv4 addresses. */
export class OuterCache {
  readonly #entries = new Int32Array(SIZE * STRIDE)

  /** Sets the rows of the outer headers, if they are known. @returns Whether they are. */
  lookup(o: Observation, kindVni: number, source: number, destination: number): boolean {
    const entries = this.#entries
    const at = place(kindVni, source, destination)
    if (entries[at + FORWARD] === 0 || entries[at + KIND_VNI] !== kindVni) return false
    if (entries[at + SOURCE] !== source || entries[at + DESTINATION] !== destination) return false
    o.vniRow = entries[at + VNI]!
    o.pairRow = entries[at + PAIR]!
    o.routeRow = entries[at + ROUTE]!
    o.sourceId = entries[at + SOURCE_ID]!
    o.destinationId = entries[at + DESTINATION_ID]!
    o.pairForward = entries[at + FORWARD] === 2
    return true
  }

  /** Keeps the rows that were found, if all were: a full table is to be asked again. */
  insert(o: Observation, kindVni: number, source: number, destination: number): void {
    if (o.vniRow === NONE || o.pairRow === NONE || o.routeRow === NONE) return
    const entries = this.#entries
    const at = place(kindVni, source, destination)
    entries[at + KIND_VNI] = kindVni
    entries[at + SOURCE] = source
    entries[at + DESTINATION] = destination
    entries[at + VNI] = o.vniRow
    entries[at + PAIR] = o.pairRow
    entries[at + ROUTE] = o.routeRow
    entries[at + SOURCE_ID] = o.sourceId
    entries[at + DESTINATION_ID] = o.destinationId
    entries[at + FORWARD] = o.pairForward ? 2 : 1
  }

  clear(): void {
    this.#entries.fill(0)
  }
}

function place(kindVni: number, source: number, destination: number): number {
  return (finalize(mix(mix(kindVni, source), destination)) & (SIZE - 1)) * STRIDE
}
