/** Bytes for payloads, and their Internet checksum sums without reading them again. */
import { Random } from './random.ts'

const POOL = 65_536
const LONGEST = 2048

/** A pool of noise that payloads are cut from. */
export class PayloadPool {
  readonly #bytes = new Uint8Array(POOL + LONGEST)
  /** Sum of the 16-bit words before each word. */
  readonly #sums = new Uint32Array((POOL + LONGEST) / 2 + 1)

  constructor(seed: number) {
    const random = new Random(seed ^ 0x9001)
    for (let at = 0; at < this.#bytes.length; at += 2) {
      const word = random.word()
      this.#bytes[at] = word >>> 8
      this.#bytes[at + 1] = word
      this.#sums[at / 2 + 1] = this.#sums[at / 2]! + (word & 0xffff)
    }
  }

  /** Sum of the words of the `length` bytes that begin at an even offset below {@link size}; an odd last byte is padded. */
  sum(from: number, length: number): number {
    const end = from + length
    const words = this.#sums[end >> 1]! - this.#sums[from >> 1]!
    return length % 2 === 0 ? words : words + (this.#bytes[end - 1]! << 8)
  }

  /** Copies bytes out of the pool. */
  copy(from: number, length: number, into: Uint8Array, at: number): void {
    into.set(this.#bytes.subarray(from, from + length), at)
  }

  /** An even offset at which a payload may begin. */
  offset(random: Random): number {
    return random.below(POOL / 2) * 2
  }
}
