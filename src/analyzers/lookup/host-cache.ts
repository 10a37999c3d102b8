/**
 * The rows that an inner source leads to, by VNI, MAC address, VLAN id and tunnel endpoint: a host opens many connections, so that a
 * new one need not look its host up again. A cache, not state.
 */
import { NONE } from '../../codecs/core/fault.ts'
import { finalize, mix } from '../tables/hash.ts'
import type { Observation } from './observation.ts'

/** Entries at first and at most: 32 KB to 4 MB. They double, forgetting what they hold, when as many hosts were not found. */
const FIRST_SIZE = 1_024
const LARGEST_SIZE = 131_072

/** Words of an entry: key, rows; the row at the endpoint is plus one, 0 in an empty entry. */
const STRIDE = 8
const KIND_VNI = 0
const MAC_LOW = 1
const MAC_HIGH_VLAN = 2
const SOURCE_ID = 3
const VLANS = 4
const MAC = 5
const MAC_AT_VTEP = 6

/** Rows by inner source. */
export class HostCache {
  #entries = new Int32Array(FIRST_SIZE * STRIDE)
  #size = FIRST_SIZE
  #misses = 0

  /**
   * Sets the rows of the VLAN stack, the MAC and the MAC at its endpoint, if they are known; that of the latter is `NONE` otherwise.
   * @param o - Its outer source is set.
   * @param macHighVlan - Upper 16 bits of the MAC, and below them the VLAN id.
   * @returns Whether they are.
   */
  lookup(o: Observation, kindVni: number, macHighVlan: number, macLow: number): boolean {
    const entries = this.#entries
    const at = this.#place(kindVni, macHighVlan, macLow, o.sourceId)
    const isKnown =
      entries[at + MAC_AT_VTEP] !== 0 &&
      entries[at + KIND_VNI] === kindVni &&
      entries[at + MAC_LOW] === macLow &&
      entries[at + MAC_HIGH_VLAN] === macHighVlan &&
      entries[at + SOURCE_ID] === o.sourceId
    o.macAtVtepRow = isKnown ? entries[at + MAC_AT_VTEP]! - 1 : NONE
    if (!isKnown) return false
    o.vlansRow = entries[at + VLANS]!
    o.macRow = entries[at + MAC]!
    return true
  }

  /** Keeps the rows that were found. */
  insert(o: Observation, kindVni: number, macHighVlan: number, macLow: number, macAtVtepRow: number): void {
    if (++this.#misses > this.#size && this.#size < LARGEST_SIZE) this.#resize(this.#size * 2)
    const entries = this.#entries
    const at = this.#place(kindVni, macHighVlan, macLow, o.sourceId)
    entries[at + KIND_VNI] = kindVni
    entries[at + MAC_LOW] = macLow
    entries[at + MAC_HIGH_VLAN] = macHighVlan
    entries[at + SOURCE_ID] = o.sourceId
    entries[at + VLANS] = o.vlansRow
    entries[at + MAC] = o.macRow
    entries[at + MAC_AT_VTEP] = macAtVtepRow + 1
  }

  clear(): void {
    this.#resize(FIRST_SIZE)
  }

  #resize(size: number): void {
    this.#entries = new Int32Array(size * STRIDE)
    this.#size = size
    this.#misses = 0
  }

  #place(kindVni: number, macHighVlan: number, macLow: number, source: number): number {
    const hash = finalize(mix(mix(mix(kindVni, macHighVlan), macLow), source))
    return (hash & (this.#size - 1)) * STRIDE
  }
}
