/**
 * One declaration of a header, in wire order: offsets, bit widths, field tables and a slow reference decoder derive from it.
 * The only file that imports buffer-layout.
 */
import * as wire from 'buffer-layout'

/** How one field lies on the wire: whole big-endian bytes, raw bytes, or a few bits of a shared word. */
export type FieldSpec =
  | {
      /** A whole number in big-endian bytes. */
      readonly kind: 'uint'
      /** Its width. */
      readonly bits: 8 | 16 | 24 | 32 | 48
    }
  | {
      /** Raw bytes, or some bits of a word that neighbouring fields share. */
      readonly kind: 'bytes' | 'bits'
      /** Its width. */
      readonly bits: number
    }

/** The kinds of field a layout is written with. Neighbouring `bits` share a word of 8, 16 or 32 bits, most significant first. */
export const field = {
  /** 8 bits, big-endian. */
  u8: { kind: 'uint', bits: 8 } as FieldSpec,
  /** 16 bits, big-endian. */
  u16: { kind: 'uint', bits: 16 } as FieldSpec,
  /** 24 bits, big-endian. */
  u24: { kind: 'uint', bits: 24 } as FieldSpec,
  /** 32 bits, big-endian. */
  u32: { kind: 'uint', bits: 32 } as FieldSpec,
  /** 48 bits, big-endian. */
  u48: { kind: 'uint', bits: 48 } as FieldSpec,
  /** `length` raw bytes, an IPv6 address for example. */
  bytes: (length: number): FieldSpec => ({ kind: 'bytes', bits: length * 8 }),
  /** `width` bits, 1 to 31, of a word shared with the neighbouring `bits`. */
  bits: (width: number): FieldSpec => ({ kind: 'bits', bits: width }),
} as const

/** Where one field lies, for tables and dissection trees. */
export interface FieldInfo<K extends string = string> {
  /** Name of the field. */
  readonly name: K
  /** Byte offset of the word that holds the field, from the first byte of the header. */
  readonly offset: number
  /** Bytes of that word. */
  readonly length: number
  /** Bits between the word's most significant bit and the field's. */
  readonly bitOffset: number
  /** Width of the field in bits. */
  readonly bits: number
  /** How it lies on the wire. */
  readonly kind: FieldSpec['kind']
}

/** A header's fixed part, as declared. */
export interface Layout<K extends string> {
  /** Bytes of the fixed part. */
  readonly span: number
  /** Byte offset of each field's word. */
  readonly offsets: Readonly<Record<K, number>>
  /** The fields in wire order. */
  readonly fields: readonly FieldInfo<K>[]
  /**
   * Decodes by the declaration itself: slow, independent of the accessors, and the oracle of every codec's test. Needs Node's
   * `Buffer`.
   * @param bytes - At least `span` bytes.
   * @throws RangeError when `bytes` is shorter.
   */
  reference(bytes: Uint8Array): Record<K, number | Uint8Array>
}

const WORDS: Readonly<Record<number, (property?: string) => wire.Node>> = {
  8: wire.u8,
  16: wire.u16be,
  24: wire.u24be,
  32: wire.u32be,
  48: wire.u48be,
}

/**
 * Declares a header.
 * @param spec - Field name to kind, in wire order.
 * @throws TypeError when neighbouring `bits` do not fill a word of 8, 16 or 32 bits.
 */
export function layout<K extends string>(spec: Readonly<Record<K, FieldSpec>>): Layout<K> {
  const nodes: wire.Node[] = []
  const fields: FieldInfo<K>[] = []
  let offset = 0
  let group: { name: K; bits: number }[] = []
  let groupBits = 0
  for (const name of Object.keys(spec) as K[]) {
    const { kind, bits } = spec[name]
    if (kind === 'bits') {
      group.push({ name, bits })
      groupBits += bits
      if (groupBits !== 8 && groupBits !== 16 && groupBits !== 32) continue
      const length = groupBits / 8
      const word = wire.bits(WORDS[groupBits]!(), true, `word${offset}`)
      let bitOffset = 0
      for (const part of group) {
        word.addField(part.bits, part.name)
        fields.push({ name: part.name, offset, length, bitOffset, bits: part.bits, kind: 'bits' })
        bitOffset += part.bits
      }
      nodes.push(word)
      offset += length
      group = []
      groupBits = 0
    } else {
      const length = bits / 8
      nodes.push(kind === 'uint' ? WORDS[bits]!(name) : wire.blob(length, name))
      fields.push({ name, offset, length, bitOffset: 0, bits, kind })
      offset += length
    }
  }
  if (groupBits !== 0) throw new TypeError(`bit fields from '${group[0]?.name}' on fill ${groupBits} bits, not a word`)
  const struct = wire.struct(nodes)
  return {
    span: struct.span,
    offsets: Object.fromEntries(fields.map((info) => [info.name, info.offset])) as Record<K, number>,
    fields,
    reference(bytes) {
      const decoded = struct.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as Record<
        string,
        unknown
      >
      const flat: Record<string, number | Uint8Array> = {}
      for (const [name, value] of Object.entries(decoded)) {
        if (typeof value === 'number') flat[name] = value
        else if (value instanceof Uint8Array) flat[name] = Uint8Array.from(value)
        else Object.assign(flat, value)
      }
      return flat as Record<K, number | Uint8Array>
    },
  }
}
