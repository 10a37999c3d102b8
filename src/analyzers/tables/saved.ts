/**
 * What saved parts must be, where they are taken up: a state may come from elsewhere. Refused is what would let a table grow beyond its
 * limit, a loop run without an end, or a look-up leave what is there; figures that are merely wrong make a wrong summary, no more.
 */

/** Levels of lists and objects in what is kept of a subject. */
const DEEPEST = 4
/** Most values in a list of it: all are bounded by dozens. */
const LONGEST = 4_096

/** Refuses what is no integer in a range. */
export function savedInteger(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw new RangeError(`${name} is not from ${least} to ${most}`)
}

/** Refuses what is no typed array of this kind and length. */
export function savedArray(
  name: string,
  value: unknown,
  kind: Int32ArrayConstructor | Float64ArrayConstructor,
  length: number,
): void {
  if (value instanceof kind && value.length === length) return
  throw new RangeError(`${name} is not of ${length} elements`)
}

/** Refuses what is no list of so few. */
export function savedList(name: string, value: unknown, most: number): void {
  if (Array.isArray(value) && value.length <= most) return
  throw new RangeError(`${name} is no list of at most ${most}`)
}

/** Refuses figures of a subject that are not of the shape of those it begins with. */
export function savedFigures(name: string, value: unknown, start: object): void {
  if (!isPlain(value)) throw new RangeError(`${name} are no figures`)
  const names = Object.keys(start)
  if (Object.keys(value).length !== names.length) throw new RangeError(`${name} are not those that are kept`)
  for (const each of names) {
    const [saved, begun] = [value[each], (start as Record<string, unknown>)[each]]
    // What is not known at first may be anything later that is plain.
    const isAlike = begun === null ? isOfPlain(saved, 0) : isLike(saved, begun)
    if (!Object.hasOwn(value, each) || !isAlike) throw new RangeError(`${each} of ${name} is not what is kept`)
  }
}

function isLike(saved: unknown, begun: unknown): boolean {
  if (Array.isArray(begun)) return Array.isArray(saved) && isOfPlain(saved, 0)
  if (typeof begun === 'object' && begun !== null) return isPlain(saved) && isOfPlain(saved, 0)
  return typeof saved === typeof begun
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** Whether it is made of numbers, flags, texts, lists and plain objects, none too large. */
function isOfPlain(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string')
    return true
  if (depth === DEEPEST) return false
  const members = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : null
  return members !== null && members.length <= LONGEST && members.every((member) => isOfPlain(member, depth + 1))
}
