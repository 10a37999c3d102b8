/**
 * The recent past: a ring of the last entries with hash chains through it. A new entry pushes the oldest one out.
 * For questions that are only asked about a short time back (copies of a frame, echo requests, open fragments).
 */
import { NONE } from '../../codecs/core/fault.ts'
import { savedArray, savedInteger } from './saved.ts'

/** Words of an entry that the ring itself uses: its sequence number, the older entry of its chain, and the two key words. */
const OWN = 4

/** Links of a chain that are followed: a crafted capture must not turn a look-up into a search of the whole ring. */
const LONGEST_CHAIN = 64

/** A saved ring. */
export interface RecentRingState {
  data: Int32Array
  heads: Int32Array
  next: number
}

/** Heads of chains by entry, so that most keys that are not there find nothing at all. */
const SPREAD = 4

/**
 * A head: the lower bits of its newest entry's sequence number, and above them one bit for each sign that keys of the chain have.
 * Most look-ups for what is not there end at the head, because no key of the chain has the right sign.
 */
const SEQUENCE_BITS = 24
const SEQUENCE = (1 << SEQUENCE_BITS) - 1
/** The sign is taken from the uppermost bits of the lower key word: the lowest ones choose the chain. */
const SIGN_SHIFT = 29
/** Most entries: the bits of a head must tell those in the ring from those that it has overwritten. */
const LARGEST = 1 << (SEQUENCE_BITS - 1)

/** Entries that a ring starts with; it doubles while it fills. */
const INITIAL_SIZE = 1024

/** A ring of entries keyed by 64 bits. */
export class RecentRing {
  /** Entries, `stride` words each; {@link insert} may replace it, so take it afterwards. */
  data: Int32Array
  readonly stride: number
  #heads: Int32Array
  #next = 1
  #mask: number

  /**
   * @param size - Most entries kept: a power of two, at most {@link LARGEST}.
   * @param words - 32-bit words an entry has for its user.
   * @throws RangeError for a size above that.
   */
  constructor(
    readonly size: number,
    words: number,
  ) {
    if (size > LARGEST)
      throw new RangeError(`a window of ${size} entries is too large: at most ${LARGEST} can be told apart`)
    const initial = Math.min(size, INITIAL_SIZE)
    this.stride = OWN + words
    this.data = new Int32Array(initial * this.stride)
    this.#heads = new Int32Array(initial * SPREAD)
    this.#mask = initial - 1
  }

  /** The newest entry with this key. @returns Offset of its first user word, `NONE` when there is none. */
  find(high: number, low: number): number {
    const head = this.#heads[low & (this.#heads.length - 1)]!
    if ((head & signOf(low)) === 0) return NONE
    return this.#chase(this.#sequenceOf(head), high, low)
  }

  /** Reads what {@link find} and {@link insert} will read first. @returns Nothing of use. */
  prefetch(low: number): number {
    return this.#heads[low & (this.#heads.length - 1)]!
  }

  /** The next older entry with the same key as the one at `entry`. */
  older(entry: number): number {
    const at = entry - OWN
    return this.#chase(this.data[at + 1]!, this.data[at + 2]!, this.data[at + 3]!)
  }

  /** Entries in the ring. */
  get count(): number {
    return Math.min(this.#next - 1, this.#mask + 1)
  }

  /** How many entries were added after the one at `entry`. */
  age(entry: number): number {
    return this.#next - 1 - this.data[entry - OWN]!
  }

  /** The entry that `back` others were added after, which must be in the ring. @returns Offset of its first user word. */
  newest(back: number): number {
    return ((this.#next - 1 - back) & this.#mask) * this.stride + OWN
  }

  /** Adds an entry, its user words zero. @returns Offset of its first user word. */
  insert(high: number, low: number): number {
    const entry = this.claim(high, low)
    const end = entry + this.stride - OWN
    for (let word = entry; word < end; word++) this.data[word] = 0
    return entry
  }

  /** Adds an entry whose user words must all be written. @returns Offset of its first user word. */
  claim(high: number, low: number): number {
    if (this.#next === this.#mask + 1 && this.#mask + 1 < this.size) this.#grow()
    const { data, stride } = this
    const sequence = this.#next
    this.#next = (sequence + 1) | 0
    const at = (sequence & this.#mask) * stride
    const head = low & (this.#heads.length - 1)
    data[at] = sequence
    data[at + 1] = this.#link(head, sequence, low)
    data[at + 2] = high
    data[at + 3] = low
    return at + OWN
  }

  /** Offset of the first user word of the entry that the next {@link insert} will push out; `NONE` while there is room. */
  oldest(): number {
    if (this.#mask + 1 < this.size) return NONE
    const at = (this.#next & this.#mask) * this.stride
    return this.data[at] === 0 ? NONE : at + OWN
  }

  /** Offsets of the first user words of every entry, oldest first. */
  entries(): number[] {
    const size = this.#mask + 1
    const entries: number[] = []
    for (let sequence = Math.max(1, this.#next - size); sequence < this.#next; sequence++) {
      entries.push((sequence & this.#mask) * this.stride + OWN)
    }
    return entries
  }

  save(): RecentRingState {
    return { data: this.data.slice(), heads: this.#heads.slice(), next: this.#next }
  }

  /** @throws RangeError for what no ring of this size can have saved. */
  restore(state: RecentRingState): void {
    this.#check(state)
    this.data = state.data.slice()
    this.#heads = state.heads.slice()
    this.#next = state.next
    this.#mask = this.#heads.length / SPREAD - 1
  }

  /** Chains must lead to older entries: one that led back would be followed for ever. */
  #check({ data, heads, next }: RecentRingState): void {
    const { stride, size } = this
    const entries = heads.length / SPREAD
    savedInteger('entries of a ring', entries, Math.min(size, INITIAL_SIZE), size)
    savedInteger('entries of a ring, doubled again and again,', Math.log2(entries), 0, SEQUENCE_BITS)
    savedArray('heads of a ring', heads, Int32Array, entries * SPREAD)
    savedArray('entries of a ring', data, Int32Array, entries * stride)
    // It grows before it goes round.
    savedInteger('next entry of a ring', next, entries < size ? 1 : -(2 ** 31), entries < size ? entries : 2 ** 31 - 1)
    for (let place = 0; place < entries; place++) {
      const sequence = data[place * stride]!
      const older = data[place * stride + 1]!
      const isInPlace = sequence === 0 || (sequence & (entries - 1)) === place
      if (!isInPlace || (older !== 0 && ((sequence - older) | 0) <= 0)) throw new RangeError('a ring that leads back')
    }
  }

  /** Doubles the ring before it overwrites for the first time: every entry keeps its place and its chain is made anew. */
  #grow(): void {
    const { stride } = this
    const size = (this.#mask + 1) * 2
    const data = new Int32Array(size * stride)
    const heads = new Int32Array(size * SPREAD)
    data.set(this.data)
    this.data = data
    this.#heads = heads
    this.#mask = size - 1
    for (let sequence = 1; sequence < this.#next; sequence++) {
      const at = sequence * stride
      data[at + 1] = this.#link(data[at + 3]! & (heads.length - 1), sequence, data[at + 3]!)
    }
  }

  /** Makes an entry the newest of its chain. @returns Sequence number of the one before, 0 when the ring has none. */
  #link(chain: number, sequence: number, low: number): number {
    const heads = this.#heads
    const head = heads[chain]!
    const age = (sequence - head) & SEQUENCE
    // No entry is older than itself by nothing: such a head is as old as its bits can count.
    const isAlive = head !== 0 && age !== 0 && age <= this.#mask
    heads[chain] = (sequence & SEQUENCE) | signOf(low) | (isAlive ? head & ~SEQUENCE : 0)
    return isAlive ? (sequence - age) | 0 : 0
  }

  /** The sequence number that a head stands for: the last one with these lower bits. */
  #sequenceOf(head: number): number {
    const newest = this.#next - 1
    return (newest - ((newest - head) & SEQUENCE)) | 0
  }

  #chase(from: number, high: number, low: number): number {
    const { data, stride } = this
    const mask = this.#mask
    let sequence = from
    // A chain ends at 0 or where the ring has overwritten it.
    const oldest = this.#next - mask - 1
    for (let links = 0; sequence !== 0 && links < LONGEST_CHAIN; links++) {
      // What the ring has overwritten need not be looked at.
      if (sequence < oldest) return NONE
      const at = (sequence & mask) * stride
      if (data[at] !== sequence) return NONE
      if (data[at + 3] === low && data[at + 2] === high) return at + OWN
      sequence = data[at + 1]!
    }
    return NONE
  }
}

/** The bit of a head that stands for keys with this lower word. */
function signOf(low: number): number {
  return 1 << (SEQUENCE_BITS + (low >>> SIGN_SHIFT))
}
