/** Fragments of one outer datagram, kept as they were recorded until the datagram is whole: bytes, metadata, and what range is there. */
import { ipv4HeaderChecksum } from '../../codecs/core/checksum.ts'
import { Fault, NONE } from '../../codecs/core/fault.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import { LinkType } from '../../codecs/link/linktype.ts'
import { dissect, type TunnelPorts } from '../../codecs/walk/dissect.ts'
import { Layer, type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { addStretch, dataAt, type Joined, Reassembler } from '../../codecs/walk/reassembly.ts'
import { carriesMore } from '../../codecs/walk/walk-carriers.ts'
import { NO_TIME } from '../../packet.ts'
import type { Observation } from '../lookup/observation.ts'

/** Cells of a record's metadata. */
const AT = 0
const LENGTH = 1
/** Wire length without frame check sequence: what the walk was told. */
const WALKED_LENGTH = 2
const NUMBER = 3
const SECONDS = 4
const NANOSECONDS = 5
const CAPTURED_LENGTH = 6
const WIRE_LENGTH = 7
const INTERFACE = 8
const LINK_TYPE = 9
const FLAGS = 10
const IS_FIRST = 11
const CELLS = 12

/** Bytes that a record takes beside its own: its metadata. */
const RECORD_COST = CELLS * 8

const SMALLEST_BUFFER = 256

/** What identifies a datagram: digests with and without the interface that recorded it. */
export interface DatagramKey {
  high: number
  low: number
  /** As in `Field.FragmentHigh` and `Field.FragmentLow`. */
  datagramHigh: number
  datagramLow: number
}

/** Saved fragments of one datagram. */
export interface HeldState extends DatagramKey {
  seconds: number
  nanoseconds: number
  isIpv6: boolean
  hasFirst: boolean
  total: number
  stretches: number[]
  bytes: Uint8Array
  meta: number[]
}

/** Fragments of one datagram, in order of arrival. */
export class HeldFragments {
  isIpv6 = false
  /** Whether one of the fragments has offset 0. */
  hasFirst = false
  /** No longer waited for. */
  gone = false
  #bytes = new Uint8Array(0)
  #length = 0
  #meta: number[] = []
  /** Starts and ends of the ranges that came, in order, none touching another. */
  #stretches: number[] = []
  /** Length of the payload, `NONE` until the last fragment came. */
  #total = NONE

  /**
   * @param seconds - Capture time of the fragment that came first.
   * @param nanoseconds - 0 to 999 999 999, or `NO_TIME`.
   */
  constructor(
    readonly key: DatagramKey,
    readonly seconds: number,
    readonly nanoseconds: number,
  ) {}

  /** How many fragments there are. */
  get count(): number {
    return this.#meta.length / CELLS
  }

  /** Bytes that they take. */
  get cost(): number {
    return this.#bytes.length + this.count * RECORD_COST
  }

  /** Whether every byte came. Overlaps may yet forbid to join them. */
  get isWhole(): boolean {
    return this.#stretches.length === 2 && this.#stretches[0] === 0 && this.#stretches[1] === this.#total
  }

  /** Indexes of the fragments with offset 0. */
  get firsts(): number[] {
    if (!this.hasFirst) return []
    return Array.from({ length: this.count }, (_, index) => index).filter(
      (index) => this.#meta[index * CELLS + IS_FIRST] === 1,
    )
  }

  /** Copies the fragment at hand in; `start` to `end` are its bytes of the datagram. */
  add(o: Observation, start: number, end: number): void {
    const { layers } = o
    const length = Math.max(0, layers.end - layers.at)
    this.#grow(this.#length + length)
    this.#bytes.set(new Uint8Array(layers.view.buffer, layers.view.byteOffset + layers.at, length), this.#length)
    const walked = layers.wireEnd - layers.at
    const { number, seconds, nanoseconds, capturedLength, wireLength, interfaceId, linkType, flags } = o
    this.#meta.push(this.#length, length, walked, number, seconds, nanoseconds)
    this.#meta.push(capturedLength, wireLength, interfaceId, linkType, flags, start === 0 ? 1 : 0)
    this.#length += length
    if (start === 0) this.hasFirst = true
    if (!layers.outerIp.moreFragments) this.#total = end
    addStretch(this.#stretches, start, end)
  }

  /** Puts the bytes together by the rules of reassembly.ts. @returns `null` when those discard the datagram. */
  join(layers: Layers, ports: TunnelPorts): Joined | null {
    const reassembler = new Reassembler()
    let joined: Joined | null = null
    for (let index = 0; index < this.count && joined === null; index++) {
      this.#dissect(index, layers, ports)
      joined = reassembler.add(layers, 0, index, 0, NO_TIME)
    }
    return joined
  }

  /** Makes a fragment the packet at hand, as if it had just been read. */
  fill(o: Observation, index: number, ports: TunnelPorts): void {
    this.#dissect(index, o.layers, ports)
    const meta = this.#meta
    const cell = index * CELLS
    o.number = meta[cell + NUMBER]!
    o.seconds = meta[cell + SECONDS]!
    o.nanoseconds = meta[cell + NANOSECONDS]!
    o.capturedLength = meta[cell + CAPTURED_LENGTH]!
    o.wireLength = meta[cell + WIRE_LENGTH]!
    o.interfaceId = meta[cell + INTERFACE]!
    o.linkType = meta[cell + LINK_TYPE]!
    o.flags = meta[cell + FLAGS]!
    o.firstLength = NONE
  }

  /**
   * Makes a first fragment the packet at hand, with the layers of the whole datagram. What is the fragment's own stays so: its
   * record, its length, and whether its header was right.
   * @param first - Scratch layers.
   */
  fillJoined(o: Observation, index: number, joined: Joined, first: Layers, ports: TunnelPorts): void {
    this.fill(o, index, ports)
    this.#dissect(index, first, ports)
    const { layers } = o
    const { outerIp: ip, view } = first
    if (ip.version === 4) carryChecksum(joined.view, view, ip.at)
    dissect(layers, joined.view, 0, joined.capturedLength, joined.wireLength, LinkType.Raw, ports)
    layers.linkInterface = first.linkInterface
    layers.carriers |= first.carriers
    if (layers.carrierIps === 0) {
      layers.outerIp.length = ip.length
      layers.outerIp.identification = ip.identification
    }
    for (let fault = 0; fault < first.faultCount; fault++) {
      const layer = first.faultLayers[fault]!
      const isOwn = layer === Layer.OuterIpv4 || layer === Layer.OuterIpv6
      if (isOwn && first.faultCodes[fault] === Fault.LengthBeyondPacket) layers.fault(layer, Fault.LengthBeyondPacket)
    }
    this.#noteDatagram(o, first)
    // Cut short is what any of the fragments lacks.
    o.capturedLength -= Math.min(o.capturedLength, joined.wireLength - joined.capturedLength)
  }

  /**
   * Makes a fragment the packet at hand that stays by itself: of a carrier's first one, what it carries, as far as it is there.
   * @param first - Scratch layers.
   */
  fillAlone(o: Observation, index: number, first: Layers, ports: TunnelPorts): void {
    this.#dissect(index, first, ports)
    const isCarrier =
      first.outerIp.moreFragments && first.outerIp.fragmentOffset === 0 && carriesMore(first.outerIp.protocol)
    if (isCarrier) {
      o.layers.opensFirsts = true
      this.fill(o, index, ports)
      o.layers.opensFirsts = false
      if (o.layers.tunnel !== TunnelKind.None) {
        this.#noteDatagram(o, first)
        return
      }
    }
    this.fill(o, index, ports)
  }

  /** Notes which datagram the packet at hand began, and how much of it its record has. */
  #noteDatagram(o: Observation, first: Layers): void {
    o.firstLength = first.outerIp.payloadEnd - dataAt(first)
    o.datagramHigh = this.key.datagramHigh
    o.datagramLow = this.key.datagramLow
  }

  save(): HeldState {
    return {
      ...this.key,
      seconds: this.seconds,
      nanoseconds: this.nanoseconds,
      isIpv6: this.isIpv6,
      hasFirst: this.hasFirst,
      total: this.#total,
      stretches: [...this.#stretches],
      bytes: this.#bytes.slice(0, this.#length),
      meta: [...this.#meta],
    }
  }

  static restored({ high, low, datagramHigh, datagramLow, ...state }: HeldState): HeldFragments {
    const held = new HeldFragments({ high, low, datagramHigh, datagramLow }, state.seconds, state.nanoseconds)
    held.isIpv6 = state.isIpv6
    held.#total = state.total
    held.#stretches = [...state.stretches]
    held.#meta = [...state.meta]
    held.#grow(state.bytes.length)
    held.#bytes.set(state.bytes)
    held.#length = state.bytes.length
    held.hasFirst = state.hasFirst
    return held
  }

  #dissect(index: number, layers: Layers, ports: TunnelPorts): void {
    const meta = this.#meta
    const cell = index * CELLS
    const { buffer, byteOffset, length } = this.#bytes
    const view = new DataView(buffer, byteOffset, length)
    const [at, captured, walked] = [meta[cell + AT]!, meta[cell + LENGTH]!, meta[cell + WALKED_LENGTH]!]
    dissect(layers, view, at, captured, walked, meta[cell + LINK_TYPE]!, ports)
  }

  #grow(length: number): void {
    if (length <= this.#bytes.length) return
    let capacity = Math.max(this.#bytes.length, SMALLEST_BUFFER)
    while (capacity < length) capacity *= 2
    const bytes = new Uint8Array(capacity)
    bytes.set(this.#bytes)
    this.#bytes = bytes
  }
}

/** Writes into the joined header what the first fragment's checksum was: right, wrong, or not filled in. */
function carryChecksum(joined: DataView, first: DataView, at: number): void {
  const right = ipv4HeaderChecksum(joined, 0, ipv4.headerLength(joined, 0))
  const was = ipv4.checksum(first, at)
  const isRight = was === ipv4HeaderChecksum(first, at, ipv4.headerLength(first, at))
  // Two other values, so that a wrong one is never the 0 of a field that was not filled in.
  const wrong = right === 1 ? 2 : right ^ 1
  joined.setUint16(ipv4.LAYOUT.offsets.checksum, was === 0 ? 0 : isRight ? right : wrong)
}
