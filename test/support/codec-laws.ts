/**
 * The laws every header module keeps, registered as vitest tests: hand vectors, both round trips, agreement with
 * buffer-layout, refusal at every truncation, refusal to encode what does not fit, totality on wild bytes.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Cursor } from '../../src/codecs/core/cursor.ts'
import { Fault, NONE } from '../../src/codecs/core/fault.ts'
import type { Layout } from '../../src/codecs/core/layout.ts'
import { bytesOf } from './hex.ts'

/** What a header module exports, as far as the laws are concerned. */
export interface Codec<H extends object> {
  readonly LAYOUT: Layout<string>
  enter(cursor: Cursor): number
  decode(view: DataView, at: number): H
  encode(cursor: Cursor, header: H): void
}

/** A header whose bytes were worked out by hand, taken from an RFC, or shown by tshark. */
export interface Vector<H> {
  readonly what: string
  /** RFC section, or the capture and packet number. */
  readonly source: string
  /** The header's bytes; white space is ignored. */
  readonly hex: string
  readonly header: H
  /** Bytes that follow the header inside the window, when `enter` looks at the length of what it is given. */
  readonly payload?: string
}

/** What the laws are applied to. */
export interface Laws<H extends object> {
  /** The module namespace, or an object with the same four names. */
  readonly codec: Codec<H>
  /** Headers in range that `enter` accepts; `encode` then `decode` gives back an equal object. */
  readonly headers: fc.Arbitrary<H>
  /** Bytes of the encoded header; `LAYOUT.span` unless given. Variable tails need it. */
  readonly length?: number | ((header: H) => number)
  /** Bytes that must follow the header for `enter` to accept it (a length field that is checked); 0 unless given. */
  readonly payload?: (header: H) => number
  readonly vectors: readonly Vector<H>[]
  /** Fields of the layout that have no accessor of their own name. */
  readonly withoutAccessor?: readonly string[]
  /** Further `(view, at)` functions of the module that must be total once `enter` has accepted. */
  readonly accessors?: readonly string[]
  /** The layout's fields of a header, where the header's own properties are not just those. */
  readonly reference?: (header: H) => Partial<Record<string, number | Uint8Array>>
  /** Values each field must refuse, in place of the ones derived from the layout; also for fields of a variable tail. */
  readonly refused?: Partial<Record<keyof H & string, readonly unknown[]>>
  /** The fault of a header of which only `kept` bytes are on the wire; `Truncated` unless given. */
  readonly truncationFault?: (header: H, kept: number) => Fault
  /** Whether the bytes that decode to `header` must come back from `encode`; always, unless given. */
  readonly reencodes?: (header: H) => boolean
}

/** Bytes in front of every window, so that an accessor that forgets `at` is caught. */
const LEAD = 5
/** Bytes behind every window, so that one that reads on is caught. */
const TRAIL = 9
/** What a buffer holds before `encode`, so that one that relies on zeros is caught. */
const DIRT = 0xa5
/** Values that are no number of any field. */
const NO_INTEGERS = [0.5, Number.NaN, Number.POSITIVE_INFINITY, -1] as const

interface Buffer {
  bytes: Uint8Array
  view: DataView
}

function dirty(length: number, dirt = DIRT): Buffer {
  const bytes = new Uint8Array(length).fill(dirt)
  return { bytes, view: new DataView(bytes.buffer) }
}

/** `content` with `LEAD` bytes before and `TRAIL` bytes after it. */
function framed(content: Uint8Array, dirt = DIRT): Buffer {
  const buffer = dirty(LEAD + content.length + TRAIL, dirt)
  buffer.bytes.set(content, LEAD)
  return buffer
}

/** Numbers of 32-bit fields compare modulo 2^32, because addresses are kept signed. */
function asWire(value: unknown): unknown {
  return typeof value === 'number' && value < 0 ? value >>> 0 : value
}

/**
 * Registers the laws for one header module.
 * @param name - Heading of the tests.
 */
export function codecLaws<H extends object>(name: string, laws: Laws<H>): void {
  const { codec, headers, vectors } = laws
  const { LAYOUT } = codec
  const lengthOf = (header: H): number => {
    if (laws.length === undefined) return LAYOUT.span
    return typeof laws.length === 'number' ? laws.length : laws.length(header)
  }
  const payloadOf = laws.payload ?? (() => 0)
  const functionNamed = (accessor: string): ((view: DataView, at: number) => unknown) => {
    const found = (codec as unknown as Record<string, unknown>)[accessor]
    if (typeof found !== 'function') throw new Error(`${name} has no accessor '${accessor}'`)
    return found as (view: DataView, at: number) => unknown
  }
  const fieldAccessors = LAYOUT.fields
    .map((info) => info.name)
    .filter((field) => !(laws.withoutAccessor ?? []).includes(field))
  const accessors = [...fieldAccessors, ...(laws.accessors ?? [])]

  /** The bytes of `header`, by way of `encode`, and nothing around them. */
  const encoded = (header: H, dirt = DIRT): Uint8Array => {
    const length = lengthOf(header)
    const { bytes, view } = dirty(LEAD + length + TRAIL, dirt)
    const cursor = new Cursor().reset(view, LEAD, LEAD + length)
    codec.encode(cursor, header)
    expect(cursor.position, 'encode steps the cursor over the header').toBe(LEAD + length)
    for (let i = 0; i < bytes.length; i++) {
      if (i < LEAD || i >= LEAD + length) expect(bytes[i], `byte ${i - LEAD} around the header`).toBe(dirt)
    }
    return bytes.slice(LEAD, LEAD + length)
  }

  /** The fixed part's fields by buffer-layout, by the accessors and by `reference` are the same. */
  const agrees = (view: DataView, at: number, header: H): void => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + at, LAYOUT.span)
    const oracle = LAYOUT.reference(bytes)
    const own: Partial<Record<string, unknown>> = laws.reference ? laws.reference(header) : { ...header }
    for (const { name: field } of LAYOUT.fields) {
      if (fieldAccessors.includes(field)) {
        expect(asWire(functionNamed(field)(view, at)), `accessor ${field}`).toEqual(oracle[field])
      }
      if (field in own) expect(asWire(own[field]), `decoded ${field}`).toEqual(oracle[field])
    }
  }

  const snapshot = (cursor: Cursor, view: DataView, at: number, end: number, wireEnd: number): unknown => {
    const entered = codec.enter(cursor.reset(view, at, end, wireEnd))
    const { position, fault, faultAt, needed } = cursor
    const state = { entered, position, end: cursor.end, wireEnd: cursor.wireEnd, fault, faultAt, needed }
    if (entered === NONE) return state
    return {
      ...state,
      header: codec.decode(view, entered),
      values: accessors.map((accessor) => functionNamed(accessor)(view, entered)),
    }
  }

  describe(`${name}: the laws of a codec`, () => {
    it.each([...vectors])('decodes and encodes $what ($source)', ({ hex, header, payload }) => {
      const bytes = bytesOf(hex)
      const whole = bytesOf(hex + (payload ?? ''))
      const { view } = framed(whole)
      const cursor = new Cursor().reset(view, LEAD, LEAD + whole.length)
      expect(codec.enter(cursor)).toBe(LEAD)
      expect(cursor.fault).toBe(Fault.None)
      expect(cursor.position, 'enter steps over the header').toBe(LEAD + bytes.length)
      expect(codec.decode(view, LEAD)).toEqual(header)
      agrees(view, LEAD, header)
      expect(lengthOf(header)).toBe(bytes.length)
      expect(encoded(header)).toEqual(bytes)
    })

    it('gives back every header it encoded, whatever the buffer held', () => {
      fc.assert(
        fc.property(headers, fc.constantFrom(0x00, 0xff, DIRT), (header, dirt) => {
          const bytes = encoded(header, dirt)
          expect(bytes).toEqual(encoded(header, dirt ^ 0xff))
          const window = dirty(bytes.length + payloadOf(header), dirt)
          window.bytes.set(bytes)
          const { bytes: around, view } = framed(window.bytes, dirt ^ 0xff)
          const cursor = new Cursor().reset(view, LEAD, LEAD + window.bytes.length)
          expect(codec.enter(cursor), `fault ${cursor.fault}`).toBe(LEAD)
          expect(cursor.position).toBe(LEAD + bytes.length)
          const decoded = codec.decode(view, LEAD)
          agrees(view, LEAD, decoded)
          around.fill(0)
          expect(decoded, 'a copy that outlives the chunk').toEqual(header)
        }),
      )
    })

    it('refuses a header cut anywhere, and says whether the snap length is to blame', () => {
      fc.assert(
        fc.property(headers, (header) => {
          const bytes = encoded(header)
          const { view } = framed(bytes)
          const whole = LEAD + bytes.length + payloadOf(header)
          const cursor = new Cursor()
          for (let kept = 0; kept < bytes.length; kept++) {
            const end = LEAD + kept
            expect(codec.enter(cursor.reset(view, LEAD, end, end))).toBe(NONE)
            expect(cursor.fault, `${kept} bytes on the wire`).toBe(
              laws.truncationFault?.(header, kept) ?? Fault.Truncated,
            )
            expect([cursor.position, cursor.faultAt]).toEqual([LEAD, LEAD])
            expect(codec.enter(cursor.reset(view, LEAD, end, whole))).toBe(NONE)
            expect(cursor.fault, `${kept} bytes captured`).toBe(Fault.NotCaptured)
            expect([cursor.position, cursor.faultAt]).toEqual([LEAD, LEAD])
            expect(cursor.needed).toBeGreaterThan(kept)
            expect(cursor.needed).toBeLessThanOrEqual(bytes.length)
          }
        }),
        { numRuns: 25 },
      )
    })

    it('encodes nothing into a window that is too small', () => {
      fc.assert(
        fc.property(headers, (header) => {
          const length = lengthOf(header)
          const { bytes, view } = dirty(LEAD + length + TRAIL)
          const cursor = new Cursor()
          for (let room = 0; room < length; room++) {
            cursor.reset(view, LEAD, LEAD + room)
            expect(() => codec.encode(cursor, header), `room for ${room} bytes`).toThrow(RangeError)
            expect(cursor.position).toBe(LEAD)
            expect(bytes.every((byte) => byte === DIRT)).toBe(true)
          }
        }),
        { numRuns: 25 },
      )
    })

    it('encodes nothing when a field does not fit, and names the field', () => {
      fc.assert(
        fc.property(headers, (header) => {
          const refused: Record<string, readonly unknown[]> = {}
          for (const { name: field, kind, bits } of LAYOUT.fields) {
            if (!(field in header)) continue
            const bytes = bits / 8
            refused[field] =
              kind === 'bytes' ? [new Uint8Array(bytes - 1), new Uint8Array(bytes + 1)] : [...NO_INTEGERS, 2 ** bits]
          }
          Object.assign(refused, laws.refused)
          const { bytes, view } = dirty(LEAD + lengthOf(header) + 64 + TRAIL)
          for (const [field, values] of Object.entries(refused)) {
            for (const value of values) {
              const cursor = new Cursor().reset(view, LEAD, bytes.length - TRAIL)
              const wrong = { ...header, [field]: value }
              let thrown: unknown
              try {
                codec.encode(cursor, wrong)
              } catch (error) {
                thrown = error
              }
              expect(thrown, `${field} = ${String(value)}`).toBeInstanceOf(RangeError)
              expect((thrown as RangeError).message).toMatch(new RegExp(`\\b${field}\\b`))
              expect(cursor.position).toBe(LEAD)
              expect(bytes.every((byte) => byte === DIRT)).toBe(true)
            }
          }
        }),
        { numRuns: 10 },
      )
    })

    it('is total on wild bytes, reads nothing outside its window, and gives back the bytes it accepted', () => {
      let accepted = 0
      const mutated = fc
        .record({
          header: headers,
          flips: fc.array(fc.record({ where: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) }), { maxLength: 3 }),
          extra: fc.uint8Array({ maxLength: 24 }),
          cut: fc.option(fc.nat({ max: 80 }), { freq: 3 }),
        })
        .map(({ header, flips, extra, cut }) => {
          const bytes = encoded(header)
          for (const { where, bits } of flips) bytes[where % bytes.length]! ^= bits
          const behind = new Uint8Array(payloadOf(header) + extra.length).fill(0x5a)
          behind.set(extra, behind.length - extra.length)
          const whole = new Uint8Array([...bytes, ...behind])
          return cut === null ? whole : whole.slice(0, cut)
        })
      const wild = fc.oneof(mutated, fc.uint8Array({ size: 'max', maxLength: 120 }))
      fc.assert(
        fc.property(
          wild,
          fc.nat({ max: 11 }),
          fc.nat({ max: 40 }),
          fc.nat({ max: 255 }),
          (content, lead, cut, dirt) => {
            const end = lead + content.length
            const wireEnd = end + cut
            const make = (around: number, trail: number): DataView => {
              const { bytes, view } = dirty(end + trail, around)
              bytes.set(content, lead)
              return view
            }
            const view = make(dirt, cut + TRAIL)
            const seen = snapshot(new Cursor(), view, lead, end, wireEnd) as { entered: number; position: number }
            expect(snapshot(new Cursor(), make(dirt ^ 0xff, cut + TRAIL), lead, end, wireEnd)).toEqual(seen)
            // A view that stops where the window stops: a read beyond it throws.
            expect(snapshot(new Cursor(), make(dirt, 0), lead, end, wireEnd)).toEqual(seen)
            if (seen.entered === NONE) {
              expect(seen.position).toBe(lead)
              return
            }
            accepted++
            expect(seen.entered).toBe(lead)
            expect(seen.position).toBeGreaterThan(lead)
            expect(seen.position).toBeLessThanOrEqual(end)
            const header = codec.decode(view, lead)
            agrees(view, lead, header)
            if (laws.reencodes?.(header) ?? true) {
              expect(encoded(header)).toEqual(content.slice(0, seen.position - lead))
            }
          },
        ),
        { numRuns: 400 },
      )
      expect(accepted, 'headers that enter accepted').toBeGreaterThan(0)
    })
  })
}
