/** Sets of IP addresses: single ones, prefixes (`10.0.0.0/8`, RFC 4632 §3.1) and ranges (`10.0.0.1-10.0.0.9`). */
import { parseAddress } from '../codecs/core/address.ts'
import { NumberRanges } from './number-ranges.ts'

const IPV6_WORDS = 4

/** First and last address, both included; 4 or 16 bytes. */
interface AddressRange {
  first: Uint8Array
  last: Uint8Array
}

/**
 * Reads an address, a prefix or a range. Bits behind a prefix's length are of no account: `10.1.2.3/8` is `10.0.0.0/8`.
 * @throws RangeError quoting what is none of them.
 */
export function parseAddressRange(text: string): AddressRange {
  const slash = text.indexOf('/')
  if (slash >= 0) return prefix(text, parseAddress(text.slice(0, slash)), text.slice(slash + 1))
  const dash = text.indexOf('-')
  if (dash < 0) {
    const address = parseAddress(text)
    return { first: address, last: address }
  }
  const first = parseAddress(text.slice(0, dash))
  const last = parseAddress(text.slice(dash + 1))
  if (first.length !== last.length) throw new RangeError(`a range from IPv4 to IPv6: '${text}'`)
  if (compare(first, last) > 0) throw new RangeError(`a range whose end comes before its beginning: '${text}'`)
  return { first, last }
}

/** Tells whether addresses are of a set. */
export class AddressRanges {
  readonly #ipv4: NumberRanges
  readonly #ipv6: readonly { first: DataView; last: DataView }[]

  /** @throws RangeError as {@link parseAddressRange} does. */
  constructor(texts: readonly string[]) {
    const all = texts.map(parseAddressRange)
    this.#ipv4 = new NumberRanges(
      all.filter(({ first }) => first.length === 4).map(({ first, last }) => [number(first), number(last)]),
    )
    this.#ipv6 = all
      .filter(({ first }) => first.length === 16)
      .map(({ first, last }) => ({ first: viewOf(first), last: viewOf(last) }))
  }

  /** Whether the IPv4 address at `at` is of the set. */
  has4(view: DataView, at: number): boolean {
    return this.#ipv4.has(view.getUint32(at))
  }

  /** Whether the IPv6 address at `at` is of the set. */
  has6(view: DataView, at: number): boolean {
    return this.#ipv6.some(({ first, last }) => compareAt(first, view, at) <= 0 && compareAt(last, view, at) >= 0)
  }

  /** Whether the address at `at` is of the set. @param version - 4 or 6. */
  has(view: DataView, at: number, version: number): boolean {
    return version === 4 ? this.has4(view, at) : this.has6(view, at)
  }

  /** Whether an address in text form is of the set. */
  hasText(text: string): boolean {
    const bytes = parseAddress(text)
    return this.has(viewOf(bytes), 0, bytes.length === 4 ? 4 : 6)
  }
}

function prefix(text: string, address: Uint8Array, lengthText: string): AddressRange {
  const bits = address.length * 8
  const length = /^\d{1,3}$/.test(lengthText) ? Number(lengthText) : Number.NaN
  if (!(length <= bits))
    throw new RangeError(`a prefix length from 0 to ${bits} is missing behind the slash: '${text}'`)
  const first = Uint8Array.from(address)
  const last = Uint8Array.from(address)
  for (let index = 0; index < address.length; index++) {
    const mask = 0xff >> Math.min(8, Math.max(0, length - index * 8))
    first[index]! &= ~mask
    last[index]! |= mask
  }
  return { first, last }
}

function number(address: Uint8Array): number {
  return viewOf(address).getUint32(0)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Addresses of one length, as unsigned big-endian numbers. */
function compare(left: Uint8Array, right: Uint8Array): number {
  for (let index = 0; index < left.length; index++) {
    if (left[index] !== right[index]) return left[index]! - right[index]!
  }
  return 0
}

/** An IPv6 address against the one at `at`. */
function compareAt(address: DataView, view: DataView, at: number): number {
  for (let word = 0; word < IPV6_WORDS; word++) {
    const difference = address.getUint32(word * 4) - view.getUint32(at + word * 4)
    if (difference !== 0) return difference
  }
  return 0
}
