/** Packets of one side that are looked for, one after the other, as its captures are read once more. */
import { CaptureReader, refill } from '../capture/reader.ts'
import type { ByteSource } from '../capture/source.ts'
import type { SideInput } from './sides.ts'

/** Goes through a side's captures in their order, and stops at each packet that is looked for. */
export class LostRecords {
  /** The reader that has the packet at hand. */
  reader = new CaptureReader()
  /** The capture that it is in. */
  file = -1
  #source: ByteSource | null = null
  /** Numbers of the packets in the captures before. */
  #before = 0

  /** @param pause - Waited for before each piece, so that output keeps up. */
  constructor(
    readonly inputs: readonly SideInput[],
    private readonly wanted: { has(number: number): boolean },
    private readonly pause: () => Promise<void>,
  ) {}

  /** Number of the packet at hand over all captures. */
  get number(): number {
    return this.#before + this.reader.packet.number
  }

  /** Steps onto the next one. @returns Whether there is one. */
  async next(): Promise<boolean> {
    for (;;) {
      if (this.#source === null && !(await this.#open())) return false
      const { reader } = this
      while (reader.next()) if (this.wanted.has(this.number)) return true
      if (reader.done) {
        await this.close()
        this.#before += reader.nextNumber - 1
        continue
      }
      await this.pause()
      await refill(reader, this.#source!)
    }
  }

  async close(): Promise<void> {
    const source = this.#source
    this.#source = null
    await source?.close?.()
  }

  /** Opens the next capture. @returns Whether there is one. */
  async #open(): Promise<boolean> {
    const input = this.inputs[this.file + 1]
    if (input === undefined) return false
    this.file++
    this.#source = await input.open()
    this.reader = new CaptureReader()
    return true
  }
}
