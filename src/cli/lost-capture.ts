/** `compare -o`: reads both sides once more and writes what left and never arrived. */

import type { OutputFile } from '../capture/files/node-output.ts'
import { tunnelPorts } from '../codecs/walk/dissect.ts'
import type { PacketFate } from '../compare/index.ts'
import type { Comparison, Place } from '../comparison.ts'
import { LostFragments, LostWriter, PacketNumbers } from '../transform/lost.ts'
import { LostRecords } from './lost-records.ts'
import type { SideInput } from './sides.ts'

const PLACES = ['near', 'far'] as const
const MILLION = 1_000_000

/** Gathers the numbers of lost packets, and writes those packets. */
export class LostCapture {
  readonly #numbers: Record<Place, PacketNumbers> = { near: new PacketNumbers(), far: new PacketNumbers() }

  constructor(
    private readonly output: OutputFile,
    private readonly options: { application: string; ports: number[] | undefined; signal: AbortSignal },
  ) {}

  /** Takes what became of a packet. */
  take({ fate, near, far, sentAt }: PacketFate): void {
    if (fate === 'lost') this.#numbers[sentAt].add(sentAt === 'near' ? near : far)
  }

  /**
   * Writes the packets, in order of time by the near clock.
   * @param sides - The captures whose packets were numbered, in that order.
   * @throws CaptureError `unwritable`, and where a capture cannot be read again.
   */
  async write(sides: Record<Place, readonly SideInput[]>, comparison: Comparison): Promise<LostWriter> {
    const { application } = this.options
    const ports = tunnelPorts(this.options.ports)
    const writer = new LostWriter(this.output.sink, { application, ports })
    for (const name of PLACES) await this.#addFragments(sides[name], this.#numbers[name])
    const near = this.#lostOf(sides.near, 'near')
    const far = this.#lostOf(sides.far, 'far')
    const write = ({ reader, inputs, file }: LostRecords, name: Place): void => {
      const side = { name, other: name === 'near' ? 'far' : 'near', key: name, file: inputs[file]!.name }
      writer.write(reader, file, side)
    }
    const nearTime = nearTimeBy(comparison)
    try {
      let hasNear = await near.next()
      let hasFar = await far.next()
      while (hasNear || hasFar) {
        if (hasNear && (!hasFar || msOf(near) <= nearTime(msOf(far)))) {
          write(near, 'near')
          hasNear = await near.next()
        } else {
          write(far, 'far')
          hasFar = await far.next()
        }
      }
    } finally {
      await near.close()
      await far.close()
    }
    writer.finish()
    await this.output.drain(this.options.signal)
    this.output.commit()
    return writer
  }

  /** A side's lost packets; of one that lost none nothing is read. */
  #lostOf(inputs: readonly SideInput[], name: Place): LostRecords {
    const lost = this.#numbers[name]
    return new LostRecords(lost.size === 0 ? [] : inputs, lost, () => this.#pause())
  }

  /** Adds the further fragments of lost datagrams: one reading of a side that lost any. */
  async #addFragments(inputs: readonly SideInput[], lost: PacketNumbers): Promise<void> {
    if (lost.size === 0) return
    const fragments = new LostFragments(lost, tunnelPorts(this.options.ports))
    const all = new LostRecords(inputs, EVERY, () => this.#pause())
    try {
      while (await all.next()) fragments.observe(all.reader, all.file, all.number)
    } finally {
      await all.close()
    }
  }

  async #pause(): Promise<void> {
    this.options.signal.throwIfAborted()
    await this.output.drain(this.options.signal)
  }
}

/** Every number. */
const EVERY = { has: () => true }

function msOf({ reader }: LostRecords): number {
  const { seconds, nanoseconds } = reader.packet
  return seconds * 1000 + nanoseconds / MILLION
}

/** Turns milliseconds of the far clock into those of the near one, as far as the clocks are known. */
function nearTimeBy({ clock, window }: Comparison): (far: number) => number {
  const offset = clock.offsetMs ?? 0
  const drift = clock.driftPpm / MILLION
  // The offset is that in the middle of the window.
  const middle = window.from === null ? 0 : Date.parse(window.from) + window.ms / 2
  return (far) => (window.from === null ? far - offset : middle + (far - offset - middle) / (1 + drift))
}
