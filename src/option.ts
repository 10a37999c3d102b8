/**
 * What the library says to options that cannot be: a wrong type is a TypeError, a value out of range a RangeError, and both name
 * option, range and value. Every constructor and function that takes options checks them here, once, before it does anything; the
 * packet path has no such checks.
 */

/** `undefined` is an option that was not given. */
type Unchecked = unknown

/** UDP ports that there can be. */
const PORTS = 65_536

/** Refuses what is no integer from `min` to `max`. @param max - Largest value; none unless given. */
export function checkInteger(name: string, value: Unchecked, min: number, max: number = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return
  if (typeof value !== 'number') refuseType(name, value, 'a number')
  if (!Number.isInteger(value) || value < min || value > max) refuseRange(name, value, range(min, max))
}

/** Refuses what is no integer from `min` on, and not `Infinity` either. */
export function checkCount(name: string, value: Unchecked, min: number): void {
  const what = `an integer from ${min} on, or Infinity`
  if (value === undefined || value === Number.POSITIVE_INFINITY) return
  if (typeof value !== 'number') refuseType(name, value, what)
  if (!Number.isSafeInteger(value) || value < min) refuseRange(name, value, what)
}

/** Refuses what is no number from `min` to `max`. */
export function checkNumber(name: string, value: Unchecked, min: number, max: number): void {
  if (value === undefined) return
  if (typeof value !== 'number') refuseType(name, value, 'a number')
  if (!(value >= min && value <= max)) refuseRange(name, value, `a number from ${min} to ${max}`)
}

/** Refuses what is no power of two from `min` to `max`. */
export function checkPowerOfTwo(name: string, value: Unchecked, min: number, max: number): void {
  checkInteger(name, value, min, max)
  if (typeof value === 'number' && !Number.isInteger(Math.log2(value))) {
    refuseRange(name, value, `a power of two from ${min} to ${max}`)
  }
}

export function checkBoolean(name: string, value: Unchecked): void {
  if (value !== undefined && typeof value !== 'boolean') refuseType(name, value, 'true or false')
}

export function checkString(name: string, value: Unchecked): void {
  if (value !== undefined && typeof value !== 'string') refuseType(name, value, 'a string')
}

export function checkFunction(name: string, value: Unchecked): void {
  if (value !== undefined && typeof value !== 'function') refuseType(name, value, 'a function')
}

/** Refuses what is not one of a few values. */
export function checkOneOf(name: string, value: Unchecked, allowed: readonly (string | number | boolean)[]): void {
  if (value === undefined || allowed.includes(value as string)) return
  const words = allowed.map((one) => JSON.stringify(one)).join(' or ')
  if (!allowed.some((one) => typeof one === typeof value)) refuseType(name, value, words)
  refuseRange(name, value, words)
}

/** Refuses what is no list, and has every member of one checked under its own name: `vnis[2]`. */
export function checkList(name: string, value: Unchecked, check: (name: string, member: Unchecked) => void): void {
  if (value === undefined) return
  if (!Array.isArray(value)) refuseType(name, value, 'an array')
  for (let index = 0; index < value.length; index++) {
    if (value[index] === undefined) refuseType(`${name}[${index}]`, undefined, 'a value')
    check(`${name}[${index}]`, value[index])
  }
}

/** Refuses a list of texts of which `parse` refuses one; what it throws is told with the name of the option. */
export function checkTexts(name: string, value: Unchecked, parse: (text: string) => unknown): void {
  checkList(name, value, (member, text) => {
    checkString(member, text)
    try {
      parse(text as string)
    } catch (error) {
      throw new RangeError(`${member}: ${(error as Error).message}`, { cause: error })
    }
  })
}

/** Refuses what is no table of tunnel ports, as `tunnelPorts` makes it. */
export function checkPorts(name: string, value: Unchecked): void {
  if (value === undefined) return
  if (!(value instanceof Uint8Array)) refuseType(name, value, 'a Uint8Array, from tunnelPorts()')
  if (value.length !== PORTS) refuseRange(name, value, `${PORTS} bytes, from tunnelPorts()`)
}

/** Refuses options that are no object. */
export function checkObject(name: string, value: Unchecked): void {
  if (value === undefined) return
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuseType(name, value, 'an object')
}

/** Refuses what is no AbortSignal; one of another realm will do. */
export function checkSignal(name: string, value: Unchecked): void {
  if (value === undefined) return
  const { aborted, addEventListener } = (value ?? {}) as { aborted?: unknown; addEventListener?: unknown }
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    refuseType(name, value, 'an AbortSignal')
  }
}

/** Refuses what is no path. */
export function checkPath(value: Unchecked): void {
  checkGiven('path', value)
  checkString('path', value)
}

/** Refuses what is no bytes; those of another realm will do. */
export function checkBytes(name: string, value: Unchecked): void {
  if (Object.prototype.toString.call(value) !== '[object Uint8Array]') refuseType(name, value, 'a Uint8Array')
}

/** Refuses what has not got a method. @param what - What has, with an article. */
export function checkHas(name: string, value: Unchecked, method: string | symbol, what: string): void {
  const of = typeof value === 'object' && value !== null ? (value as Record<string | symbol, unknown>) : {}
  if (typeof of[method] !== 'function') refuseType(name, value, what)
}

/** Refuses what is no source of bytes, and says how to come by one. */
export function checkSource(name: string, value: Unchecked): void {
  const what = 'a source of bytes, with a read()'
  const remedy = sourceOf(value)
  if (remedy !== null) refuseType(name, value, what, `: ${remedy}`)
  checkHas(name, value, 'read', what)
}

/** How a source is made of something else that holds bytes; `null` where nothing is known to, or where it may be a source. */
function sourceOf(value: Unchecked): string | null {
  if (typeof value === 'string' || value instanceof URL) return 'fileSource(path) opens one'
  if (typeof value !== 'object' || value === null) return null
  const has = (method: string): boolean => typeof (value as Record<string, unknown>)[method] === 'function'
  if (has('then')) return 'await this promise first'
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytesSource(bytes) makes one'
  if (has('getReader')) return 'webStreamSource(stream) makes one'
  if (has('arrayBuffer') && has('stream')) return 'blobSource(blob) makes one'
  if (has('arrayBuffer') && 'body' in value) return 'webStreamSource(response.body) makes one'
  // Of Node, with a read() that gives something else.
  if (has('pipe') && has('on')) return 'streamSource(stream) makes one'
  // Of node:fs/promises, likewise.
  if (has('createReadStream')) return 'fileSource(path) opens one'
  return null
}

/** Refuses what is no Node stream to read from. */
export function checkStream(name: string, value: Unchecked): void {
  checkHas(name, value, Symbol.asyncIterator, 'a readable stream')
  checkHas(name, value, 'destroy', 'a readable stream')
}

/** Refuses what a source cannot have read into so much room: once for each read. */
export function checkRead(value: Unchecked, room: number): void {
  if (typeof value === 'number' && value >= 0 && value <= room && Number.isInteger(value)) return
  checkGiven('what a source reads', value)
  checkInteger('what a source reads', value, 0, room)
}

/** Refuses what is no summary. */
export function checkSummary(name: string, value: Unchecked): void {
  const { capture, findings } = (value ?? {}) as { capture?: unknown; findings?: unknown }
  if (typeof capture !== 'object' || capture === null || !Array.isArray(findings)) refuseType(name, value, 'a summary')
}

/** Refuses an option that must be given and was not. */
export function checkGiven(name: string, value: Unchecked): void {
  if (value === undefined) refuseType(name, value, 'given')
}

function range(min: number, max: number): string {
  if (max < Number.MAX_SAFE_INTEGER) return `an integer from ${min} to ${max}`
  return min > Number.MIN_SAFE_INTEGER ? `an integer from ${min} on` : 'a safe integer'
}

/**
 * Throws what says that a value is of a wrong type.
 * @param what - The right one, with an article.
 * @param remedy - What follows at the end.
 */
export function refuseType(name: string, value: Unchecked, what: string, remedy = ''): never {
  throw new TypeError(`${name} must be ${what}, not ${said(value)}${remedy}`)
}

function refuseRange(name: string, value: Unchecked, what: string): never {
  throw new RangeError(`${name} must be ${what}, not ${said(value)}`)
}

/** Most characters of a value in a message. */
const SAID = 60

/** A value as code has it, on one line. */
function said(value: Unchecked): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > SAID ? `${value.slice(0, SAID)}…` : value)
    case 'function':
      return 'a function'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'an array' : value instanceof Uint8Array ? `${value.length} bytes` : 'an object'
    case 'bigint':
      return `${value}n`
    default:
      return String(value)
  }
}
