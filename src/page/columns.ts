/**
 * Rows to columns and back. A codec of a type says three things in one declaration, so that they cannot differ: what a value must look
 * like, how many values travel as columns (which compress to a third of what rows do), and how they become the same values again.
 */
import { refuseType } from '../option.ts'
import { printable } from '../report/printable.ts'
import { type Column, fromDigits, toDigits } from './digits.ts'

const MILLION = 1_000_000

/** What writing columns gathers. */
export interface Packer {
  /** Milliseconds since 1970 that times are counted from. */
  base: number
  /** Number of a text among those before it, from 1; 0 for one that comes for the first time. */
  word: (text: string) => number
}

/** What reading columns needs. */
export interface Unpacker {
  base: number
  /** The text of such a number: the next new one for 0. Texts must be asked for in the order in which they were written. */
  word: (number: number) => string
}

/** A type of the document. */
export interface Codec<Value> {
  /** Refuses what is no such value. @throws TypeError that names the place in the document. */
  check(value: unknown, where: string): void
  /** Values as columns, for JSON. */
  pack(values: readonly Value[], to: Packer): unknown
  /** The values again. @param packed - What {@link Codec.pack} gave. */
  unpack(packed: unknown, count: number, from: Unpacker): Value[]
  /** A member that may be missing. */
  readonly isOptional?: boolean
}

/** A type of which each value is one item of a column. */
export interface Scalar<Value> extends Codec<Value> {
  write(value: Value, to: Packer): unknown
  read(item: unknown, from: Unpacker): Value
}

function scalar<Value>(
  check: Codec<Value>['check'],
  write: (value: Value, to: Packer) => unknown = (value) => value,
  read: (item: unknown, from: Unpacker) => Value = (item) => item as Value,
): Scalar<Value> {
  return {
    check,
    write,
    read,
    pack: (values, to) => toDigits(values.map((value) => write(value, to))),
    unpack: (packed, count, from) => fromDigits(packed as Column, count).map((item) => read(item, from)),
  }
}

function checkFigure(value: unknown, where: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) {
    refuseType(where, value, 'a number from 0 on')
  }
}

function checkText(value: unknown, where: string): void {
  if (typeof value !== 'string') refuseType(where, value, 'a string')
}

/** A number from 0 on, exactly. */
export const figure: Scalar<number> = scalar(checkFigure)

/** Milliseconds, to the microsecond. */
export const micros: Scalar<number> = scalar(
  checkFigure,
  (value) => Math.round(value * 1000),
  (item) => (item as number) / 1000,
)

/** Any number, to a millionth: milliseconds to the nanosecond, as documents have them. */
export const millionths: Scalar<number> = scalar(
  (value, where) => {
    if (typeof value !== 'number' || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) refuseType(where, value, 'a number')
  },
  (value) => (Math.abs(value) * MILLION <= Number.MAX_SAFE_INTEGER ? Math.round(value * MILLION) : `${value}`),
  (item) => (typeof item === 'number' ? item / MILLION : Number(item)),
)

/** What can only be true; where it is not, the member is missing. */
export const truth: Scalar<true> = scalar<true>(
  (value, where) => {
    if (value !== true) refuseType(where, value, 'true')
  },
  () => 1,
  () => true,
)

export const flag: Scalar<boolean> = scalar<boolean>(
  (value, where) => {
    if (typeof value !== 'boolean') refuseType(where, value, 'true or false')
  },
  Number,
  Boolean,
)

/** A text that many values have: it travels once. What a reader's screen would obey is escaped here, for all of the page. */
export const text: Scalar<string> = scalar(
  checkText,
  (value, to) => to.word(printable(value)),
  (item, from) => from.word(item as number),
)

/** One of a few texts. */
export function choice<Text extends string>(...allowed: readonly Text[]): Scalar<Text> {
  return scalar<Text>(
    (value, where) => {
      if (!allowed.includes(value as Text)) {
        refuseType(where, value, allowed.map((one) => JSON.stringify(one)).join(' or '))
      }
    },
    (value) => allowed.indexOf(value),
    (item) => allowed[item as number]!,
  )
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/

function checkTime(value: unknown, where: string): void {
  if (typeof value !== 'string' || !TIME.test(value) || Number.isNaN(Date.parse(value))) {
    refuseType(where, value, 'a time in ISO 8601, UTC, with nine decimals')
  }
}

/** A time, exactly. */
export const exactTime: Scalar<string> = scalar(checkTime)

/** A time, to the millisecond. */
export const time: Scalar<string> = scalar(
  checkTime,
  (value, to) => Date.parse(value) - to.base,
  (item, from) => new Date((item as number) + from.base).toISOString().replace('Z', '000000Z'),
)

/** `null`, or a value of one item. */
export function nullable<Value>(of: Scalar<Value>): Scalar<Value | null> {
  return scalar<Value | null>(
    (value, where) => {
      if (value !== null) of.check(value, where)
    },
    (value, to) => (value === null ? null : of.write(value, to)),
    (item, from) => (item === null ? null : of.read(item, from)),
  )
}

/** Two of a kind. */
export function pairOf<Value>(of: Scalar<Value>): Scalar<[Value, Value]> {
  return scalar<[Value, Value]>(
    (value, where) => {
      if (!Array.isArray(value) || value.length !== 2) refuseType(where, value, 'a list of two')
      for (const member of value) of.check(member, where)
    },
    ([first, last], to) => [of.write(first, to), of.write(last, to)],
    (item, from) => {
      const [first, last] = item as [unknown, unknown]
      return [of.read(first, from), of.read(last, from)]
    },
  )
}

/** A list of any length: the lengths, and all members in one column. */
export function list<Value>(of: Codec<Value>): Codec<Value[]> {
  return {
    check(value, where) {
      if (!Array.isArray(value)) refuseType(where, value, 'a list')
      for (let index = 0; index < value.length; index++) of.check(value[index], `${where}[${index}]`)
    },
    pack: (values, to) => [toDigits(values.map(({ length }) => length)), of.pack(values.flat(1) as Value[], to)],
    unpack(packed, count, from) {
      const [column, members] = packed as [Column, unknown]
      const lengths = fromDigits(column, count) as number[]
      const all = of.unpack(
        members,
        lengths.reduce((sum, length) => sum + length, 0),
        from,
      )
      let at = 0
      return lengths.map((length) => {
        at += length
        return all.slice(at - length, at)
      })
    },
  }
}

/** Values some of which are missing: a column that says which are there, and those. */
function sparse<Value, Nothing>(of: Codec<Value>, nothing: Nothing): Codec<Value | Nothing> {
  return {
    check(value, where) {
      if (value !== nothing) of.check(value, where)
    },
    pack: (values, to) => [
      toDigits(values.map((value) => (value === nothing ? 0 : 1))),
      of.pack(values.filter((value): value is Value => value !== nothing) as Value[], to),
    ],
    unpack(packed, count, from) {
      const [column, members] = packed as [Column, unknown]
      const isThere = fromDigits(column, count)
      const all = of.unpack(members, isThere.filter(Boolean).length, from)
      let at = 0
      return isThere.map((is) => (is ? all[at++]! : nothing))
    },
  }
}

/** `null`, or a value of several columns. */
export function sparseNull<Value>(of: Codec<Value>): Codec<Value | null> {
  return sparse(of, null)
}

/** A member that may be missing. */
export function optional<Value>(of: Codec<Value>): Codec<Value> {
  return { ...(sparse(of, undefined) as Codec<Value>), isOptional: true }
}

/** A codec for each member of an object. */
export type Members<Value> = { [Name in keyof Value]-?: Codec<Value[Name]> }

/** An object: a column for each member. Members that are not declared are left out. */
export function record<Value extends object>(members: Members<Value>): Codec<Value> {
  const entries = Object.entries(members) as [keyof Value & string, Codec<unknown>][]
  return {
    check(value, where) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseType(where, value, 'an object')
      const of = value as Record<string, unknown>
      for (const [name, codec] of entries) {
        codec.check(Object.hasOwn(of, name) ? of[name] : undefined, where === '' ? name : `${where}.${name}`)
      }
    },
    pack: (values, to) =>
      entries.map(([name, codec]) =>
        codec.pack(
          values.map((value) => value[name]),
          to,
        ),
      ),
    unpack(packed, count, from) {
      const values = Array.from({ length: count }, () => ({})) as Value[]
      entries.forEach(([name, codec], index) => {
        const column = codec.unpack((packed as unknown[])[index], count, from)
        column.forEach((member, row) => {
          if (member !== undefined || codec.isOptional !== true) values[row]![name] = member as never
        })
      })
      return values
    },
  }
}
