/** What can be selected of a capture, and the check that it can be meant. */
import { parseMac } from '../codecs/core/address.ts'
import { VNI_MAX } from '../codecs/headers/vxlan.ts'
import { checkInteger, checkList, checkObject, checkTexts, refuseType } from '../option.ts'
import { parseAddressRange } from './address-ranges.ts'
import { compareTime, parseTime, type Time } from './times.ts'

/** What is selected: within a kind any, of the kinds that are given all. */
export interface Selection {
  /** VNIs of the outermost tunnel, 0 to 16 777 215. */
  vnis?: readonly number[]
  /** Ranges of VNIs, first and last included; with `vnis` one kind. */
  vniRanges?: readonly (readonly [first: number, last: number])[]
  /**
   * Tunnel endpoints: outer IPv4 or IPv6 source or destination, as an address, a prefix (`10.0.0.0/8`) or a range
   * (`10.0.0.1-10.0.0.9`); ARP and neighbour discovery about them; ICMP errors about what they sent or were sent.
   */
  vteps?: readonly string[]
  /** Inner IPv4 or IPv6 source or destination, sender or target of an inner ARP packet: addresses, prefixes or ranges. */
  ips?: readonly string[]
  /** Inner source or destination MAC addresses. */
  macs?: readonly string[]
  /**
   * Earliest and latest time, both included: ISO 8601 (UTC unless it names a zone), or seconds since 1970 as a number or text.
   * Records without a time are left out then. A datagram in fragments has the time of the fragment that tells what it carries.
   */
  from?: string | number
  /** Latest time, included; as {@link from}. */
  to?: string | number
}

/**
 * Refuses what cannot be meant.
 * @throws RangeError for a value out of range or a text that does not say what it should, TypeError for a wrong type.
 */
export function checkSelection(selection: Selection): void {
  checkObject('selection', selection)
  const { vnis, vniRanges, vteps, ips, macs, from, to } = selection
  checkList('vnis', vnis, (name, vni) => checkInteger(name, vni, 0, VNI_MAX))
  checkList('vniRanges', vniRanges, checkVniRange)
  checkTexts('vteps', vteps, parseAddressRange)
  checkTexts('ips', ips, parseAddressRange)
  checkTexts('macs', macs, parseMac)
  const earliest = checkTime('from', from)
  const latest = checkTime('to', to)
  if (earliest !== null && latest !== null && compareTime(latest, earliest.seconds, earliest.nanoseconds) < 0) {
    throw new RangeError(`to (${to}) must not come before from (${from})`)
  }
}

/** What options select, without what else they say; `null` where that is nothing. */
export function selectionIn({ vnis, vniRanges, vteps, ips, macs, from, to }: Selection): Selection | null {
  const selection: Selection = {
    ...(vnis && { vnis }),
    ...(vniRanges && { vniRanges }),
    ...(vteps && { vteps }),
    ...(ips && { ips }),
    ...(macs && { macs }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
  return Object.keys(selection).length > 0 ? selection : null
}

/** A time as the selection has it; `null` where it has none. @throws RangeError for what is no time. */
export function timeOf(value: string | number | undefined): Time | null {
  if (value === undefined) return null
  return parseTime(typeof value === 'number' ? decimal(value) : value)
}

function checkVniRange(name: string, range: unknown): void {
  if (!Array.isArray(range) || range.length !== 2) refuseType(name, range, 'first and last VNI')
  checkInteger(`${name}[0]`, range[0] ?? null, 0, VNI_MAX)
  checkInteger(`${name}[1]`, range[1] ?? null, range[0], VNI_MAX)
}

function checkTime(name: string, value: unknown): Time | null {
  if (value === undefined) return null
  if (typeof value !== 'string' && typeof value !== 'number') refuseType(name, value, 'a text or a number of seconds')
  try {
    return timeOf(value)
  } catch (error) {
    throw new RangeError(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** A number of seconds without an exponent; a double holds times of our days to a quarter of a microsecond. */
function decimal(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6)
}
