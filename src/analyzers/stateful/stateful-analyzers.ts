/**
 * All stateful analyzers: what depends on what came before. They see events alone, in packet order, so they can run where the capture begins,
 * on a log that is replayed when parts are merged, or on another thread.
 */
import * as tcp from '../../codecs/headers/tcp.ts'
import { Again, Bit, type EventLog, type EventSink, Field, ON_ITS_WAY, STRIDE } from '../events/event-log.ts'
import type { AllStateful, Stateful } from '../stateful.ts'
import type { KeyTable } from '../tables/key-table.ts'
import type { Keys } from '../tables/keys.ts'
import type { Limits } from '../tables/limits.ts'
import { AddressClaims } from './addresses/address-claims.ts'
import { AddressUsers } from './addresses/address-users.ts'
import { Leases } from './addresses/leases.ts'
import { MacPlaces } from './addresses/mac-places.ts'
import { SecondAnswers } from './addresses/second-answers.ts'
import { UnknownMacs } from './addresses/unknown-macs.ts'
import { AddressRequests } from './answers/address-requests.ts'
import { Connects } from './answers/connects.ts'
import { Echo } from './answers/echo.ts'
import { IcmpErrors } from './answers/icmp-errors.ts'
import { LowHopRequests } from './answers/low-hops.ts'
import { Queries } from './answers/queries.ts'
import { Rejections } from './answers/rejections.ts'
import { Requests } from './answers/requests.ts'
import { UnderlayNeighbors } from './answers/underlay-neighbors.ts'
import { Clock } from './clock.ts'
import { Floods } from './floods.ts'
import { Integrity } from './integrity.ts'
import { OuterFragments } from './outer-fragments.ts'
import { Copies } from './repeats/copies.ts'
import { Loops } from './repeats/loops.ts'
import { NetworkCopies } from './repeats/network-copies.ts'
import { Regrouped } from './repeats/regrouped.ts'
import { Relays } from './repeats/relays.ts'
import { PathMtuEvidence } from './sizes/path-mtu-evidence.ts'
import { Sizes } from './sizes/sizes.ts'
import { SourcePorts } from './source-ports.ts'
import { SegmentSizes } from './tcp/segment-sizes.ts'
import { Tcp } from './tcp/tcp.ts'
import { FlowTraffic, RouteTraffic } from './traffic.ts'

/** Events whose rows are read ahead together. */
const GROUP = 64

/** Saved stateful analyzers, by name. */
export type StatefulAnalyzersState = Record<string, unknown>

/** Stateful analyzers over the events of a capture from its beginning. */
export class StatefulAnalyzers implements EventSink {
  readonly clock = new Clock()
  readonly copies: Copies
  readonly regrouped: Regrouped
  readonly outerFragments: OuterFragments
  /** What stateful analyzers share of routes and flows. */
  readonly routeTraffic = new RouteTraffic()
  readonly flowTraffic = new FlowTraffic()
  readonly tcp = new Tcp(this.routeTraffic)
  readonly echo: Echo
  readonly sizes: Sizes
  readonly pathMtuEvidence: PathMtuEvidence
  readonly icmpErrors: IcmpErrors
  readonly segmentSizes: SegmentSizes
  readonly macPlaces: MacPlaces
  readonly unknownMacs: UnknownMacs
  readonly secondAnswers: SecondAnswers
  readonly integrity = new Integrity(this.tcp)
  readonly addressUsers: AddressUsers
  readonly addressClaims: AddressClaims
  readonly networkCopies: NetworkCopies
  readonly requests: Requests
  readonly addressRequests: AddressRequests
  readonly underlayNeighbors: UnderlayNeighbors
  readonly sourcePorts = new SourcePorts(this.flowTraffic)
  readonly floods = new Floods(this.routeTraffic)
  readonly relays: Relays
  readonly loops: Loops
  readonly lowHops = new LowHopRequests()
  /** What {@link connects} and {@link queries} share. */
  readonly rejections = new Rejections()
  readonly connects: Connects
  readonly leases: Leases
  readonly queries: Queries
  /** Of no use: what was read ahead, kept so that reading it is not left out. */
  prefetched = 0

  /** @param keys - Rows that events name; those of later events may be there already. */
  constructor(
    private readonly keys: Keys,
    limits: Limits,
  ) {
    this.copies = new Copies(limits.window, this.routeTraffic, this.tcp)
    this.regrouped = new Regrouped(this.copies, this.tcp)
    this.tcp.attach(this.regrouped)
    this.relays = new Relays(this.copies)
    this.loops = new Loops(this.copies, this.relays)
    this.outerFragments = new OuterFragments(this.clock, limits.datagrams)
    this.echo = new Echo(keys, this.clock, limits.window)
    this.sizes = new Sizes(this.tcp)
    this.pathMtuEvidence = new PathMtuEvidence(this.clock, this.flowTraffic, limits.window)
    this.icmpErrors = new IcmpErrors(this.pathMtuEvidence)
    this.segmentSizes = new SegmentSizes(keys, limits.vtepPairs)
    this.macPlaces = new MacPlaces(keys)
    this.unknownMacs = new UnknownMacs(keys, this.macPlaces, this.flowTraffic, this.echo, limits.requests)
    this.secondAnswers = new SecondAnswers(limits.window >> 2)
    this.addressUsers = new AddressUsers(keys, limits.window >> 2)
    this.addressClaims = new AddressClaims(keys, this.addressUsers, this.macPlaces, limits.requests)
    this.networkCopies = new NetworkCopies(this.copies, this.tcp, this.echo, limits.window)
    this.requests = new Requests(keys, this.routeTraffic, this.flowTraffic, this.addressUsers)
    this.addressRequests = new AddressRequests(limits.requests)
    this.underlayNeighbors = new UnderlayNeighbors(keys)
    this.connects = new Connects(keys, this.flowTraffic, this.rejections, limits.window >> 2)
    this.leases = new Leases(keys)
    this.queries = new Queries(keys, this.rejections, limits.window >> 2)
  }

  /** Bounded tables that stateful analyzers have for themselves. */
  get tables(): KeyTable[] {
    return [
      ...this.addressClaims.tables,
      ...this.addressRequests.tables,
      ...this.unknownMacs.tables,
      this.segmentSizes.sizes,
    ]
  }

  /** Takes the events from number `from` to number `to` of a log. */
  take(log: EventLog, from: number, to: number): void {
    for (let first = from; first < to; first += GROUP) {
      const end = Math.min(to, first + GROUP)
      this.prefetched ^= this.#prefetch(log, first, end)
      for (let event = first; event < end; event++) {
        const at = event * STRIDE
        if ((log.i32[at + Field.Bits]! & Bit.Eligible) !== 0) this.#observeEligible(log, at)
        else this.observe(log, at)
      }
    }
  }

  /** Runs the stateful analyzers in order: whether a frame is a copy is known before anybody counts it. */
  observe(log: EventLog, at: number): void {
    const { i32 } = log
    this.clock.observe(log, at)
    this.copies.observe(log, at)
    const isTunnelFragment = this.outerFragments.observe(log, at)
    this.icmpErrors.observe(log, at)
    this.underlayNeighbors.observe(log, at)
    this.integrity.observe(log, at)
    if (this.outerFragments.isDamaged) this.integrity.observe(this.outerFragments.takeDamaged(), 0)
    const isKept = (i32[at + Field.Bits]! & Bit.Kept) !== 0
    if (!isKept && !isTunnelFragment) return
    this.networkCopies.observe(log, at)
    this.tcp.observe(log, at)
    this.echo.observe(log, at)
    this.sizes.observe(log, at)
    this.pathMtuEvidence.observe(log, at)
    this.segmentSizes.observe(log, at)
    this.macPlaces.observe(log, at)
    this.addressClaims.observe(log, at)
    this.secondAnswers.observe(log, at)
    this.routeTraffic.observe(log, at)
    this.requests.observe(log, at)
    this.connects.observe(log, at)
    this.queries.observe(log, at)
    this.leases.observe(log, at)
    this.lowHops.observe(log, at)
    this.unknownMacs.observe(log, at)
    this.addressRequests.observe(log, at)
    this.sourcePorts.observe(log, at)
    this.floods.observe(log, at)
    if ((i32[at + Field.Again]! & ON_ITS_WAY) !== 0) this.#observeOnItsWay(log, at)
  }

  /** State of every stateful analyzer as plain objects of typed arrays. */
  save(): StatefulAnalyzersState {
    return Object.fromEntries(this.#stateful().map(([name, observe]) => [name, observe.save()]))
  }

  restore(state: StatefulAnalyzersState): void {
    for (const [name, observe] of this.#stateful()) observe.restore(state[name])
  }

  /** Every stateful analyzer by name. */
  #stateful(): [string, Stateful][] {
    const { clock, copies, outerFragments, tcp, echo, sizes, pathMtuEvidence, icmpErrors, segmentSizes } = this
    const { macPlaces, addressUsers, addressClaims, unknownMacs, secondAnswers, integrity, networkCopies, requests } =
      this
    const { addressRequests, underlayNeighbors, sourcePorts, floods, relays, loops, routeTraffic, flowTraffic } = this
    const { rejections, connects, queries, lowHops, leases, regrouped } = this
    const stateful: AllStateful<StatefulAnalyzers> = {
      clock,
      copies,
      regrouped,
      outerFragments,
      sizes,
      pathMtuEvidence,
      icmpErrors,
      segmentSizes,
      routeTraffic,
      flowTraffic,
      requests,
      addressRequests,
      underlayNeighbors,
      rejections,
      connects,
      queries,
      lowHops,
      leases,
      tcp,
      echo,
      integrity,
      macPlaces,
      addressUsers,
      addressClaims,
      unknownMacs,
      secondAnswers,
      networkCopies,
      sourcePorts,
      floods,
      relays,
      loops,
    }
    return Object.entries(stateful)
  }

  /**
   * Reads ahead what the stateful analyzers will want of a group's rows, one table after the other: short loops, so that many cache lines
   * are under way at a time.
   * @returns Nothing of use.
   */
  #prefetch(log: EventLog, from: number, to: number): number {
    return (
      this.copies.prefetch(log, from, to) ^
      this.tcp.prefetch(log, from, to) ^
      this.sizes.prefetch(log, from, to) ^
      this.pathMtuEvidence.prefetch(log, from, to) ^
      this.macPlaces.prefetch(log, from, to) ^
      this.routeTraffic.prefetch(log, from, to) ^
      this.flowTraffic.prefetch(log, from, to)
    )
  }

  /** The stateful analyzers that an eligible packet concerns, in the order of {@link observe}. */
  #observeEligible(log: EventLog, at: number): void {
    this.clock.observe(log, at)
    this.copies.observe(log, at)
    this.outerFragments.observe(log, at)
    if (this.underlayNeighbors.isAsking) this.underlayNeighbors.observe(log, at)
    if (log.i32[at + Field.PacketFlags] !== 0) this.integrity.observe(log, at)
    this.networkCopies.observe(log, at)
    this.tcp.observe(log, at)
    this.sizes.observe(log, at)
    this.pathMtuEvidence.observe(log, at)
    this.macPlaces.observe(log, at)
    if (this.addressClaims.isContested) this.addressClaims.observe(log, at)
    this.routeTraffic.observe(log, at)
    this.requests.observe(log, at)
    if ((log.i32[at + Field.Bits]! & Bit.Tcp) !== 0) {
      if ((log.i32[at + Field.TcpFlags]! & tcp.FLAG_SYN) !== 0) {
        this.segmentSizes.observe(log, at)
        this.secondAnswers.observe(log, at)
      }
      this.connects.observe(log, at)
    } else {
      this.queries.observe(log, at)
      this.leases.observe(log, at)
    }
    this.lowHops.observe(log, at)
    this.unknownMacs.observe(log, at)
    this.addressRequests.observe(log, at)
    this.sourcePorts.observe(log, at)
    this.floods.observe(log, at)
    if ((log.i32[at + Field.Again]! & ON_ITS_WAY) !== 0) this.#observeOnItsWay(log, at)
  }

  /** The stateful analyzers of what passes again in a datagram of its own. */
  #observeOnItsWay(log: EventLog, at: number): void {
    this.relays.observe(log, at)
    const { from, formerFlow, isLate } = this.copies
    if ((log.i32[at + Field.Again]! & Again.Relayed) !== 0 && !isLate) {
      const former = this.keys.pairOfRoute(from >> 1) * 2 + (from & 1)
      this.pathMtuEvidence.observeRelayed(log, at, former, formerFlow)
      this.requests.observeRelayed(log, at, from, formerFlow)
    }
    this.loops.observe(log, at)
  }
}
