/** How many rows each table may hold. The defaults hold a million flows. */

import { checkInteger, checkObject, checkOneOf, checkPowerOfTwo } from '../../option.ts'

/** Most rows by table; what finds no row is counted in the summary's `limits`. */
export interface Limits {
  /** Distinct addresses: outer, inner and MAC. */
  addresses: number
  /** VNIs. */
  vnis: number
  /** VTEP pairs. */
  vtepPairs: number
  /** VTEP pairs by VNI. */
  routes: number
  /** Flows. */
  flows: number
  /** Inner MAC addresses by VNI and VLANs. */
  macs: number
  /** VLAN tag stacks. */
  vlanStacks: number
  /** Further VTEPs of a flow's ends, MACs by VTEP, addresses by MAC, ports by VTEP pair. */
  details: number
  /** Addresses that were asked for or claimed, and MACs that nobody has sent from. */
  requests: number
  /** Steps by VNI of the timeline. */
  timeline: number
  /** Protocols of other traffic. */
  protocols: number
  /** Frames remembered to recognise copies, echo requests awaiting a reply: a power of two. */
  window: number
  /** Datagrams in fragments that are followed, or wait for the rest, at a time: a power of two. */
  datagrams: number
}

/** More than any address id, whatever the budget of memory: two ids make one exact number. */
export const ID_SPACE = 2 ** 26

/** Tables that are windows: their sizes are powers of two, of which a quarter is taken for some. */
const WINDOWS: readonly (keyof Limits)[] = ['window', 'datagrams']
const LEAST_WINDOW = 4
const LARGEST_WINDOW = 2 ** 20

/**
 * Refuses limits that no table can have.
 * @throws RangeError for a limit out of range, TypeError for one of a wrong type, or of a table that is none.
 */
export function checkLimits(name: string, limits: unknown): void {
  checkObject(name, limits)
  for (const [table, limit] of Object.entries(limits ?? {})) {
    checkOneOf(`a table of ${name}`, table, Object.keys(DEFAULT_LIMITS))
    if (WINDOWS.includes(table as keyof Limits)) {
      checkPowerOfTwo(`${name}.${table}`, limit, table === 'window' ? LEAST_WINDOW : 1, LARGEST_WINDOW)
    } else checkInteger(`${name}.${table}`, limit, 1, ID_SPACE)
  }
}

/** A million flows, and what goes with them. */
export const DEFAULT_LIMITS: Limits = {
  addresses: 4_194_304,
  vnis: 65_536,
  vtepPairs: 65_536,
  routes: 262_144,
  flows: 1_048_576,
  macs: 1_048_576,
  vlanStacks: 65_536,
  details: 1_048_576,
  requests: 131_072,
  timeline: 1_048_576,
  protocols: 4_096,
  window: 65_536,
  datagrams: 8_192,
}
