/**
 * What a fleet needs to know of a capture point beyond its summary, in the summary's pass: an analyzer beside the package's own. What is
 * counted of a direction is counted once a packet, because sent and received are held against each other: the summary's volumes count every
 * record.
 */
import type { KeyTableState } from '../analyzers/tables/key-table.ts'
import type { RecentRingState } from '../analyzers/tables/recent-ring.ts'
import { isoTime } from '../analyzers/tables/time.ts'
import { NONE } from '../codecs/core/fault.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import * as ipv4 from '../codecs/headers/ipv4.ts'
import * as ipv6 from '../codecs/headers/ipv6.ts'
import * as tcp from '../codecs/headers/tcp.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import * as sll from '../codecs/link/sll.ts'
import * as sll2 from '../codecs/link/sll2.ts'
import { innerNetworkAt, type Layers, TunnelKind } from '../codecs/walk/layers.ts'
import { Datagram, readOuter, Taps } from '../compare/reading/datagram.ts'
import { Directions, hasAddresses } from '../compare/reading/directions.ts'
import { InnerKey } from '../compare/reading/inner-key.ts'
import type { PointDirection, PointDocument, PointSighting } from '../fleet-document.ts'
import { NO_TIME, type PacketInfo } from '../packet.ts'
import type { PacketAnalyzer } from '../packet-analyzer.ts'
import { Copies, type CopyOf, isCopies } from './copies.ts'
import { isSample, PointSample, type Sampled, type SampledState } from './sampled.ts'
import { isSteps, Steps, type StepsState } from './steps.ts'

/** Bytes behind the inner IP header that tell a packet: ports, sequence and acknowledgement, or identifier and sequence of an echo. */
const TOLD_BY = 12
/** Bytes of an inner frame without IP that tell it: all of an ARP packet, and a frame of the least length. */
const TOLD_WITHOUT_IP = 46
/** Bytes of an inner frame by which copies are told. */
const MOST_DIGESTED = 256
/** Records of a direction from which on it tells whether they are recorded twice. */
const LEAST_DOUBLED = 4
/** Direction bits of a record's flags (pcapng EPB flags, bits 0–1). */
const MARKED = 3
const RECEIVED = 1
const SENT = 2

/** What was counted of one direction. Numbers only, in an order that saved states have too. */
class Tally {
  packets = 0
  bytes = 0
  payload = 0
  /** Records that may be another one of the same packet. */
  twins = 0
  twinBytes = 0
  twinPayload = 0
  /** Numbered packets that were recorded once more in the same place. */
  again = 0
  largest = 0
  ttlMin = 255
  ttlMax = 0
  inbound = 0
  outbound = 0
  firstSeconds = Number.POSITIVE_INFINITY
  firstNanoseconds = NO_TIME
  lastSeconds = Number.NEGATIVE_INFINITY
  lastNanoseconds = NO_TIME
}
const FIELDS = Object.keys(new Tally()) as (keyof Tally)[]

/** A saved {@link PointAnalyzer}. */
interface PointState {
  directions: KeyTableState
  taps: Int32Array
  copies: RecentRingState
  steps: StepsState
  sample: SampledState
  tallies: Float64Array
}

/** What the analyzer found: a part of the point's document. */
export type PointCounts = Pick<PointDocument, 'stepMs' | 'directions' | 'withoutDirection' | 'sample'>

/** Counts what a fleet needs to know of a point. Its result stands in the summary's `extra`, until `pointDocument` takes it from there. */
export class PointAnalyzer implements PacketAnalyzer<PointCounts> {
  readonly #directions = new Directions()
  readonly #taps = new Taps()
  readonly #copies = new Copies()
  readonly #steps = new Steps()
  readonly #sample = new PointSample()
  readonly #tallies: Tally[] = []
  readonly #datagram = new Datagram()
  /** By which it is told at other points. */
  readonly #told = new InnerKey()

  /** Takes a packet. */
  observe(packet: PacketInfo, layers: Layers, joined: readonly number[]): void {
    if (layers.tunnel === TunnelKind.None || layers.outerIp.isFragment || !hasAddresses(layers)) return
    const direction = this.#directions.row(layers)
    if (direction === NONE) return
    const datagram = this.#datagram
    readOuter(datagram, layers)
    datagram.tap = this.#taps.of(layers, packet, datagram.outerTtl, 0)
    const copy = this.#copyOf(layers, packet, direction)
    if (copy === 'again') this.#tallies[direction]!.again++
    if (copy === 'copy' || copy === 'again') return
    this.#count(packet, layers, joined, direction, copy === 'twin')
  }

  #copyOf(layers: Layers, packet: PacketInfo, direction: number): CopyOf {
    const { key, tap } = this.#datagram
    const start = startOf(layers)
    key.read(layers, start === NONE ? MOST_DIGESTED : Math.min(MOST_DIGESTED, Math.max(1, layers.innerEnd - start)))
    return key.shortOf > 0 ? 'none' : this.#copies.take(key, direction, packet, tap)
  }

  #count(packet: PacketInfo, layers: Layers, joined: readonly number[], direction: number, isTwin: boolean): void {
    const { outerLength, outerTtl } = this.#datagram
    const tally = this.#tallies[direction] ?? new Tally()
    this.#tallies[direction] = tally
    const payload = payloadOf(layers)
    tally.packets++
    tally.bytes += outerLength
    tally.payload += payload
    if (isTwin) {
      tally.twins++
      tally.twinBytes += outerLength
      tally.twinPayload += payload
    }
    tally.largest = Math.max(tally.largest, outerLength)
    tally.ttlMin = Math.min(tally.ttlMin, outerTtl)
    tally.ttlMax = Math.max(tally.ttlMax, outerTtl)
    const mark = joined.length > 0 ? 0 : markOf(packet, layers)
    if (mark === RECEIVED) tally.inbound++
    if (mark === SENT) tally.outbound++
    const { seconds, nanoseconds } = packet
    if (nanoseconds === NO_TIME) return
    if (isBefore(seconds, nanoseconds, tally.firstSeconds, tally.firstNanoseconds)) {
      tally.firstSeconds = seconds
      tally.firstNanoseconds = nanoseconds
    }
    if (isBefore(tally.lastSeconds, tally.lastNanoseconds, seconds, nanoseconds)) {
      tally.lastSeconds = seconds
      tally.lastNanoseconds = nanoseconds
    }
    const cell = this.#steps.at(direction, seconds, nanoseconds)
    cell.packets++
    cell.payload += payload
    if (isTwin) {
      cell.twins++
      cell.twinPayload += payload
      return
    }
    const told = this.#told
    told.read(layers, cutOf(layers))
    if (told.shortOf > 0) return
    const name = (told.strictHigh >>> 0) * 2 ** 20 + (told.strictLow >>> 12)
    this.#sample.add(direction, name, () => sampledOf(packet, tally))
  }

  /** What it found so far. */
  finish(): PointCounts {
    const isDoubled = this.#isDoubled()
    const directions = this.#directions
    const rows = [...this.#tallies.keys()].sort((left, right) => directions.compare(left, right))
    const sample: PointSighting[] = []
    for (const [index, row] of rows.entries()) {
      for (const [key, sighting] of this.#sample.of(row).byKey) {
        const { again, seconds, nanoseconds, packets, payload, twins, twinPayload } = sighting
        const time = isoTime(seconds, nanoseconds)
        if (again || time === null) continue
        sample.push({
          key: key.toString(16).padStart(13, '0'),
          direction: index,
          time,
          packets: packets - (isDoubled ? twins : 0),
          payload: payload - (isDoubled ? twinPayload : 0),
        })
      }
    }
    const order = (left: PointSighting, right: PointSighting): number =>
      left.direction - right.direction || left.packets - right.packets
    return {
      stepMs: this.#steps.milliseconds,
      directions: rows.map((row) => this.#direction(row, isDoubled)),
      withoutDirection: directions.table.dropped,
      sample: sample.sort(order),
    }
  }

  #direction(row: number, isDoubled: boolean): PointDirection {
    const directions = this.#directions
    const tally = this.#tallies[row]!
    const { ttlMin: min, ttlMax: max, largest, inbound, outbound } = tally
    return {
      kind: directions.kind(row),
      vni: directions.vni(row),
      from: directions.from(row),
      to: directions.to(row),
      packets: tally.packets - (isDoubled ? tally.twins : 0),
      bytes: tally.bytes - (isDoubled ? tally.twinBytes : 0),
      payload: tally.payload - (isDoubled ? tally.twinPayload : 0),
      largest,
      firstTime: isoTime(tally.firstSeconds, tally.firstNanoseconds),
      lastTime: isoTime(tally.lastSeconds, tally.lastNanoseconds),
      ttl: { min, max },
      inbound,
      outbound,
      sampledOneIn: 2 ** this.#sample.of(row).halvings,
      steps: this.#steps
        .of(row)
        .map(([step, { packets, payload, twins, twinPayload }]) => [
          step,
          packets - (isDoubled ? twins : 0),
          payload - (isDoubled ? twinPayload : 0),
        ]),
    }
  }

  /** Whether the capture records packets twice in one place, as a mirror of both directions of a port does: most of each direction. */
  #isDoubled(): boolean {
    const frequent = this.#tallies.filter(({ packets, twins }) => packets - twins >= LEAST_DOUBLED)
    return frequent.length >= 2 && frequent.every(({ packets, twins, again }) => (again + twins) * 2 > packets - twins)
  }

  /** All that it needs to go on from here. */
  save(): PointState {
    return {
      directions: this.#directions.table.save(),
      taps: this.#taps.save(),
      copies: this.#copies.save(),
      steps: this.#steps.save(),
      sample: this.#sample.save(),
      tallies: Float64Array.from(this.#tallies.flatMap((tally) => FIELDS.map((field) => tally[field]))),
    }
  }

  /**
   * Goes on from a saved state.
   * @throws TypeError for what is none.
   */
  restore(saved: unknown): void {
    checkState(saved)
    this.#directions.table.restore(saved.directions)
    this.#taps.restore(saved.taps)
    this.#copies.restore(saved.copies)
    this.#steps.restore(saved.steps)
    this.#sample.restore(saved.sample)
    this.#tallies.length = 0
    for (let at = 0; at < saved.tallies.length; at += FIELDS.length) {
      const tally = new Tally()
      for (const [index, field] of FIELDS.entries()) tally[field] = saved.tallies[at + index]!
      this.#tallies.push(tally)
    }
  }
}

/** Refuses what is no state of a {@link PointAnalyzer}: a state from elsewhere is input. */
function checkState(saved: unknown): asserts saved is PointState {
  const { directions, taps, copies, steps, sample, tallies } = (saved ?? {}) as Partial<PointState>
  const { table } = new Directions()
  const count = directions?.count ?? -1
  const isState =
    Number.isInteger(count) &&
    count >= 0 &&
    count <= table.limit &&
    Number.isSafeInteger(directions?.dropped) &&
    directions?.keys instanceof Int32Array &&
    directions.keys.length === count * table.width &&
    taps instanceof Int32Array &&
    taps.length < 32 &&
    isCopies(copies) &&
    isSteps(steps, count) &&
    isSample(sample, count) &&
    tallies instanceof Float64Array &&
    tallies.length === count * FIELDS.length
  if (!isState) throw new TypeError('the state must be one that a point’s analyzer saved')
}

/** Where the inner frame begins, or the inner packet that has none; `NONE` for what cannot be read. */
function startOf(layers: Layers): number {
  return layers.innerFrame.at === NONE ? innerNetworkAt(layers) : layers.innerFrame.at
}

/** Bytes of the inner frame by which it is told: as few as that can be, because captures may be cut, and the same at all points. */
function cutOf(layers: Layers): number {
  const { innerIp } = layers
  if (innerIp.at === NONE) return TOLD_WITHOUT_IP
  return innerIp.at - startOf(layers) + (innerIp.version === 4 ? ipv4.LENGTH : ipv6.LENGTH) + TOLD_BY
}

/** What segmentation offload leaves as it is: TCP payload, or the whole frame of what is no TCP. */
function payloadOf({ innerIp, innerLength, innerTransport, innerView }: Layers): number {
  if (innerIp.at === NONE || innerIp.protocol !== Protocol.Tcp || innerIp.fragmentOffset > 0) return innerLength
  const at = innerTransport === NONE ? innerIp.payloadAt : innerTransport
  if (at === NONE) return innerLength
  const header = innerTransport === NONE ? tcp.LENGTH : tcp.headerLength(innerView, at)
  return Math.max(0, innerIp.at + innerIp.length - at - header)
}

/** Whether the capture marks a record as received or sent by its machine; 0 where it does neither. */
function markOf({ flags, linkType }: PacketInfo, { view, at }: Layers): number {
  if ((flags & MARKED) !== 0) return flags & MARKED
  if (linkType !== LinkType.LinuxSll && linkType !== LinkType.LinuxSll2) return 0
  const type = linkType === LinkType.LinuxSll ? sll.packetType(view, at) : sll2.packetType(view, at)
  return type === sll.PacketType.Outgoing ? SENT : type === sll.PacketType.Host ? RECEIVED : 0
}

function isBefore(seconds: number, nanoseconds: number, otherSeconds: number, otherNanoseconds: number): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && nanoseconds < otherNanoseconds)
}

function sampledOf({ seconds, nanoseconds }: PacketInfo, { packets, payload, twins, twinPayload }: Tally): Sampled {
  return { again: false, seconds, nanoseconds, packets, payload, twins, twinPayload }
}
