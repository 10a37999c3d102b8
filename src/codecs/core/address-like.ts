/** Addresses in any of the forms that people and programs have them in, turned into the one form that headers take. */
import { refuseType } from '../../option.ts'
import { parseAddress, parseIpv4, parseIpv6, parseMac } from './address.ts'
import { checkBytes, checkUint, checkWord } from './range.ts'

/** A MAC address: text (`02:00:00:00:00:01`) or 48 bits as a number. */
export type MacLike = string | number
/** An IPv4 address: dotted decimal, or 32 bits as a number, signed or unsigned. */
export type Ipv4Like = string | number
/** An IPv6 address: text (RFC 4291 §2.2) or 16 bytes. */
export type Ipv6Like = string | Uint8Array
/** An IP address of either version: text, 32 bits as a number (IPv4), or 4 or 16 bytes. */
export type IpLike = string | number | Uint8Array

/**
 * 48 bits of a MAC address.
 * @param name - What the message calls it.
 * @throws RangeError for text that is not a MAC address, or a number beyond 48 bits.
 */
export function macOf(name: string, value: MacLike): number {
  if (typeof value === 'string') return named(name, value, parseMac)
  checkUint(name, value, 48)
  return value
}

/**
 * 32 bits of an IPv4 address, unsigned.
 * @param name - What the message calls it.
 * @throws RangeError for text that is not an IPv4 address, or a number beyond 32 bits.
 */
export function ipv4Of(name: string, value: Ipv4Like): number {
  if (typeof value === 'string') return named(name, value, parseIpv4)
  checkWord(name, value)
  return value >>> 0
}

/**
 * 16 bytes of an IPv6 address.
 * @param name - What the message calls it.
 * @throws RangeError for text that is not an IPv6 address, or another number of bytes.
 */
export function ipv6Of(name: string, value: Ipv6Like): Uint8Array {
  if (typeof value === 'string') return named(name, value, parseIpv6)
  checkBytes(name, value, 16)
  return value
}

/**
 * 4 or 16 bytes of an IP address, a copy.
 * @param name - What the message calls it.
 * @throws RangeError for anything else.
 */
export function ipOf(name: string, value: IpLike): Uint8Array {
  if (typeof value === 'string') return named(name, value, parseAddress)
  if (typeof value === 'number') {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, ipv4Of(name, value))
    return bytes
  }
  if (!(value instanceof Uint8Array)) refuseType(name, value, 'an address: text, a number, or 4 or 16 bytes')
  if (value.length !== 4 && value.length !== 16) {
    throw new RangeError(`${name} must have 4 or 16 bytes, not ${value.length}`)
  }
  return value.slice()
}

/** Reads an address; what is said of one that is none begins with its name. */
function named<T>(name: string, text: string, parse: (text: string) => T): T {
  try {
    return parse(text)
  } catch (error) {
    throw new RangeError(`${name}: ${(error as Error).message}`, { cause: error })
  }
}
