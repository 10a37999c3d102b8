/**
 * What is wrong with the bytes of tunnel packets, by the subject that it is wrong with: counts what the flags of packet-flags.ts say.
 * Evidence: any capture point; for checksums, frames captured whole. What misleads: checksum and segmentation offload of the
 * capturing host (recognised by the pseudo-header sum, or set aside), and damage, which makes any other field untrue: of a
 * damaged packet the damage alone is counted.
 */
import { NONE } from '../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../analyzer.ts'
import { Again, Bit, type EventLog, Field, isCaptureCopy } from '../events/event-log.ts'
import { depth, lastReserved, lostDscp, PacketFlag } from '../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState } from '../tables/counter-by-key.ts'
import type { Tcp } from './tcp/tcp.ts'

/** Different values kept of one subject as examples. */
const VALUES = 8
/** More bytes than any IP packet has. */
const LONGEST = 2 ** 30
/** Foreign ports that are followed. */
const FOREIGN_PORTS = 1024
/** One address id above another in a key: ids stay below 2^22. */
const FROM = 2 ** 26
/** A VNI row above a tunnel kind and VNI in a key. */
const VNI_ROW = 2 ** 28

/** What hosts mark of themselves, whoever their traffic is: membership reports, neighbour discovery, errors. */
const CONTROL = Bit.Broadcast | Bit.Multicast | Bit.IcmpError

/** An inner checksum that nobody will finish. */
const UNFINISHED = PacketFlag.InnerChecksumPartial | PacketFlag.InnerChecksumUnset

/** A tunnel packet that shows something: what names it in words and display filters. */
export interface Seen {
  /** Tunnel kind × 2^24 + VNI of the first one; `NONE` outside a valid tunnel. */
  kindVni: number
  /** Outer UDP destination ports, the first few. */
  ports: number[]
  /** Address ids of the first one's outer source and destination. */
  from: number
  to: number
}

/** Wrong or partial checksums. */
export interface ChecksumsSeen extends Seen {
  /** Packets by which checksum it was. */
  outer: number
  outerHeader: number
  innerHeader: number
  innerPayload: number
  /** Packets whose inner checksum nobody computed. */
  unset: number
  /** Packets whose inner checksum is unfinished under a final outer one. */
  unfinished: number
  /** By how much outer UDP checksums are wrong, modulo 65 535: the first few different ones. */
  differences: number[]
  /** Packets with both outer checksums wrong, and those in which both are wrong by the same amount. */
  both: number
  alike: number
}

/** Headers that are not a valid VXLAN header. */
export interface HeadersSeen extends Seen {
  /** Packets without the I flag, and packets shorter than the header. */
  flagClear: number
  short: number
  /** Outer UDP source ports, the first few. */
  sourcePorts: number[]
}

/** Datagrams at a tunnel's port that are some other program's. */
export interface OthersSeen extends Seen {
  /** Those that clear the I flag at a VXLAN port. */
  flagClear: number
  /** Outer UDP source ports, the first few. */
  sourcePorts: number[]
}

/** Reserved bits, or policies. */
export interface BitsSeen extends Seen {
  /** First words of the header and its last byte, as pairs; the first few different ones. */
  words: [number, number][]
}

/** Inner packets cut short. */
export interface CutsSeen extends Seen {
  /** Packets without a whole inner Ethernet header, and those with a cut inner packet. */
  header: number
  packet: number
  /** Outer IP lengths of the latter: a mirror cuts its copies to one length. */
  shortest: number
  longest: number
}

/** Inner VLAN tags. */
export interface TagsSeen extends Seen {
  /** VLAN stack rows, the first few. */
  stacks: number[]
}

/** A tunnel inside a tunnel. */
export interface NestedSeen extends Seen {
  /** Row of the outer VTEP pair. */
  pair: number
  /** Most tunnels inside the outermost one. */
  depth: number
  /** Most bytes from the inner IP header to the innermost one. */
  overhead: number
}

/** A tunnel at a port that is not known as one. */
export interface ForeignSeen extends Seen {
  /** VNIs in its headers, the first few. */
  vnis: number[]
  /** Headers of GPE, and headers with flags of a vendor's group policy; the others are plain. */
  gpe: number
  policy: number
}

/** Congestion marks. */
export interface CongestionSeen extends Seen {
  /** Packets whose inner header was marked before. */
  inner: number
}

/** Inner packets whose DSCP the outer header lacks. */
export interface DscpSeen extends Seen {
  /** Inner DSCPs, the first few. */
  codepoints: number[]
}

/** A saved count of what is wrong. */
export type IntegrityState = CounterByKeyState<object>[]

/** Counts packet flags by subject. Keys are read through the functions below. */
export class Integrity implements StatefulAnalyzer<IntegrityState> {
  /** By {@link pathKey}. */
  readonly outerWrong = new CounterByKey<ChecksumsSeen>(checksumsSeen)
  /** By route and direction. */
  readonly innerWrong = new CounterByKey<ChecksumsSeen>(checksumsSeen)
  /** By address id of the sender. */
  readonly partial = new CounterByKey<ChecksumsSeen>(checksumsSeen)
  /** By pair row. */
  readonly zeroIpv6 = new CounterByKey<Seen>(seen)
  /** By {@link pathKey}. */
  readonly headers = new CounterByKey<HeadersSeen>(() => ({ ...seen(), flagClear: 0, short: 0, sourcePorts: [] }))
  /** By {@link pathKey}. */
  readonly others = new CounterByKey<OthersSeen>(() => ({ ...seen(), flagClear: 0, sourcePorts: [] }))
  /** What clients send from a tunnel's port, by {@link pathKey}: `ports` are the services'. */
  readonly asked = new CounterByKey<Seen>(seen)
  /** By route and direction. */
  readonly reserved = new CounterByKey<BitsSeen>(bitsSeen)
  /** By VNI row. */
  readonly policies = new CounterByKey<BitsSeen>(bitsSeen)
  /** By route and direction. */
  readonly cuts = new CounterByKey<CutsSeen>(() => ({ ...seen(), header: 0, packet: 0, shortest: LONGEST, longest: 0 }))
  /** By VNI row. */
  readonly tags = new CounterByKey<TagsSeen>(() => ({ ...seen(), stacks: [] }))
  /** By VNI row × 2^28 + kind × 2^24 + VNI of the tunnel inside. */
  readonly nested = new CounterByKey<NestedSeen>(() => ({ ...seen(), pair: NONE, depth: 0, overhead: 0 }))
  /** By UDP destination port. */
  readonly foreign = new CounterByKey<ForeignSeen>(() => ({ ...seen(), vnis: [], gpe: 0, policy: 0 }), FOREIGN_PORTS)
  /** By route and direction. */
  readonly illegalEcn = new CounterByKey<Seen>(seen)
  /** By {@link pathKey}. */
  readonly congestion = new CounterByKey<CongestionSeen>(() => ({ ...seen(), inner: 0 }))
  /** By route and direction. */
  readonly lostDscp = new CounterByKey<DscpSeen>(() => ({ ...seen(), codepoints: [] }))

  /** @param tcp - Knows the MSS of a flow's receiver, by which super-frames are told. */
  constructor(private readonly tcp: Tcp) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const packetFlags = i32[at + Field.PacketFlags]!
    if (packetFlags === 0) return
    const isCopy = isCaptureCopy(i32, at)
    // Damage on the way between two capture points makes a copy differ from its first record, so copies are judged too.
    if ((packetFlags & PacketFlag.Damaged) !== 0) {
      if (!this.#isSuperFrame(log, at)) this.#countDamage(i32, at, packetFlags)
      return
    }
    if (isCopy) {
      // A router between two capture points changed the outer DSCP or ECN: what its copy says, the first record does not.
      if ((i32[at + Field.Again]! & Again.Remarked) !== 0) this.#countRemarks(i32, at, packetFlags)
      return
    }
    if ((i32[at + Field.Bits]! & Bit.Tunnel) !== 0) this.#countTunnel(i32, at, packetFlags)
    else this.#countOutside(i32, at, packetFlags)
  }

  save(): IntegrityState {
    return this.#tallies.map((tally) => tally.save())
  }

  restore(state: IntegrityState): void {
    for (const [index, tally] of this.#tallies.entries()) tally.restore(state[index]!)
  }

  get #tallies(): CounterByKey<object>[] {
    const { outerWrong, innerWrong, partial, zeroIpv6, headers, reserved, policies } = this
    const { cuts, tags, nested, foreign, illegalEcn, congestion, lostDscp, others, asked } = this
    const all = [outerWrong, innerWrong, partial, zeroIpv6, headers, reserved, policies, others, asked]
    return [...all, cuts, tags, nested, foreign, illegalEcn, congestion, lostDscp] as unknown as CounterByKey<object>[]
  }

  /** More payload than the receiver's MSS allows: a card joined or will cut it, and its checksums are nobody's. */
  #isSuperFrame({ i32 }: EventLog, at: number): boolean {
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.SuperFrame) !== 0) return true
    const flow = i32[at + Field.Flow]!
    if ((bits & Bit.Tcp) === 0 || flow === NONE) return false
    const mss = this.tcp.mssToward(flow, (bits & Bit.FlowForward) !== 0 ? 0 : 1)
    return mss > 0 && i32[at + Field.Payload]! > mss
  }

  #countDamage(i32: Int32Array, at: number, packetFlags: number): void {
    const isOuterWrong = (packetFlags & (PacketFlag.OuterChecksumWrong | PacketFlag.OuterHeaderWrong)) !== 0
    const isInnerWrong = (packetFlags & (PacketFlag.InnerChecksumWrong | PacketFlag.InnerHeaderWrong)) !== 0
    if (isOuterWrong) {
      // One damage, told once: what broke the datagram may well have broken the packet in it.
      noteChecksums(this.outerWrong.note(pathKey(i32, at), i32[at + Field.Number]!), i32, at, packetFlags)
      return
    }
    const route = routeKey(i32, at)
    if (isInnerWrong && route !== NONE) {
      noteChecksums(this.innerWrong.note(route, i32[at + Field.Number]!), i32, at, packetFlags)
    }
  }

  /** A datagram without a valid tunnel header. */
  #countOutside(i32: Int32Array, at: number, packetFlags: number): void {
    if ((packetFlags & PacketFlag.NotATunnel) !== 0) this.#countOther(i32, at, packetFlags)
    else if ((packetFlags & (PacketFlag.FlagClear | PacketFlag.HeaderShort)) !== 0)
      this.#countHeader(i32, at, packetFlags)
    else {
      if ((packetFlags & PacketFlag.FromTunnelPort) !== 0)
        noteSeen(this.asked.note(pathKey(i32, at), i32[at + Field.Number]!), i32, at)
      if ((packetFlags & PacketFlag.ForeignTunnel) !== 0) this.#countForeign(i32, at, packetFlags)
    }
  }

  #countOther(i32: Int32Array, at: number, packetFlags: number): void {
    const figures = noteSeen(this.others.note(pathKey(i32, at), i32[at + Field.Number]!), i32, at)
    if (figures === null) return
    if ((packetFlags & PacketFlag.FlagClear) !== 0) figures.flagClear++
    addValue(figures.sourcePorts, i32[at + Field.OuterPorts]! >>> 16)
  }

  #countHeader(i32: Int32Array, at: number, packetFlags: number): void {
    const figures = noteSeen(this.headers.note(pathKey(i32, at), i32[at + Field.Number]!), i32, at)
    if (figures === null) return
    if ((packetFlags & PacketFlag.FlagClear) !== 0) figures.flagClear++
    else figures.short++
    addValue(figures.sourcePorts, i32[at + Field.OuterPorts]! >>> 16)
  }

  #countForeign(i32: Int32Array, at: number, packetFlags: number): void {
    const port = i32[at + Field.OuterPorts]! & 0xffff
    const figures = noteSeen(this.foreign.note(port, i32[at + Field.Number]!), i32, at)
    if (figures === null) return
    addValue(figures.vnis, i32[at + Field.Sequence]!)
    if ((packetFlags & PacketFlag.ForeignGpe) !== 0) figures.gpe++
    else if ((packetFlags & PacketFlag.ForeignPolicy) !== 0) figures.policy++
  }

  /** What routers write into the outer header of a tunnel packet. */
  #countRemarks(i32: Int32Array, at: number, packetFlags: number): void {
    if ((i32[at + Field.Bits]! & Bit.Tunnel) === 0) return
    const number = i32[at + Field.Number]!
    const route = routeKey(i32, at)
    if ((packetFlags & PacketFlag.OuterCongestion) !== 0) {
      const figures = noteSeen(this.congestion.note(pathKey(i32, at), number), i32, at)
      if (figures !== null && (packetFlags & PacketFlag.InnerCongestion) !== 0) figures.inner++
      if ((packetFlags & PacketFlag.InnerNotCapable) !== 0 && route !== NONE) {
        noteSeen(this.illegalEcn.note(route, number), i32, at)
      }
    }
    if ((packetFlags & PacketFlag.DscpLost) !== 0 && route !== NONE && (i32[at + Field.Bits]! & CONTROL) === 0) {
      const figures = noteSeen(this.lostDscp.note(route, number), i32, at)
      if (figures !== null) addValue(figures.codepoints, lostDscp(i32[at + Field.TimeToLive]!))
    }
  }

  #countTunnel(i32: Int32Array, at: number, packetFlags: number): void {
    const number = i32[at + Field.Number]!
    const route = routeKey(i32, at)
    const vni = i32[at + Field.Vni]!
    const isUnfinished = (packetFlags & UNFINISHED) === UNFINISHED
    const isInnerPartial = (packetFlags & PacketFlag.InnerChecksumPartial) !== 0 && !isUnfinished
    if ((packetFlags & PacketFlag.OuterChecksumPartial) !== 0 || isInnerPartial) {
      const figures = noteSeen(this.partial.note(i32[at + Field.Source]!, number), i32, at)
      if (figures !== null) {
        if ((packetFlags & PacketFlag.OuterChecksumPartial) !== 0) figures.outer++
        if (isInnerPartial) figures.innerPayload++
      }
    }
    this.#countRemarks(i32, at, packetFlags)
    if ((packetFlags & PacketFlag.InnerChecksumUnset) !== 0 && route !== NONE) {
      noteChecksums(this.innerWrong.note(route, number), i32, at, packetFlags)
    }
    const pair = i32[at + Field.Pair]!
    if ((packetFlags & PacketFlag.ZeroChecksumIpv6) !== 0 && pair !== NONE)
      noteSeen(this.zeroIpv6.note(pair, number), i32, at)
    if (route !== NONE) {
      if ((packetFlags & PacketFlag.ReservedBits) !== 0) noteBits(this.reserved.note(route, number), i32, at)
      if ((packetFlags & (PacketFlag.InnerHeaderCut | PacketFlag.InnerPacketCut)) !== 0) {
        const figures = noteSeen(this.cuts.note(route, number), i32, at)
        if (figures !== null) {
          if ((packetFlags & PacketFlag.InnerHeaderCut) !== 0) figures.header++
          else {
            const length = i32[at + Field.OuterIpLength]!
            figures.packet++
            figures.shortest = Math.min(figures.shortest, length)
            figures.longest = Math.max(figures.longest, length)
          }
        }
      }
    }
    if (vni === NONE) return
    if ((packetFlags & PacketFlag.GroupPolicy) !== 0) noteBits(this.policies.note(vni, number), i32, at)
    if ((packetFlags & PacketFlag.InnerTag) !== 0) {
      const figures = noteSeen(this.tags.note(vni, number), i32, at)
      if (figures !== null) addValue(figures.stacks, i32[at + Field.Vlans]!)
    }
    if ((packetFlags & PacketFlag.Nested) !== 0) {
      const figures = noteSeen(this.nested.note(vni * VNI_ROW + i32[at + Field.Sequence]!, number), i32, at)
      if (figures !== null) {
        figures.pair = pair
        figures.depth = Math.max(figures.depth, depth(packetFlags))
        figures.overhead = Math.max(figures.overhead, i32[at + Field.Acknowledgment]!)
      }
    }
  }
}

/** Outer sender and receiver in one number. */
function pathKey(i32: Int32Array, at: number): number {
  return i32[at + Field.Source]! * FROM + i32[at + Field.Destination]!
}

/** Route row (VNI and VTEP pair) and direction in one number; `NONE` where the table was full. */
function routeKey(i32: Int32Array, at: number): number {
  const route = i32[at + Field.Route]!
  if (route === NONE) return NONE
  return route * 2 + ((i32[at + Field.Bits]! & Bit.PairForward) !== 0 ? 0 : 1)
}

/** Key of the other direction of a path. */
export function reversePath(key: number): number {
  return (key % FROM) * FROM + Math.floor(key / FROM)
}

/** VNI row and the kind and VNI of the tunnel inside, from a key of {@link Integrity.nested}. */
export function nestedOf(key: number): { vniRow: number; kindVni: number } {
  return { vniRow: Math.floor(key / VNI_ROW), kindVni: key % VNI_ROW }
}

function seen(): Seen {
  return { kindVni: NONE, ports: [], from: NONE, to: NONE }
}

function checksumsSeen(): ChecksumsSeen {
  const counts = {
    outer: 0,
    outerHeader: 0,
    innerHeader: 0,
    innerPayload: 0,
    unset: 0,
    unfinished: 0,
    both: 0,
    alike: 0,
  }
  return { ...seen(), ...counts, differences: [] }
}

function bitsSeen(): BitsSeen {
  return { ...seen(), words: [] }
}

/** Completes the figures of a sighting. */
function noteSeen<F extends Seen>(figures: F | null, i32: Int32Array, at: number): F | null {
  if (figures === null) return null
  if (figures.from === NONE) {
    figures.kindVni = i32[at + Field.KindVni]!
    figures.from = i32[at + Field.Source]!
    figures.to = i32[at + Field.Destination]!
  }
  addValue(figures.ports, i32[at + Field.OuterPorts]! & 0xffff)
  return figures
}

function noteChecksums(figures: ChecksumsSeen | null, i32: Int32Array, at: number, packetFlags: number): void {
  if (noteSeen(figures, i32, at) === null || figures === null) return
  if ((packetFlags & PacketFlag.OuterChecksumWrong) !== 0) figures.outer++
  if ((packetFlags & PacketFlag.OuterHeaderWrong) !== 0) figures.outerHeader++
  if ((packetFlags & PacketFlag.InnerHeaderWrong) !== 0) figures.innerHeader++
  if ((packetFlags & PacketFlag.InnerChecksumWrong) !== 0) figures.innerPayload++
  if ((packetFlags & UNFINISHED) === UNFINISHED) figures.unfinished++
  else if ((packetFlags & PacketFlag.InnerChecksumUnset) !== 0) figures.unset++
  const difference = i32[at + Field.TunnelWord]!
  if ((packetFlags & PacketFlag.OuterChecksumWrong) === 0 || difference === 0) return
  addValue(figures.differences, difference & 0xffff)
  if ((packetFlags & PacketFlag.OuterHeaderWrong) === 0) return
  figures.both++
  if (difference >>> 16 === (difference & 0xffff)) figures.alike++
}

function noteBits(figures: BitsSeen | null, i32: Int32Array, at: number): void {
  if (noteSeen(figures, i32, at) === null || figures === null) return
  const word = i32[at + Field.TunnelWord]!
  const last = lastReserved(i32[at + Field.PacketFlags]!)
  if (figures.words.length === VALUES) return
  // A loop: with group policy every packet comes here, and a callback with its pairs taken apart would be allocated for each.
  for (let i = 0; i < figures.words.length; i++) {
    const known = figures.words[i]!
    if (known[0] === word && known[1] === last) return
  }
  figures.words.push([word, last])
}

function addValue(values: number[], value: number): void {
  if (values.length < VALUES && !values.includes(value)) values.push(value)
}
