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
/** A shared beginning shorter than this is not worth an ellipsis. */
const LEAST_SHARED = 5

/** Labels of addresses, and what `…` at their beginning stands for: what all VTEPs share; empty where nothing is left out. */
export interface Labels {
  names: string[]
  shared: string
}

/**
 * Labels of addresses: whole where all have fifteen characters at most; else without what the VTEPs share, and what is too long even so as
 * head and tail, the tail as long as it takes to tell them apart.
 */
export function labels(addresses: readonly string[]): Labels {
  if (addresses.every((address) => address.length <= LONGEST)) return { names: [...addresses], shared: '' }
  const shared = sharedBeginning(addresses.filter((address) => !isGroup(address)))
  const short = addresses.map((address) =>
    shared !== '' && !isGroup(address) ? `…${address.slice(shared.length)}` : address,
  )
  for (let tail = TAIL; tail < LONGEST; tail++) {
    const names = short.map((name) => shortened(name, tail))
    if (new Set(names).size === names.length) return { names, shared }
  }
  return { names: short.map((name, index) => (name.length <= LONGEST ? name : `VTEP ${index + 1}`)), shared }
}

/** What addresses of IPv6 share, up to the end of a group of digits. */
function sharedBeginning([first = '', ...others]: readonly string[]): string {
  if (others.length === 0) return ''
  let length = 0
  while (length < first.length && others.every((each) => each[length] === first[length])) length++
  const shared = first.slice(0, Math.max(0, first.slice(0, length).lastIndexOf(':'))).replace(/:+$/, '')
  return shared.length < LEAST_SHARED ? '' : shared
}

function shortened(name: string, tail: number): string {
  return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 1 - tail)}…${name.slice(-tail)}`
}
