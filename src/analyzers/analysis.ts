/**
 * All analyzers over one part of a capture. Counters run on every part; judges (what depends on what came before) run where the
 * capture begins and otherwise on the event log, replayed when the part is merged onto its past: exact by construction.
 */

import { type TunnelPorts, tunnelPorts } from '../codecs/dissect.ts'
import { NONE } from '../codecs/fault.ts'
import { TunnelKind } from '../codecs/layers.ts'
import { AddressClaims } from './address-claims.ts'
import { AddressRequests } from './address-requests.ts'
import { CaptureTotals } from './capture-totals.ts'
import { Copies } from './copies.ts'
import { Echo } from './echo.ts'
import { Bit, EventLog, type EventLogState, Field, STRIDE } from './event-log.ts'
import { EventWriter } from './event-writer.ts'
import { Filter, type FilterOptions } from './filter.ts'
import { Floods } from './floods.ts'
import { Flows } from './flows.ts'
import { IcmpErrors } from './icmp-errors.ts'
import { Integrity } from './integrity.ts'
import type { KeyTable } from './key-table.ts'
import { Keys } from './keys.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { MacMoves } from './mac-moves.ts'
import { Macs } from './macs.ts'
import { NetworkCopies } from './network-copies.ts'
import { Observation } from './observation.ts'
import { OuterFragments } from './outer-fragments.ts'
import { Passage } from './passage.ts'
import { PortDirections } from './port-directions.ts'
import { Ports } from './ports.ts'
import { Requests } from './requests.ts'
import { SegmentSizes } from './segment-sizes.ts'
import { Sizes } from './sizes.ts'
import { SmallFirsts } from './small-firsts.ts'
import { SourcePorts } from './source-ports.ts'
import { Tcp } from './tcp.ts'
import { Timeline } from './timeline.ts'
import { TunnelTotals } from './tunnel-totals.ts'
import { UnderlayNeighbors } from './underlay-neighbors.ts'
import { Vnis } from './vnis.ts'
import { VtepPairs } from './vtep-pairs.ts'

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
export class Analysis {
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
  readonly tcp = new Tcp()
  readonly echo: Echo
  readonly sizes: Sizes
  readonly passage: Passage
  readonly icmpErrors: IcmpErrors
  readonly segmentSizes: SegmentSizes
  readonly macMoves: MacMoves
  readonly integrity = new Integrity(this.tcp)
  readonly addressClaims: AddressClaims
  readonly networkCopies: NetworkCopies
  readonly requests = new Requests()
  readonly addressRequests: AddressRequests
  readonly underlayNeighbors: UnderlayNeighbors
  readonly portDirections = new PortDirections()
  readonly sourcePorts = new SourcePorts()
  readonly floods = new Floods()
  /** Packet numbers that this part took, those of blocks that are no packets included. */
  numbers = 0
  /** The record at hand of those that waited. */
  readonly #late = new Observation()
  readonly #options: AnalysisOptions
  readonly #filter: Filter
  readonly #begins: boolean
  readonly #log: EventLog
  readonly #writer: EventWriter

  constructor(options: AnalysisOptions = {}) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#options = options
    const { limits } = this
    this.#begins = options.begins ?? true
    const ports = options.ports ?? tunnelPorts()
    this.filterOptions = options.filter ?? { vnis: [], vteps: [] }
    this.#filter = new Filter(this.filterOptions)
    this.#log = new EventLog(this.#begins ? 1 : EVENT_LIMIT)
    this.keys = new Keys(limits)
    this.#writer = new EventWriter(this.keys, ports)
    this.tunnel = new TunnelTotals(limits.protocols)
    this.vnis = new Vnis(this.keys)
    this.vtepPairs = new VtepPairs(this.keys)
    this.ports = new Ports(this.keys, limits.details)
    this.flows = new Flows(this.keys, limits.details)
    this.macs = new Macs(this.keys, limits.details)
    this.timeline = new Timeline(this.keys, limits.timeline)
    this.smallFirsts = new SmallFirsts(limits.datagrams, ports)
    this.copies = new Copies(limits.window)
    this.outerFragments = new OuterFragments(limits.datagrams)
    this.echo = new Echo(this.keys, limits.window)
    this.sizes = new Sizes(this.tcp)
    this.passage = new Passage(limits.window)
    this.icmpErrors = new IcmpErrors(this.passage)
    this.segmentSizes = new SegmentSizes(this.keys)
    this.macMoves = new MacMoves(this.keys)
    this.addressClaims = new AddressClaims(this.keys, limits.details)
    this.networkCopies = new NetworkCopies(this.copies, this.tcp, this.echo, limits.window)
    this.addressRequests = new AddressRequests(limits.details)
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

  /** Counts the packet in {@link observation}. */
  observe(): void {
    const o = this.observation
    if (o.number > this.numbers) this.numbers = o.number
    this.capture.observe(o)
    if (o.layers.outerIp.isFragment) {
      if (!this.smallFirsts.take(o)) this.#count(o)
      this.#countLate()
    } else this.#count(o)
  }

  /** Counts what still waits for further fragments as what it is by itself; call where a file ends. */
  settle(): void {
    this.smallFirsts.finish()
    this.#countLate()
  }

  /** This analysis if every packet is counted, else a copy that has settled, while this one can go on. */
  settled(): Analysis {
    if (!this.smallFirsts.withholds) return this
    const copy = new Analysis(this.#options)
    copy.restore(this.save())
    copy.settle()
    return copy
  }

  #countLate(): void {
    while (this.smallFirsts.next(this.#late)) this.#count(this.#late)
  }

  #count(o: Observation): void {
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
    const log = this.#log
    if (this.#begins) {
      this.#writer.fill(log, 0, o)
      this.#judge(log, 0)
    } else {
      const at = log.append()
      if (at !== NONE) this.#writer.fill(log, at, o)
    }
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
    const log = this.#log
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
    const { networkCopies, requests, addressRequests, underlayNeighbors, portDirections, sourcePorts, floods } = this
    const counters = { keys, capture, smallFirsts, tunnel, vnis, vtepPairs, ports, flows, macs, timeline }
    // A part that does not begin the capture has run no judge.
    const sized = { outerFragments, sizes, passage, icmpErrors, segmentSizes }
    const reached = { requests, addressRequests, underlayNeighbors, portDirections }
    const behaved = { networkCopies, sourcePorts, floods }
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
    this.requests.observe(log, at)
    this.addressRequests.observe(log, at)
    this.portDirections.observe(log, at)
    this.sourcePorts.observe(log, at)
    this.floods.observe(log, at)
  }
}
