/** Volumes and sizes by VTEP pair and direction, and the bytes that encapsulation adds there. */

import { NONE } from '../../codecs/core/fault.ts'
import { innerNetworkAt } from '../../codecs/walk/layers.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import type { Keys } from '../tables/keys.ts'
import { Records, type RecordsState } from '../tables/records.ts'

const PACKETS = 0
const OUTER_BYTES = 2
const MAX_OUTER_IP_LENGTH = 4
const OVERHEAD = 5
/** 1 where the pair carries inner IPv4 (or its ARP), and inner IPv6. */
const INNER_IPV4 = 6
const INNER_IPV6 = 7
const CELLS = 8
/** Bytes of the IPv6 fragment header (RFC 8200 §4.5). */
const FRAGMENT_HEADER = 8

/** Counts on VTEP-pair rows; direction 0 is a→b, 1 is b→a. */
export class VtepPairs implements Counter<RecordsState> {
  readonly #records = new Records(CELLS)

  constructor(private readonly keys: Keys) {}

  packets(row: number, direction: 0 | 1): number {
    return this.#cell(row, PACKETS + direction)
  }

  /** Original lengths of the records; later fragments are the fragments analyzer's. */
  outerBytes(row: number, direction: 0 | 1): number {
    return this.#cell(row, OUTER_BYTES + direction)
  }

  /** Largest outer IP packet in bytes, super-frames included, fragments singly. */
  maxOuterIpLength(row: number): number {
    return this.#cell(row, MAX_OUTER_IP_LENGTH)
  }

  /** Bytes from inner IP to outer IP, the largest seen in either direction; 0 when no packet had an inner network header. */
  overhead(row: number): number {
    return this.#cell(row, OVERHEAD)
  }

  /** Whether any inner packet is IPv6. */
  carriesIpv6(row: number): boolean {
    return this.#cell(row, INNER_IPV6) > 0
  }

  /** Whether inner packets are IPv6 and nothing else. */
  carriesIpv6Only(row: number): boolean {
    return this.#cell(row, INNER_IPV6) > 0 && this.#cell(row, INNER_IPV4) === 0
  }

  observe(o: Observation): void {
    if (o.pairRow === NONE) return
    const at = this.#records.at(o.pairRow)
    const { f64 } = this.#records
    const { layers } = o
    const direction = o.pairForward ? 0 : 1
    f64[at + PACKETS + direction]!++
    f64[at + OUTER_BYTES + direction]! += o.wireLength
    if (layers.outerIp.length > f64[at + MAX_OUTER_IP_LENGTH]!) f64[at + MAX_OUTER_IP_LENGTH] = layers.outerIp.length
    if (layers.innerIp.version === 6) f64[at + INNER_IPV6] = 1
    else if (layers.innerIp.version === 4 || layers.innerArp !== NONE) f64[at + INNER_IPV4] = 1
    const inner = innerNetworkAt(layers)
    if (inner !== NONE && inner - layers.outerIp.at > f64[at + OVERHEAD]!) {
      // A datagram that is not split has no fragment header.
      const fragmentHeader = layers.outerIp.version === 6 && layers.outerIp.isFragment ? FRAGMENT_HEADER : 0
      f64[at + OVERHEAD] = Math.max(f64[at + OVERHEAD]!, inner - layers.outerIp.at - fragmentHeader)
    }
  }

  /** Notes what the headers of a path's first packet say: its inner IP version, and the bytes from its outer IP to its inner one. */
  begin(row: number, isInnerIpv6: boolean, overhead: number): void {
    const at = this.#records.at(row)
    const { f64 } = this.#records
    f64[at + (isInnerIpv6 ? INNER_IPV6 : INNER_IPV4)] = 1
    if (overhead > f64[at + OVERHEAD]!) f64[at + OVERHEAD] = overhead
  }

  /** Counts packets of a pair row whose header lengths and inner IP version it has seen before. */
  add(row: number, direction: 0 | 1, packets: number, outerBytes: number, largestOuterIp: number): void {
    const at = this.#records.at(row)
    const { f64 } = this.#records
    f64[at + PACKETS + direction]! += packets
    f64[at + OUTER_BYTES + direction]! += outerBytes
    if (largestOuterIp > f64[at + MAX_OUTER_IP_LENGTH]!) f64[at + MAX_OUTER_IP_LENGTH] = largestOuterIp
  }

  save(): RecordsState {
    return this.#records.save(this.keys.pairs.count)
  }

  restore(state: RecordsState): void {
    this.#records.restore(state)
  }

  #cell(row: number, cell: number): number {
    return this.#records.get(row, cell)
  }
}
