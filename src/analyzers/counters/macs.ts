/** Inner source MACs by VNI and VLANs: which VTEPs they were sent from, and which IP addresses they claimed. */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import type { Paths } from '../lookup/paths.ts'
import { KeyTable, type KeyTableState } from '../tables/key-table.ts'
import type { Keys } from '../tables/keys.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { firstNanoseconds, firstSeconds, lastNanoseconds, lastSeconds, SPAN_CELLS, stretch } from '../tables/span.ts'
import { isoTime } from '../tables/time.ts'

const PACKETS = 0
const SPAN = 1

/** Saved MACs. */
export interface MacsState {
  packets: RecordsState
  vteps: KeyTableState
  byVtep: RecordsState
  ips: KeyTableState
}

/** What was seen of a MAC at one VTEP. */
export interface MacAtVtep {
  /** Address id of the VTEP. */
  vtep: number
  packets: number
  firstTime: string | null
  lastTime: string | null
}

/** Counts on MAC rows. */
export class Macs implements Counter<MacsState> {
  readonly #packets = new Records(1)
  /** [MAC row, VTEP address] */
  readonly #vteps: KeyTable
  readonly #byVtep = new Records(SPAN + SPAN_CELLS)
  /** [MAC row, claimed address] */
  readonly #ips: KeyTable

  constructor(
    private readonly keys: Keys,
    private readonly paths: Paths,
    limit: number,
  ) {
    this.#vteps = new KeyTable('macVteps', 2, limit)
    this.#ips = new KeyTable('macIps', 2, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.#vteps, this.#ips]
  }

  packets(row: number): number {
    return this.#packets.get(row, 0)
  }

  /** VTEPs of some MACs by row, in order of first appearance. */
  vteps(macs: readonly number[]): Map<number, MacAtVtep[]> {
    const lists = new Map<number, MacAtVtep[]>(macs.map((row) => [row, []]))
    for (let row = 0; row < this.#vteps.count; row++) {
      const list = lists.get(this.#vteps.word(row, 0))
      if (list === undefined) continue
      const at = this.#byVtep.at(row)
      const cell = at + SPAN
      list.push({
        vtep: this.#vteps.word(row, 1),
        packets: this.#byVtep.f64[at + PACKETS]!,
        firstTime: isoTime(firstSeconds(this.#byVtep, cell), firstNanoseconds(this.#byVtep, cell)),
        lastTime: isoTime(lastSeconds(this.#byVtep, cell), lastNanoseconds(this.#byVtep, cell)),
      })
    }
    return lists
  }

  /** Address ids claimed by ARP or neighbour discovery by some MACs, by row, in order of first appearance. */
  ips(macs: readonly number[]): Map<number, number[]> {
    const lists = new Map<number, number[]>(macs.map((row) => [row, []]))
    for (let row = 0; row < this.#ips.count; row++) lists.get(this.#ips.word(row, 0))?.push(this.#ips.word(row, 1))
    return lists
  }

  observe(o: Observation): void {
    if (o.macRow === NONE) return
    this.#packets.add(o.macRow, 0, 1)
    const row = o.macAtVtepRow === NONE ? this.#rowAtVtep(o) : o.macAtVtepRow
    if (row !== NONE) {
      if (o.macAtVtepRow === NONE) this.paths.insertMacAtVtep(row)
      const at = this.#byVtep.at(row)
      this.#byVtep.f64[at + PACKETS]!++
      stretch(this.#byVtep, at + SPAN, o.seconds, o.nanoseconds)
    }
    this.#noteClaim(o)
  }

  /**
   * Looks up the MAC of a path's first packet at its VTEP, unless its row there is known, and notes when that was.
   * @returns Its row there; there is room for it.
   */
  begin(o: Observation): number {
    const row = o.macAtVtepRow === NONE ? this.#rowAtVtep(o) : o.macAtVtepRow
    stretch(this.#byVtep, this.#byVtep.at(row) + SPAN, o.seconds, o.nanoseconds)
    return row
  }

  /**
   * Counts packets that came one after the other from a MAC at a VTEP where it has been seen before.
   * @param row - Row of the MAC.
   * @param atVtep - Row of it at that VTEP.
   * @param seconds - The last one's time.
   */
  add(row: number, atVtep: number, packets: number, seconds: number, nanoseconds: number): void {
    this.#packets.add(row, 0, packets)
    const at = this.#byVtep.at(atVtep)
    this.#byVtep.f64[at + PACKETS]! += packets
    stretch(this.#byVtep, at + SPAN, seconds, nanoseconds)
  }

  save(): MacsState {
    return {
      packets: this.#packets.save(this.keys.macs.count),
      vteps: this.#vteps.save(),
      byVtep: this.#byVtep.save(this.#vteps.count),
      ips: this.#ips.save(),
    }
  }

  restore(state: MacsState): void {
    this.#packets.restore(state.packets)
    this.#vteps.restore(state.vteps)
    this.#byVtep.restore(state.byVtep)
    this.#ips.restore(state.ips)
  }

  #rowAtVtep(o: Observation): number {
    if (o.sourceId === NONE) return NONE
    this.#vteps.key[0] = o.macRow
    this.#vteps.key[1] = o.sourceId
    return this.#vteps.row()
  }

  /** ARP claims the sender's address (a probe, sender 0.0.0.0, claims nothing); so do NS and NA (RFC 4861 §7.2). */
  #noteClaim(o: Observation): void {
    const { layers } = o
    const { innerView: view, innerFrame, innerArp, innerTransport, innerIp } = layers
    if (innerArp !== NONE) {
      if (arp.senderProtocol(view, innerArp) === 0) return
      // In halves: 48 bits as one number may take an allocation.
      const isOwn =
        arp.senderHardwareHigh16(view, innerArp) === ethernet.sourceHigh16(view, innerFrame.at) &&
        arp.senderHardwareLow32(view, innerArp) === ethernet.sourceLow32(view, innerFrame.at)
      if (isOwn) this.#claim(o.macRow, o.innerSourceId)
      return
    }
    if (innerTransport === NONE || innerIp.protocol !== Protocol.IcmpV6) return
    const type = icmpv6.type(view, innerTransport)
    if (type === icmpv6.Type.NeighborSolicitation) {
      const at = innerIp.at
      const unspecified =
        (ipv6.sourceWord(view, at, 0) |
          ipv6.sourceWord(view, at, 1) |
          ipv6.sourceWord(view, at, 2) |
          ipv6.sourceWord(view, at, 3)) ===
        0
      if (!unspecified) this.#claim(o.macRow, o.innerSourceId)
    } else if (
      type === icmpv6.Type.NeighborAdvertisement &&
      layers.innerEnd - innerTransport >= icmpv6.NEIGHBOR_LENGTH
    ) {
      this.#claim(o.macRow, this.keys.ipv6Id(view, innerTransport + icmpv6.TARGET))
    }
  }

  #claim(macRow: number, address: number): void {
    if (address === NONE) return
    this.#ips.key[0] = macRow
    this.#ips.key[1] = address
    this.#ips.row()
  }
}
