/** The four tables of the document as columns: the path of each into a row, and what its values are. */
import type { FlowSummary, MacSummary, Summary, VniSummary, VtepPairSummary } from '../../summary.ts'

/** What a column holds. A list's values are of one kind. */
export type ColumnKind = 'integer' | 'number' | 'text' | 'address' | 'time' | 'list'

/** A column of a table. */
export interface TableColumn {
  /** Where its value is in a row: `tcp.rttMs`; through a list, the values of all its members: `vteps.vtep`. */
  readonly path: string
  readonly kind: ColumnKind
}

/** Rows of the tables, by name. */
export interface TableRows {
  flows: FlowSummary
  vteps: VtepPairSummary
  vnis: VniSummary
  macs: MacSummary
}

/** A table's name: `vteps` has a row for each pair of tunnel endpoints. */
export type TableName = keyof TableRows

/** Names of the tables. */
export const TABLE_NAMES: readonly TableName[] = ['flows', 'vteps', 'vnis', 'macs']

const integer = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'integer' }))
const number = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'number' }))
const text = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'text' }))
const address = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'address' }))
const time = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'time' }))
const list = (...paths: string[]): TableColumn[] => paths.map((path) => ({ path, kind: 'list' }))

/** The columns of each table, in the order of the document's members. */
export const TABLE_COLUMNS: Readonly<Record<TableName, readonly TableColumn[]>> = {
  flows: [
    ...integer('vni'),
    ...text('kind'),
    ...list('vlans'),
    ...text('protocol'),
    ...address('a'),
    ...integer('aPort'),
    ...address('b'),
    ...integer('bPort'),
    ...text('initiator'),
    ...list('vtepsA', 'vtepsB'),
    ...integer('packetsAToB', 'packetsBToA', 'innerBytesAToB', 'innerBytesBToA'),
    ...time('firstTime', 'lastTime'),
    ...integer('tcp.mssAToB', 'tcp.mssBToA', 'tcp.retransmittedSegments', 'tcp.retransmittedBytes'),
    ...number('tcp.rttMs'),
    ...text('tcp.state'),
    ...integer('echo.requests', 'echo.replies'),
    ...number('echo.rttMs.min', 'echo.rttMs.avg', 'echo.rttMs.max'),
  ],
  vteps: [
    ...address('a', 'b'),
    ...list('vnis'),
    ...integer('packetsAToB', 'packetsBToA', 'outerBytesAToB', 'outerBytesBToA'),
    ...list('destinationPorts'),
    ...integer('sourcePortsAToB', 'sourcePortsBToA', 'maxOuterIpLength'),
  ],
  vnis: [
    ...integer('vni'),
    ...text('kind'),
    ...integer('packets', 'innerBytes', 'outerBytes', 'overheadBytes'),
    ...number('overheadPercent'),
    ...list('vteps'),
    ...integer('macs', 'flows', 'broadcastPackets', 'multicastPackets', 'replicatedPackets', 'maxInnerIpLength'),
  ],
  macs: [
    ...integer('vni'),
    ...list('vlans'),
    ...address('mac'),
    ...integer('packets'),
    ...list('vteps.vtep', 'vteps.packets', 'vteps.firstTime', 'vteps.lastTime', 'ips'),
    ...integer('ipsTotal'),
  ],
}

/** The rows of a table in a document, and how many there are in all. */
export function rowsOf<Name extends TableName>(
  summary: Summary,
  name: Name,
): { rows: TableRows[Name][]; total: number } {
  const tables = {
    flows: { rows: summary.flows, total: summary.flowsTotal },
    vteps: { rows: summary.vtepPairs, total: summary.vtepPairsTotal },
    vnis: { rows: summary.vnis, total: summary.vnisTotal },
    macs: { rows: summary.macs, total: summary.macsTotal },
  } satisfies { [Table in TableName]: { rows: TableRows[Table][]; total: number } }
  return tables[name] as unknown as { rows: TableRows[Name][]; total: number }
}

/** What a row has at a path; `null` where it has nothing there, and a list where the path leads through one. */
export function valueAt(row: object, path: string): unknown {
  let value: unknown = row
  for (const part of path.split('.')) value = memberOf(value, part)
  return value ?? null
}

/** A value as one text: lists joined by spaces, nothing for what is not there. */
export function textOf(value: unknown): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.map((member) => member ?? '').join(' ') : String(value)
}

function memberOf(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((member) => memberOf(member, name))
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
