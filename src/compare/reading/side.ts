/** The tunnel datagrams of one side's captures, in order of time over all files: one reading of them. */
import { MergedCaptures } from '../../capture/merge/merge.ts'
import { NONE } from '../../codecs/core/fault.ts'
import type { TunnelPorts } from '../../codecs/walk/dissect.ts'
import { TunnelKind } from '../../codecs/walk/layers.ts'
import { PacketWalk } from '../../codecs/walk/packet-walk.ts'
import { NO_TIME } from '../../packet.ts'
import type { Criteria } from '../../selection/criteria.ts'
import type { CompareInput } from '../options.ts'
import { Datagram, readOuter, Taps } from './datagram.ts'
import { type Directions, hasAddresses } from './directions.ts'

const BILLION = 1_000_000_000

/** What every reading of a side takes. */
export interface Reading {
  readonly inputs: readonly CompareInput[]
  readonly ports: TunnelPorts
  readonly criteria: Criteria | null
  readonly directions: Directions
  /** Seconds since 1970 that its times are counted from; `NaN` before the first packet is known, which sets it. */
  base: number
  /** Bytes of each inner frame that are compared. */
  cut: number
  /** Whether files may be of different places, as those that overlap in time are, and not parts of one capture. */
  tellsFiles: boolean
  readonly signal: AbortSignal | undefined
  readonly onBytes: (bytes: number) => void
}

/** Goes through a side's datagrams once. */
export class SideReader {
  /** The datagram at hand. */
  readonly datagram = new Datagram()
  /** Its layers, until the next one. */
  readonly walk: PacketWalk
  /** First and last time of any packet of the time that is selected, tunnel or not. */
  firstTime = Number.POSITIVE_INFINITY
  lastTime = Number.NEGATIVE_INFINITY
  /** Datagrams without a time, which cannot be compared. */
  untimed = 0
  /** Whether packets of several files come in turn, so that these are of different places. */
  isInterleaved = false
  /** Files of which packets came, in that order. */
  readonly #begun = new Set<number>()
  #file = NONE
  readonly #reading: Reading
  readonly #only: ReadonlySet<number> | null
  readonly #merged: MergedCaptures
  readonly #taps = new Taps()
  #running = false
  #position = 0
  #read = 0
  #opened = false

  /** @param only - Names of the datagrams to stop at, as {@link nameOf} makes them; all unless given. */
  constructor(reading: Reading, only: ReadonlySet<number> | null = null) {
    this.#reading = reading
    this.#only = only
    this.#merged = new MergedCaptures(reading.inputs.map((input) => ({ open: () => input.open(), again: true })))
    this.walk = new PacketWalk(reading.ports, true)
  }

  /** Steps onto the next datagram. @returns `false` when bytes are needed, or none will come: see {@link fill}. */
  next(): boolean {
    const merged = this.#merged
    for (;;) {
      if (!this.#running) {
        if (!merged.step()) return false
        this.#running = true
        this.#enterFile(merged.run.file)
      }
      const { run } = merged
      while (run.next()) if (this.#take()) return true
      this.#running = false
    }
  }

  /** Reads on. @returns Whether there may be more. @throws when the signal says so. */
  async fill(): Promise<boolean> {
    const merged = this.#merged
    this.#reading.signal?.throwIfAborted()
    if (!this.#opened) {
      this.#opened = true
      await merged.open()
      return true
    }
    if (merged.done) return false
    await merged.refill()
    // What a source says once it is stopped is no end of the file.
    this.#reading.signal?.throwIfAborted()
    this.#reading.onBytes(merged.bytesRead - this.#read)
    this.#read = merged.bytesRead
    return true
  }

  async close(): Promise<void> {
    await this.#merged.close()
  }

  /** Packet numbers that each file's packets have taken so far. */
  numbersOf(file: number): number {
    const reader = this.#merged.reader(file)
    return reader.headerRead ? reader.nextNumber - 1 : 0
  }

  #enterFile(file: number): void {
    if (file === this.#file) return
    this.#file = file
    if (this.#begun.has(file)) this.isInterleaved = true
    this.#begun.add(file)
  }

  /** Takes the record at hand. @returns Whether it is a datagram to be compared. */
  #take(): boolean {
    const { run } = this.#merged
    const { packet } = run
    const reading = this.#reading
    const { walk, datagram } = this
    const { criteria } = reading
    datagram.position = this.#position++
    const isTimed = packet.nanoseconds !== NO_TIME
    const isInTime = criteria === null || criteria.acceptsTime(packet.seconds, packet.nanoseconds)
    if (isTimed && isInTime) {
      if (Number.isNaN(reading.base)) reading.base = packet.seconds
      datagram.time = (packet.seconds - reading.base) * BILLION + packet.nanoseconds
      if (datagram.time < this.firstTime) this.firstTime = datagram.time
      if (datagram.time > this.lastTime) this.lastTime = datagram.time
    }
    walk.enter(run.view, packet, packet.number, run.file)
    const { layers } = walk
    if (layers.tunnel === TunnelKind.None || layers.outerIp.isFragment || !hasAddresses(layers)) return false
    if (!isInTime) return false
    if (!isTimed) {
      this.untimed++
      return false
    }
    datagram.isSelected = criteria === null || criteria.accepts(layers)
    datagram.file = run.file
    datagram.number = walk.joined.length > 0 ? walk.joined[0]! : packet.number
    if (this.#only !== null && !this.#only.has(nameOf(datagram))) return false
    datagram.direction = reading.directions.row(layers)
    if (datagram.direction === NONE) return false
    readOuter(datagram, layers)
    datagram.key.read(layers, reading.cut)
    datagram.tap = this.#taps.of(layers, packet, datagram.outerTtl, reading.tellsFiles ? run.file : 0)
    return true
  }
}

/** Name of a packet among those of a side. */
export function nameOf({ file, number }: { file: number; number: number }): number {
  return file * 2 ** 32 + number
}
