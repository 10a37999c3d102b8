/**
 * What ICMP and ICMPv6 errors say about tunnel datagrams (quoted as far as their UDP ports, or the subnet of NVGRE), about inner
 * packets, and about plain traffic where the capture was taken at a guest or a bridge. The quoted packets themselves are no traffic.
 * Evidence: any capture point between the reporter and the sender. What misleads: a host whose kernel answers beside a userspace
 * switch that owns the port (the tunnel works all the same), and errors that a firewall rate-limits or drops.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Protocol } from '../../../codecs/core/protocol.ts'
import * as icmp from '../../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../../codecs/headers/icmpv6.ts'
import { TunnelKind } from '../../../codecs/walk/layers.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { quotedCarried, quotedProtocol, quotedTunnel } from '../../events/event-fields.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState, type Entry } from '../../tables/counter-by-key.ts'
import { ID_SPACE } from '../../tables/limits.ts'
import type { PathMtuEvidence } from '../sizes/path-mtu-evidence.ts'

/** What an error is about. */
export const IcmpSubject = {
  /** A tunnel datagram is larger than the next link's MTU. */
  OuterTooBig: 0,
  /** An inner packet is. */
  InnerTooBig: 1,
  /** A packet outside any tunnel is. */
  PlainTooBig: 2,
  /** Nobody listens at the tunnel port; of NVGRE: no tunnel has this subnet and these ends. */
  PortUnreachable: 3,
  /** No way to the VTEP: network or host unreachable, or a filter refuses it. */
  VtepUnreachable: 4,
  /** A tunnel datagram's TTL or hop limit ran out. */
  TtlExpired: 5,
  /** A tunnel datagram's fragments did not all come in time. */
  ReassemblyExpired: 6,
  /** The receiver knows no such protocol at all: of NVGRE, no GRE. */
  ProtocolUnreachable: 7,
} as const

/** Figures of one subject; address ids and rows of the shared tables. */
export interface IcmpFigures {
  /** Who sent what the errors quote, and to whom. */
  from: number
  to: number
  /** Who sent the errors, {@link MOST_LISTED} at most. */
  reporters: number[]
  /** ICMP type × 256 + code of the first error. */
  typeCode: number
  isVersion6: boolean
  /** Smallest MTU that an error names, 0 when none does; and what it leaves for the tunnel's own IP packet inside carriers. */
  mtu: number
  ownMtu: number
  /** Largest quoted packet in bytes, the tunnel's own where it is a datagram of one. */
  largest: number
  /** Kind of the tunnel whose datagrams are quoted, and bytes of the carriers around them, 0 without. */
  kind: number
  carried: number
  /** Outer source and destination ports that were quoted. */
  sourcePorts: number[]
  destinationPorts: number[]
  /** VNIs that were quoted. */
  vnis: number[]
  /** Inner packets that were quoted. */
  inners: QuotedInner[]
  /** Other receivers of the sender's packets, where the subject is the sender. */
  receivers: number[]
  first: number
  last: number
  /** When the first error came; nanoseconds may be `NO_TIME`. */
  seconds: number
  nanoseconds: number
  /** Row of the VNI × VTEP pair that carried the error, and whether it went from the pair's a to its b. */
  route: number
  pair: number
  isForward: boolean
}

/** An inner packet that a quote reaches: address ids, ports as in `Field.QuotedPorts`, kind and VNI as in `Field.KindVni`. */
export interface QuotedInner {
  kindVni: number
  from: number
  to: number
  ports: number
}

/** Reporters, ports, VNIs, receivers and inner packets kept of one subject. */
const MOST_LISTED = 16
/** Subjects, told apart by the remainder. */
const KINDS = 8

/** Least MTU that a link may have: IPv4 (RFC 791 §3.2) and IPv6 (RFC 8200 §5); what names or shows less is not believed. */
export const LEAST_MTU = { 4: 68, 6: 1280 } as const

const code4 = (type: number, code: number) => (type << 8) | code
const TOO_BIG = code4(icmp.Type.DestinationUnreachable, icmp.UnreachableCode.FragmentationNeeded)
const UNREACHABLE: readonly number[] = [
  icmp.UnreachableCode.Network,
  icmp.UnreachableCode.Host,
  icmp.UnreachableCode.NetworkUnknown,
  icmp.UnreachableCode.HostUnknown,
  icmp.UnreachableCode.NetworkProhibited,
  icmp.UnreachableCode.HostProhibited,
  icmp.UnreachableCode.Prohibited,
]
/** An unrecognized next header: ICMPv6's word for an unknown protocol (RFC 4443 §3.4). */
const PROTOCOL_V6 = code4(icmpv6.Type.ParameterProblem, 1)

/** Subjects that say that nothing arrives. */
const REFUSALS: readonly number[] = [
  IcmpSubject.PortUnreachable,
  IcmpSubject.ProtocolUnreachable,
  IcmpSubject.VtepUnreachable,
]

/** Saved errors. */
export interface IcmpErrorsState {
  others: CounterByKeyState<IcmpFigures>
  nvgre: CounterByKeyState<IcmpFigures>
}

function nothing(): IcmpFigures {
  return {
    from: NONE,
    to: NONE,
    reporters: [],
    typeCode: 0,
    isVersion6: false,
    mtu: 0,
    ownMtu: 0,
    largest: 0,
    kind: TunnelKind.None,
    carried: 0,
    sourcePorts: [],
    destinationPorts: [],
    vnis: [],
    inners: [],
    receivers: [],
    first: 0,
    last: 0,
    seconds: 0,
    nanoseconds: 0,
    route: NONE,
    pair: NONE,
    isForward: true,
  }
}

/** Counts errors by what they are about. */
export class IcmpErrors implements StatefulAnalyzer<IcmpErrorsState> {
  /** About NVGRE apart: the same two VTEPs may refuse one and take the other. */
  readonly #others = new CounterByKey<IcmpFigures>(nothing)
  readonly #nvgre = new CounterByKey<IcmpFigures>(nothing)

  /** @param pathMtuEvidence - Follows whatever goes where an error says that nothing arrives. */
  constructor(private readonly pathMtuEvidence: PathMtuEvidence) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.IcmpError | Bit.Copy)) !== Bit.IcmpError) return
    const from = i32[at + Field.QuotedSource]!
    const to = i32[at + Field.QuotedDestination]!
    if (from === NONE || to === NONE) return
    const subject = subjectOf(i32[at + Field.Sequence]!, bits, i32[at + Field.TcpFlags]!)
    if (subject === NONE) return
    this.#note(log, at, subject, from, to)
    if (REFUSALS.includes(subject)) this.pathMtuEvidence.watch(from, to)
  }

  /** Subjects of one kind, in order of first appearance. */
  about(subject: number): Entry<IcmpFigures>[] {
    return [...this.#others.entries(), ...this.#nvgre.entries()].filter(({ key }) => key % KINDS === subject)
  }

  /** Smallest IP packet of a tunnel that errors leave room for from one address to another; 0 without. */
  pathMtu(from: number, to: number): number {
    const key = keyOf(IcmpSubject.OuterTooBig, from, to)
    const other = this.#others.get(key)?.figures.ownMtu ?? 0
    const nvgre = this.#nvgre.get(key)?.figures.ownMtu ?? 0
    return other === 0 || nvgre === 0 ? other + nvgre : Math.min(other, nvgre)
  }

  save(): IcmpErrorsState {
    return { others: this.#others.save(), nvgre: this.#nvgre.save() }
  }

  restore(state: IcmpErrorsState): void {
    this.#others.restore(state.others)
    this.#nvgre.restore(state.nvgre)
  }

  #note(log: EventLog, at: number, subject: number, from: number, to: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const number = i32[at + Field.Number]!
    const quoted = i32[at + Field.TcpFlags]!
    const kind = quotedTunnel(quoted)
    const carried = quotedCarried(quoted)
    let key = keyOf(subject, from, to)
    if (subject === IcmpSubject.PlainTooBig) key = keyOf(subject, from, 0)
    if (subject === IcmpSubject.InnerTooBig) key = keyOf(subject, from, i32[at + Field.KindVni]!)
    const figures = (kind === TunnelKind.Nvgre ? this.#nvgre : this.#others).note(key, number)
    if (figures === null) return
    if (figures.first === 0) {
      figures.first = number
      figures.seconds = log.f64[at >> 1]!
      figures.nanoseconds = i32[at + Field.Nanoseconds]!
      figures.from = from
      figures.to = to
      figures.typeCode = i32[at + Field.Sequence]!
      figures.isVersion6 = (bits & Bit.Version6) !== 0
      figures.kind = kind
      figures.route = i32[at + Field.Route]!
      figures.pair = i32[at + Field.Pair]!
      figures.isForward = (bits & Bit.PairForward) !== 0
    }
    figures.last = number
    const mtu = i32[at + Field.Acknowledgment]! >>> 0
    const least = figures.isVersion6 ? LEAST_MTU[6] : LEAST_MTU[4]
    if (mtu >= least && mtu <= 65_535) {
      if (figures.mtu === 0 || mtu < figures.mtu) figures.mtu = mtu
      const own = mtu - carried
      if (own >= LEAST_MTU[4] && (figures.ownMtu === 0 || own < figures.ownMtu)) figures.ownMtu = own
    }
    figures.carried = Math.max(figures.carried, carried)
    figures.largest = Math.max(figures.largest, i32[at + Field.MaximumSegmentSize]!)
    list(figures.reporters, i32[at + ((bits & Bit.Tunnel) !== 0 ? Field.InnerSource : Field.Source)]!)
    list(figures.receivers, to)
    if ((bits & Bit.QuotesTunnel) === 0) return
    const vni = i32[at + Field.QuotedVni]!
    list(figures.vnis, vni)
    if (kind !== TunnelKind.Nvgre) {
      list(figures.sourcePorts, i32[at + Field.QuotedPorts]! >>> 16)
      list(figures.destinationPorts, i32[at + Field.QuotedPorts]! & 0xffff)
    }
    if ((bits & Bit.Tunnel) === 0 && vni !== NONE) {
      const ends = { from: i32[at + Field.InnerSource]!, to: i32[at + Field.InnerDestination]! }
      listInner(figures.inners, { kindVni: (kind << 24) | vni, ...ends, ports: i32[at + Field.Payload]! })
    }
  }
}

/** What an error is about; `NONE` for one that does not matter to an overlay. */
function subjectOf(typeCode: number, bits: number, quoted: number): number {
  const isVersion6 = (bits & Bit.Version6) !== 0
  const type = typeCode >> 8
  const isTooBig = isVersion6 ? type === icmpv6.Type.PacketTooBig : typeCode === TOO_BIG
  if ((bits & Bit.Tunnel) !== 0) return isTooBig && (bits & Bit.Kept) !== 0 ? IcmpSubject.InnerTooBig : NONE
  if ((bits & Bit.QuotesTunnel) === 0) return isTooBig ? IcmpSubject.PlainTooBig : NONE
  if (isTooBig) return IcmpSubject.OuterTooBig
  const code = typeCode & 0xff
  const isExpired = type === (isVersion6 ? icmpv6.Type.TimeExceeded : icmp.Type.TimeExceeded)
  if (isExpired) {
    return code === icmp.TimeExceededCode.InTransit ? IcmpSubject.TtlExpired : IcmpSubject.ReassemblyExpired
  }
  // About a carrier's packet: its far end refuses it, and whatever is in it.
  const isCarried = quotedCarried(quoted) > 0
  if (isVersion6 && typeCode === PROTOCOL_V6) return isCarried ? IcmpSubject.VtepUnreachable : refusedProtocol(quoted)
  if (type !== (isVersion6 ? icmpv6.Type.DestinationUnreachable : icmp.Type.DestinationUnreachable)) return NONE
  const { Port, Protocol: UnknownProtocol } = icmp.UnreachableCode
  if (code === (isVersion6 ? icmpv6.UnreachableCode.Port : Port))
    return isCarried ? IcmpSubject.VtepUnreachable : IcmpSubject.PortUnreachable
  if (!isVersion6 && code === UnknownProtocol)
    return isCarried ? IcmpSubject.VtepUnreachable : IcmpSubject.ProtocolUnreachable
  // ICMPv6: no route, prohibited, beyond scope, address unreachable, policy, reject route (RFC 4443 §3.1).
  return isVersion6 || UNREACHABLE.includes(code) ? IcmpSubject.VtepUnreachable : NONE
}

/** An unrecognized next header is the tunnel's own protocol only where no UDP lies in between. */
function refusedProtocol(quoted: number): number {
  return quotedProtocol(quoted) === Protocol.Gre ? IcmpSubject.ProtocolUnreachable : NONE
}

/** One number for a kind and two ids, of addresses or of an address and a VNI with its kind; exact for 2^24 addresses. */
function keyOf(subject: number, id: number, other: number): number {
  return (id * ID_SPACE + other) * KINDS + subject
}

function list(values: number[], value: number): void {
  if (value !== NONE && values.length < MOST_LISTED && !values.includes(value)) values.push(value)
}

function listInner(values: QuotedInner[], value: QuotedInner): void {
  if (value.from === NONE || value.to === NONE || values.length >= MOST_LISTED) return
  const isKnown = values.some(
    ({ kindVni, from, to, ports }) =>
      kindVni === value.kindVni && from === value.from && to === value.to && ports === value.ports,
  )
  if (!isKnown) values.push(value)
}
