/** A table as a Parquet file: a row group at a time, 64-bit integers, times to the nanosecond. The only user of hyparquet-writer. */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Summary } from '../../summary.ts'
import {
  type ColumnKind,
  TABLE_COLUMNS,
  type TableColumn,
  type TableName,
  type TableRows,
  textOf,
  valueAt,
} from './columns.ts'

/** Rows of a group: what is in memory at a time beside the document. */
const GROUP_ROWS = 50_000

/** Hands on what was written after each row group, and counts on. */
class SinkWriter extends ByteWriter {
  constructor(private readonly sink: (bytes: Uint8Array) => void) {
    super()
  }

  flush(): void {
    this.sink(this.getBytes().slice())
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}

type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** Types of the columns; a list is a text, as in CSV. */
const ELEMENTS: Readonly<Record<ColumnKind, Omit<Element, 'name'>>> = {
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  address: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  list: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } },
}

/**
 * Writes the rows. The columns are those of the CSV; what is not known is NULL. The file's metadata names the document's schema
 * (`vxpcap.schema`) and the table (`vxpcap.table`).
 * @param sink - Takes the bytes of each row group.
 */
export async function writeParquet<Name extends TableName>(
  table: Name,
  rows: readonly TableRows[Name][],
  { schema }: Pick<Summary, 'schema'>,
  sink: (bytes: Uint8Array) => void,
): Promise<void> {
  const columns = TABLE_COLUMNS[table]
  const writer = new ParquetWriter({
    writer: new SinkWriter(sink),
    schema: [
      { name: 'root', num_children: columns.length },
      ...columns.map(({ path, kind }): Element => ({ name: path, repetition_type: 'OPTIONAL', ...ELEMENTS[kind] })),
    ],
    kvMetadata: [
      { key: 'vxpcap.schema', value: schema },
      { key: 'vxpcap.table', value: table },
    ],
    createdBy: 'vxpcap',
  })
  for (let from = 0; from < rows.length; from += GROUP_ROWS) {
    const group = rows.slice(from, from + GROUP_ROWS)
    const columnData = columns.map((column) => ({
      name: column.path,
      data: group.map((row) => cell(valueAt(row, column.path), column)),
    }))
    await writer.write({ columnData, rowGroupSize: GROUP_ROWS })
  }
  await writer.finish()
}

function cell(value: unknown, { kind }: TableColumn): bigint | number | string | null {
  if (value === null) return null
  if (kind === 'integer') return BigInt(value as number)
  if (kind === 'number') return value as number
  return kind === 'time' ? nanoseconds(String(value)) : textOf(value)
}

/** Years that 64 bits of nanoseconds reach, first and last. */
const FIRST_YEAR = 1678
const LAST_YEAR = 2261

/** Nanoseconds since 1970 of an ISO 8601 time with nine decimals; `null` where 64 bits cannot hold them. */
function nanoseconds(time: string): bigint | null {
  const year = Number(time.slice(0, 4))
  if (year < FIRST_YEAR || year > LAST_YEAR) return null
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29))
}
