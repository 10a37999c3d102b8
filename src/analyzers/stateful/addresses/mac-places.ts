/**
 * MAC to VTEP over time: which VTEPs a MAC was sent from, how it changed between them, what it sent from each, and frames that still
 * go to the VTEP it has left.
 * Evidence: any capture point that sees several VTEPs send. What misleads: damaged frames and copies, which do not count; a MAC that
 * several VTEPs share on purpose (a distributed gateway, a multihomed guest) changes as often as one in use twice, so that what it
 * sent and whether it is answered must tell the two apart.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { NO_TIME } from '../../../packet.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Again, Bit, type EventLog, Field, STRIDE } from '../../events/event-log.ts'
import { innerTtl, PacketFlag } from '../../events/packet-flags.ts'
import { CounterByKey, type CounterByKeyState, EXAMPLES } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'
import { Records, type RecordsState } from '../../tables/records.ts'
import { elapsed, near } from '../../tables/time.ts'

/** A MAC that changes its VTEP this often within this time is a duplicate by the default of RFC 7432 §15.1: 5 moves in 180 s. */
export const FLAP_MOVES = 5
const FLAP_TIME = 180_000_000_000

/** Nanoseconds after a change within which a return to the VTEP before interleaves: later it is a move of its own. */
const INTERLEAVED = 3_000_000_000

/** Nanoseconds for which frames to a VTEP that a MAC has just left are still under way. */
const GRACE = 1_000_000_000

/** First 16 bits and next 16 of the virtual router MACs 00-00-5E-00-01-xx and -02-xx (RFC 9568 §7.3). */
const VRRP_HIGH = 0x0000
const VRRP_LOW = 0x5e00

/** Upper 16 and lower 32 bits of 33-33-00-00-00-01, to which routers advertise themselves (RFC 4861 §6.2.6, RFC 2464 §7). */
const ALL_NODES_HIGH = 0x3333
const ALL_NODES_LOW = 1

/** TTLs that senders begin with; one between them has passed a router. Below {@link LEAST_ROUTED} a traceroute may have chosen it. */
const INITIAL_TTLS: readonly number[] = [60, 64, 100, 128, 200, 255]
const LEAST_ROUTED = 33

/** VTEPs told apart of one MAC, and addresses that it asked for. */
const MOST_VTEPS = 8
const MOST_ASKED = 8

/** Halves of a MAC row: its last VTEP (plus one), whether it was sent from others before; the cell of frames from there. */
const LAST = 0
const IS_PLACED = 1
const FRAMES = 1

/** What a MAC sent from one VTEP. Facts about what is in the frames are of those after its first change. */
export interface Place {
  /** Address id. */
  vtep: number
  frames: number
  /** Frames with a TTL that a router lowered; what routers send to all nodes (router advertisements, MLD queries). */
  routed: number
  advertised: number
}

/** The VTEPs of one MAC. */
export interface Places {
  /** In order of first appearance, eight at most. */
  places: Place[]
  /** Address ids: the VTEP before the last change, and the one since. */
  from: number
  to: number
  /** VTEP address ids that the packets of the counter came from, in their order. */
  sources: number[]
  /** Changes back to the VTEP before within {@link INTERLEAVED}, or by an announcement that both made at the same time. */
  returns: number
  /** Most changes within {@link FLAP_TIME}. */
  burst: number
  /** When the burst at hand began, when the last change was, and how many changes the burst has. */
  since: [number, number]
  last: [number, number]
  run: number
  /** Address ids that the MAC asked for by ARP or neighbour solicitation since its first change, eight at most. */
  asked: number[]
  /** Frames sent to `from` more than a second after the last change, and the first of them. */
  stale: number
  stalePackets: number[]
  /** Of those, echo requests and TCP data, and how many the MAC answered: who is still reached there has not left. */
  staleAsked: number
  staleAnswered: number
  /** The latest of them: flow × 2 + direction, and what answers it (echo sequence number, acknowledgment); `NONE` without. */
  openEnd: number
  openAnswer: number
  /** Frames for the MAC that `from` sent on to `to` since the last change. */
  forwarded: number
}

/** Saved places. */
export interface MacPlacesState {
  rows: number
  records: RecordsState
  moved: CounterByKeyState<Places>
}

/** VTEPs by MAC row. */
export class MacPlaces implements StatefulAnalyzer<MacPlacesState> {
  /** MACs that were sent from more than one VTEP; counts their changes. */
  readonly moved = new CounterByKey<Places>(() => ({
    places: [],
    from: NONE,
    to: NONE,
    sources: [],
    returns: 0,
    burst: 0,
    since: [0, NO_TIME],
    last: [0, NO_TIME],
    run: 0,
    asked: [],
    stale: 0,
    stalePackets: [],
    staleAsked: 0,
    staleAnswered: 0,
    openEnd: NONE,
    openAnswer: 0,
    forwarded: 0,
  }))
  readonly #records = new Records(2)
  #rows = 0

  constructor(private readonly keys: Keys) {}

  /** Reads MAC records ahead. @returns Nothing of use. */
  prefetch(log: EventLog, from: number, to: number): number {
    return this.#records.prefetch(log.i32, from * STRIDE + Field.Mac, to * STRIDE, STRIDE)
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & Bit.Kept) === 0 || (i32[at + Field.PacketFlags]! & PacketFlag.Damaged) !== 0) return
    if ((bits & Bit.Copy) !== 0) {
      if ((i32[at + Field.Again]! & Again.Relayed) !== 0 && !this.moved.isEmpty) this.#observeForwarded(i32, at)
      return
    }
    const mac = i32[at + Field.Mac]!
    const vtep = i32[at + Field.Source]!
    if (mac !== NONE && vtep !== NONE) this.#observeSource(log, at, mac, vtep)
    if (!this.moved.isEmpty && (bits & (Bit.Broadcast | Bit.Multicast | Bit.ToGroup)) === 0)
      this.#observeDestination(log, at)
  }

  /** Whether a MAC row has sent anything so far: rows that later packets have made may be there already. */
  hasSent(mac: number): boolean {
    return mac < this.#rows && this.#records.i32[this.#records.at(mac) * 2 + LAST] !== 0
  }

  /** VTEP that a MAC row sent from last, an address id; `NONE` when it never sent. */
  vtep(mac: number): number {
    return mac < this.#rows ? this.#records.i32[this.#records.at(mac) * 2 + LAST]! - 1 : NONE
  }

  /** Whether a MAC row is a virtual router's by its number (RFC 9568 §7.3). */
  isVirtualRouter(mac: number): boolean {
    const id = this.keys.macs.word(mac, 2)
    return isVirtualRouter(this.keys.addresses.word(id, 1), this.keys.addresses.word(id, 2))
  }

  /** Places of a MAC, frames since its last change included. */
  places(mac: number, { places, to }: Places): Place[] {
    const open = this.#records.get(mac, FRAMES)
    return places.map((place) => (place.vtep === to ? { ...place, frames: place.frames + open } : place))
  }

  save(): MacPlacesState {
    return { rows: this.#rows, records: this.#records.save(this.#rows), moved: this.moved.save() }
  }

  restore(state: MacPlacesState): void {
    this.#rows = state.rows
    this.#records.restore(state.records)
    this.moved.restore(state.moved)
  }

  #observeSource(log: EventLog, at: number, mac: number, vtep: number): void {
    if (mac >= this.#rows) this.#rows = mac + 1
    const cell = this.#records.at(mac)
    const { f64, i32 } = this.#records
    const half = cell * 2
    const before = i32[half + LAST]! - 1
    if (before === vtep) f64[cell + FRAMES]!++
    else {
      const frames = f64[cell + FRAMES]!
      i32[half + LAST] = vtep + 1
      f64[cell + FRAMES] = 1
      if (before === NONE) return
      i32[half + IS_PLACED] = 1
      this.#noteChange(log, at, mac, before, frames, vtep)
    }
    if (i32[half + IS_PLACED] !== 0) this.#noteContent(log.i32, at, mac, vtep)
  }

  #noteChange(log: EventLog, at: number, mac: number, before: number, frames: number, vtep: number): void {
    const moved = this.moved.note(mac, log.i32[at + Field.Number]!)
    if (moved === null) return
    const seconds = log.f64[at >> 1]!
    const nanoseconds = log.i32[at + Field.Nanoseconds]!
    const left = placeOf(moved, before)
    if (left !== undefined) left.frames += frames
    const { last, since } = moved
    let isKnown = false
    for (const place of moved.places) if (place.vtep === vtep) isKnown = true
    const isAlike = (log.i32[at + Field.Again]! & Again.Alike) !== 0
    if (isAlike || (isKnown && near(seconds, nanoseconds, last[0], last[1], INTERLEAVED))) moved.returns++
    placeOf(moved, vtep)
    if (moved.sources.length < EXAMPLES) moved.sources.push(vtep)
    moved.from = before
    moved.to = vtep
    moved.stale = 0
    moved.stalePackets = []
    moved.staleAsked = 0
    moved.staleAnswered = 0
    moved.openEnd = NONE
    moved.forwarded = 0
    if (moved.run === 0 || elapsed(seconds, nanoseconds, since[0], since[1]) > FLAP_TIME) {
      since[0] = seconds
      since[1] = nanoseconds
      moved.run = 0
    }
    moved.run++
    moved.burst = Math.max(moved.burst, moved.run)
    last[0] = seconds
    last[1] = nanoseconds
  }

  /** What a MAC with several VTEPs sends: only routers send what they forward, and advertise themselves. */
  #noteContent(i32: Int32Array, at: number, mac: number, vtep: number): void {
    const entry = this.moved.get(mac)
    if (entry === undefined) return
    const bits = i32[at + Field.Bits]!
    if (entry.figures.openEnd !== NONE) noteAnswer(entry.figures, i32, at)
    if ((bits & Bit.AddressRequest) !== 0) {
      const { asked } = entry.figures
      const target = i32[at + Field.InnerDestination]!
      if (asked.length < MOST_ASKED && target !== NONE && !asked.includes(target)) asked.push(target)
      return
    }
    const ttl = innerTtl(i32[at + Field.TimeToLive]!)
    const isRouted =
      (bits & (Bit.Broadcast | Bit.Multicast)) === 0 && ttl >= LEAST_ROUTED && !INITIAL_TTLS.includes(ttl)
    const isAdvertised =
      (bits & (Bit.Version6 | Bit.Announcement | Bit.AddressReply)) === Bit.Version6 &&
      i32[at + Field.InnerMacHigh] === ALL_NODES_HIGH &&
      i32[at + Field.InnerMacLow] === ALL_NODES_LOW
    if (!isRouted && !isAdvertised) return
    const place = placeOf(entry.figures, vtep)
    if (place === undefined) return
    if (isRouted) place.routed++
    else place.advertised++
  }

  /** A frame to a MAC that has moved: does it still go to the VTEP that the MAC has left? */
  #observeDestination(log: EventLog, at: number): void {
    const { i32 } = log
    const moved = this.#movedReceiver(i32, at)
    if (moved === undefined || i32[at + Field.Destination] !== moved.from) return
    if (elapsed(log.f64[at >> 1]!, i32[at + Field.Nanoseconds]!, moved.last[0], moved.last[1]) <= GRACE) return
    moved.stale++
    if (moved.stalePackets.length < EXAMPLES) moved.stalePackets.push(i32[at + Field.Number]!)
    noteQuestion(moved, i32, at)
  }

  /** A hub sends a frame on to where the MAC is: what came to the hub was no mistake. */
  #observeForwarded(i32: Int32Array, at: number): void {
    const moved = this.#movedReceiver(i32, at)
    if (moved === undefined) return
    if (i32[at + Field.Source] === moved.from && i32[at + Field.Destination] === moved.to) moved.forwarded++
  }

  /** The places of the MAC that a frame is for, where that has moved. */
  #movedReceiver(i32: Int32Array, at: number): Places | undefined {
    const stack = i32[at + Field.Vlans]!
    if (stack === NONE) return undefined
    const vni = i32[at + Field.KindVni]! & 0xff_ffff
    const mac = this.keys.findMac(vni, stack, i32[at + Field.InnerMacHigh]!, i32[at + Field.InnerMacLow]!)
    return mac === NONE ? undefined : this.moved.get(mac)?.figures
  }
}

/** Whether a MAC is a virtual router's by its number (RFC 9568 §7.3). @param high - Upper 16 bits. @param low - Lower 32 bits. */
export function isVirtualRouter(high: number, low: number): boolean {
  return high === VRRP_HIGH && low >>> 16 === VRRP_LOW
}

/** Notes an echo request or TCP data to a VTEP that a MAC has left, for {@link noteAnswer}. */
function noteQuestion(moved: Places, i32: Int32Array, at: number): void {
  const bits = i32[at + Field.Bits]!
  const flow = i32[at + Field.Flow]!
  if (flow === NONE) return
  let answer = i32[at + Field.Sequence]!
  if ((bits & Bit.EchoRequest) === 0) {
    if ((bits & Bit.Tcp) === 0) return
    const isSyn = (i32[at + Field.TcpFlags]! & tcp.FLAG_SYN) !== 0
    if (!isSyn && i32[at + Field.Payload] === 0) return
    answer = (answer + i32[at + Field.Payload]! + (isSyn ? 1 : 0)) | 0
  }
  moved.staleAsked++
  moved.openEnd = flow * 2 + ((bits & Bit.FlowForward) !== 0 ? 0 : 1)
  moved.openAnswer = answer
}

/** Whether a MAC's frame answers what went to the VTEP that it seems to have left. */
function noteAnswer(moved: Places, i32: Int32Array, at: number): void {
  const bits = i32[at + Field.Bits]!
  const end = i32[at + Field.Flow]! * 2 + ((bits & Bit.FlowForward) !== 0 ? 1 : 0)
  if (end !== moved.openEnd) return
  const isReply = (bits & Bit.EchoReply) !== 0 && i32[at + Field.Sequence] === moved.openAnswer
  const isAcknowledgment =
    (bits & Bit.Tcp) !== 0 &&
    (i32[at + Field.TcpFlags]! & tcp.FLAG_ACK) !== 0 &&
    ((i32[at + Field.Acknowledgment]! - moved.openAnswer) | 0) >= 0
  if (!isReply && !isAcknowledgment) return
  moved.staleAnswered++
  moved.openEnd = NONE
}

/** A VTEP among the places of a MAC, which it joins where there is room; `undefined` where there is none. */
function placeOf({ places }: Places, vtep: number): Place | undefined {
  for (const place of places) if (place.vtep === vtep) return place
  if (places.length === MOST_VTEPS) return undefined
  const place: Place = { vtep, frames: 0, routed: 0, advertised: 0 }
  places.push(place)
  return place
}
