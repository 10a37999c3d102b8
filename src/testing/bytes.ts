/** Arbitrary numbers and bytes of the widths that headers have, and mutations of bytes. */
import { checkInteger } from '../option.ts'
import { fc } from './fast-check.ts'

/** 0 to 255. */
export const u8: fc.Arbitrary<number> = /* @__PURE__ */ fc.nat({ max: 0xff })
/** 0 to 65 535. */
export const u16: fc.Arbitrary<number> = /* @__PURE__ */ fc.nat({ max: 0xffff })
/** 0 to 2^24 − 1: a VNI. */
export const u24: fc.Arbitrary<number> = /* @__PURE__ */ fc.nat({ max: 0xff_ffff })
/** 0 to 2^32 − 1: an IPv4 address. */
export const u32: fc.Arbitrary<number> = /* @__PURE__ */ fc.nat({ max: 0xffff_ffff })
/** 0 to 2^48 − 1: a MAC address. */
export const u48: fc.Arbitrary<number> = /* @__PURE__ */ fc.nat({ max: 2 ** 48 - 1 })
/** 16 bytes: an IPv6 address. */
export const ipv6Address: fc.Arbitrary<Uint8Array> = /* @__PURE__ */ bytesOfLength(16)

/** 0 to 2^width − 1. @param width - Bits, 1 to 31. */
export function bits(width: number): fc.Arbitrary<number> {
  return fc.nat({ max: 2 ** width - 1 })
}

/** Exactly `length` bytes. */
export function bytesOfLength(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length })
}

/**
 * `unit` × n + `plus` bytes, n from `min` to `max`: option areas are counted like that.
 * @param plus - Bytes on top, 0 unless given.
 */
export function blocks(unit: number, min: number, max: number, plus = 0): fc.Arbitrary<Uint8Array> {
  return fc.integer({ min, max }).chain((count) => bytesOfLength(unit * count + plus))
}

/** One change to some bytes. Places are taken modulo the length, so that every change fits every length. */
export type Mutation =
  | {
      /** Bits of one byte are flipped. */
      readonly kind: 'flip'
      /** Which byte. */
      readonly where: number
      /** Which bits, 1 to 255. */
      readonly bits: number
    }
  | {
      /** One byte, or a word of two, gets another value. */
      readonly kind: 'set' | 'word'
      /** Which byte, or the first of the word. */
      readonly where: number
      /** The value, 0 to 255, or 0 to 65 535. */
      readonly value: number
    }
  | {
      /** Bytes are inserted. */
      readonly kind: 'insert'
      /** In front of which byte. */
      readonly where: number
      /** What is inserted. */
      readonly bytes: Uint8Array
    }
  | {
      /** Bytes are taken out. */
      readonly kind: 'remove'
      /** The first of them. */
      readonly where: number
      /** How many. */
      readonly count: number
    }
  | {
      /** Bytes are written over others. */
      readonly kind: 'copy'
      /** The first that is copied. */
      readonly from: number
      /** Where it is written to. */
      readonly where: number
      /** How many. */
      readonly count: number
    }
  | {
      /** The end is cut off. */
      readonly kind: 'cut'
      /** How many bytes stay. */
      readonly where: number
    }

/** Values that lengths, offsets and counters stumble over. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 0x0f, 0x10, 0x3f, 0x40, 0x7f, 0x80, 0xfe, 0xff] as const

/** One change, the telling values first: bits flipped, bytes at their edges, pieces inserted, removed, moved, the end cut off. */
export const mutation: fc.Arbitrary<Mutation> = /* @__PURE__ */ fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('flip' as const),
      where: fc.nat(),
      bits: fc.integer({ min: 1, max: 255 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('set' as const), where: fc.nat(), value: fc.constantFrom(...EDGES) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('word' as const),
      where: fc.nat(),
      value: fc.oneof(fc.constantFrom(0, 1, 0x7fff, 0x8000, 0xffff), u16),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      where: fc.nat(),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('remove' as const),
      where: fc.nat(),
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('copy' as const),
      from: fc.nat(),
      where: fc.nat(),
      count: fc.integer({ min: 1, max: 64 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), where: fc.nat() }) },
)

/** Applies changes one after the other. @returns New bytes; `bytes` stays as it is. */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  let changed: Uint8Array = bytes.slice()
  for (const one of mutations) changed = applied(changed, one)
  return changed
}

/**
 * The bytes of `original` with some changes.
 * @param most - Largest number of changes, 4 unless given; at least one is made.
 */
export function mutated(original: fc.Arbitrary<Uint8Array>, most = 4): fc.Arbitrary<Uint8Array> {
  checkInteger('most', most, 1)
  return fc
    .tuple(original, fc.array(mutation, { minLength: 1, maxLength: most }))
    .map(([bytes, list]) => mutate(bytes, list))
}

function applied(bytes: Uint8Array, one: Mutation): Uint8Array {
  const { length } = bytes
  if (length === 0) return one.kind === 'insert' ? one.bytes.slice() : bytes
  const where = one.where % length
  switch (one.kind) {
    case 'flip':
      bytes[where]! ^= one.bits
      return bytes
    case 'set':
      bytes[where] = one.value
      return bytes
    case 'word':
      bytes[where] = one.value >>> 8
      if (where + 1 < length) bytes[where + 1] = one.value & 0xff
      return bytes
    case 'insert':
      return joined(bytes.subarray(0, where), one.bytes, bytes.subarray(where))
    case 'remove':
      return joined(bytes.subarray(0, where), bytes.subarray(Math.min(length, where + one.count)))
    case 'copy': {
      const from = one.from % length
      bytes.copyWithin(where, from, from + one.count)
      return bytes
    }
    default:
      return bytes.slice(0, where)
  }
}

/** Joins byte arrays. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** The bit of a MAC address that makes it a group's. */
const GROUP_BIT = 2 ** 40

/** An address that a station may send from: not zero, and no group's (IEEE 802-2014 §8.2). */
export const station = /* @__PURE__ */ u48.map((address) => {
  const isGroup = Math.floor(address / GROUP_BIT) % 2 === 1
  return (isGroup ? address - GROUP_BIT : address) || 2
})
