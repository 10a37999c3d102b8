/**
 * Blocks of a pcapng file that cannot be, although their lengths are sound: each is left out, and reading goes on behind it. They are
 * counted, and the first few are named.
 */
import type { CaptureIssue } from '../../issue.ts'
import { amount } from './words.ts'

/** A block that was left out. */
export interface DamagedBlock {
  /** Its number among all blocks of the file, from 1. */
  readonly number: number
  /** Its offset in the file, in bytes of the uncompressed capture. */
  readonly offset: number
  /** What is wrong with it. */
  readonly detail: string
}

/** Blocks that are named; of further ones only the count is kept. */
const MOST_NAMED_BLOCKS = 5

/** What was left out of one file. */
export class DamagedBlocks {
  /** How many blocks. */
  count = 0
  /** How many of them would have been a packet. */
  packets = 0
  readonly #named: DamagedBlock[] = []

  /** Notes one more. @param isPacket - Whether it is a block of a packet. */
  add(block: DamagedBlock, isPacket: boolean): void {
    this.count++
    if (isPacket) this.packets++
    if (this.#named.length < MOST_NAMED_BLOCKS) this.#named.push(block)
  }

  /** All of them as one issue, `null` when there are none. */
  issue(): CaptureIssue | null {
    const [first] = this.#named
    if (first === undefined) return null
    const { count, packets } = this
    const named = this.#named.map(({ number, offset, detail }) => `block ${number} at offset ${offset}: ${detail}`)
    const more = count > named.length ? `; and ${count - named.length} more` : ''
    const left = `${amount(count, 'block')} ${count === 1 ? 'is' : 'are'} left out`
    return {
      kind: 'damaged',
      offset: first.offset,
      detail: `${left}: ${named.join('; ')}${more}`,
      cause: 'blocks',
      blocks: count,
      packets,
    }
  }
}
