/**
 * All analyzers over one part of a capture. Counters run on every part; judges (what depends on what came before) run where the
 * capture begins and otherwise on the event log, replayed when the part is merged onto its past: exact by construction.
 */

import { dissect, type TunnelPorts, tunnelPorts } from '../codecs/dissect.ts'
import { NONE } from '../codecs/fault.ts'
import { TunnelKind } from '../codecs/layers.ts'
import type { PacketInfo } from '../packet.ts'
import { emptyPacket, type PacketMeta } from '../packet-meta.ts'
import { AddressClaims } from './address-claims.ts'
import { AddressRequests } from './address-requests.ts'
import { CaptureTotals } from './capture-totals.ts'
import { Copies } from './copies.ts'
import { Echo } from './echo.ts'
import { Bit, EventLog, type EventLogState, Field, STRIDE } from './event-log.ts'
import { EventWriter } from './event-writer.ts'
import { ExpressLane } from './express.ts'
import { Filter, type FilterOptions } from './filter.ts'
import { Floods } from './floods.ts'
import { Flows } from './flows.ts'
import { IcmpErrors } from './icmp-errors.ts'
import { Integrity } from './integrity.ts'
import type { KeyTable } from './key-table.ts'
import { Keys } from './keys.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { Loops } from './loops.ts'
import { MacMoves } from './mac-moves.ts'
import { Macs } from './macs.ts'
import { NetworkCopies } from './network-copies.ts'
import { Observation } from './observation.ts'
import { OuterFragments } from './outer-fragments.ts'
import { Passage } from './passage.ts'
import { Path, PathBit, type PathCounter, type Paths } from './paths.ts'
import { Ports } from './ports.ts'
import { Readings, readingsBuffers } from './readings.ts'
import { Requests } from './requests.ts'
import { SegmentSizes } from './segment-sizes.ts'
import { Sizes } from './sizes.ts'
import { SmallFirsts } from './small-firsts.ts'
import { SourcePorts } from './source-ports.ts'
import { Tcp } from './tcp.ts'
import { Timeline } from './timeline.ts'
import { FlowTraffic, RouteTraffic } from './traffic.ts'
import { TunnelTotals } from './tunnel-totals.ts'
import { UnderlayNeighbors } from './underlay-neighbors.ts'
import { Vnis } from './vnis.ts'
import { VtepPairs } from './vtep-pairs.ts'

/** Packets that are counted and judged together. */
const GROUP = 64

/** Events that a part keeps for its merge: 27 MB. A part with more packets is read again in order. */
export const EVENT_LIMIT = 262_144

/** How an analysis is set up; every part of one capture alike. */
export interface AnalysisOptions {
  /** Limits that differ from {@link DEFAULT_LIMITS}. */
  limits?: Partial<Limits>
  filter?: FilterOptions
  /** Which UDP ports are a tunnel's; the known ones unless told otherwise. */
  ports?: TunnelPorts
  /** Whether the part begins where the capture begins; `true` unless told otherwise. */
  begins?: boolean
}

/** A component that can be saved; what it saves is its own. */
interface Stateful {
  save(): unknown
  restore(state: unknown): void
}

/** A saved analysis: plain objects of typed arrays, fit for `structuredClone` and `postMessage`. */
export interface AnalysisState {
  begins: boolean
  numbers: number
  log: EventLogState
  parts: Record<string, unknown>
}

/** Counters and judges over one part of a capture. */
export class Analysis implements PathCounter {
  /** The packet at hand: fill it (`record`, `dissect` into its layers), then call {@link observe}. */
  readonly observation = new Observation()
  readonly limits: Limits
  /** What the tables and findings are restricted to. */
  readonly filterOptions: FilterOptions
  readonly keys: Keys
  readonly capture = new CaptureTotals()
  readonly tunnel: TunnelTotals
  readonly vnis: Vnis
  readonly vtepPairs: VtepPairs
  readonly ports: Ports
  readonly flows: Flows
  readonly macs: Macs
  readonly timeline: Timeline
  /** First fragments without the headers, which wait for the rest. */
  readonly smallFirsts: SmallFirsts
  readonly copies: Copies
  readonly outerFragments: OuterFragments
  /** What judges share of routes and flows. */
  readonly routeTraffic = new RouteTraffic()
  readonly flowTraffic = new FlowTraffic()
  readonly tcp = new Tcp(this.routeTraffic)
  readonly echo: Echo
  readonly sizes: Sizes
  readonly passage: Passage
  readonly icmpErrors: IcmpErrors
  readonly segmentSizes: SegmentSizes
  readonly macMoves: MacMoves
  readonly integrity = new Integrity(this.tcp)
  readonly addressClaims: AddressClaims
  readonly networkCopies: NetworkCopies
  readonly requests = new Requests(this.routeTraffic, this.flowTraffic)
  readonly addressRequests: AddressRequests
  readonly underlayNeighbors: UnderlayNeighbors
  readonly sourcePorts = new SourcePorts(this.flowTraffic)
  readonly floods = new Floods(this.routeTraffic)
  readonly loops: Loops
  /** Packet numbers that this part took, those of blocks that are no packets included. */
  numbers = 0
  /** The record at hand of those that waited. */
  readonly #late = new Observation()
  readonly #options: AnalysisOptions
  readonly #filter: Filter
  readonly #begins: boolean
  readonly #log: EventLog
  readonly #writer: EventWriter
  readonly #express: ExpressLane
  readonly #ports: TunnelPorts
  /** The group of packets at hand, and which of them the express lane took. */
  readonly #readings = new Readings(readingsBuffers(GROUP))
  readonly #ordinary = new Uint8Array(GROUP)
  /** The event of a packet that is counted by itself. */
  readonly #alone = new EventLog(1, new Int32Array(STRIDE))
  readonly #packet = emptyPacket()
  #waiting = 0
  #view: DataView = this.observation.layers.view
  #file = 0
  /** Packets that took the express lane. */
  expressPackets = 0
  /** Of no use: what was read ahead, kept so that reading it is not left out. */
  fetched = 0

  constructor(options: AnalysisOptions = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#options = options
    const { limits } = this
    this.#begins = options.begins ?? true
    const ports = options.ports ?? tunnelPorts()
    this.filterOptions = options.filter ?? { vnis: [], vteps: [] }
    this.#filter = new Filter(this.filterOptions)
    this.#log = new EventLog(this.#begins ? 0 : EVENT_LIMIT)
    this.#ports = ports
    this.keys = new Keys(limits, this)
    this.#writer = new EventWriter(this.keys, ports)
    this.tunnel = new TunnelTotals(limits.protocols)
    this.vnis = new Vnis(this.keys)
    this.vtepPairs = new VtepPairs(this.keys)
    this.ports = new Ports(this.keys, limits.details)
    this.flows = new Flows(this.keys, limits.details)
    this.macs = new Macs(this.keys, limits.details)
    this.timeline = new Timeline(this.keys, limits.timeline)
    this.#express = new ExpressLane(this.keys.paths, this.timeline)
    this.smallFirsts = new SmallFirsts(limits.datagrams, ports)
    this.copies = new Copies(limits.window)
    this.loops = new Loops(this.copies)
    this.outerFragments = new OuterFragments(limits.datagrams)
    this.echo = new Echo(this.keys, limits.window)
    this.sizes = new Sizes(this.tcp)
    this.passage = new Passage(limits.window)
    this.icmpErrors = new IcmpErrors(this.passage)
    this.segmentSizes = new SegmentSizes(this.keys)
    this.macMoves = new MacMoves(this.keys)
    this.addressClaims = new AddressClaims(this.keys, limits.requests)
    this.networkCopies = new NetworkCopies(this.copies, this.tcp, this.echo, limits.window)
    this.addressRequests = new AddressRequests(limits.requests)
    this.underlayNeighbors = new UnderlayNeighbors(this.keys)
  }

  /** Every bounded table. */
  get tables(): KeyTable[] {
    return [
      ...this.keys.tables,
      ...this.tunnel.tables,
      ...this.ports.tables,
      ...this.flows.tables,
      ...this.macs.tables,
      ...this.timeline.tables,
      ...this.addressClaims.tables,
      ...this.addressRequests.tables,
    ]
  }

  /**
   * Takes a packet. Packets are counted in groups, so {@link drain} is to be called before the view's bytes change and after the
   * last one.
   * @param firstNumber - The packet number that counts as 1.
   */
  take(view: DataView, packet: PacketInfo, file: number, firstNumber: number): void {
    if (view !== this.#view || file !== this.#file) {
      this.drain()
      this.#view = view
      this.#file = file
    }
    const number = packet.number - firstNumber + 1
    this.#readings.read(this.#waiting++, view, packet, number, file * 65536 + packet.interfaceId, this.#ports)
    if (this.#waiting === GROUP) this.drain()
  }

  /** Counts and judges the packets that were taken since the last time. */
  drain(): void {
    const count = this.#waiting
    this.#waiting = 0
    if (count > 0) this.#observeGroup(this.#readings, 0, count)
  }

  /**
   * Counts and judges packets that were read elsewhere.
   * @param view - Their bytes.
   */
  takeReadings(readings: Readings, count: number, view: DataView, file: number): void {
    this.drain()
    this.#view = view
    this.#file = file
    for (let from = 0; from < count; from += GROUP) {
      this.#observeGroup(readings, from, Math.min(count, from + GROUP))
    }
  }

  #observeGroup(readings: Readings, from: number, to: number): void {
    const { log, meta } = readings
    this.capture.countAll(meta, from, to)
    this.numbers = Math.max(this.numbers, meta.number(to - 1))
    this.fetched = this.#express.fetch(readings, from, to)
    let ordinary = 0
    let judged = from
    for (let slot = from; slot < to; slot++) {
      const isOrdinary = this.#express.count(readings, slot)
      this.#ordinary[slot - from] = isOrdinary ? 1 : 0
      if (isOrdinary) {
        ordinary++
        continue
      }
      const o = this.#takeApart(meta, slot)
      if (!o.layers.outerIp.isFragment) this.#count(o, log, slot * STRIDE)
      else {
        // It may wait, or end the waiting of others: whatever comes of it is judged behind the packets before it.
        this.#judgeGroup(log, from, judged, slot)
        judged = slot + 1
        this.#observeFragment(o)
      }
    }
    this.tunnel.countVxlan(ordinary)
    this.expressPackets += ordinary
    this.#judgeGroup(log, from, judged, to)
  }

  /** Judges the packets of a group from `first` on, or keeps their events. */
  #judgeGroup(log: EventLog, from: number, first: number, to: number): void {
    if (!this.#begins) {
      for (let slot = first; slot < to; slot++) this.#log.keep(log, slot * STRIDE)
      return
    }
    this.fetched ^= this.#fetch(log, first, to)
    for (let slot = first; slot < to; slot++) {
      if (this.#ordinary[slot - from] !== 0) this.#judgeOrdinary(log, slot * STRIDE)
      else this.#judge(log, slot * STRIDE)
    }
  }

  /** Adds what a path's packets counted to the rows that they belong to. */
  countPath({ i32, f64 }: Paths, at: number): void {
    const packets = i32[at + Path.Packets]!
    const innerBytes = f64[(at + Path.InnerBytes) >> 1]!
    const wireBytes = f64[(at + Path.WireBytes) >> 1]!
    const seconds = f64[(at + Path.Seconds) >> 1]!
    const nanoseconds = i32[at + Path.Nanoseconds]!
    const bits = i32[at + Path.Bits]!
    const pairDirection = (bits & PathBit.PairForward) !== 0 ? 0 : 1
    const flowDirection = (bits & PathBit.FlowForward) !== 0 ? 0 : 1
    const port = i32[at + Path.OuterPorts]! >>> 16
    const number = i32[at + Path.Number]!
    this.vnis.add(i32[at + Path.Vni]!, packets, innerBytes, wireBytes)
    this.vtepPairs.add(i32[at + Path.Pair]!, pairDirection, packets, wireBytes, i32[at + Path.LargestOuterIp]!)
    this.flows.add(i32[at + Path.Flow]!, flowDirection, packets, innerBytes, seconds, nanoseconds, port, number)
    this.macs.add(i32[at + Path.Mac]!, i32[at + Path.MacAtVtep]! - 1, packets, seconds, nanoseconds)
    i32[at + Path.Packets] = 0
    f64[(at + Path.InnerBytes) >> 1] = 0
    f64[(at + Path.WireBytes) >> 1] = 0
  }

  /** Brings every count up to date: to be called before any is read. */
  countPaths(): void {
    this.drain()
    this.keys.paths.countPaths()
  }

  /** Counts and judges the packet in {@link observation}. */
  observe(): void {
    this.drain()
    const o = this.observation
    this.numbers = Math.max(this.numbers, o.number)
    this.capture.observe(o)
    if (o.layers.outerIp.isFragment) this.#observeFragment(o)
    else this.#observeAlone(o)
  }

  /** Counts what still waits for further fragments as what it is by itself; call where a file ends. */
  settle(): void {
    this.drain()
    this.smallFirsts.finish()
    this.#observeLate()
  }

  /** This analysis if every packet is counted, else a copy that has settled, while this one can go on. */
  settled(): Analysis {
    if (!this.smallFirsts.withholds) return this
    const copy = new Analysis(this.#options)
    copy.restore(this.save())
    copy.settle()
    return copy
  }

  /** Takes a packet apart into {@link observation}. */
  #takeApart(meta: PacketMeta, slot: number): Observation {
    const packet = this.#packet
    meta.get(slot, packet)
    const { observation } = this
    const wireLength = Math.max(0, packet.wireLength - packet.fcsLength)
    const { layers } = observation
    dissect(layers, this.#view, packet.at, packet.capturedLength, wireLength, packet.linkType, this.#ports)
    observation.record(packet, this.#file, 1)
    return observation
  }

  #observeFragment(o: Observation): void {
    if (!this.smallFirsts.take(o)) this.#observeAlone(o)
    this.#observeLate()
  }

  #observeLate(): void {
    while (this.smallFirsts.next(this.#late)) this.#observeAlone(this.#late)
  }

  #observeAlone(o: Observation): void {
    const log = this.#alone
    this.#count(o, log, 0)
    if (this.#begins) this.#judge(log, 0)
    else this.#log.keep(log, 0)
  }

  /** Counts a packet and writes its event. */
  #count(o: Observation, log: EventLog, at: number): void {
    o.clearRows()
    this.tunnel.observe(o)
    if (o.layers.tunnel !== TunnelKind.None && this.#filter.keeps(o.layers)) {
      o.kept = true
      this.keys.resolve(o)
      this.vnis.observe(o)
      this.vtepPairs.observe(o)
      this.ports.observe(o)
      this.flows.observe(o)
      this.macs.observe(o)
      this.timeline.observe(o)
    } else if (o.layers.tunnel === TunnelKind.None && o.layers.outerDestinationPort !== NONE) {
      o.outside = this.#filter.keepsOutside(o.layers)
    }
    this.#writer.fill(log, at, o)
  }

  /**
   * Takes over a later part of the same capture, so that `finish` is what it would be had this part gone on reading.
   * @param later - A part that does not begin the capture; not to be used afterwards.
   * @returns `false` when the parts cannot be joined exactly (a table would overflow, or the event log did): nothing was
   * changed then, and the range of `later` must be read on from here.
   * @throws TypeError when `later` begins a capture of its own.
   */
  merge(later: Analysis): boolean {
    if (later.#begins)
      throw new TypeError('only a part that does not begin the capture can be merged onto an earlier one')
    this.countPaths()
    later.countPaths()
    if (!this.#canTake(later)) return false
    const maps = this.keys.merge(later.keys)
    const offset = this.numbers
    this.smallFirsts.merge(later.smallFirsts, offset)
    this.capture.merge(later.capture, maps, offset)
    this.tunnel.merge(later.tunnel, maps, offset)
    this.vnis.merge(later.vnis, maps, offset)
    this.vtepPairs.merge(later.vtepPairs, maps, offset)
    this.ports.merge(later.ports, maps, offset)
    this.flows.merge(later.flows, maps, offset)
    this.macs.merge(later.macs, maps, offset)
    this.timeline.merge(later.timeline, maps, offset)
    const log = this.#begins ? this.#alone : this.#log
    for (let event = 0; event < later.#log.count; event++) {
      const at = this.#begins ? 0 : log.append()
      log.adopt(at, later.#log, event * STRIDE, maps, offset)
      if (this.#begins) this.#judge(log, at)
    }
    this.numbers += later.numbers
    return true
  }

  /** Everything counted so far as plain objects of typed arrays. */
  save(): AnalysisState {
    this.countPaths()
    return {
      begins: this.#begins,
      numbers: this.numbers,
      log: this.#log.save(),
      parts: Object.fromEntries(this.#stateful().map(([name, part]) => [name, part.save()])),
    }
  }

  /**
   * Takes up where {@link save} left off.
   * @param state - Of an analysis with the same options.
   * @throws TypeError when one begins the capture and the other does not.
   */
  restore(state: AnalysisState): void {
    if (state.begins !== this.#begins)
      throw new TypeError('the saved part and this one must both begin the capture, or neither')
    this.numbers = state.numbers
    this.#log.restore(state.log)
    for (const [name, part] of this.#stateful()) part.restore(state.parts[name])
  }

  /** Every component with state of its own. */
  #stateful(): [string, Stateful][] {
    const { keys, capture, smallFirsts, tunnel, vnis, vtepPairs, ports, flows, macs, timeline } = this
    const { copies, outerFragments, tcp, echo, sizes, passage, icmpErrors, segmentSizes } = this
    const { macMoves, addressClaims, integrity } = this
    const { networkCopies, requests, addressRequests, underlayNeighbors, sourcePorts, floods, loops } = this
    const { routeTraffic, flowTraffic } = this
    const counters = { keys, capture, smallFirsts, tunnel, vnis, vtepPairs, ports, flows, macs, timeline }
    // A part that does not begin the capture has run no judge.
    const sized = { outerFragments, sizes, passage, icmpErrors, segmentSizes }
    const reached = { routeTraffic, flowTraffic, requests, addressRequests, underlayNeighbors }
    const behaved = { networkCopies, sourcePorts, floods, loops }
    const judges = this.#begins
      ? { copies, ...sized, tcp, echo, integrity, macMoves, addressClaims, ...reached, ...behaved }
      : {}
    return Object.entries({ ...counters, ...judges }) as [string, Stateful][]
  }

  #canTake(later: Analysis): boolean {
    const log = later.#log
    if (log.overflowed || later.keys.needsPast || !this.smallFirsts.canTake(later.smallFirsts, log)) return false
    if (!this.#begins && this.#log.count + log.count > this.#log.limit) return false
    const tables = this.tables
    const shared = this.keys.tables.length
    for (const [index, table] of later.tables.entries()) {
      if (table.dropped > 0) return false
      if (index >= shared && tables[index]!.count + table.count > table.limit) return false
    }
    return this.keys.hasRoomFor(later.keys)
  }

  /**
   * Reads ahead what the judges will want of a group's rows, one table after the other: short loops, so that many cache lines
   * are under way at a time.
   * @returns Nothing of use.
   */
  #fetch(log: EventLog, from: number, to: number): number {
    return (
      this.copies.fetch(log, from, to) ^
      this.tcp.fetch(log, from, to) ^
      this.routeTraffic.fetch(log, from, to) ^
      this.flowTraffic.fetch(log, from, to)
    )
  }

  /** The judges that an ordinary packet concerns, in the order of {@link #judge}. */
  #judgeOrdinary(log: EventLog, at: number): void {
    this.copies.observe(log, at)
    this.outerFragments.observe(log, at)
    if (this.underlayNeighbors.isAsking) this.underlayNeighbors.observe(log, at)
    this.echo.tick(log, at)
    if (log.i32[at + Field.Marks] !== 0) this.integrity.observe(log, at)
    this.networkCopies.observe(log, at)
    this.tcp.observe(log, at)
    this.sizes.observe(log, at)
    this.passage.observe(log, at)
    this.macMoves.observe(log, at)
    this.routeTraffic.observe(log, at)
    this.requests.observe(log, at)
    this.addressRequests.observe(log, at)
    this.sourcePorts.observe(log, at)
    this.floods.observe(log, at)
    if (this.copies.isReturned) this.loops.observe(log, at)
  }

  /** Runs the judges in order: whether a frame is a copy is known before anybody counts it. */
  #judge(log: EventLog, at: number): void {
    const { i32 } = log
    this.copies.observe(log, at)
    const isTunnelFragment = this.outerFragments.observe(log, at)
    this.icmpErrors.observe(log, at)
    this.underlayNeighbors.observe(log, at)
    this.echo.tick(log, at)
    this.integrity.observe(log, at)
    if (this.outerFragments.isDamaged) this.integrity.observe(this.outerFragments.takeDamaged(), 0)
    const isKept = (i32[at + Field.Bits]! & Bit.Kept) !== 0
    if (!isKept && !isTunnelFragment) return
    this.networkCopies.observe(log, at)
    this.tcp.observe(log, at)
    this.echo.observe(log, at)
    this.sizes.observe(log, at)
    this.passage.observe(log, at)
    this.segmentSizes.observe(log, at)
    this.macMoves.observe(log, at)
    this.addressClaims.observe(log, at)
    this.routeTraffic.observe(log, at)
    this.requests.observe(log, at)
    this.addressRequests.observe(log, at)
    this.sourcePorts.observe(log, at)
    this.floods.observe(log, at)
    this.loops.observe(log, at)
  }
}
