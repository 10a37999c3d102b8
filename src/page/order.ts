/** Addresses in order of their numbers. */
import { addressKey } from '../report/tables/order.ts'

/** IPv4, the usual case, without the detour through bytes: rows are sorted while somebody waits. */
const IPV4 = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/

/** A text that compares as the address does; what is no address stands for itself, as a hostile document may have it. */
export function orderOf(address: string | undefined): string | null {
  if (address === undefined) return null
  const octets = IPV4.exec(address)
  if (octets !== null) {
    let key = '4'
    for (let index = 1; index < octets.length; index++) key += octets[index]!.padStart(3, '0')
    return key
  }
  try {
    return addressKey(address)
  } catch {
    return address
  }
}
