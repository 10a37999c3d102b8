/**
 * A capture to a smaller one: the selected records bit for bit, with their times, lengths, interfaces and comments. Later
 * fragments of a selected datagram are selected with it, also those that come before the fragment that tells: records wait for
 * that, in order and in bounded memory.
 */

import type { CaptureInterface, CaptureSection } from '../capture/formats/interface.ts'
import { PcapngWriter, type Sink } from '../capture/formats/writer.ts'
import type { CaptureReader } from '../capture/reader.ts'
import { Protocol } from '../codecs/core/protocol.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import { dissect, dissectRecord, type TunnelPorts, tunnelPorts } from '../codecs/walk/dissect.ts'
import { Layers } from '../codecs/walk/layers.ts'
import { MAX_DATAGRAMS, Reassembler } from '../codecs/walk/reassembly.ts'
import { carriesMore } from '../codecs/walk/walk-carriers.ts'
import { checkFunction, checkGiven, checkInteger, checkObject, checkPorts, checkString } from '../option.ts'
import { NO_TIME, type PacketInfo } from '../packet.ts'
import { Criteria } from '../selection/criteria.ts'
import type { Selection } from '../selection/selection.ts'
import { Interfaces } from './interfaces.ts'

/** What is read: a capture reader. */
export type SelectInput = Pick<CaptureReader, 'view' | 'packet' | 'interfaces' | 'sections' | 'comments'>

/** How records are selected. */
export interface SelectOptions {
  /** Which UDP ports are a tunnel's, from `tunnelPorts`; the known ones unless told otherwise. */
  ports?: TunnelPorts
  /** Program that the output names as its writer. */
  application?: string
  /** Bytes of records that may wait for a verdict, {@link MAX_WAITING_BYTES} unless told otherwise. */
  maxWaitingBytes?: number
}

/** What was found. */
export interface SelectCounts {
  /** Records read. */
  records: number
  /** Records written. */
  written: number
  /** Fragments of which nothing tells what datagram they belong to; they are not written. */
  undecided: number
  /** Records that the format cannot hold. */
  refused: number
  /** Why the first of those cannot be held; empty where there is none. */
  refusal: string
}

/** Bytes of records that may wait until a fragment tells whether an earlier one is selected: 32 MiB. */
export const MAX_WAITING_BYTES = 32 * 1024 * 1024

/** What a waiting record costs beside its bytes, and each of its comments beside two bytes a character. */
const WAITING_OVERHEAD = 512
const COMMENT_OVERHEAD = 32

/** A record that waits for a verdict, or behind one that does. */
interface Waiting {
  view: DataView
  packet: PacketInfo
  comments: string[]
  info: CaptureInterface
  file: number
  /** What it costs to let it wait, in bytes. */
  cost: number
  /** Datagram of which it is a fragment, 0 when it is selected for certain. */
  serial: number
  /** Whether it is selected; `undefined` until that is known. */
  verdict: boolean | undefined
}

/**
 * Writes what is selected.
 *
 * ```ts
 * const select = new Select(sink, { vnis: [100] })
 * for await (const reader of batches(source)) while (reader.next()) select.observe(reader, 0)
 * select.finish()
 * ```
 */
export class Select {
  readonly #sink: Sink
  readonly #application: string
  readonly #ports: TunnelPorts
  readonly #criteria: Criteria
  readonly #layers = new Layers()
  readonly #wholeLayers = new Layers()
  readonly #reassembler: Reassembler
  readonly #maxWaitingBytes: number
  /** Verdicts on datagrams of which more may come, and on the latest of which nothing should. */
  readonly #verdicts = new Map<number, boolean>()
  #finished = new Map<number, boolean>()
  #finishedBefore = new Map<number, boolean>()
  /** Records that wait, from `#front` on. */
  #waiting: Waiting[] = []
  #front = 0
  /** Those of them that have no verdict, by datagram. */
  readonly #undecidedOf = new Map<number, Waiting[]>()
  #waitingBytes = 0
  #writer: PcapngWriter | null = null
  #interfaces: Interfaces | null = null
  /** Interfaces of the section at hand, in order of their ids. */
  #described: CaptureInterface[] = []
  #records = 0
  #undecided = 0
  #refused = 0
  #refusal = ''

  /**
   * @param sink - Takes the output's bytes.
   * @throws RangeError for an option out of range or an address that is none, TypeError for an option of a wrong type.
   */
  constructor(sink: Sink, selection: Selection, options: SelectOptions = {}) {
    checkGiven('sink', sink)
    checkFunction('sink', sink)
    checkObject('options', options)
    checkPorts('ports', options.ports)
    checkString('application', options.application)
    checkInteger('maxWaitingBytes', options.maxWaitingBytes, 0)
    const { ports = tunnelPorts(), application = 'vxpcap filter', maxWaitingBytes = MAX_WAITING_BYTES } = options
    this.#sink = sink
    this.#ports = ports
    this.#application = application
    this.#maxWaitingBytes = maxWaitingBytes
    this.#criteria = new Criteria(selection)
    this.#reassembler = new Reassembler({ onGivenUp: (serial) => this.#giveUp(serial) })
  }

  /** What was read, written and left out so far. */
  get counts(): SelectCounts {
    return {
      records: this.#records,
      written: this.#writer?.packets ?? 0,
      undecided: this.#undecided,
      refused: this.#refused,
      refusal: this.#refusal,
    }
  }

  /**
   * Takes the packet at hand.
   * @param file - Index of the capture file.
   */
  observe(input: SelectInput, file: number): void {
    const { view, packet } = input
    this.#records++
    const layers = this.#layers
    const criteria = this.#criteria
    dissectRecord(layers, view, packet, this.#ports)
    const { outerIp } = layers
    const isInTime = criteria.acceptsTime(packet.seconds, packet.nanoseconds)
    // Who a carrier's fragment is for is told by what it carries.
    const isCarrier = outerIp.isFragment && carriesMore(outerIp.protocol)
    if (!outerIp.isFragment || !(isCarrier || (outerIp.protocol === Protocol.Udp && criteria.looksInside))) {
      if (isInTime && criteria.accepts(layers)) this.#take(input, file, 0)
      return
    }
    if (!isCarrier && !criteria.acceptsOuter(layers)) return
    const reassembler = this.#reassembler
    const scope = file * 65_536 + packet.interfaceId + layers.linkInterface * 2 ** 32
    const joined = reassembler.add(layers, scope, packet.number, packet.seconds, packet.nanoseconds)
    const { serial, previous } = reassembler
    const isFirst = outerIp.fragmentOffset === 0
    if (serial === 0) {
      if (isFirst && isInTime && criteria.accepts(layers)) this.#take(input, file, 0)
      return
    }
    let verdict = this.#verdict(serial)
    if (verdict === undefined && isFirst) {
      if (isInTime && criteria.accepts(layers)) verdict = true
      // Everything is there to be seen, and it is not what was asked for.
      else if (layers.faultCount === 0 && !isCarrier) verdict = false
    }
    if (verdict === undefined && joined !== null) {
      const { view: whole, capturedLength: captured, wireLength: length } = joined
      dissect(this.#wholeLayers, whole, 0, captured, length, LinkType.Raw, this.#ports)
      verdict = isInTime && criteria.accepts(this.#wholeLayers)
    }
    if (verdict !== undefined) this.#decide(serial, verdict)
    if (joined !== null) this.#retire(serial)
    // A copy of a fragment that has found its datagram already.
    if (verdict === undefined && !isFirst && this.#verdict(previous) === true) verdict = true
    if (verdict !== false) this.#take(input, file, verdict === true ? 0 : serial)
  }

  /** Ends the output: what still waits for a verdict is not selected. */
  finish(): void {
    this.#reassembler.finish()
    this.#release()
    this.#open(undefined)
    this.#endSection()
    this.#writer?.flush()
  }

  /** Writes the packet at hand, or lets it wait: for the verdict on datagram `serial`, or behind others that wait. */
  #take(input: SelectInput, file: number, serial: number): void {
    const { view, packet, interfaces, sections } = input
    const info = interfaces[packet.interfaceId]
    if (info === undefined) return
    this.#open(sections[0])
    if (serial === 0 && this.#front === this.#waiting.length) {
      this.#write(view, packet, input.comments(), info, file)
      return
    }
    const { at, capturedLength } = packet
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, capturedLength).slice()
    const comments = input.comments()
    const cost = comments.reduce(
      (sum, { length }) => sum + COMMENT_OVERHEAD + 2 * length,
      capturedLength + WAITING_OVERHEAD,
    )
    const waiting: Waiting = {
      view: new DataView(bytes.buffer),
      packet: { ...packet, at: 0 },
      comments,
      cost,
      info,
      file,
      serial,
      verdict: serial === 0 ? true : undefined,
    }
    this.#waiting.push(waiting)
    if (serial !== 0) {
      const others = this.#undecidedOf.get(serial)
      if (others === undefined) this.#undecidedOf.set(serial, [waiting])
      else others.push(waiting)
    }
    this.#waitingBytes += cost
    while (this.#waitingBytes > this.#maxWaitingBytes) this.#giveUp(this.#waiting[this.#front]!.serial)
  }

  #verdict(serial: number): boolean | undefined {
    return this.#verdicts.get(serial) ?? this.#finished.get(serial) ?? this.#finishedBefore.get(serial)
  }

  /** A datagram that will never be whole: what its fragments could not tell by now, nothing will. */
  #giveUp(serial: number): void {
    if (this.#verdict(serial) === undefined) {
      this.#undecided += this.#undecidedOf.get(serial)?.length ?? 0
      this.#decide(serial, false)
    }
    this.#retire(serial)
  }

  #decide(serial: number, verdict: boolean): void {
    if (this.#verdict(serial) !== undefined) return
    this.#verdicts.set(serial, verdict)
    for (const waiting of this.#undecidedOf.get(serial) ?? []) waiting.verdict = verdict
    this.#undecidedOf.delete(serial)
    this.#release()
  }

  /** Nothing more should come of a datagram; its verdict is kept for a while, for copies. */
  #retire(serial: number): void {
    const verdict = this.#verdicts.get(serial)
    if (verdict === undefined) return
    this.#verdicts.delete(serial)
    if (this.#finished.size >= MAX_DATAGRAMS) {
      this.#finishedBefore = this.#finished
      this.#finished = new Map()
    }
    this.#finished.set(serial, verdict)
  }

  /** Writes what no longer waits, from the front. */
  #release(): void {
    const waiting = this.#waiting
    for (; this.#front < waiting.length; this.#front++) {
      const { view, packet, comments, info, file, cost, verdict } = waiting[this.#front]!
      if (verdict === undefined) break
      if (verdict) this.#write(view, packet, comments, info, file)
      this.#waitingBytes -= cost
    }
    if (this.#front * 2 < waiting.length) return
    this.#waiting = waiting.slice(this.#front)
    this.#front = 0
  }

  /** Begins the output, with what the first section of the input says of itself. */
  #open(section: CaptureSection | undefined): void {
    if (this.#writer !== null) return
    const { hardware, os, comments } = section ?? {}
    this.#writer = new PcapngWriter(this.#sink, {
      application: this.#application,
      ...(hardware !== undefined && { hardware }),
      ...(os !== undefined && { os }),
      ...(comments !== undefined && { comments }),
    })
    this.#interfaces = new Interfaces(this.#writer)
  }

  #write(view: DataView, packet: PacketInfo, comments: string[], info: CaptureInterface, file: number): void {
    const writer = this.#writer!
    const interfaces = this.#interfaces!
    const key = `${file} ${info.id}`
    try {
      // A record without a time can only belong to the first interface of a section.
      if (packet.nanoseconds === NO_TIME && (interfaces.find(key) ?? interfaces.size) !== 0) {
        this.#endSection()
        // What the input says of itself is said once: it may be long, and sections many.
        writer.section({ application: this.#application })
        interfaces.clear()
        this.#described = []
      }
      const id = interfaces.id(key, () => {
        this.#described.push(info)
        return info
      })
      writer.write(view, packet, id, comments)
    } catch (error) {
      // Only what the format cannot hold; a full disk is another error.
      if (!(error instanceof RangeError)) throw error
      this.#refused++
      if (this.#refusal === '') this.#refusal = error.message
    }
  }

  /** Says what the capture lost, as far as it is known by now. */
  #endSection(): void {
    for (const [id, { drops, received }] of this.#described.entries()) {
      if (drops !== null || received !== null) this.#writer?.statistics(id, { drops, received })
    }
  }
}
