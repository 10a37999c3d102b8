/**
 * What ICMP and ICMPv6 errors say about tunnel datagrams (quoted as far as their UDP ports), about inner packets, and about plain
 * traffic where the capture was taken at a guest or a bridge. The quoted packets themselves are no traffic.
 * Evidence: any capture point between the reporter and the sender. What misleads: a host whose kernel answers beside a userspace
 * switch that owns the port (the tunnel works all the same), and errors that a firewall rate-limits or drops.
 */
import { NONE } from '../codecs/fault.ts'
import * as icmp from '../codecs/icmp.ts'
import * as icmpv6 from '../codecs/icmpv6.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { ID_SPACE } from './limits.ts'
import type { Passage } from './passage.ts'
import { type Entry, Tally, type TallyState } from './tally.ts'

/** What an error is about. */
export const IcmpSubject = {
  /** A tunnel datagram is larger than the next link's MTU. */
  OuterTooBig: 0,
  /** An inner packet is. */
  InnerTooBig: 1,
  /** A packet outside any tunnel is. */
  PlainTooBig: 2,
  /** Nobody listens at the tunnel port. */
  PortUnreachable: 3,
  /** No way to the VTEP: network or host unreachable, or a filter refuses it. */
  VtepUnreachable: 4,
  /** A tunnel datagram's TTL or hop limit ran out. */
  TtlExpired: 5,
  /** A tunnel datagram's fragments did not all come in time. */
  ReassemblyExpired: 6,
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
  /** Smallest MTU that an error names, 0 when none does. */
  mtu: number
  /** Largest quoted packet in bytes. */
  largest: number
  /** Outer source and destination ports that were quoted. */
  sourcePorts: number[]
  destinationPorts: number[]
  /** VNIs that were quoted. */
  vnis: number[]
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

/** Reporters, ports, VNIs and receivers kept of one subject. */
const MOST_LISTED = 16
/** Subjects of a kind; kinds are told apart by the remainder. */
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
/** No route, prohibited, beyond scope, address unreachable, policy, reject route (RFC 4443 §3.1): all but port unreachable. */
const PORT_V6 = 4

/** Counts errors by what they are about. */
export class IcmpErrors implements Judge<TallyState<IcmpFigures>> {
  readonly #tally = new Tally<IcmpFigures>(() => ({
    from: NONE,
    to: NONE,
    reporters: [],
    typeCode: 0,
    isVersion6: false,
    mtu: 0,
    largest: 0,
    sourcePorts: [],
    destinationPorts: [],
    vnis: [],
    receivers: [],
    first: 0,
    last: 0,
    seconds: 0,
    nanoseconds: 0,
    route: NONE,
    pair: NONE,
    isForward: true,
  }))

  /** @param passage - Follows whatever goes where an error says that nothing arrives. */
  constructor(private readonly passage: Passage) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.IcmpError | Bit.Copy)) !== Bit.IcmpError) return
    const from = i32[at + Field.QuotedSource]!
    const to = i32[at + Field.QuotedDestination]!
    if (from === NONE || to === NONE) return
    const subject = subjectOf(i32[at + Field.Sequence]!, bits)
    if (subject === NONE) return
    this.#note(log, at, subject, from, to)
    const refuses = subject === IcmpSubject.PortUnreachable || subject === IcmpSubject.VtepUnreachable
    if (refuses) this.passage.watch(from, to)
  }

  /** Subjects of one kind, in order of first appearance. */
  about(subject: number): Entry<IcmpFigures>[] {
    return [...this.#tally.entries()].filter(({ key }) => key % KINDS === subject)
  }

  /** Smallest MTU that errors name for what goes from one address to another; 0 without. */
  pathMtu(from: number, to: number): number {
    return this.#tally.get(keyOf(IcmpSubject.OuterTooBig, from, to))?.figures.mtu ?? 0
  }

  save(): TallyState<IcmpFigures> {
    return this.#tally.save()
  }

  restore(state: TallyState<IcmpFigures>): void {
    this.#tally.restore(state)
  }

  #note(log: EventLog, at: number, subject: number, from: number, to: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    const number = i32[at + Field.Number]!
    let key = keyOf(subject, from, to)
    if (subject === IcmpSubject.PlainTooBig) key = keyOf(subject, from, 0)
    if (subject === IcmpSubject.InnerTooBig) key = keyOf(subject, from, i32[at + Field.KindVni]!)
    const figures = this.#tally.note(key, number)
    if (figures === null) return
    if (figures.first === 0) {
      figures.first = number
      figures.seconds = log.f64[at >> 1]!
      figures.nanoseconds = i32[at + Field.Nanoseconds]!
      figures.from = from
      figures.to = to
      figures.typeCode = i32[at + Field.Sequence]!
      figures.isVersion6 = (bits & Bit.Version6) !== 0
      figures.route = i32[at + Field.Route]!
      figures.pair = i32[at + Field.Pair]!
      figures.isForward = (bits & Bit.PairForward) !== 0
    }
    figures.last = number
    const mtu = i32[at + Field.Acknowledgment]! >>> 0
    const least = figures.isVersion6 ? LEAST_MTU[6] : LEAST_MTU[4]
    if (mtu >= least && mtu <= 65_535 && (figures.mtu === 0 || mtu < figures.mtu)) figures.mtu = mtu
    figures.largest = Math.max(figures.largest, i32[at + Field.MaximumSegmentSize]!)
    list(figures.reporters, i32[at + Field.InnerSource]!)
    list(figures.receivers, to)
    if ((bits & Bit.QuotesTunnel) === 0) return
    list(figures.sourcePorts, i32[at + Field.QuotedPorts]! >>> 16)
    list(figures.destinationPorts, i32[at + Field.QuotedPorts]! & 0xffff)
    list(figures.vnis, i32[at + Field.QuotedVni]!)
  }
}

/** What an error is about; `NONE` for one that does not matter to an overlay. */
function subjectOf(typeCode: number, bits: number): number {
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
  if (type !== (isVersion6 ? icmpv6.Type.DestinationUnreachable : icmp.Type.DestinationUnreachable)) return NONE
  if (code === (isVersion6 ? PORT_V6 : icmp.UnreachableCode.Port)) return IcmpSubject.PortUnreachable
  return isVersion6 || UNREACHABLE.includes(code) ? IcmpSubject.VtepUnreachable : NONE
}

/** One number for a kind and two ids, of addresses or of an address and a VNI with its kind; exact for 2^24 addresses. */
function keyOf(subject: number, id: number, other: number): number {
  return (id * ID_SPACE + other) * KINDS + subject
}

function list(values: number[], value: number): void {
  if (value !== NONE && values.length < MOST_LISTED && !values.includes(value)) values.push(value)
}
