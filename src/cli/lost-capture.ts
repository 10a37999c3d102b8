/** `compare -o`: reads both sides once more and writes what left and never arrived. */

import type { OutputFile } from '../capture/files/node-output.ts'
import { CaptureReader, refill } from '../capture/reader.ts'
import { tunnelPorts } from '../codecs/walk/dissect.ts'
import type { PacketFate } from '../compare/index.ts'
import type { Place } from '../comparison.ts'
import { LostFragments, LostWriter, PacketNumbers } from '../transform/lost.ts'
import type { SideInput } from './sides.ts'

const PLACES = ['near', 'far'] as const

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
   * Writes the packets.
   * @param sides - The captures whose packets were numbered, in that order.
   * @throws CaptureError `unwritable`, and where a capture cannot be read again.
   */
  async write(sides: Record<Place, readonly SideInput[]>): Promise<LostWriter> {
    const { application, signal } = this.options
    const ports = tunnelPorts(this.options.ports)
    const writer = new LostWriter(this.output.sink, { application, ports })
    for (const name of PLACES) {
      const lost = this.#numbers[name]
      if (lost.size === 0) continue
      const fragments = new LostFragments(lost, ports)
      await this.#read(sides[name], (reader, file, number) => fragments.observe(reader, file, number))
      const side = { name, other: name === 'near' ? 'far' : 'near', key: name }
      await this.#read(sides[name], (reader, file, number) => {
        if (lost.has(number)) writer.write(reader, file, side)
      })
    }
    writer.finish()
    await this.output.drain(signal)
    this.output.commit()
    return writer
  }

  /** Goes through a side's packets, numbered over all its files. */
  async #read(
    inputs: readonly SideInput[],
    observe: (reader: CaptureReader, file: number, number: number) => void,
  ): Promise<void> {
    const { signal } = this.options
    let before = 0
    for (const [file, input] of inputs.entries()) {
      const source = await input.open()
      const reader = new CaptureReader()
      try {
        while (!reader.done) {
          while (reader.next()) observe(reader, file, before + reader.packet.number)
          signal.throwIfAborted()
          await this.output.drain(signal)
          await refill(reader, source)
        }
      } finally {
        await source.close?.()
      }
      before += reader.nextNumber - 1
    }
  }
}
