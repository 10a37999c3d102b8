/** Volumes by VNI: packets, inner and outer bytes, broadcast and multicast. */

import { NONE } from '../../codecs/core/fault.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import type { Keys } from '../tables/keys.ts'
import { Records, type RecordsState } from '../tables/records.ts'

const PACKETS = 0
const INNER_BYTES = 1
const OUTER_BYTES = 2
const BROADCAST = 3
const MULTICAST = 4
const CELLS = 5

/** Counts on VNI rows. */
export class Vnis implements Counter<RecordsState> {
  readonly #records = new Records(CELLS)

  constructor(private readonly keys: Keys) {}

  packets(row: number): number {
    return this.#cell(row, PACKETS)
  }

  /** Bytes behind the tunnel header. */
  innerBytes(row: number): number {
    return this.#cell(row, INNER_BYTES)
  }

  /** Original lengths of the records; later fragments are the fragments analyzer's. */
  outerBytes(row: number): number {
    return this.#cell(row, OUTER_BYTES)
  }

  broadcastPackets(row: number): number {
    return this.#cell(row, BROADCAST)
  }

  /** Inner multicast, broadcast not included. */
  multicastPackets(row: number): number {
    return this.#cell(row, MULTICAST)
  }

  observe(o: Observation): void {
    if (o.vniRow === NONE) return
    const at = this.#records.at(o.vniRow)
    const { f64 } = this.#records
    const { innerFrame, innerView, innerLength } = o.layers
    f64[at + PACKETS]!++
    f64[at + INNER_BYTES]! += innerLength
    f64[at + OUTER_BYTES]! += o.wireLength
    if (innerFrame.at !== NONE && ethernet.isMulticast(innerView, innerFrame.at)) {
      f64[at + (ethernet.isBroadcast(innerView, innerFrame.at) ? BROADCAST : MULTICAST)]!++
    }
  }

  /** Counts unicast packets of a VNI row. */
  add(row: number, packets: number, innerBytes: number, outerBytes: number): void {
    const at = this.#records.at(row)
    const { f64 } = this.#records
    f64[at + PACKETS]! += packets
    f64[at + INNER_BYTES]! += innerBytes
    f64[at + OUTER_BYTES]! += outerBytes
  }

  save(): RecordsState {
    return this.#records.save(this.keys.vnis.count)
  }

  restore(state: RecordsState): void {
    this.#records.restore(state)
  }

  #cell(row: number, cell: number): number {
    return this.#records.get(row, cell)
  }
}
