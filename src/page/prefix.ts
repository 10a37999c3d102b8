/** A search for an address prefix: whether a text has an address in it. */
import { parseAddress } from '../codecs/core/address.ts'

const OCTET = 8
/** What may be an address within a text; ports and other words around it are left. */
const ADDRESSES = /(?:\d+\.){3}\d+|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*/gi

/** The test of a word that is a prefix, `192.168.0.0/16` or `2001:db8::/32`; `null` for any other word. */
export function prefixTest(word: string): ((text: string) => boolean) | null {
  const [, address, length] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(word) ?? []
  const prefix = address === undefined ? null : bytesOf(address)
  const bits = Number(length)
  if (prefix === null || bits > prefix.length * OCTET) return null
  return (text) => {
    for (const [each] of text.matchAll(ADDRESSES)) if (isIn(bytesOf(each), prefix, bits)) return true
    return false
  }
}

function isIn(address: Uint8Array | null, prefix: Uint8Array, bits: number): boolean {
  if (address === null || address.length !== prefix.length) return false
  for (let index = 0; index * OCTET < bits; index++) {
    const rest = Math.max(0, OCTET - (bits - index * OCTET))
    if (address[index]! >> rest !== prefix[index]! >> rest) return false
  }
  return true
}

function bytesOf(text: string): Uint8Array | null {
  try {
    return parseAddress(text)
  } catch {
    return null
  }
}
