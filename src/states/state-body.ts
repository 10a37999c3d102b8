/**
 * What a state holds, as bytes: a MessagePack document (<https://msgpack.org>) in which typed arrays are references, and the arrays
 * behind it, one after the other, little-endian. A state from elsewhere is input: nothing in it is code or names a class, keys such as
 * `__proto__` are refused, and what it says of lengths is held against the bytes that are there before room is made for it. Loaded only
 * where a state is asked for, and imports nothing of ours: what it shared with the command would be a file more for every start.
 */
import { Decoder, Encoder, ExtensionCodec } from '@msgpack/msgpack'

/** Typed arrays that states hold, by the type of their reference. */
const ARRAYS = [Int32Array, Float64Array, Uint8Array] as const
type TypedArray = Int32Array | Float64Array | Uint8Array

/** Bytes of a reference: how many elements, as a 64-bit float. */
const REFERENCE = 8
/** Levels of lists and objects within each other; those of a state are about nine. */
const DEEPEST = 24
/** Most bytes of the document: what analyzers keep of ten thousand subjects each, many times over. */
const LARGEST_DOCUMENT = 536_870_912

/** A state in pieces, which are the bytes of it one behind the other. */
export interface StateBody {
  /** The document, then every array. */
  readonly pieces: readonly Uint8Array[]
  /** Bytes of the document. */
  readonly documentLength: number
  /** Bytes of everything. */
  readonly length: number
}

/** Whether this machine has its integers as a state has them. */
export function isLittleEndian(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
}

/**
 * Puts plain values into bytes: objects, lists, texts, numbers, booleans, `null`, and typed arrays of 32-bit integers, 64-bit floats
 * and bytes. The same values give the same bytes. The arrays are not copied.
 */
export function encodeBody(value: unknown): StateBody {
  const arrays: TypedArray[] = []
  const extensionCodec = new ExtensionCodec()
  for (const [type, kind] of ARRAYS.entries()) {
    extensionCodec.register({
      type,
      encode(input) {
        if (!(input instanceof kind)) return null
        arrays.push(input)
        const reference = new Uint8Array(REFERENCE)
        new DataView(reference.buffer).setFloat64(0, input.length, true)
        return reference
      },
      decode: () => null,
    })
  }
  const document = new Encoder({ extensionCodec, maxDepth: DEEPEST, ignoreUndefined: true }).encode(value)
  const pieces = [document, ...arrays.map(bytesOf)]
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return { pieces, documentLength: document.length, length }
}

/**
 * The values that {@link encodeBody} was given.
 * @param bytes - All of them; the arrays are copied out.
 * @throws Error whose message says what is wrong with them.
 */
export function decodeBody(bytes: Uint8Array, documentLength: number): unknown {
  if (documentLength > Math.min(bytes.length, LARGEST_DOCUMENT)) {
    throw new RangeError('its parts are longer than the whole')
  }
  checkNesting(bytes.subarray(0, documentLength))
  let at = documentLength
  const extensionCodec = new ExtensionCodec()
  for (const [type, kind] of ARRAYS.entries()) {
    extensionCodec.register({
      type,
      encode: () => null,
      decode(reference) {
        if (reference.length !== REFERENCE) throw new RangeError('a reference of another length')
        const count = new DataView(reference.buffer, reference.byteOffset, REFERENCE).getFloat64(0, true)
        const length = count * kind.BYTES_PER_ELEMENT
        if (!Number.isInteger(count) || count < 0 || length > bytes.length - at) {
          throw new RangeError('an array is longer than what is there')
        }
        const array = new kind(count)
        new Uint8Array(array.buffer).set(bytes.subarray(at, at + length))
        at += length
        return array
      },
    })
  }
  // An element is one byte and more: no list is made that the bytes cannot fill.
  const most = documentLength
  const decoder = new Decoder({
    extensionCodec,
    maxStrLength: most,
    maxBinLength: REFERENCE,
    maxArrayLength: most,
    maxMapLength: most,
    maxExtLength: REFERENCE,
  })
  const value = decoder.decode(bytes.subarray(0, documentLength))
  if (at !== bytes.length) throw new RangeError('bytes that belong to nothing')
  return value
}

/**
 * Goes through a document without making anything of it: lists and objects are no deeper than ours, and none has more members than there
 * are bytes left for. A decoder makes room for a list when it meets its head, so that lists within lists would be room without an end.
 */
function checkNesting(document: Uint8Array): void {
  const view = new DataView(document.buffer, document.byteOffset, document.byteLength)
  /** Values that are still to come, of each list or object that is open. */
  const open: number[] = [1]
  let at = 0
  /** All of them together: a byte each, at least. */
  let due = 1
  while (due > 0) {
    while (open.at(-1) === 0) open.pop()
    open[open.length - 1]!--
    due--
    const first = view.getUint8(at)
    const { head, members, body } = headOf(view, at, first)
    at += head + body
    if (members === 0) continue
    due += members
    open.push(members)
    if (open.length > DEEPEST || due > document.length - at) throw new RangeError('lists within lists without an end')
  }
  if (at !== document.length) throw new RangeError('more than one document')
}

/** Bytes of the head of a value, values within it, and further bytes of its own (MessagePack, “Formats”). */
function headOf(view: DataView, at: number, first: number): { head: number; members: number; body: number } {
  const plain = (head: number, body = 0) => ({ head, members: 0, body })
  if (first < 0x80 || first >= 0xe0) return plain(1)
  if (first < 0x90) return { head: 1, members: (first & 0xf) * 2, body: 0 }
  if (first < 0xa0) return { head: 1, members: first & 0xf, body: 0 }
  if (first < 0xc0) return plain(1, first & 0x1f)
  const length = (bytes: number): number =>
    bytes === 1 ? view.getUint8(at + 1) : bytes === 2 ? view.getUint16(at + 1) : view.getUint32(at + 1)
  // nil, never used, false, true; bin 8 to 32; ext 8 to 32 with its type; floats and integers; fixext 1 to 16; str 8 to 32.
  if (first < 0xc4) return plain(1)
  if (first < 0xc7) return plain(1 + 2 ** (first - 0xc4), length(2 ** (first - 0xc4)))
  if (first < 0xca) return plain(2 + 2 ** (first - 0xc7), length(2 ** (first - 0xc7)))
  if (first < 0xcc) return plain(first === 0xca ? 5 : 9)
  if (first < 0xd4) return plain(1 + 2 ** ((first - 0xcc) & 3))
  if (first < 0xd9) return plain(2 + 2 ** (first - 0xd4))
  if (first < 0xdc) return plain(1 + 2 ** (first - 0xd9), length(2 ** (first - 0xd9)))
  const width = (first & 1) === 0 ? 2 : 4
  const members = length(width)
  return { head: 1 + width, members: first < 0xde ? members : members * 2, body: 0 }
}

function bytesOf(array: TypedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}
