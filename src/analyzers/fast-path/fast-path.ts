/**
 * The fast path: eligible packets, which are nearly all, are counted with one look at the record of their path; the first one of
 * a path opens it. Whatever is not eligible takes the slow path (`dissect`, `Observation`, counters, `EventWriter`), and what the fast path
 * counts and writes for a packet is what the slow path would have.
 *
 * Packets come in groups: where the records of all their paths are, and those records, are read ahead before any is counted, so that the
 * processor waits for many cache lines at a time instead of one after the other.
 */
import { NONE } from '../../codecs/core/fault.ts'
import type { Flows } from '../counters/flows.ts'
import type { Ports } from '../counters/ports.ts'
import type { Timeline } from '../counters/timeline.ts'
import { Bit, Field } from '../events/event-fields.ts'
import { STRIDE } from '../events/event-log.ts'
import { PATH_KEY, Path } from '../lookup/path-key.ts'
import { PathBit, type Paths, REFUSED } from '../lookup/paths.ts'
import type { FlowCacheMisses } from './flow-cache-miss.ts'
import { type FastPathBatch, Look } from './packet-batch.ts'

/** Counts eligible packets. */
export class FastPath {
  /** By packet of the group: the record that is its path's unless another path has the same hash; `NONE` without. */
  readonly #candidates: Int32Array

  /**
   * @param group - Most packets of a group.
   * @param paths - Known paths.
   * @param misses - Where packets of other paths are taken in; `null` to send them the slow path.
   */
  constructor(
    group: number,
    private readonly paths: Paths,
    private readonly misses: FlowCacheMisses | null,
    private readonly flows: Flows,
    private readonly ports: Ports,
    private readonly timeline: Timeline,
  ) {
    this.#candidates = new Int32Array(group)
  }

  /** Reads the records of the paths ahead that the group in the slots from `from` to `to` is of. @returns Nothing of use. */
  prefetch({ looks, hashes, keys }: FastPathBatch, from: number, to: number): number {
    const { paths } = this
    const candidates = this.#candidates
    let sum = 0
    for (let slot = from; slot < to; slot++) if (looks[slot] !== 0) sum ^= paths.prefetchSlot(hashes[slot]!)
    for (let slot = from; slot < to; slot++) {
      if (looks[slot] === 0) continue
      const at = paths.candidate(hashes[slot]!)
      candidates[slot - from] = at
      if (at !== NONE) sum ^= paths.prefetchRecord(at, keys[slot * PATH_KEY + Path.Shape]!)
    }
    return sum
  }

  /**
   * Counts the packet in a slot and completes its event, if it is eligible.
   * @param index - Which one it is of the group that was read ahead.
   * @returns `false` when the packet must take the slow path; nothing was counted then.
   */
  count(batch: FastPathBatch, slot: number, index: number): boolean {
    const look = batch.looks[slot]!
    if (look === 0) return false
    const { log } = batch
    const at = slot * STRIDE
    const { paths } = this
    let path = this.#candidates[index]!
    if (path === NONE || !paths.holds(path, batch.keys, slot * PATH_KEY))
      path = paths.find(batch.keys, slot * PATH_KEY, batch.hashes[slot]!)
    if (path === NONE && this.misses !== null) path = this.misses.open(batch, slot)
    if (path === NONE) return false
    const { i32: records, f64: sums } = paths
    const { i32: event, f64: times } = log
    const pathBits = records[path + Path.Bits]!
    if (records[path + Path.OuterPorts] !== event[at + Field.OuterPorts]) return false
    if (records[path + Path.MacAtVtep] === 0 || (pathBits & PathBit.ToGroup) !== 0) return false
    const seconds = times[at >> 1]!
    const nanoseconds = event[at + Field.Nanoseconds]!
    const latest = sums[(path + Path.Seconds) >> 1]!
    if (seconds < latest || (seconds === latest && nanoseconds < records[path + Path.Nanoseconds]!)) return false

    const number = event[at + Field.Number]!
    const wireLength = event[at + Field.WireLength]!
    const outerLength = event[at + Field.OuterIpLength]!
    const innerLength = batch.innerLengths[slot]!
    sums[(path + Path.Seconds) >> 1] = seconds
    records[path + Path.Nanoseconds] = nanoseconds
    records[path + Path.Number] = number
    records[path + Path.Packets]!++
    sums[(path + Path.InnerBytes) >> 1]! += innerLength
    sums[(path + Path.WireBytes) >> 1]! += wireLength
    if (outerLength > records[path + Path.LargestOuterIp]!) records[path + Path.LargestOuterIp] = outerLength
    if ((pathBits & REFUSED) !== 0) this.ports.refuse(pathBits)
    this.timeline.count(records[path + Path.Vni]!, seconds, nanoseconds, innerLength)

    let bits = event[at + Field.Bits]! | Bit.Eligible
    if ((look & Look.Handshake) !== 0) {
      const direction = (pathBits & PathBit.FlowForward) !== 0 ? 0 : 1
      this.flows.noteSyn(records[path + Path.Flow]!, direction, event[at + Field.TcpFlags]!)
    }
    if ((pathBits & PathBit.PairForward) !== 0) bits |= Bit.PairForward
    if ((pathBits & PathBit.FlowForward) !== 0) bits |= Bit.FlowForward
    event[at + Field.Bits] = bits
    event[at + Field.Vni] = records[path + Path.Vni]!
    event[at + Field.Pair] = records[path + Path.Pair]!
    event[at + Field.Route] = records[path + Path.Route]!
    event[at + Field.Flow] = records[path + Path.Flow]!
    event[at + Field.Mac] = records[path + Path.Mac]!
    event[at + Field.Source] = records[path + Path.SourceId]!
    event[at + Field.Destination] = records[path + Path.DestinationId]!
    event[at + Field.InnerSource] = records[path + Path.InnerSourceId]!
    event[at + Field.InnerDestination] = records[path + Path.InnerDestinationId]!
    event[at + Field.Vlans] = records[path + Path.Vlans]!
    return true
  }
}
