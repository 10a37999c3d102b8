/**
 * Captures for the benchmark, from a seed: conversations that interleave as at a busy tap, written record by record.
 * The same options give the same bytes; memory does not grow with the packets.
 */
import { type CaptureOptions, checkOptions } from './capture-options.ts'
import { Conversations } from './conversations.ts'
import { FrameWriter, MOST_HEADER_BYTES } from './frame-writer.ts'
import { Network } from './network.ts'
import { Random } from './random.ts'
import { type RecordWriter, recordWriter } from './record-writer.ts'

/** Part of generated captures' names; raise it whenever the same options give other bytes. */
export const GENERATOR_VERSION = 1

/** Conversations that speak at the same time. */
const SPEAKERS = 64
/** Flows have begun when this part of the packets is written. */
const BEGIN_UNTIL = 0.85
/** 2025-10-09 08:53:20 UTC. */
const FIRST_SECOND = 1_760_000_000
const BILLION = 1_000_000_000
const PIECE = 1 << 20
/** More than any frame of the generator takes. */
const LONGEST_FRAME = 2048

/** What a generated capture holds. */
export interface CaptureTotals {
  packets: number
  /** Bytes of the file. */
  bytes: number
  tunnelPackets: number
  otherPackets: number
  /** Packets with something wrong in them; some of them count as tunnel packets all the same. */
  faultyPackets: number
  /** Distinct inner flows. */
  flows: number
}

/** Takes the bytes of the file in order; the buffer is used again after it returns. */
export type Sink = (bytes: Uint8Array) => void

/**
 * Writes a capture.
 * @throws RangeError for options that no capture can be made of.
 */
export function generate(options: CaptureOptions, sink: Sink): CaptureTotals {
  checkOptions(options)
  return new Generator(options, sink).run()
}

class Generator {
  readonly #options: CaptureOptions
  readonly #sink: Sink
  readonly #random: Random
  readonly #network: Network
  readonly #conversations: Conversations
  readonly #frames: FrameWriter
  readonly #records: RecordWriter
  readonly #bytes = new Uint8Array(PIECE)
  readonly #view = new DataView(this.#bytes.buffer)
  /** The flow of each speaker, and how many messages it still has. */
  readonly #speaking = new Int32Array(SPEAKERS).fill(-1)
  readonly #left = new Int32Array(SPEAKERS)
  readonly #totals: CaptureTotals = {
    packets: 0,
    bytes: 0,
    tunnelPackets: 0,
    otherPackets: 0,
    faultyPackets: 0,
    flows: 0,
  }
  /** Of mixed traffic, the flow that each number that is drawn stands for, once it has begun. */
  readonly #flowOf: Int32Array
  /** Packets after which the next flow begins. */
  readonly #interval: number
  #filled = 0
  #seconds = FIRST_SECOND
  #nanoseconds = 0

  constructor(options: CaptureOptions, sink: Sink) {
    const { seed, vteps, packets, flows } = options
    const network = new Network(options)
    this.#network = network
    this.#options = options
    this.#sink = sink
    this.#random = new Random(seed)
    this.#conversations = new Conversations(options, network)
    this.#frames = new FrameWriter(network, vteps, seed, this.#random)
    this.#records = recordWriter(options.format)
    this.#interval = (packets * BEGIN_UNTIL) / flows
    this.#flowOf = new Int32Array(options.traffic === 'mixed' ? flows : 0).fill(-1)
  }

  run(): CaptureTotals {
    const { packets, snapLength, others } = this.#options
    this.#filled = this.#records.header(this.#view, snapLength)
    for (let packet = 0; packet < packets; packet++) {
      this.#advanceTime()
      if (this.#filled + LONGEST_FRAME + MOST_HEADER_BYTES > PIECE) this.#flush()
      if (others > 0 && this.#random.fraction() < others) this.#writeOther(packet)
      else this.#writeTunnel(packet)
    }
    this.#flush()
    this.#totals.packets = packets
    this.#totals.flows = this.#conversations.begun
    return this.#totals
  }

  #flush(): void {
    this.#sink(this.#bytes.subarray(0, this.#filled))
    this.#totals.bytes += this.#filled
    this.#filled = 0
  }

  #advanceTime(): void {
    this.#nanoseconds += this.#random.exponential(BILLION / this.#options.packetsPerSecond)
    while (this.#nanoseconds >= BILLION) {
      this.#nanoseconds -= BILLION
      this.#seconds++
    }
  }

  #writeOther(packet: number): void {
    const endpoints = this.#network.ipv4Vteps
    const source = this.#random.below(endpoints)
    const at = this.#filled + this.#records.headerLength
    this.#frames.other(this.#view, this.#bytes, at, source, (source + 1) % endpoints, packet)
    this.#totals.otherPackets++
    this.#finishRecord(this.#frames.wireLength)
  }

  #writeTunnel(packet: number): void {
    const { snapLength, faults } = this.#options
    const conversations = this.#conversations
    conversations.speak(this.#options.traffic === 'mixed' ? this.#drawFlow() : this.#nextSpeaker(packet))
    const at = this.#filled + this.#records.headerLength
    const milliseconds = (this.#seconds - FIRST_SECOND) * 1000 + Math.floor(this.#nanoseconds / 1_000_000)
    const captured = snapLength === 0 ? LONGEST_FRAME : snapLength
    const frames = this.#frames
    frames.tunnel(this.#view, this.#bytes, at, conversations.message, milliseconds, captured)
    this.#totals.tunnelPackets++
    const isFaulty = faults > 0 && this.#random.fraction() < faults
    this.#finishRecord(isFaulty ? this.#damage(at) : frames.wireLength)
  }

  /** A flow drawn for one packet: the first ones most often, as the cube of a uniform number falls. */
  #drawFlow(): number {
    const flowOf = this.#flowOf
    const drawn = Math.floor(this.#random.fraction() ** 3 * flowOf.length)
    if (flowOf[drawn] === -1) flowOf[drawn] = this.#conversations.begin()
    return flowOf[drawn]!
  }

  /** The flow that speaks now: one of several at a time, in trains of messages. */
  #nextSpeaker(packet: number): number {
    const conversations = this.#conversations
    const speaker = this.#random.below(SPEAKERS)
    if (this.#left[speaker] === 0) {
      const { begun } = conversations
      const isDue = begun < this.#options.flows && (begun === 0 || packet >= begun * this.#interval)
      const flow = isDue ? conversations.begin() : conversations.pick()
      this.#speaking[speaker] = flow
      this.#left[speaker] = conversations.trainOf(flow)
    }
    this.#left[speaker]!--
    return this.#speaking[speaker]!
  }

  /** Spoils the frame just written in one of four ways. @returns Its length on the wire. */
  #damage(at: number): number {
    const { wireLength, offsets } = this.#frames
    const view = this.#view
    this.#totals.faultyPackets++
    switch (this.#random.below(4)) {
      case 0:
        // The I flag is clear (RFC 7348 §5).
        view.setUint8(at + offsets.vxlan, 0)
        this.#totals.tunnelPackets--
        this.#totals.otherPackets++
        return wireLength
      case 1:
        // The frame ends within the VXLAN header.
        this.#totals.tunnelPackets--
        this.#totals.otherPackets++
        return offsets.vxlan + 4
      case 2:
        // The frame ends within the inner Ethernet header.
        return offsets.innerFrame + 6
      default:
        // An inner IP version that does not exist.
        if (offsets.innerIp !== -1) view.setUint8(at + offsets.innerIp, 0xf5)
        return wireLength
    }
  }

  #finishRecord(wireLength: number): void {
    const { snapLength } = this.#options
    const captured = snapLength === 0 ? wireLength : Math.min(wireLength, snapLength)
    this.#filled += this.#records.record(
      this.#view,
      this.#filled,
      this.#seconds,
      this.#nanoseconds,
      captured,
      wireLength,
    )
  }
}
