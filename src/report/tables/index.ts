/** Tables of the document for other programs: CSV, JSON Lines and Parquet. */
import {
  checkBoolean,
  checkCount,
  checkFunction,
  checkGiven,
  checkObject,
  checkOneOf,
  checkSummary,
} from '../../option.ts'
import type { Summary } from '../../summary.ts'
import { rowsOf, TABLE_NAMES, type TableName, type TableRows } from './columns.ts'
import { sorted, sortNames } from './order.ts'
import { csv, jsonl } from './rows-text.ts'

export type { TableName } from './columns.ts'

/** Which rows, and in what order. */
export interface TableOptions {
  /** A column by its path (`tcp.rttMs`), or `bytes`, `packets`, `duration`, `rtt`, `rate` where a table has them; the document's order without. Figures and times from the largest, texts and addresses from the smallest, lists by their lengths, the longest first, then by their members. */
  sort?: string | undefined
  /** The other way round, without `sort` too; what is not known comes last all the same. `false` unless told otherwise. */
  reverse?: boolean | undefined
  /** Most rows; all unless told otherwise. */
  top?: number | undefined
}

/** The rows of a table that are asked for. */
export function rowsIn<Name extends TableName>(
  summary: Summary,
  table: Name,
  { sort, reverse = false, top }: TableOptions = {},
): TableRows[Name][] {
  const { rows } = rowsOf(summary, table)
  const inOrder = sort !== undefined ? sorted(table, rows, sort, reverse) : reverse ? rows.toReversed() : rows
  return top === undefined ? inOrder : inOrder.slice(0, top)
}

/**
 * A table as CSV (RFC 4180) in chunks of about 64 KiB: a line of column paths, then one for each row. Lists are joined by spaces; text that
 * a spreadsheet would run gets an apostrophe before it.
 * @throws RangeError for a table or column that there is not, TypeError for an argument of a wrong type.
 */
export function tableCsv(summary: Summary, table: TableName, options: TableOptions = {}): Generator<string, void> {
  check(summary, table, options)
  return csv(table, rowsIn(summary, table, options))
}

/**
 * A table as JSON Lines in chunks of about 64 KiB: the document's row objects, one in a line.
 * @throws RangeError for a table or column that there is not, TypeError for an argument of a wrong type.
 */
export function tableJsonl(summary: Summary, table: TableName, options: TableOptions = {}): Generator<string, void> {
  check(summary, table, options)
  return jsonl(rowsIn(summary, table, options))
}

/**
 * Writes a table as a Parquet file: the columns of the CSV, 64-bit integers, times in nanoseconds, what is not known as NULL. The file's
 * metadata names the schema of the document (`vxpcap.schema`) and the table (`vxpcap.table`).
 * @param sink - Takes the bytes of each row group.
 * @throws RangeError for a table or column that there is not, TypeError for an argument of a wrong type.
 */
export async function tableParquet(
  summary: Summary,
  table: TableName,
  sink: (bytes: Uint8Array) => void,
  options: TableOptions = {},
): Promise<void> {
  check(summary, table, options)
  checkGiven('sink', sink)
  checkFunction('sink', sink)
  // Loaded by those alone who write one.
  const { writeParquet } = await import('./parquet.ts')
  await writeParquet(table, rowsIn(summary, table, options), summary, sink)
}

function check(summary: Summary, table: TableName, options: TableOptions): void {
  checkSummary('summary', summary)
  checkGiven('table', table)
  checkOneOf('table', table, TABLE_NAMES)
  checkObject('options', options)
  checkOneOf('sort', options.sort, sortNames(table))
  checkBoolean('reverse', options.reverse)
  checkCount('top', options.top, 0)
}
