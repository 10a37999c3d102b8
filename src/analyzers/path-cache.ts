/**
 * The rows of the latest packets with the same addresses and ports: most packets find all their rows with one look here instead
 * of one in every table. A cache, not state: what it does not hold is looked up in the tables, with the same result.
 */
import * as ethernet from '../codecs/ethernet.ts'
import { NONE } from '../codecs/fault.ts'
import * as ipv4 from '../codecs/ipv4.ts'
import type { Layers } from '../codecs/layers.ts'
import { finalize, mix } from './hash.ts'
import type { Observation } from './observation.ts'

/** Words of an entry: what the packet says, then the rows that it led to. */
const KEY = 9
const ROWS = KEY
/** The outer UDP ports of the latest packet that the ports analyzer has taken in, source in the upper 16 bits; 0 when none. */
const PORTS = KEY + 11
/** The row (plus one) of the source MAC at the outer source; 0 while it is not known. */
const MAC_AT_VTEP = KEY + 12
const STRIDE = 24

/** Entries at first and at most: 0.4 to 25 MB. It doubles when it has missed as often as it has entries. */
const FIRST_SIZE = 4_096
const LARGEST_SIZE = 262_144

const FILLED = 1
const PAIR_FORWARD = 2
const FLOW_FORWARD = 4

/** Rows by the addresses and ports of a packet; IPv4 over IPv4 with one VLAN tag at most, which is nearly everything. */
export class PathCache {
  #entries = new Int32Array(FIRST_SIZE * STRIDE)
  #size = FIRST_SIZE
  #misses = 0
  readonly #key = new Int32Array(KEY)
  #at = 0

  /** Looks the packet up. @returns Whether its rows are set. */
  recall(o: Observation): boolean {
    if (!this.#take(o.layers)) {
      this.#at = NONE
      return false
    }
    const key = this.#key
    const entries = this.#entries
    let hash = 0
    for (let word = 0; word < KEY; word++) hash = mix(hash, key[word]!)
    const at = (finalize(hash) & (this.#size - 1)) * STRIDE
    this.#at = at
    for (let word = 0; word < KEY; word++) if (entries[at + word] !== key[word]) return false
    const bits = entries[at + ROWS + 10]!
    if (bits === 0) return false
    o.vniRow = entries[at + ROWS]!
    o.pairRow = entries[at + ROWS + 1]!
    o.routeRow = entries[at + ROWS + 2]!
    o.flowRow = entries[at + ROWS + 3]!
    o.macRow = entries[at + ROWS + 4]!
    o.vlansRow = entries[at + ROWS + 5]!
    o.sourceId = entries[at + ROWS + 6]!
    o.destinationId = entries[at + ROWS + 7]!
    o.innerSourceId = entries[at + ROWS + 8]!
    o.innerDestinationId = entries[at + ROWS + 9]!
    o.pairForward = (bits & PAIR_FORWARD) !== 0
    o.flowForward = (bits & FLOW_FORWARD) !== 0
    o.portsKnown = entries[at + PORTS] === portsOf(o)
    o.macAtVtepRow = entries[at + MAC_AT_VTEP]! - 1
    return true
  }

  /** Keeps the rows that the tables gave the packet after {@link recall} had said no. */
  remember(o: Observation): void {
    const at = this.#at
    if (at === NONE) return
    if (++this.#misses === this.#size && this.#size < LARGEST_SIZE) this.#grow()
    // A full table counts each packet that it turns away, so such a packet must ask it again.
    else if (
      o.vniRow !== NONE &&
      o.pairRow !== NONE &&
      o.routeRow !== NONE &&
      o.flowRow !== NONE &&
      o.macRow !== NONE
    ) {
      this.#store(o, at)
      return
    }
    this.#at = NONE
  }

  /** Keeps that the packet's outer ports have found their rows. */
  rememberPorts(o: Observation): void {
    if (this.#at !== NONE) this.#entries[this.#at + PORTS] = portsOf(o)
  }

  /** Keeps the row of the packet's MAC at its VTEP. */
  rememberMacAtVtep(row: number): void {
    if (this.#at !== NONE) this.#entries[this.#at + MAC_AT_VTEP] = row + 1
  }

  #store(o: Observation, at: number): void {
    const entries = this.#entries
    entries.set(this.#key, at)
    entries[at + ROWS] = o.vniRow
    entries[at + ROWS + 1] = o.pairRow
    entries[at + ROWS + 2] = o.routeRow
    entries[at + ROWS + 3] = o.flowRow
    entries[at + ROWS + 4] = o.macRow
    entries[at + ROWS + 5] = o.vlansRow
    entries[at + ROWS + 6] = o.sourceId
    entries[at + ROWS + 7] = o.destinationId
    entries[at + ROWS + 8] = o.innerSourceId
    entries[at + ROWS + 9] = o.innerDestinationId
    entries[at + PORTS] = 0
    entries[at + MAC_AT_VTEP] = 0
    entries[at + ROWS + 10] = FILLED | (o.pairForward ? PAIR_FORWARD : 0) | (o.flowForward ? FLOW_FORWARD : 0)
  }

  /** Doubles the cache; what it held is looked up anew. */
  #grow(): void {
    this.#size *= 2
    this.#misses = 0
    this.#entries = new Int32Array(this.#size * STRIDE)
  }

  /** Takes the key from the packet. @returns Whether it is of the kind that the cache holds. */
  #take(layers: Layers): boolean {
    const { view, innerView, outerIp, innerFrame, innerIp, innerPorts } = layers
    if (outerIp.version !== 4 || innerIp.version !== 4 || innerIp.isFragment) return false
    if (innerFrame.at === NONE || innerFrame.tagCount > 1) return false
    const key = this.#key
    const vlan = innerFrame.tagCount === 0 ? 0 : innerFrame.vlanIds[0]!
    key[0] = ipv4.source(view, outerIp.at)
    key[1] = ipv4.destination(view, outerIp.at)
    key[2] = (layers.tunnel << 24) | layers.vni
    key[3] = ethernet.sourceLow32(innerView, innerFrame.at)
    key[4] = (ethernet.sourceHigh16(innerView, innerFrame.at) << 16) | vlan
    key[5] = ipv4.source(innerView, innerIp.at)
    key[6] = ipv4.destination(innerView, innerIp.at)
    key[7] = innerIp.protocol | (innerPorts === NONE ? 0 : 0x100)
    key[8] = innerPorts === NONE ? 0 : innerView.getInt32(innerPorts)
    return true
  }
}

function portsOf({ layers }: Observation): number {
  return (layers.outerSourcePort << 16) | layers.outerDestinationPort
}
