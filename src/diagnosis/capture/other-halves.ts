/**
 * Halves of conversations that are looked for in any VNI: a set over flow rows. There may be as many as flows, so it keeps row
 * numbers and compares the keys where they stand.
 */
import { finalize, mix } from '../../analyzers/tables/hash.ts'
import type { KeyTable } from '../../analyzers/tables/key-table.ts'

/** Words of a flow's key that are the same in every VNI: protocol with its class, both addresses, ports. */
const FIRST_WORD = 2
const LAST_WORD = 5

/** What one side sends of each of some conversations, and whether it was found. */
export class OtherHalves {
  /** Flow row × 2 + direction of one flow of each, plus one; 0 = empty. */
  readonly #slots: Int32Array
  readonly #isFound: Uint8Array

  /**
   * @param flows - The table of flows.
   * @param most - How many are looked for at the most.
   */
  constructor(
    private readonly flows: KeyTable,
    most: number,
  ) {
    // At most two thirds of the slots are in use.
    const slots = 2 ** Math.ceil(Math.log2(most * 1.5 + 1))
    this.#slots = new Int32Array(slots)
    this.#isFound = new Uint8Array(slots)
  }

  /** Looks for what is sent in one direction of a flow's conversation. @param half - Flow row × 2 + direction. */
  want(half: number): void {
    this.#slots[this.#slot(half)] = half + 1
  }

  /** A flow has packets in a direction: if that is looked for, it is found. @param half - Flow row × 2 + direction. */
  note(half: number): void {
    const slot = this.#slot(half)
    if (this.#slots[slot] !== 0) this.#isFound[slot] = 1
  }

  /** Whether a half was looked for and found. @param half - Flow row × 2 + direction. */
  has(half: number): boolean {
    return this.#isFound[this.#slot(half)] === 1
  }

  /** The slot that holds a half, or the empty one where it belongs. */
  #slot(half: number): number {
    const { flows } = this
    const direction = half & 1
    let running = direction
    for (let word = FIRST_WORD; word <= LAST_WORD; word++) running = mix(running, flows.word(half >>> 1, word))
    const mask = this.#slots.length - 1
    let slot = finalize(running) & mask
    for (;;) {
      const found = this.#slots[slot]!
      if (found === 0) return slot
      if (((found - 1) & 1) === direction && this.#isSame((found - 1) >>> 1, half >>> 1)) return slot
      slot = (slot + 1) & mask
    }
  }

  #isSame(one: number, other: number): boolean {
    const { flows } = this
    for (let word = FIRST_WORD; word <= LAST_WORD; word++) {
      if (flows.word(one, word) !== flows.word(other, word)) return false
    }
    return true
  }
}
