/**
 * What the fast path does where its flow cache has no record: the first packet of a path. What the slow path would look up and note for
 * such a packet comes from the words of its path's key; what it would count is left to the fast path, as for every other packet of the
 * path.
 */

import { NONE } from '../../codecs/core/fault.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as udp from '../../codecs/headers/udp.ts'
import * as vxlan from '../../codecs/headers/vxlan.ts'
import * as dot1q from '../../codecs/link/dot1q.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { Flows } from '../counters/flows.ts'
import type { Macs } from '../counters/macs.ts'
import type { Ports } from '../counters/ports.ts'
import { Numbering } from '../counters/senders.ts'
import type { VtepPairs } from '../counters/vtep-pairs.ts'
import { Field } from '../events/event-fields.ts'
import { STRIDE } from '../events/event-log.ts'
import { Observation } from '../lookup/observation.ts'
import { PATH_KEY, Path, Shape } from '../lookup/path-key.ts'
import type { Paths } from '../lookup/paths.ts'
import type { Resolver } from '../lookup/resolver.ts'
import type { KeyTable } from '../tables/key-table.ts'
import { type FastPathBatch, Look } from './packet-batch.ts'

/** Most rows of one table that a packet may need: five addresses. */
const MOST_ROWS = 5

/** Bytes from the outer IP header to the inner one, without the outer IP header and a tag. */
const ENCAPSULATION = udp.LENGTH + vxlan.LENGTH + ethernet.LENGTH

/** The counters that keep more of a path than its counts. */
interface Counters {
  vtepPairs: VtepPairs
  ports: Ports
  flows: Flows
  macs: Macs
}

/** Makes records of paths that eligible packets are the first of. */
export class FlowCacheMisses {
  /** The rows of the packet at hand; it has no layers. */
  readonly #rows = new Observation()

  /** @param tables - Every table that a packet's keys are looked up in. */
  constructor(
    private readonly resolver: Resolver,
    private readonly paths: Paths,
    private readonly tables: readonly KeyTable[],
    private readonly counters: Counters,
  ) {}

  /**
   * Makes the record of the path of the packet in a slot.
   * @returns Its offset; `NONE` when the packet must take the slow path.
   */
  open(batch: FastPathBatch, slot: number): number {
    // A full table counts whom it turns away, once for each packet: the slow path sees to that.
    for (const table of this.tables) if (!table.hasRoomFor(MOST_ROWS)) return NONE
    const o = this.#rows
    const { f64, i32 } = batch.log
    const event = slot * STRIDE
    o.seconds = f64[event >> 1]!
    o.nanoseconds = i32[event + Field.Nanoseconds]!
    o.number = i32[event + Field.Number]!
    const key = slot * PATH_KEY
    const at = this.resolver.open(o, batch.keys, key, batch.hashes[slot]!)
    if (at === NONE) return NONE
    const shape = batch.keys[key + Path.Shape]!
    const ports = i32[event + Field.OuterPorts]!
    const { vtepPairs, flows, macs } = this.counters
    vtepPairs.begin(o.pairRow, (shape & Shape.InnerIpv6) !== 0, overheadOf(shape))
    this.counters.ports.look(o, ports >>> 16, ports & 0xffff, numberingOf(shape, batch.looks[slot]!))
    flows.begin(o)
    this.paths.i32[at + Path.OuterPorts] = ports
    const isHostKnown = o.macAtVtepRow !== NONE
    const macAtVtepRow = macs.begin(o)
    if (!isHostKnown) this.resolver.insertHost(o, batch.keys, key, macAtVtepRow)
    this.paths.i32[at + Path.MacAtVtep] = macAtVtepRow + 1
    return at
  }
}

function overheadOf(shape: number): number {
  const outer = (shape & Shape.OuterIpv6) !== 0 ? ipv6.LENGTH : ipv4.LENGTH
  return outer + ENCAPSULATION + ((shape & Shape.Tagged) !== 0 ? dot1q.LENGTH : 0)
}

function numberingOf(shape: number, look: number): number {
  if ((shape & Shape.OuterIpv6) !== 0) return Numbering.Unknown
  return (look & Look.Numbered) !== 0 ? Numbering.Counting : Numbering.Zero
}
