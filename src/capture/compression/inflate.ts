/**
 * DEFLATE (RFC 1951), streamed: a piece in, its content out, with the 32 KiB of history that it may refer to. Written here because
 * `DecompressionStream` neither says where a stream ends nor hands out what came before damage, so that members behind one another,
 * padding and cut captures cannot be read with it. Runs anywhere. Internal to `capture/`.
 */

/** A match refers back at most this far (§3.2.5). */
const HISTORY = 32 * 1024
/** Bytes of output that are handed out at once. */
export const OUTPUT_CHUNK = 256 * 1024
/** Longest match: the buffer has room for one that begins with the last byte of a chunk. */
const LONGEST = 258
/** Matches that are longer are copied by the engine's own copy, whose call costs as much as so many bytes by hand. */
const LONG_MATCH = 32

/** Longest code (§3.2.7), and bits that a table answers at once; longer codes are rare, and found bit by bit. */
const MAX_BITS = 15
const FAST_BITS = 10
/** Zeros behind the input: a symbol may take in so many bytes beyond it before it is asked whether they were there. */
const SLACK = 8

const END_OF_BLOCK = 256
/** Stands for a code that no symbol has. */
const NO_SYMBOL = 511

/** Order of the lengths of the code length code (§3.2.7). */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const

/** Bases and extra bits of lengths (symbols 257 to 285) and distances (0 to 29), §3.2.5. */
const LENGTH_BASE = new Uint16Array(29)
const LENGTH_EXTRA = new Uint8Array(29)
const DISTANCE_BASE = new Uint16Array(30)
const DISTANCE_EXTRA = new Uint8Array(30)
for (let symbol = 0, base = 3; symbol < 28; symbol++) {
  LENGTH_EXTRA[symbol] = symbol < 8 ? 0 : (symbol - 4) >> 2
  LENGTH_BASE[symbol] = base
  base += 1 << LENGTH_EXTRA[symbol]!
}
LENGTH_BASE[28] = LONGEST
for (let symbol = 0, base = 1; symbol < 30; symbol++) {
  DISTANCE_EXTRA[symbol] = symbol < 4 ? 0 : (symbol - 2) >> 1
  DISTANCE_BASE[symbol] = base
  base += 1 << DISTANCE_EXTRA[symbol]!
}

/** A Huffman code (§3.2.2). */
class Code {
  /** By the next {@link FAST_BITS} bits: symbol and length of its code, 0 where the code is longer. */
  readonly fast = new Uint16Array(1 << FAST_BITS)
  /** Codes of each length, and their symbols in order. */
  readonly #counts = new Uint16Array(MAX_BITS + 1)
  readonly #symbols: Uint16Array
  readonly #next = new Uint16Array(MAX_BITS + 1)

  constructor(symbols: number) {
    this.#symbols = new Uint16Array(symbols)
  }

  /**
   * Takes the lengths of the codes, 0 for a symbol that has none. As in zlib, a code may lack half of its words where it has one
   * symbol, and all where it has none: that is an error only when such a word comes.
   * @param partial - Whether it may lack any.
   * @returns Whether this is a code.
   */
  set(lengths: Uint8Array, from: number, to: number, partial: boolean): boolean {
    const counts = this.#counts
    const next = this.#next
    counts.fill(0)
    for (let at = from; at < to; at++) counts[lengths[at]!]!++
    const used = to - from - counts[0]!
    counts[0] = 0
    let left = 1
    for (let length = 1; length <= MAX_BITS; length++) {
      left = left * 2 - counts[length]!
      if (left < 0) return false
    }
    const { fast } = this
    if (left > 0) {
      if (used > 0 && !(partial && used === 1 && counts[1] === 1)) return false
      fast.fill((NO_SYMBOL << 4) | 1)
      if (used === 0) {
        // zlib reads a code length code without a code as lengths of 0.
        if (!partial) fast.fill(1)
        return true
      }
    } else fast.fill(0)
    const symbols = this.#symbols
    for (let length = 1, at = 0; length <= MAX_BITS; length++) {
      next[length] = at
      at += counts[length]!
    }
    for (let at = from; at < to; at++) if (lengths[at]! > 0) symbols[next[lengths[at]!]!++] = at - from
    let code = 0
    for (let length = 1, at = 0; length <= FAST_BITS; length++) {
      for (let count = counts[length]!; count > 0; count--) {
        let reversed = 0
        for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit)
        const entry = (symbols[at++]! << 4) | length
        for (let word = reversed; word < fast.length; word += 1 << length) fast[word] = entry
        code++
      }
      code <<= 1
    }
    return true
  }

  /** A code that is longer than the table answers; at least 15 bits are there. @returns Its symbol and length. */
  slow(hold: number): number {
    const counts = this.#counts
    let code = 0
    let first = 0
    let at = 0
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= (hold >>> (length - 1)) & 1
      const there = counts[length]!
      if (code - first < there) return (this.#symbols[at + code - first]! << 4) | length
      at += there
      first = (first + there) << 1
      code <<= 1
    }
    return (NO_SYMBOL << 4) | MAX_BITS
  }
}

/** The codes of blocks that bring none (§3.2.6). */
let fixed: { literals: Code; distances: Code } | null = null

function fixedCodes(): { literals: Code; distances: Code } {
  if (fixed !== null) return fixed
  const lengths = Uint8Array.from({ length: 288 }, (_, at) => (at < 144 ? 8 : at < 256 ? 9 : at < 280 ? 7 : 8))
  fixed = { literals: new Code(288), distances: new Code(32) }
  fixed.literals.set(lengths, 0, 288, true)
  fixed.distances.set(new Uint8Array(32).fill(5), 0, 32, true)
  return fixed
}

/** Where decoding is. */
enum At {
  Block,
  Stored,
  Codes,
}

/** What a step came to. */
enum Step {
  /** The chunk is full. */
  Full,
  /** More input is needed. */
  Starved,
  Done,
  Broken,
}

/** Decodes one DEFLATE stream. */
export class Inflate {
  /** Whether the stream has ended. */
  ended = false
  /** Whether it is damaged. What the last piece gave beyond whole chunks is lost then, as it is with zlib. */
  failed = false
  readonly #out = new Uint8Array(HISTORY + OUTPUT_CHUNK + LONGEST)
  /** The end of the output, and of what was handed out. */
  #to = HISTORY
  #given = HISTORY
  /** Bytes of output in all, as far as a match may refer to them. */
  #oldest = HISTORY
  /** What was fed and is not decoded yet, from `#from` to `#end`. */
  #input = new Uint8Array(SLACK)
  #from = 0
  #end = 0
  /** Bits that were taken in and not used. */
  #hold = 0
  #count = 0
  #at: At = At.Block
  #isLast = false
  #stored = 0
  #literals: Code | null = null
  #distances: Code | null = null
  readonly #ownLiterals = new Code(288)
  readonly #ownDistances = new Code(32)
  readonly #lengthCode = new Code(19)
  readonly #lengths = new Uint8Array(320)

  /** Bytes that it holds. */
  get held(): number {
    return this.#out.length + this.#input.length
  }

  /** Takes the next bytes of the stream, copied; call it when {@link next} has returned `null`. */
  feed(bytes: Uint8Array): void {
    const left = this.#end - this.#from
    const input = new Uint8Array(left + bytes.length + SLACK)
    input.set(this.#input.subarray(this.#from, this.#end))
    input.set(bytes, left)
    this.#input = input
    this.#from = 0
    this.#end = left + bytes.length
  }

  /** Bytes at the end of what was fed that are behind the end of the stream. */
  get unused(): number {
    return this.#end - this.#from
  }

  /** The next output, valid until the next call; `null` when there is none without more input, or never again. */
  next(): Uint8Array | null {
    if (this.#to >= HISTORY + OUTPUT_CHUNK) this.#slide()
    if (this.failed) return null
    const step = this.ended ? Step.Done : this.#run()
    if (step === Step.Broken) {
      this.failed = true
      return null
    }
    if (step === Step.Done) this.ended = true
    const end = step === Step.Full ? HISTORY + OUTPUT_CHUNK : this.#to
    if (end === this.#given) return null
    const output = this.#out.subarray(this.#given, end)
    this.#given = end
    return output
  }

  /** Makes room for the next chunk, behind the history that it may refer to. */
  #slide(): void {
    this.#out.copyWithin(0, OUTPUT_CHUNK, this.#to)
    this.#to -= OUTPUT_CHUNK
    this.#given -= OUTPUT_CHUNK
    this.#oldest = Math.max(0, this.#oldest - OUTPUT_CHUNK)
  }

  #run(): Step {
    for (;;) {
      let step: Step | null
      if (this.#at === At.Codes) step = this.#codes()
      else if (this.#at === At.Stored) step = this.#storedBytes()
      else if (this.#isLast) {
        this.#giveBack()
        return Step.Done
      } else step = this.#header()
      if (step !== null) {
        this.#giveBack()
        return step
      }
      if (this.#to >= HISTORY + OUTPUT_CHUNK) return Step.Full
    }
  }

  /** Whole bytes that were taken in and not needed are input again. */
  #giveBack(): void {
    const bytes = this.#count >>> 3
    this.#from -= bytes
    this.#count &= 7
    this.#hold &= (1 << this.#count) - 1
  }

  /** Takes bits in, up to 15 bits more than asked for at most. @returns Whether so many are there: at most 16. */
  #need(bits: number): boolean {
    while (this.#count < bits) {
      if (this.#from === this.#end) return false
      this.#hold |= this.#input[this.#from++]! << this.#count
      this.#count += 8
    }
    return true
  }

  #take(bits: number): number {
    const value = this.#hold & ((1 << bits) - 1)
    this.#hold >>>= bits
    this.#count -= bits
    return value
  }

  /** Reads the header of a block, or nothing of it when it is not all there. @returns `null` to go on. */
  #header(): Step | null {
    this.#giveBack()
    const from = this.#from
    const hold = this.#hold
    const count = this.#count
    const step = this.#wholeHeader()
    if (step === Step.Starved) {
      this.#from = from
      this.#hold = hold
      this.#count = count
    }
    return step
  }

  #wholeHeader(): Step | null {
    if (!this.#need(3)) return Step.Starved
    const isLast = this.#take(1) === 1
    const type = this.#take(2)
    if (type === 0) {
      this.#take(this.#count & 7)
      if (!this.#need(16)) return Step.Starved
      const length = this.#take(16)
      if (!this.#need(16)) return Step.Starved
      if (this.#take(16) !== (~length & 0xffff)) return Step.Broken
      this.#stored = length
      this.#at = At.Stored
    } else if (type === 1) {
      const { literals, distances } = fixedCodes()
      this.#literals = literals
      this.#distances = distances
      this.#at = At.Codes
    } else if (type === 2) {
      const step = this.#dynamic()
      if (step !== null) return step
      this.#at = At.Codes
    } else return Step.Broken
    this.#isLast = isLast
    return null
  }

  /** Reads the codes that a block brings (§3.2.7). */
  #dynamic(): Step | null {
    if (!this.#need(14)) return Step.Starved
    const literals = this.#take(5) + 257
    const distances = this.#take(5) + 1
    const codes = this.#take(4) + 4
    if (literals > 286 || distances > 30) return Step.Broken
    const lengths = this.#lengths
    lengths.fill(0)
    for (let at = 0; at < codes; at++) {
      if (!this.#need(3)) return Step.Starved
      lengths[LENGTH_ORDER[at]!] = this.#take(3)
    }
    const lengthCode = this.#lengthCode
    if (!lengthCode.set(lengths, 0, 19, false)) return Step.Broken
    lengths.fill(0)
    for (let at = 0; at < literals + distances; ) {
      // Its codes have at most 7 bits.
      let entry = lengthCode.fast[this.#hold & ((1 << FAST_BITS) - 1)]!
      while ((entry & 15) > this.#count) {
        if (!this.#need(this.#count + 1)) return Step.Starved
        entry = lengthCode.fast[this.#hold & ((1 << FAST_BITS) - 1)]!
      }
      const symbol = entry >>> 4
      if (symbol < 16) {
        this.#take(entry & 15)
        lengths[at++] = symbol
        continue
      }
      const extra = symbol === 16 ? 2 : symbol === 17 ? 3 : 7
      if (!this.#need((entry & 15) + extra)) return Step.Starved
      this.#take(entry & 15)
      if (symbol === 16 && at === 0) return Step.Broken
      const value = symbol === 16 ? lengths[at - 1]! : 0
      const repeat = this.#take(extra) + (symbol === 18 ? 11 : 3)
      if (at + repeat > literals + distances) return Step.Broken
      lengths.fill(value, at, at + repeat)
      at += repeat
    }
    if (lengths[END_OF_BLOCK] === 0) return Step.Broken
    if (!this.#ownLiterals.set(lengths, 0, literals, true)) return Step.Broken
    if (!this.#ownDistances.set(lengths, literals, literals + distances, true)) return Step.Broken
    this.#literals = this.#ownLiterals
    this.#distances = this.#ownDistances
    return null
  }

  #storedBytes(): Step | null {
    this.#giveBack()
    const length = Math.min(this.#stored, this.#end - this.#from, HISTORY + OUTPUT_CHUNK - this.#to)
    this.#out.set(this.#input.subarray(this.#from, this.#from + length), this.#to)
    this.#from += length
    this.#to += length
    this.#stored -= length
    if (this.#stored === 0) {
      this.#at = At.Block
      return null
    }
    return length === 0 ? Step.Starved : null
  }

  /** Reads symbols up to the end of the block, of the input, or of the chunk. */
  #codes(): Step | null {
    const input = this.#input
    const out = this.#out
    const literals = this.#literals!
    const distances = this.#distances!
    const fastLiterals = literals.fast
    const fastDistances = distances.fast
    const oldest = this.#oldest
    const mask = (1 << FAST_BITS) - 1
    const full = HISTORY + OUTPUT_CHUNK
    const lastBit = this.#end * 8
    let from = this.#from
    let hold = this.#hold
    let count = this.#count
    let to = this.#to
    let step: Step | null = Step.Full
    while (to < full) {
      // Where the symbol begins, for when it is not all there.
      const from0 = from
      const hold0 = hold
      const count0 = count
      if (count < 16) {
        hold |= (input[from]! | (input[from + 1]! << 8)) << count
        from += 2
        count += 16
      }
      let entry = fastLiterals[hold & mask]!
      if (entry === 0) entry = literals.slow(hold)
      let bits = entry & 15
      let symbol = entry >>> 4
      hold >>>= bits
      count -= bits
      let match = 0
      let distance = 0
      if (symbol > END_OF_BLOCK && symbol < 286) {
        if (count < 16) {
          hold |= (input[from]! | (input[from + 1]! << 8)) << count
          from += 2
          count += 16
        }
        symbol -= 257
        bits = LENGTH_EXTRA[symbol]!
        match = LENGTH_BASE[symbol]! + (hold & ((1 << bits) - 1))
        hold >>>= bits
        count -= bits
        if (count < 16) {
          hold |= (input[from]! | (input[from + 1]! << 8)) << count
          from += 2
          count += 16
        }
        entry = fastDistances[hold & mask]!
        if (entry === 0) entry = distances.slow(hold)
        bits = entry & 15
        symbol = entry >>> 4
        hold >>>= bits
        count -= bits
        if (symbol < 30) {
          if (count < 16) {
            hold |= (input[from]! | (input[from + 1]! << 8)) << count
            from += 2
            count += 16
          }
          bits = DISTANCE_EXTRA[symbol]!
          distance = DISTANCE_BASE[symbol]! + (hold & ((1 << bits) - 1))
          hold >>>= bits
          count -= bits
        }
      }
      if (from * 8 - count > lastBit) {
        from = from0
        hold = hold0
        count = count0
        step = Step.Starved
        break
      }
      if (match === 0) {
        if (symbol < END_OF_BLOCK) {
          out[to++] = symbol
          continue
        }
        if (symbol === END_OF_BLOCK) {
          this.#at = At.Block
          step = null
        } else step = Step.Broken
        break
      }
      if (distance === 0 || distance > to - oldest) {
        step = Step.Broken
        break
      }
      const end = to + match
      if (distance >= match && match > LONG_MATCH) {
        out.copyWithin(to, to - distance, end - distance)
        to = end
      } else {
        for (; to < end; to++) out[to] = out[to - distance]!
      }
    }
    this.#from = from
    this.#hold = hold
    this.#count = count
    this.#to = to
    return step
  }
}
