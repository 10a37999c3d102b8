/** Rows of a table in another order: by any column, or by a figure that no column holds alone. */
import { parseAddress, parseMac } from '../../codecs/address.ts'
import { secondsBetween } from '../number.ts'
import { TABLE_COLUMNS, type TableName, type TableRows, valueAt } from './columns.ts'

/** What rows can be sorted by that is no column: volumes of both directions, and how long a flow lasted. */
const FIGURES: { readonly [Name in TableName]: Readonly<Record<string, (row: TableRows[Name]) => number | null>> } = {
  flows: {
    packets: (row) => row.packetsAToB + row.packetsBToA,
    bytes: (row) => row.innerBytesAToB + row.innerBytesBToA,
    duration: ({ firstTime, lastTime }) =>
      firstTime === null || lastTime === null ? null : secondsBetween(firstTime, lastTime),
    rtt: (row) => row.tcp?.rttMs ?? row.echo?.rttMs?.avg ?? null,
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

/**
 * Rows sorted: figures and times from the largest down, texts and addresses from the smallest up, addresses as numbers; what is
 * not known comes last. Equals keep their order.
 * @param by - One of {@link sortNames}.
 * @throws RangeError for any other.
 */
export function sorted<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  by: string,
): TableRows[Name][] {
  const figures: Readonly<Record<string, (row: TableRows[Name]) => number | null>> = FIGURES[table]
  const figure = Object.hasOwn(figures, by) ? figures[by] : undefined
  if (figure !== undefined) return rows.toSorted((left, right) => descending(figure(left), figure(right)))
  const column = TABLE_COLUMNS[table].find(({ path }) => path === by)
  if (column === undefined) throw new RangeError(`there is no column ${by}`)
  const keyed = rows.map((row) => ({ row, key: keyOf(valueAt(row, by), column.kind) }))
  const compare =
    column.kind === 'integer' || column.kind === 'number' || column.kind === 'time' ? descending : ascending
  return keyed.sort((left, right) => compare(left.key, right.key)).map(({ row }) => row)
}

function keyOf(value: unknown, kind: string): string | number | null {
  if (value === null) return null
  if (kind === 'address') return addressKey(String(value))
  // A list by its length first: a MAC at most VTEPs, a pair with most VNIs.
  if (Array.isArray(value)) return String(999_999_999 - value.length).padStart(9, '0') + value.join(' ')
  return value as string | number
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

function key(family: string, digits: string): string {
  return family + digits.padStart(ADDRESS_DIGITS, '0')
}

function descending(left: string | number | null, right: string | number | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
  return left === right ? 0 : left < right ? 1 : -1
}

function ascending(left: string | number | null, right: string | number | null): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1
  return left === right ? 0 : left < right ? -1 : 1
}
