/**
 * Zstandard blocks (RFC 8878 §3.1.1.2 and §4): literals, sequences and their execution, with a sliding history.
 * Written here because Node 20 has no zstd, and fzstd moves its whole window for every block, however small: a hostile file
 * of a few kilobytes would keep it busy for minutes. Runs anywhere. Internal to `capture/`.
 */

/** Most bytes that one block regenerates (RFC 8878 §3.1.1.2.3). */
export const MAX_BLOCK = 128 * 1024

/** Raised inside a block that does not decode; `ZstdBlocks.decode` catches it. */
class Malformed extends Error {}

function refuse(): never {
  throw new Malformed()
}

/** Extra bits of each literals length code, and of each match length code (§3.1.1.3.2.1.1, tables 16 and 17). */
const LITERALS_BITS = [...Array(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const MATCH_BITS = [...Array(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
const LITERALS_BASE = /* @__PURE__ */ baselines(LITERALS_BITS, 0)
const MATCH_BASE = /* @__PURE__ */ baselines(MATCH_BITS, 3)

/** Each code begins where the one before ends. */
function baselines(bits: readonly number[], first: number): number[] {
  let base = first
  return bits.map((count) => {
    const own = base
    base += 1 << count
    return own
  })
}

/** Up to here a loop is faster than what an array method costs to call. */
const SHORT = 24

/** Default distributions (§3.1.1.3.2.2). */
const LITERALS_DEFAULT = [
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]
const MATCH_DEFAULT = [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array(37).fill(1), -1, -1, -1, -1, -1, -1, -1]
const OFFSET_DEFAULT = [1, 1, 1, 1, 1, 1, 2, 2, 2, ...Array(15).fill(1), -1, -1, -1, -1, -1]

/** Position of the highest set bit. */
const highBit = (value: number): number => 31 - Math.clz32(value)

/** A finite-state-entropy decoding table (§4.1). */
class FseTable {
  readonly log: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
  readonly base: Uint16Array

  private constructor(log: number) {
    this.log = log
    this.symbols = new Uint8Array(1 << log)
    this.bits = new Uint8Array(1 << log)
    this.base = new Uint16Array(1 << log)
  }

  /** One symbol, zero bits (§3.1.1.3.2.1, RLE mode). */
  static single(symbol: number): FseTable {
    const table = new FseTable(0)
    table.symbols[0] = symbol
    return table
  }

  /** From probabilities in units of 2^-log; -1 stands for "less than one". */
  static of(probabilities: readonly number[], log: number): FseTable {
    const size = 1 << log
    const table = new FseTable(log)
    const next = new Uint16Array(probabilities.length)
    let high = size
    for (const [symbol, probability] of probabilities.entries()) {
      if (probability === -1) {
        table.symbols[--high] = symbol
        next[symbol] = 1
      } else {
        next[symbol] = probability
      }
    }
    const step = (size >> 1) + (size >> 3) + 3
    let position = 0
    for (const [symbol, probability] of probabilities.entries()) {
      for (let count = 0; count < probability; count++) {
        table.symbols[position] = symbol
        do position = (position + step) & (size - 1)
        while (position >= high)
      }
    }
    if (position !== 0) refuse()
    for (let state = 0; state < size; state++) {
      const from = next[table.symbols[state]!]!++
      const bits = log - highBit(from)
      table.bits[state] = bits
      table.base[state] = (from << bits) - size
    }
    return table
  }
}

const DEFAULT_TABLES = /* @__PURE__ */ (() =>
  [FseTable.of(LITERALS_DEFAULT, 6), FseTable.of(OFFSET_DEFAULT, 5), FseTable.of(MATCH_DEFAULT, 6)] as const)()
const MAX_LOGS = [9, 8, 9] as const
const MAX_SYMBOLS = [35, 31, 52] as const

/** Reads bits from the end of `[from, end)` of `bytes` towards its beginning (§4.1, §4.2.2). */
class BackwardBits {
  private readonly bytes: Uint8Array
  private readonly origin: number
  /** Bits left; negative once more were asked for than there are. */
  left: number

  constructor(bytes: Uint8Array, from: number, end: number) {
    const last = end > from ? bytes[end - 1]! : 0
    // The highest set bit of the last byte marks the end.
    if (last === 0) refuse()
    this.bytes = bytes
    this.origin = from * 8
    this.left = (end - from - 1) * 8 + highBit(last)
  }

  /** The next `count` bits, at most 25, most significant first; zeros where there are none. */
  read(count: number): number {
    this.left -= count
    return this.at(this.left, count)
  }

  /** The next `count` bits, without taking them. */
  peek(count: number): number {
    return this.at(this.left - count, count)
  }

  private at(position: number, count: number): number {
    if (position < 0) {
      const there = position + count
      return there <= 0 ? 0 : this.at(0, there) << -position
    }
    const bit = this.origin + position
    const byte = bit >>> 3
    const { bytes } = this
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24)
    return (word >>> (bit & 7)) & ((1 << count) - 1)
  }
}

/** A Huffman decoding table: indexed by the next `maxBits` bits (§4.2.1). */
interface HuffmanTable {
  readonly maxBits: number
  readonly symbols: Uint8Array
  readonly bits: Uint8Array
}

/** Decodes the blocks of one frame. */
export class ZstdBlocks {
  private readonly window: number
  /** History, then what the current block adds. */
  private out: Uint8Array
  private end = 0
  /** The block, with room behind it so that reading a word at its end stays inside. */
  private readonly block = new Uint8Array(MAX_BLOCK + 8)
  private readonly literals = new Uint8Array(MAX_BLOCK)
  private huffman: HuffmanTable | null = null
  private readonly tables: (FseTable | null)[] = [null, null, null]
  private readonly repeats = [1, 4, 8]
  /** Where a forward read has come to. */
  private position = 0

  /** @param window - Window_Size of the frame: how far a match may reach back. */
  constructor(window: number) {
    this.window = window
    this.out = new Uint8Array(2 * MAX_BLOCK)
  }

  /** Bytes of its buffers. */
  get held(): number {
    return this.out.length + 3 * MAX_BLOCK
  }

  /**
   * Decodes one block.
   * @param type - 0 raw, 1 one byte repeated, 2 compressed.
   * @param size - Block_Size: for type 1 what it regenerates.
   * @returns What it regenerates, valid until the next call; `null` when it does not decode.
   */
  decode(type: number, content: Uint8Array, size: number): Uint8Array | null {
    this.makeRoom()
    const from = this.end
    if (type === 0) {
      this.out.set(content, from)
      this.end += content.length
    } else if (type === 1) {
      this.out.fill(content[0]!, from, from + size)
      this.end += size
    } else {
      this.block.set(content)
      this.block.fill(0, content.length, content.length + 8)
      try {
        this.compressed(content.length)
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        return null
      }
    }
    return this.out.subarray(from, this.end)
  }

  /** Room for a block: grows with what really came, then moves the window to the front once per quarter of it. */
  private makeRoom(): void {
    if (this.end + MAX_BLOCK <= this.out.length) return
    const keep = Math.min(this.end, this.window)
    const most = this.window + Math.max(this.window >>> 2, 8 * MAX_BLOCK)
    if (this.out.length < most) {
      const larger = new Uint8Array(Math.min(most, this.out.length * 2))
      if (keep + MAX_BLOCK <= larger.length) {
        larger.set(this.out.subarray(this.end - keep, this.end))
        this.out = larger
        this.end = keep
        return
      }
    }
    this.out.copyWithin(0, this.end - keep, this.end)
    this.end = keep
  }

  private compressed(length: number): void {
    this.position = 0
    const literalsLength = this.readLiterals(length)
    const sequences = this.readSequenceCount(length)
    if (sequences === 0) {
      if (this.position !== length) refuse()
      this.append(0, literalsLength)
      return
    }
    this.execute(length, sequences, literalsLength)
  }

  /** The literals section (§3.1.1.3.1), into `literals`. @returns How many there are. */
  private readLiterals(length: number): number {
    const { block, literals } = this
    if (length < 1) refuse()
    const first = block[0]!
    const type = first & 3
    const format = (first >>> 2) & 3
    if (type < 2) {
      const headerLength = format === 1 ? 2 : format === 3 ? 3 : 1
      const header = first | (block[1]! << 8) | (block[2]! << 16)
      const count = headerLength === 1 ? first >>> 3 : (header >>> 4) & (headerLength === 2 ? 0xfff : 0xfffff)
      const taken = type === 0 ? count : 1
      if (count > MAX_BLOCK || headerLength + taken > length) refuse()
      if (type === 0) literals.set(block.subarray(headerLength, headerLength + count))
      else literals.fill(block[headerLength]!, 0, count)
      this.position = headerLength + taken
      return count
    }
    const headerLength = format < 2 ? 3 : format + 2
    const bits = format < 2 ? 10 : format === 2 ? 14 : 18
    if (length < headerLength) refuse()
    let header = 0
    for (let byte = headerLength - 1; byte >= 0; byte--) header = header * 256 + block[byte]!
    const count = Math.floor(header / 16) % 2 ** bits
    const size = Math.floor(header / 2 ** (4 + bits))
    const end = headerLength + size
    if (count > MAX_BLOCK || end > length) refuse()
    this.position = headerLength
    if (type === 2) this.huffman = this.readHuffman(end)
    const { huffman } = this
    if (huffman === null) refuse()
    const from = this.position
    if (format === 0) {
      this.huffmanStream(huffman, from, end, 0, count)
    } else {
      if (end - from < 6) refuse()
      const part = (count + 3) >>> 2
      if (part * 3 > count) refuse()
      let at = from + 6
      for (let stream = 0; stream < 4; stream++) {
        const jump = from + stream * 2
        const to = stream === 3 ? end : at + (block[jump]! | (block[jump + 1]! << 8))
        if (to > end) refuse()
        this.huffmanStream(huffman, at, to, stream * part, stream === 3 ? count : (stream + 1) * part)
        at = to
      }
    }
    this.position = end
    return count
  }

  /** A Huffman tree description (§4.2.1) at `position`. */
  private readHuffman(end: number): HuffmanTable {
    const { block } = this
    if (this.position >= end) refuse()
    const header = block[this.position++]!
    const weights: number[] = []
    if (header >= 128) {
      const count = header - 127
      if (this.position + ((count + 1) >>> 1) > end) refuse()
      for (let index = 0; index < count; index++) {
        const byte = block[this.position + (index >>> 1)]!
        weights.push((index & 1) === 0 ? byte >>> 4 : byte & 15)
      }
      this.position += (count + 1) >>> 1
    } else {
      const stop = this.position + header
      if (stop > end) refuse()
      const table = this.readFse(stop, 255, 6)
      this.readWeights(table, new BackwardBits(block, this.position, stop), weights)
      this.position = stop
    }
    return huffmanTable(weights)
  }

  /** Weights, by two states in turn, until the bits run out (§4.2.1.2). */
  private readWeights(table: FseTable, bits: BackwardBits, weights: number[]): void {
    let one = bits.read(table.log)
    let other = bits.read(table.log)
    if (bits.left < 0) refuse()
    while (weights.length < 255) {
      weights.push(table.symbols[one]!)
      const next = table.base[one]! + bits.read(table.bits[one]!)
      if (bits.left < 0) {
        weights.push(table.symbols[other]!)
        return
      }
      one = other
      other = next
    }
    refuse()
  }

  private huffmanStream(table: HuffmanTable, from: number, end: number, low: number, high: number): void {
    const { literals } = this
    const { maxBits, symbols, bits } = table
    const reader = new BackwardBits(this.block, from, end)
    for (let at = low; at < high; at++) {
      const index = reader.peek(maxBits)
      literals[at] = symbols[index]!
      reader.left -= bits[index]!
    }
    if (reader.left !== 0) refuse()
  }

  /** A table description (§4.1.1) at `position`, which ends behind it. */
  private readFse(end: number, maxSymbol: number, maxLog: number): FseTable {
    const { block } = this
    if (this.position >= end) refuse()
    const origin = this.position * 8
    let bit = 4
    const log = (block[this.position]! & 15) + 5
    if (log > maxLog) refuse()
    const read = (count: number): number => {
      const at = origin + bit
      const byte = at >>> 3
      bit += count
      // A few bits beyond the end may be looked at, as long as they are not used.
      if (byte > end) refuse()
      const word = block[byte]! | ((block[byte + 1] ?? 0) << 8) | ((block[byte + 2] ?? 0) << 16)
      return (word >>> (at & 7)) & ((1 << count) - 1)
    }
    const probabilities: number[] = []
    let remaining = 1 << log
    while (remaining > 0) {
      const width = highBit(remaining + 1) + 1
      const lower = (1 << (width - 1)) - 1
      const threshold = (1 << width) - 2 - remaining
      let value = read(width)
      if ((value & lower) < threshold) {
        bit--
        value &= lower
      } else if (value > lower) {
        value -= threshold
      }
      const probability = value - 1
      remaining -= Math.abs(probability)
      probabilities.push(probability)
      if (probability === 0) {
        let more: number
        do {
          more = read(2)
          for (let count = 0; count < more; count++) probabilities.push(0)
        } while (more === 3)
      }
      if (probabilities.length > maxSymbol + 1) refuse()
    }
    if (remaining < 0) refuse()
    this.position += (bit + 7) >>> 3
    if (this.position > end) refuse()
    return FseTable.of(probabilities, log)
  }

  private readSequenceCount(length: number): number {
    const { block } = this
    const at = this.position
    if (at >= length) refuse()
    const first = block[at]!
    const size = first < 128 ? 1 : first < 255 ? 2 : 3
    if (at + size > length) refuse()
    this.position += size
    if (size === 1) return first
    return size === 2 ? ((first - 128) << 8) + block[at + 1]! : block[at + 1]! + (block[at + 2]! << 8) + 0x7f00
  }

  /** The table of one kind of code, by its mode (§3.1.1.3.2.1). */
  private readTable(kind: 0 | 1 | 2, mode: number, length: number): FseTable {
    const { tables } = this
    if (mode === 0) {
      tables[kind] = DEFAULT_TABLES[kind]
    } else if (mode === 1) {
      if (this.position >= length) refuse()
      const symbol = this.block[this.position++]!
      if (symbol > MAX_SYMBOLS[kind]) refuse()
      tables[kind] = FseTable.single(symbol)
    } else if (mode === 2) {
      tables[kind] = this.readFse(length, MAX_SYMBOLS[kind], MAX_LOGS[kind])
    }
    return tables[kind] ?? refuse()
  }

  /** Decodes and executes the sequences (§3.1.1.3.2, §3.1.1.4). */
  private execute(length: number, sequences: number, literalsLength: number): void {
    const { block, repeats, window } = this
    if (this.position >= length) refuse()
    const modes = block[this.position++]!
    if ((modes & 3) !== 0) refuse()
    const lengths = this.readTable(0, modes >>> 6, length)
    const offsets = this.readTable(1, (modes >>> 4) & 3, length)
    const matches = this.readTable(2, (modes >>> 2) & 3, length)
    const bits = new BackwardBits(block, this.position, length)
    let lengthState = bits.read(lengths.log)
    let offsetState = bits.read(offsets.log)
    let matchState = bits.read(matches.log)
    const start = this.end
    let taken = 0
    for (let left = sequences; left > 0; left--) {
      const offsetCode = offsets.symbols[offsetState]!
      const matchCode = matches.symbols[matchState]!
      const lengthCode = lengths.symbols[lengthState]!
      // 25 bits at most are read at once; an offset may have 31.
      const upper = offsetCode > 16 ? bits.read(offsetCode - 16) : 0
      const value = 2 ** offsetCode + (offsetCode > 16 ? upper * 0x1_0000 + bits.read(16) : bits.read(offsetCode))
      const matchLength = MATCH_BASE[matchCode]! + bits.read(MATCH_BITS[matchCode]!)
      const literalLength = LITERALS_BASE[lengthCode]! + bits.read(LITERALS_BITS[lengthCode]!)
      if (left > 1) {
        lengthState = lengths.base[lengthState]! + bits.read(lengths.bits[lengthState]!)
        matchState = matches.base[matchState]! + bits.read(matches.bits[matchState]!)
        offsetState = offsets.base[offsetState]! + bits.read(offsets.bits[offsetState]!)
      }
      if (bits.left < 0) refuse()
      const offset = repeatedOffset(repeats, value, literalLength)
      if (literalLength > literalsLength - taken) refuse()
      if (this.end - start + literalLength + matchLength > MAX_BLOCK) refuse()
      this.append(taken, taken + literalLength)
      taken += literalLength
      if (offset < 1 || offset > this.end || offset > window) refuse()
      this.match(offset, matchLength)
    }
    if (bits.left !== 0) refuse()
    if (this.end - start + literalsLength - taken > MAX_BLOCK) refuse()
    this.append(taken, literalsLength)
  }

  private append(from: number, to: number): void {
    const { out, literals } = this
    const at = this.end
    const length = to - from
    if (length > SHORT) out.set(literals.subarray(from, to), at)
    else for (let byte = 0; byte < length; byte++) out[at + byte] = literals[from + byte]!
    this.end = at + length
  }

  private match(offset: number, length: number): void {
    const { out } = this
    const at = this.end
    if (length > SHORT && offset >= length) {
      out.copyWithin(at, at - offset, at - offset + length)
    } else {
      // A match may overlap what it makes: byte by byte.
      for (let byte = at; byte < at + length; byte++) out[byte] = out[byte - offset]!
    }
    this.end = at + length
  }
}

/** The offset that `value` stands for, and the history after it (§3.1.1.5). */
function repeatedOffset(repeats: number[], value: number, literalLength: number): number {
  let offset: number
  let index = 3
  if (value > 3) {
    offset = value - 3
  } else {
    index = value - 1 + (literalLength === 0 ? 1 : 0)
    offset = index < 3 ? repeats[index]! : repeats[0]! - 1
  }
  if (index > 1) repeats[2] = repeats[1]!
  if (index > 0) repeats[1] = repeats[0]!
  repeats[0] = offset
  return offset
}

/** Weights, the last one implied, to a lookup table (§4.2.1.3). */
function huffmanTable(weights: number[]): HuffmanTable {
  let total = 0
  for (const weight of weights) {
    if (weight > 11) refuse()
    if (weight > 0) total += 1 << (weight - 1)
  }
  if (total === 0) refuse()
  const maxBits = highBit(total) + 1
  const rest = (1 << maxBits) - total
  if (maxBits > 11 || (rest & (rest - 1)) !== 0) refuse()
  weights.push(highBit(rest) + 1)
  if (weights.length > 256) refuse()
  const symbols = new Uint8Array(1 << maxBits)
  const bits = new Uint8Array(1 << maxBits)
  let position = 0
  for (let weight = 1; weight <= maxBits; weight++) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue
      const next = position + (1 << (weight - 1))
      symbols.fill(symbol, position, next)
      bits.fill(maxBits + 1 - weight, position, next)
      position = next
    }
  }
  return { maxBits, symbols, bits }
}
