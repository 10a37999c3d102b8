/** A table as lines for other programs: CSV (RFC 4180) and JSON Lines. */
import { printableJson, printableRows } from '../printable.ts'
import { TABLE_COLUMNS, type TableName, type TableRows, textOf, valueAt } from './columns.ts'

/** Characters gathered before they are handed on. */
const CHUNK = 65_536

/** What a spreadsheet would take for a formula or a command (OWASP, CSV injection). */
const FORMULA = /^[=+\-@\t\r]/
const SPECIAL = /[",\r\n]/

/** The table as CSV in chunks: a line of column paths, then a line for each row; lists are joined by spaces. */
export function* csv<Name extends TableName>(table: Name, rows: readonly TableRows[Name][]): Generator<string, void> {
  const columns = TABLE_COLUMNS[table]
  const lines = function* (): Generator<string, void> {
    yield columns.map(({ path }) => path).join(',')
    for (const row of rows) yield columns.map(({ path }) => field(valueAt(row, path))).join(',')
  }
  for (const chunk of chunked(lines(), '\r\n')) yield printableRows(chunk)
}

/** The table as JSON Lines in chunks: the document's row objects, one in a line. */
export function* jsonl(rows: readonly object[]): Generator<string, void> {
  const lines = function* (): Generator<string, void> {
    for (const row of rows) yield JSON.stringify(row)
  }
  for (const chunk of chunked(lines(), '\n')) yield printableJson(chunk)
}

/** A CSV field. Text that a spreadsheet would run gets an apostrophe before it, which spreadsheets do not show. */
export function field(value: unknown): string {
  const text = textOf(value)
  const safe = typeof value !== 'number' && FORMULA.test(text) ? `'${text}` : text
  return SPECIAL.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe
}

function* chunked(lines: Iterable<string>, end: string): Generator<string, void> {
  let chunk = ''
  for (const line of lines) {
    chunk += line + end
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}
