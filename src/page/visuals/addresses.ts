/** Addresses of tunnel endpoints as pictures label them. */

/** Whether an outer address is a multicast group's: 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 §2.7). */
export function isGroup(address: string): boolean {
  if (address.includes(':')) return /^ff[0-9a-f]{2}:/i.test(address)
  const first = Number.parseInt(address, 10)
  return first >= 224 && first <= 239
}

/** Longest label: an IPv4 address is never cut. */
const LONGEST = 15
const TAIL = 8

/** Labels of addresses: whole up to fifteen characters, else head and tail, the tail as long as it takes to tell them apart. */
export function labels(addresses: readonly string[]): string[] {
  for (let tail = TAIL; tail < LONGEST; tail++) {
    const found = addresses.map((address) => shortened(address, tail))
    if (new Set(found).size === addresses.length) return found
  }
  return addresses.map((address, index) => (address.length <= LONGEST ? address : `VTEP ${index + 1}`))
}

function shortened(address: string, tail: number): string {
  if (address.length <= LONGEST) return address
  return `${address.slice(0, LONGEST - 1 - tail)}…${address.slice(-tail)}`
}
