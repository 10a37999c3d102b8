/** Tables as DuckDB reads them, which is not ours: Parquet, CSV and JSON Lines hold what the document holds. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../../src/node.ts'
import {
  rowsOf,
  TABLE_COLUMNS,
  TABLE_NAMES,
  type TableName,
  textOf,
  valueAt,
} from '../../../src/report/tables/columns.ts'
import { writeParquet } from '../../../src/report/tables/parquet.ts'
import { csv, jsonl } from '../../../src/report/tables/rows-text.ts'
import type { Summary } from '../../../src/summary.ts'
import { ROOT } from '../../support/shared.ts'

const FIXTURES = ['kv-mixed-h1.pcap', 'kv-v6-h1.pcap', 'ovs-qinq-h1.pcap', 'mtu-frag-h1.pcap'].map((name) =>
  join(ROOT, 'fixtures/pcaps', name),
)
const FOLDER = mkdtempSync(join(tmpdir(), 'vxpcap-tables-'))
const EMPTY_ROWS: TableName[] = []

let summary: Summary
let database: DuckDBConnection

beforeAll(async () => {
  summary = await summarizeFiles(FIXTURES, { rows: Number.POSITIVE_INFINITY })
  database = await (await DuckDBInstance.create()).connect()
})
afterAll(() => {
  database?.closeSync()
  rmSync(FOLDER, { recursive: true })
})

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const reader = await database.runAndReadAll(sql)
  return reader.getRowObjects()
}

async function parquetFile(table: TableName, rows = rowsOf(summary, table).rows): Promise<string> {
  const chunks: Uint8Array[] = []
  await writeParquet(table, rows, summary, (bytes) => chunks.push(bytes))
  const path = join(FOLDER, `${table}-${rows.length}.parquet`)
  writeFileSync(path, Buffer.concat(chunks))
  return path
}

/** A time of the document as DuckDB prints it, which knows microseconds. */
const spoken = (time: string): string =>
  time
    .slice(0, 26)
    .replace('T', ' ')
    .replace(/\.?0*$/, '')

describe.each(TABLE_NAMES)('%s', (table) => {
  const columns = TABLE_COLUMNS[table]
  const list = columns.map(({ path }) => `"${path}"`).join(', ')

  it('in Parquet hold every value of the document, typed', async () => {
    const path = await parquetFile(table)
    const { rows } = rowsOf(summary, table)
    const cast = columns.map(({ path, kind }) => (kind === 'time' ? `"${path}"::VARCHAR AS "${path}"` : `"${path}"`))
    const found = await ask(`SELECT ${cast.join(', ')} FROM read_parquet('${path}')`)
    expect(rows.length).toBeGreaterThan(2)
    expect(found).toHaveLength(rows.length)
    for (const [index, row] of rows.entries()) {
      for (const { path: column, kind } of columns) {
        const value = valueAt(row, column)
        const expected =
          value === null ? null : kind === 'integer' ? BigInt(value as number) : kind === 'list' ? textOf(value) : value
        const actual = found[index]![column]
        if (kind === 'time' && value !== null) expect(String(actual).replace(/\+00$/, '')).toBe(spoken(String(value)))
        else expect([column, actual]).toEqual([column, expected])
      }
    }
    const types = await ask(`DESCRIBE SELECT * FROM read_parquet('${path}')`)
    const typeOf = {
      integer: 'BIGINT',
      number: 'DOUBLE',
      text: 'VARCHAR',
      address: 'VARCHAR',
      list: 'VARCHAR',
      time: 'TIMESTAMP WITH TIME ZONE',
    }
    expect(types.map((type) => [type.column_name, type.column_type])).toEqual(
      columns.map(({ path, kind }) => [path, typeOf[kind]]),
    )
  })

  it('in CSV say the same as in Parquet', async () => {
    const path = join(FOLDER, `${table}.csv`)
    writeFileSync(path, [...csv(table, rowsOf(summary, table).rows)].join(''))
    const parquet = await parquetFile(table)
    const all = columns.map(({ path, kind }) =>
      kind === 'time'
        ? `strftime("${path}", '%Y-%m-%dT%H:%M:%S.%nZ') AS "${path}"`
        : `coalesce("${path}"::VARCHAR, '') AS "${path}"`,
    )
    const numbers = columns.filter(({ kind }) => kind === 'integer' || kind === 'number')
    const texts = columns.filter(({ kind }) => kind !== 'integer' && kind !== 'number' && kind !== 'time')
    expect(all.length).toBeGreaterThan(5)
    const fromCsv = await ask(
      `SELECT ${list} FROM read_csv('${path}', all_varchar = true, header = true, nullstr = '\\N', new_line = '\\r\\n')`,
    )
    const fromParquet = await ask(`SELECT ${list} FROM read_parquet('${parquet}')`)
    expect(fromCsv).toHaveLength(fromParquet.length)
    for (const [index, row] of fromParquet.entries()) {
      for (const { path: column } of texts)
        expect([column, fromCsv[index]![column]]).toEqual([column, row[column] ?? ''])
      for (const { path: column } of numbers) {
        const written = fromCsv[index]![column]
        expect([column, written === '' ? null : Number(written)]).toEqual([
          column,
          row[column] === null ? null : Number(row[column]),
        ])
      }
    }
  })

  it('in JSON Lines are the rows of the document', async () => {
    const lines = [...jsonl(rowsOf(summary, table).rows)].join('')
    expect(lines.endsWith('\n')).toBe(true)
    const parsed = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(parsed).toEqual(JSON.parse(JSON.stringify(rowsOf(summary, table).rows)))
    const path = join(FOLDER, `${table}.jsonl`)
    writeFileSync(path, lines)
    expect(await ask(`SELECT count(*) AS rows FROM read_json_auto('${path}', format = 'newline_delimited')`)).toEqual([
      { rows: BigInt(parsed.length) },
    ])
  })

  it('without rows are a file without rows', async () => {
    const path = await parquetFile(table, EMPTY_ROWS as never)
    expect(await ask(`SELECT count(*) AS rows FROM read_parquet('${path}')`)).toEqual([{ rows: 0n }])
  })
})

describe('Parquet', () => {
  it('names the schema of the document in its metadata', async () => {
    const path = await parquetFile('vnis')
    const metadata = await ask(
      `SELECT key::VARCHAR AS key, value::VARCHAR AS value FROM parquet_kv_metadata('${path}')`,
    )
    expect(metadata).toContainEqual({ key: 'vxpcap.schema', value: 'vxpcap.summary/1' })
    expect(metadata).toContainEqual({ key: 'vxpcap.table', value: 'vnis' })
  })

  it('holds times to the nanosecond', async () => {
    const [row] = rowsOf(summary, 'flows').rows
    const path = await parquetFile('flows', [{ ...row!, lastTime: '2026-11-22T07:16:17.000000001Z' }] as never)
    const bytes = readFileSync(path)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
    const raw = { timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds }
    const [read] = await parquetReadObjects({ file, parsers: raw as never })
    expect(read?.lastTime).toBe(1_795_331_777_000_000_001n)
  })

  it('comes in row groups, and leaves out times that 64 bits cannot hold', async () => {
    const [row] = rowsOf(summary, 'flows').rows
    const times = ['2026-11-22T07:16:17.000000001Z', '1678-01-01T00:00:00.000000000Z', '0001-01-01T00:00:00.000000000Z']
    const rows = Array.from({ length: 120_000 }, (_, index) => ({
      ...row!,
      innerBytesAToB: 2 ** 50 + index,
      firstTime: times[index % 3]!,
    }))
    const path = await parquetFile('flows', rows as never)
    const [found] = await ask(
      `SELECT count(*) AS rows, max("innerBytesAToB") AS most, count("firstTime") AS times, max("firstTime")::VARCHAR AS last FROM read_parquet('${path}')`,
    )
    expect(found).toEqual({
      rows: 120_000n,
      most: BigInt(2 ** 50 + 119_999),
      times: 80_000n,
      last: '2026-11-22 07:16:17+00',
    })
    const groups = await ask(`SELECT count(DISTINCT row_group_id) AS groups FROM parquet_metadata('${path}')`)
    expect(groups).toEqual([{ groups: 3n }])
  })
})
