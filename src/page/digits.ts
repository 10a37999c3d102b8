/**
 * A column of numbers as digits of base 64, a string for each place: the last digits of all numbers, then those before them. Compressed it
 * takes about as many bits as the numbers have, where decimal digits and commas take a quarter more. Where few numbers come again and
 * again, what is written is which of them it is, the most frequent first.
 */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const BASE = DIGITS.length
/** How often numbers must come again, on average, to be listed. */
const OFTEN = 4

/** Digits, of numbers or of places in a list; or the items themselves where one of them is no whole number from 0 on. */
export type Column = { places: string[]; list?: (number | null)[] } | unknown[]

/** Writes whole numbers and `null`. */
export function toDigits(items: readonly unknown[]): Column {
  if (!items.every(isWhole)) return [...items]
  const times = new Map<number | null, number>()
  for (const item of items) times.set(item, (times.get(item) ?? 0) + 1)
  if (times.size * OFTEN > items.length || times.size < 2) return { places: placesOf(items) }
  const list = [...times.keys()].sort(
    (left, right) => times.get(right)! - times.get(left)! || (left ?? -1) - (right ?? -1),
  )
  const ranks = new Map(list.map((item, rank) => [item, rank]))
  return { places: placesOf(items.map((item) => ranks.get(item)!)), list }
}

/** Reads what {@link toDigits} wrote. @param count - How many items there were. */
export function fromDigits(column: Column, count: number): unknown[] {
  if (Array.isArray(column)) return column
  const { places, list } = column
  const values = new Map(Array.from(DIGITS, (digit, value) => [digit.charCodeAt(0), value]))
  const numbers = new Array<number>(count).fill(-1)
  let worth = 1
  for (const place of places) {
    for (let index = 0; index < count; index++) numbers[index]! += worth * values.get(place.charCodeAt(index))!
    worth *= BASE
  }
  if (list !== undefined) return numbers.map((rank) => list[rank])
  return numbers.map((number) => (number < 0 ? null : number))
}

function isWhole(item: unknown): item is number | null {
  return item === null || (Number.isSafeInteger(item) && (item as number) >= 0)
}

/** The last digits of all numbers, then those before them; one more than the number, so that 0 is free for `null`. */
function placesOf(items: readonly (number | null)[]): string[] {
  let rest = items.map((item) => (item === null ? 0 : item + 1))
  const places: string[] = []
  while (rest.some((number) => number > 0)) {
    places.push(rest.map((number) => DIGITS[number % BASE]).join(''))
    rest = rest.map((number) => Math.floor(number / BASE))
  }
  return places
}
