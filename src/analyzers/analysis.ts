/**
 * All analyzers over a capture. Counters see the packets themselves and add up in any order. Stateful analyzers (what depends on what came
 * before) see the event of each packet, in the order of the capture, here or on another thread.
 */

import { Fault, NONE } from '../codecs/core/fault.ts'
import { type TunnelPorts, tunnelPorts } from '../codecs/walk/dissect.ts'
import { Layer, TunnelKind } from '../codecs/walk/layers.ts'
import { checkFunction, checkObject, checkPorts } from '../option.ts'
import type { PacketInfo } from '../packet.ts'
import { emptyPacket, type PacketMeta } from '../packet-meta.ts'
import { Criteria } from '../selection/criteria.ts'
import type { Selection } from '../selection/selection.ts'
import { CaptureTotals } from './counters/capture-totals.ts'
import { Flows } from './counters/flows.ts'
import { Macs } from './counters/macs.ts'
import { Ports } from './counters/ports.ts'
import { Timeline } from './counters/timeline.ts'
import { TunnelTotals } from './counters/tunnel-totals.ts'
import { Vnis } from './counters/vnis.ts'
import { VtepPairs } from './counters/vtep-pairs.ts'
import { EventLog, type EventSink, STRIDE } from './events/event-log.ts'
import { EventWriter } from './events/event-writer.ts'
import { FastPath } from './fast-path/fast-path.ts'
import { FlowCacheMisses } from './fast-path/flow-cache-miss.ts'
import { batchBuffers, FastPathBatch } from './fast-path/packet-batch.ts'
import { Observation } from './lookup/observation.ts'
import { Path } from './lookup/path-key.ts'
import { PathBit, type PathCounter, Paths } from './lookup/paths.ts'
import { Resolver } from './lookup/resolver.ts'
import { TinyFragments } from './reassembly/tiny-fragments.ts'
import { StatefulAnalyzers, type StatefulAnalyzersState } from './stateful/stateful-analyzers.ts'
import type { AllStateful, Stateful } from './stateful.ts'
import type { KeyTable } from './tables/key-table.ts'
import { Keys } from './tables/keys.ts'
import { checkLimits, DEFAULT_LIMITS, type Limits } from './tables/limits.ts'

/** Packets that are counted together. */
const GROUP = 64

/** How an analysis is set up. */
export interface AnalysisOptions {
  /** Limits that differ from {@link DEFAULT_LIMITS}. */
  limits?: Partial<Limits>
  /** What the tables and findings are restricted to; nothing is left out unless told otherwise. */
  filter?: Selection
  /** Which UDP ports are a tunnel's; the known ones unless told otherwise. */
  ports?: TunnelPorts
  /** What takes the events in place of {@link Analysis.stateful}, until {@link Analysis.adoptStateful}. */
  analyzeElsewhere?: (keys: Keys) => EventSink
}

/** A saved analysis: plain objects of typed arrays, fit for `structuredClone` and `postMessage`. */
export interface AnalysisState {
  numbers: number
  counters: Record<string, unknown>
  stateful: StatefulAnalyzersState
}

/** Counters and stateful analyzers over a capture. */
export class Analysis implements PathCounter {
  /** The packet at hand: fill it (`takeApart`), then call {@link observe}. */
  readonly observation = new Observation()
  /** Most rows of each table. */
  readonly limits: Limits
  /** What the tables and findings are restricted to. */
  readonly criteria: Criteria
  /** The shared tables of keys: addresses, VNIs, VTEP pairs, flows, MACs. */
  readonly keys: Keys
  /** The latest paths, with the counts that are pending in them. */
  readonly paths: Paths
  /** Finds the rows of a packet’s keys. */
  readonly resolver: Resolver
  /** Totals of the capture itself: packets, bytes, first and last time. */
  readonly capture = new CaptureTotals()
  /** Totals of tunnel packets, and of other traffic. */
  readonly tunnel: TunnelTotals
  /** Table of VNIs. */
  readonly vnis: Vnis
  /** Table of VTEP pairs. */
  readonly vtepPairs: VtepPairs
  /** UDP ports by VTEP pair. */
  readonly ports: Ports
  /** Table of flows. */
  readonly flows: Flows
  /** Table of inner MAC addresses. */
  readonly macs: Macs
  /** Packets over time by VNI. */
  readonly timeline: Timeline
  /** First fragments without the headers, which wait for the rest. */
  readonly tinyFragments: TinyFragments
  /** Analyzers that depend on what came before. */
  readonly stateful: StatefulAnalyzers
  /** Packet numbers that were taken, those of blocks that are no packets included. */
  numbers = 0
  /** The record at hand of those that waited. */
  readonly #late = new Observation()
  readonly #options: AnalysisOptions
  /** Takes what happened, in packet order. */
  #events: EventSink
  readonly #writer: EventWriter
  readonly #fastPath: FastPath
  readonly #ports: TunnelPorts
  /** The group of packets at hand. */
  readonly #batch = new FastPathBatch(batchBuffers(GROUP))
  /** The event of a packet that is counted by itself. */
  readonly #alone = new EventLog(new Int32Array(STRIDE))
  readonly #packet = emptyPacket()
  #waiting = 0
  #view: DataView = this.observation.layers.view
  #file = 0
  /** Packets that took the fast path. */
  fastPathPackets = 0
  /** Of no use: what was read ahead, kept so that reading it is not left out. */
  prefetched = 0

  /** @throws RangeError for an option out of range, TypeError for one of a wrong type. */
  constructor(options: AnalysisOptions = {}) {
    checkObject('options', options)
    checkLimits('limits', options.limits)
    checkPorts('ports', options.ports)
    checkFunction('judgeElsewhere', options.analyzeElsewhere)
    checkObject('filter', options.filter)
    this.limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#options = options
    const { limits } = this
    const ports = options.ports ?? tunnelPorts()
    this.criteria = new Criteria(options.filter ?? {})
    this.#ports = ports
    this.keys = new Keys(limits)
    this.paths = new Paths(this)
    this.resolver = new Resolver(this.keys, this.paths, limits.datagrams)
    this.#writer = new EventWriter(this.keys, ports)
    this.tunnel = new TunnelTotals(limits.protocols)
    this.vnis = new Vnis(this.keys)
    this.vtepPairs = new VtepPairs(this.keys)
    this.ports = new Ports(this.paths, limits.details)
    this.flows = new Flows(this.keys, limits.details)
    this.macs = new Macs(this.keys, this.paths, limits.details)
    this.timeline = new Timeline(this.keys, limits.timeline)
    // What a filter leaves out has no path.
    const misses = this.criteria.keepsAll ? this.#flowCacheMisses() : null
    this.#fastPath = new FastPath(GROUP, this.paths, misses, this.flows, this.ports, this.timeline)
    this.tinyFragments = new TinyFragments(limits.datagrams, ports)
    this.stateful = new StatefulAnalyzers(this.keys, limits)
    this.#events = options.analyzeElsewhere?.(this.keys) ?? this.stateful
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
      ...this.stateful.tables,
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
    this.#batch.read(this.#waiting++, view, packet, number, file * 65536 + packet.interfaceId, this.#ports)
    if (this.#waiting === GROUP) this.drain()
  }

  /** Counts the packets that were taken since the last time. */
  drain(): void {
    const count = this.#waiting
    this.#waiting = 0
    if (count > 0) this.#observeGroup(this.#batch, 0, count)
  }

  /**
   * Counts packets that were read elsewhere, and has them judged.
   * @param view - Their bytes.
   */
  takeBatch(batch: FastPathBatch, count: number, view: DataView, file: number): void {
    this.drain()
    this.#view = view
    this.#file = file
    for (let from = 0; from < count; from += GROUP) {
      this.#observeGroup(batch, from, Math.min(count, from + GROUP))
    }
  }

  #observeGroup(batch: FastPathBatch, from: number, to: number): void {
    const { log, meta, looks } = batch
    this.capture.countAll(meta, looks, from, to)
    this.numbers = Math.max(this.numbers, meta.number(to - 1))
    this.prefetched = this.#fastPath.prefetch(batch, from, to)
    let eligible = 0
    let told = from
    for (let slot = from; slot < to; slot++) {
      if (this.#fastPath.count(batch, slot, slot - from)) {
        eligible++
        continue
      }
      const o = this.#takeApart(meta, slot)
      if (looks[slot] === 0) this.#countRecord(o)
      if (!o.layers.outerIp.isFragment) this.#count(o, log, slot * STRIDE)
      else {
        // It may wait, or end the waiting of others: whatever comes of it is told behind the packets before it.
        this.#events.take(log, told, slot)
        told = slot + 1
        this.#observeFragment(o)
      }
    }
    this.tunnel.countVxlan(eligible)
    this.fastPathPackets += eligible
    this.#events.take(log, told, to)
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
    this.paths.countPaths()
  }

  /** Counts the packet in {@link observation}. */
  observe(): void {
    this.drain()
    const o = this.observation
    this.numbers = Math.max(this.numbers, o.number)
    this.#countRecord(o)
    if (o.layers.outerIp.isFragment) this.#observeFragment(o)
    else this.#observeAlone(o)
  }

  /** Counts what still waits for further fragments as what it is by itself; call where a file ends. */
  flush(): void {
    this.drain()
    this.tinyFragments.finish()
    this.#observeLate()
  }

  /** This analysis if every packet is counted, else a copy that was flushed, while this one can go on. */
  flushed(): Analysis {
    if (!this.tinyFragments.withholds) return this
    const copy = new Analysis(this.#options)
    copy.restore(this.save())
    copy.flush()
    return copy
  }

  /** Counts a record, whatever is in it. */
  #countRecord(o: Observation): void {
    this.capture.observe(o)
    if (!o.layers.lengthImpossible) return
    this.capture.noteImpossible(o.impossibleLength)
    this.tunnel.countFault(Layer.Link, Fault.OriginalLengthImpossible, o.number)
  }

  /** Takes a packet apart into {@link observation}. */
  #takeApart(meta: PacketMeta, slot: number): Observation {
    const packet = this.#packet
    meta.get(slot, packet)
    const { observation } = this
    observation.takeApart(this.#view, packet, this.#file, 1, this.#ports)
    return observation
  }

  #observeFragment(o: Observation): void {
    if (!this.tinyFragments.take(o)) this.#observeAlone(o)
    this.#observeLate()
  }

  #observeLate(): void {
    while (this.tinyFragments.next(this.#late)) this.#observeAlone(this.#late)
  }

  #observeAlone(o: Observation): void {
    const log = this.#alone
    this.#count(o, log, 0)
    this.#events.take(log, 0, 1)
  }

  /** Counts a packet and writes its event. */
  #count(o: Observation, log: EventLog, at: number): void {
    o.clearRows()
    this.tunnel.observe(o)
    const { criteria } = this
    o.isInTime = criteria.acceptsTime(o.seconds, o.nanoseconds)
    const isSelected = o.isInTime && criteria.accepts(o.layers)
    if (o.layers.tunnel !== TunnelKind.None && isSelected) {
      o.kept = true
      this.resolver.resolve(o)
      this.vnis.observe(o)
      this.vtepPairs.observe(o)
      this.ports.observe(o)
      this.flows.observe(o)
      this.macs.observe(o)
      this.timeline.observe(o)
    } else if (o.layers.tunnel === TunnelKind.None && o.layers.outerDestinationPort !== NONE) {
      o.outside = isSelected
    }
    this.#writer.fill(log, at, o)
  }

  /** Takes over what the stateful analyzers have come to that took the events elsewhere; from now on they are judged here. */
  adoptStateful(state: StatefulAnalyzersState): void {
    this.stateful.restore(state)
    this.#events = this.stateful
  }

  /** Everything counted so far as plain objects of typed arrays. */
  save(): AnalysisState {
    this.countPaths()
    return {
      numbers: this.numbers,
      counters: Object.fromEntries(this.#counters().map(([name, counter]) => [name, counter.save()])),
      stateful: this.stateful.save(),
    }
  }

  /**
   * Takes up where {@link save} left off.
   * @param state - Of an analysis with the same options.
   */
  restore(state: AnalysisState): void {
    this.numbers = state.numbers
    for (const [name, counter] of this.#counters()) counter.restore(state.counters[name])
    this.stateful.restore(state.stateful)
  }

  #flowCacheMisses(): FlowCacheMisses {
    const { keys, resolver, paths, vtepPairs, ports, flows, macs } = this
    const tables = [...keys.tables, ...ports.tables, ...macs.tables]
    return new FlowCacheMisses(resolver, paths, tables, { vtepPairs, ports, flows, macs })
  }

  /** Every counter by name. */
  #counters(): [string, Stateful][] {
    const { keys, resolver, capture, tinyFragments, tunnel, vnis, vtepPairs, ports, flows, macs, timeline } = this
    const counters: Omit<AllStateful<Analysis>, 'stateful'> = {
      keys,
      resolver,
      capture,
      tinyFragments,
      tunnel,
      vnis,
      vtepPairs,
      ports,
      flows,
      macs,
      timeline,
    }
    return Object.entries(counters)
  }
}
