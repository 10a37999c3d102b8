/** Rows of a table in another order: by any column, or by a figure that no column holds alone. */
import { parseAddress, parseMac } from '../../codecs/core/address.ts'
import type { FlowSummary } from '../../summary.ts'
import { secondsBetween } from '../number.ts'
import { TABLE_COLUMNS, type TableName, type TableRows, valueAt } from './columns.ts'

const BITS = 8

/** From first to last packet. */
export function seconds({ firstTime, lastTime }: FlowSummary): number | null {
  return firstTime === null || lastTime === null ? null : secondsBetween(firstTime, lastTime)
}

/** Inner bits of both directions in a second, from first to last packet; `null` where these are at one time. */
export function rate(flow: FlowSummary): number | null {
  const time = seconds(flow)
  return time === null || time <= 0 ? null : ((flow.innerBytesAToB + flow.innerBytesBToA) * BITS) / time
}

/** What rows can be sorted by that is no column: volumes of both directions, and how long and how fast a flow was. */
const FIGURES: { readonly [Name in TableName]: Readonly<Record<string, (row: TableRows[Name]) => number | null>> } = {
  flows: {
    packets: (row) => row.packetsAToB + row.packetsBToA,
    bytes: (row) => row.innerBytesAToB + row.innerBytesBToA,
    duration: seconds,
    rtt: (row) => row.tcp?.rttMs ?? row.echo?.rttMs?.avg ?? null,
    rate,
    retransmissions: (row) => row.tcp?.retransmittedSegments ?? null,
  },
  vteps: {
    packets: (row) => row.packetsAToB + row.packetsBToA,
    bytes: (row) => row.outerBytesAToB + row.outerBytesBToA,
  },
  vnis: { bytes: (row) => row.outerBytes },
  macs: {},
}

const IPV4_LENGTH = 4
/** Characters of a time in ISO 8601 up to its decimals. */
const SECOND = 19
/** Hex digits of the longest address. */
const ADDRESS_DIGITS = 32

/** What volume is in each table: what rows are sorted by where nobody says otherwise. */
export const VOLUME: Readonly<Record<TableName, string>> = {
  flows: 'bytes',
  vteps: 'bytes',
  vnis: 'bytes',
  macs: 'packets',
}

/** Everything that a table can be sorted by. */
export function sortNames(table: TableName): string[] {
  return [...Object.keys(FIGURES[table]), ...TABLE_COLUMNS[table].map(({ path }) => path)]
}

/** Columns by their heads in the text, in lower case, where a head says which column it is. */
const HEADS: Readonly<Record<TableName, Readonly<Record<string, string>>>> = {
  flows: {
    vlan: 'vlans',
    proto: 'protocol',
    start: 'firstTime',
    'start (utc)': 'firstTime',
    inner: 'bytes',
  },
  vteps: { carried: 'bytes', port: 'destinationPorts', 'max outer ip': 'maxOuterIpLength' },
  vnis: {
    tunnel: 'kind',
    carried: 'outerBytes',
    inner: 'innerBytes',
    overhead: 'overheadPercent',
    broadcast: 'broadcastPackets',
    multicast: 'multicastPackets',
    replicated: 'replicatedPackets',
    'max inner ip': 'maxInnerIpLength',
  },
  macs: { vlan: 'vlans', 'behind vtep': 'vteps.vtep', ip: 'ips' },
}

/** What a table is sorted by under a name in any case, or under the head that the text shows; `undefined` where nothing is called so. */
export function sortName(table: TableName, given: string): string | undefined {
  const names = sortNames(table)
  if (names.includes(given)) return given
  const wanted = given.trim().toLowerCase()
  const heads = HEADS[table]
  if (Object.hasOwn(heads, wanted)) return heads[wanted]
  return names.find((name) => name.toLowerCase() === wanted)
}

/** What a row is sorted by. `null` is not known. */
type Key = number | string | null | readonly Key[]

/**
 * Rows sorted: figures and times from the largest, texts and addresses from the smallest, addresses as numbers. A list is sorted by its
 * length, the longest first, then by its members. What is not known comes last. Equals keep their order.
 * @param by - One of {@link sortNames}.
 * @param reverse - The other way round; what is not known still comes last.
 * @throws RangeError for any other.
 */
export function sorted<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  by: string,
  reverse = false,
): TableRows[Name][] {
  const key = keyBy(table, by)
  const keyed = rows.map((row) => ({ row, key: key(row) }))
  return keyed.sort((left, right) => compare(left.key, right.key, reverse)).map(({ row }) => row)
}

function keyBy<Name extends TableName>(table: Name, by: string): (row: TableRows[Name]) => Key {
  const figures: Readonly<Record<string, (row: TableRows[Name]) => number | null>> = FIGURES[table]
  const figure = Object.hasOwn(figures, by) ? figures[by] : undefined
  if (figure !== undefined) return (row) => keyOf(figure(row))
  const column = TABLE_COLUMNS[table].find(({ path }) => path === by)
  if (column === undefined) throw new RangeError(`there is no column ${by}`)
  return (row) => keyOf(valueAt(row, by))
}

/** A number, or a text that compares as what it stands for, from what comes first. */
function keyOf(value: unknown): Key {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return [-value.length, ...value.map(keyOf)]
  if (typeof value === 'number') return -value
  const text = String(value)
  if (isTime(text)) return [-Date.parse(`${text.slice(0, SECOND)}Z`), -Number(text.slice(SECOND + 1, -1))]
  return isAddress(text) ? addressKey(text) : text
}

/** Digits that compare as the addresses do: MAC addresses, IPv4, IPv6. */
export function addressKey(text: string): string {
  if (isMac(text)) return key('0', parseMac(text).toString(16))
  const bytes = parseAddress(text)
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return key(bytes.length === IPV4_LENGTH ? '4' : '6', digits)
}

function isMac(text: string): boolean {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text)
}

function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || (/^[0-9a-f:.]+$/.test(text) && text.includes(':'))
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z$/.test(text)
}

function key(family: string, digits: string): string {
  return family + digits.padStart(ADDRESS_DIGITS, '0')
}

function compare(left: Key, right: Key, reverse: boolean): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
  if (typeof left === 'object' && typeof right === 'object') {
    for (const [index, member] of left.entries()) {
      const order = compare(member, right[index] ?? null, reverse)
      if (order !== 0) return order
    }
    return 0
  }
  const order = left === right ? 0 : left < right ? -1 : 1
  return reverse ? -order : order
}
