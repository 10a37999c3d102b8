/** Interfaces of captures that are read to interfaces of the capture that is written, described there when first needed. */
import type { PcapngWriter, WritableInterface } from '../capture/formats/writer.ts'

/** Most interfaces that are described in one output: what a reader takes back. */
export const MOST_INTERFACES = 65_536

/** Ids of described interfaces, by key. */
export class Interfaces {
  readonly #ids = new Map<string, number>()

  constructor(private readonly writer: PcapngWriter) {}

  /** How many have been described in this section. */
  get size(): number {
    return this.#ids.size
  }

  /** The id of an interface, if it has been described. */
  find(key: string): number | undefined {
    return this.#ids.get(key)
  }

  /** The id of an interface, described by `describe` where it has not been. */
  id(key: string, describe: () => WritableInterface): number {
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.writer.addInterface(describe())
    this.#ids.set(key, id)
    return id
  }

  /** Forgets all of them: a new section has begun. */
  clear(): void {
    this.#ids.clear()
  }
}
