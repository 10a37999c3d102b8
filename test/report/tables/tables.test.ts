/** Columns, order, CSV fields and text of the tables. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawPlain } from '../../../src/report/table.ts'
import { TABLE_COLUMNS, TABLE_NAMES, type TableName } from '../../../src/report/tables/columns.ts'
import { tableJsonl } from '../../../src/report/tables/index.ts'
import { sorted, sortName, sortNames, VOLUME } from '../../../src/report/tables/order.ts'
import { csv, field } from '../../../src/report/tables/rows-text.ts'
import { tableText } from '../../../src/report/tables/text.ts'
import { ROOT } from '../../support/shared.ts'
import { busySummary, emptySummary } from '../summaries.ts'

const SCHEMA = JSON.parse(readFileSync(join(ROOT, 'schema/summary-1.json'), 'utf8'))
const TYPES: Readonly<Record<TableName, string>> = {
  flows: 'FlowSummary',
  vteps: 'VtepPairSummary',
  vnis: 'VniSummary',
  macs: 'MacSummary',
}

interface Node {
  $ref?: string
  type?: string
  anyOf?: Node[]
  items?: Node
  properties?: Record<string, Node>
}

/** Paths of everything in a type of the schema that is no object. */
function leaves(node: Node, path: string): string[] {
  if (node.$ref !== undefined) return leaves(SCHEMA.$defs[node.$ref.split('/').at(-1)!], path)
  const variants = (node.anyOf ?? []).filter(({ type }) => type !== 'null')
  if (variants.length === 1) return leaves(variants[0]!, path)
  if (node.type === 'array') return leaves(node.items ?? {}, path)
  if (node.properties === undefined) return [path]
  return Object.entries(node.properties).flatMap(([name, member]) =>
    leaves(member, path === '' ? name : `${path}.${name}`),
  )
}

describe('columns', () => {
  it.each(TABLE_NAMES)('of %s are everything that a row of the document has', (table) => {
    const paths = leaves({ $ref: `#/$defs/${TYPES[table]}` }, '')
    expect(paths.length).toBeGreaterThan(8)
    expect(TABLE_COLUMNS[table].map(({ path }) => path).sort()).toEqual(paths.sort())
  })
})

describe('CSV', () => {
  it.each([
    ['plain', 'plain'],
    [12, '12'],
    [-1, '-1'],
    [null, ''],
    [[10, 20], '10 20'],
    [[], ''],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', `"'=1+1"`],
    ['+cmd', `"'+cmd"`],
    ['-2', `"'-2"`],
    ['@sum', `"'@sum"`],
    ['\tx', `"'\tx"`],
    [['=1', 'x'], `"'=1 x"`],
  ])('%j is %s', (value, text) => {
    expect(field(value)).toBe(text)
  })

  it('ends every line in CR LF, the last one too', () => {
    const { vnis } = busySummary()
    const lines = [...csv('vnis', vnis)].join('').split('\r\n')
    expect(lines).toHaveLength(vnis.length + 2)
    expect(lines.at(-1)).toBe('')
    expect(lines[0]).toBe(TABLE_COLUMNS.vnis.map(({ path }) => path).join(','))
  })
})

describe('order', () => {
  const { flows, macs } = busySummary()
  const flow = flows[0]!
  const named = (a: string, more: Partial<typeof flow> = {}) => ({ ...flow, a, ...more })

  it('has figures from the largest down, what is not known last', () => {
    const { tcp, echo, ...rest } = flow
    expect(echo).toBeDefined()
    const rtt = (rttMs: number | null) => ({ ...rest, tcp: { ...tcp!, rttMs } })
    const rows = [rtt(1), rest, rtt(30), rtt(null), rtt(4)]
    expect(sorted('flows', rows, 'tcp.rttMs').map((row) => row.tcp?.rttMs ?? null)).toEqual([30, 4, 1, null, null])
    expect(sorted('flows', rows, 'rtt').slice(0, 3)).toEqual([rtt(30), rtt(4), rtt(1)])
  })

  it('has addresses as numbers, IPv4 before IPv6', () => {
    const rows = ['fd00::1', '10.0.0.10', '9.0.0.1', '10.0.0.9', '::1'].map((a) => named(a))
    expect(sorted('flows', rows, 'a').map(({ a }) => a)).toEqual(['9.0.0.1', '10.0.0.9', '10.0.0.10', '::1', 'fd00::1'])
    const [mac] = macs
    const hosts = ['02:00:00:00:00:10', '02:00:00:00:00:09'].map((text) => ({ ...mac!, mac: text }))
    expect(sorted('macs', hosts, 'mac').map((row) => row.mac)).toEqual(['02:00:00:00:00:09', '02:00:00:00:00:10'])
  })

  it('has the longest list first, the latest time first, volumes of both directions', () => {
    const rows = [
      named('10.0.0.1', {
        vtepsA: ['1.1.1.1'],
        firstTime: '2026-01-01T00:00:00.000000001Z',
        innerBytesAToB: 1,
        innerBytesBToA: 9,
      }),
      named('10.0.0.2', {
        vtepsA: ['1.1.1.1', '2.2.2.2'],
        firstTime: '2026-01-01T00:00:00.000000002Z',
        innerBytesAToB: 9,
        innerBytesBToA: 0,
      }),
    ]
    expect(sorted('flows', rows, 'vtepsA')[0]!.a).toBe('10.0.0.2')
    expect(sorted('flows', rows, 'firstTime')[0]!.a).toBe('10.0.0.2')
    expect(sorted('flows', rows, 'bytes')[0]!.a).toBe('10.0.0.1')
  })

  it('has lists by their lengths, then by their members as numbers, addresses and times', () => {
    const [mac] = macs
    const [vtep] = mac!.vteps
    const rows = [[7], [102], [19], [1, 2], [1, 300]].map((packets) => ({
      ...mac!,
      vteps: packets.map((each) => ({ ...vtep!, packets: each, vtep: `10.0.0.${each % 256}` })),
    }))
    const by = (name: string, reverse = false) =>
      sorted('macs', rows, name, reverse).map(({ vteps }) => vteps.map(({ packets }) => packets))
    expect(by('vteps.packets')).toEqual([[1, 300], [1, 2], [102], [19], [7]])
    expect(by('vteps.packets', true)).toEqual([[7], [19], [102], [1, 2], [1, 300]])
    expect(by('vteps.vtep')).toEqual([[1, 2], [1, 300], [7], [19], [102]])
  })

  it('is turned round on request, what is not known last all the same', () => {
    const at = (firstTime: string | null) => named('10.0.0.1', { firstTime })
    const early = at('2026-01-01T00:00:00.000000001Z')
    const late = at('2026-01-01T00:00:00.000000010Z')
    const unknown = at(null)
    expect(sorted('flows', [late, unknown, early], 'firstTime', true)).toEqual([early, late, unknown])
    expect(sorted('flows', [unknown, early, late], 'firstTime')).toEqual([late, early, unknown])
    const summary = busySummary()
    const lines = (options: object) => [...tableJsonl(summary, 'macs', options)].join('').split('\n').filter(Boolean)
    expect(lines({ reverse: true })).toEqual(lines({}).toReversed())
    expect(() => tableJsonl(summary, 'macs', { reverse: 1 as unknown as boolean })).toThrow(TypeError)
  })

  it('takes the heads of the text for names, in any case', () => {
    expect(sortName('flows', 'Start')).toBe('firstTime')
    expect(sortName('flows', 'RTT')).toBe('rtt')
    expect(sortName('vnis', 'overhead')).toBe('overheadPercent')
    expect(sortName('vteps', 'VNIs')).toBe('vnis')
    expect(sortName('flows', 'constructor')).toBe(undefined)
    for (const table of TABLE_NAMES) for (const name of sortNames(table)) expect(sortName(table, name)).toBe(name)
  })

  it.each(TABLE_NAMES)('of %s is known for every name, volume among them', (table) => {
    for (const name of sortNames(table)) expect(sorted(table, [], name)).toEqual([])
    expect(sortNames(table)).toContain(VOLUME[table])
    expect(() => sorted(table, [], 'toString')).toThrow(RangeError)
  })
})

describe('text', () => {
  const layout = { color: false, ascii: false, top: 10, draw: drawPlain, order: 'bytes' }

  it('has all columns however narrow the screen', () => {
    const summary = busySummary()
    const columns = [
      'From',
      'To',
      'Packets →',
      'Bytes →',
      'Bytes ←',
      'RTT',
      'Rate',
      'Start',
      'Duration',
      'VTEPs',
      'Remarks',
    ]
    for (const width of [60, 80, 120, 160, 250]) {
      const text = tableText('flows', summary.flows, summary, { ...layout, width })
      for (const column of columns) expect(text).toContain(column)
    }
  })

  it('says that there is nothing', () => {
    const summary = emptySummary()
    expect(tableText('flows', summary.flows, summary, { ...layout, width: 80 })).toBe('empty.pcap: 0 flows\n')
  })

  it('says what it was filtered by and how many rows there are', () => {
    const summary = busySummary()
    const filter = { ...summary.filter, ips: ['10.0.0.0/8'], to: '2026-11-22T07:16:17.000000000Z' }
    const text = tableText(
      'macs',
      summary.macs,
      { ...summary, filter, macsTotal: 999 },
      { ...layout, top: 1, width: 200 },
    )
    expect(text).toContain(
      '999 MACs, by bytes; filtered by address 10.0.0.0/8 and time up to 2026-11-22T07:16:17.000000000Z',
    )
    expect(text).toContain('… and 998 more (--top 999 shows all)')
  })
})
