/** Order of addresses as texts: IPv4 before IPv6, each by its number, as all documents have them. */
import { parseAddress } from '../codecs/core/address.ts'
import { compareLists, compareText } from '../order.ts'

/** A function that compares addresses, and reads each of them once. */
export function addressOrder(): (left: string, right: string) => number {
  const known = new Map<string, number[]>()
  const read = (text: string): number[] => {
    let bytes = known.get(text)
    if (bytes === undefined) {
      bytes = bytesOf(text)
      known.set(text, bytes)
    }
    return bytes
  }
  return (left, right) => {
    const [one, other] = [read(left), read(right)]
    return one.length - other.length || compareLists(one, other) || compareText(left, right)
  }
}

/** Bytes of an address; none for a MAC address, which is compared as text. */
function bytesOf(text: string): number[] {
  try {
    return [...parseAddress(text)]
  } catch {
    return []
  }
}
