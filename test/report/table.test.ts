import { describe, expect, it } from 'vitest'
import { type Column, drawPlain, table } from '../../src/report/table.ts'
import { wrap } from '../../src/report/wrap.ts'

const COLUMNS: Column[] = [
  { head: 'Name', align: 'left' },
  { head: 'Large', align: 'left', dispensable: 1 },
  { head: 'N', align: 'right', dispensable: 2 },
  { head: 'Count', align: 'right' },
]
const ROWS = [
  ['a', 'long long long', '1', '12,000'],
  ['abc', 'x', '22', '7'],
]

function draw(width: number): string[] {
  return table({
    columns: COLUMNS,
    rows: ROWS,
    width,
    draw: drawPlain,
    paintHead: (line) => line,
    paintNote: (line) => line,
  })
}

describe('table', () => {
  it('aligns columns and leaves no space at the end of a line', () => {
    expect(draw(80)).toEqual([
      '  Name  Large            N   Count',
      '  a     long long long   1  12,000',
      '  abc   x               22       7',
    ])
  })

  it('leaves out what does not fit, and what comes after it, and names both', () => {
    expect(draw(33)).toEqual([
      '  Name  Large            Count',
      '  a     long long long  12,000',
      '  abc   x                    7',
      '  (too narrow for: N)',
    ])
    expect(draw(20)).toEqual([
      '  Name   Count',
      '  a     12,000',
      '  abc        7',
      '  (too narrow for:',
      '   Large, N)',
    ])
  })

  it('keeps the columns that matter, however narrow the screen', () => {
    expect(draw(5).slice(0, 4)).toEqual(['  Name', '       Count', '  a', '      12,000'])
  })

  it('paints the head only', () => {
    const lines = table({
      columns: COLUMNS,
      rows: ROWS,
      width: 80,
      draw: drawPlain,
      paintHead: (line) => `<${line}>`,
      paintNote: (line) => line,
    })
    expect(lines.filter((line) => line.startsWith('<'))).toHaveLength(1)
  })
})

describe('wrap', () => {
  it('breaks at spaces and indents', () => {
    expect(wrap('one two three four', 11, { first: '- ', rest: '  ' })).toEqual(['- one two', '  three', '  four'])
  })

  it('keeps a word that is too long whole', () => {
    expect(wrap('a 2001:db8::1 b', 5)).toEqual(['a', '2001:db8::1', 'b'])
  })

  it('counts a painted indent by its width on the screen', () => {
    expect(wrap('aa bb', 7, { first: '\u001b[1mx\u001b[22m ', firstWidth: 2 })).toEqual(['\u001b[1mx\u001b[22m aa bb'])
  })

  it('makes nothing of nothing', () => {
    expect(wrap('  ', 10)).toEqual([])
  })
})

describe('a table that is too narrow for what must not be lost', () => {
  const columns = [
    { head: 'From', align: 'left', names: true },
    { head: 'To', align: 'left', names: true },
    { head: 'Bytes', align: 'right' },
    { head: 'Remarks', align: 'left', least: 7 },
  ] as const
  const rows = (remark: string) => [
    ['192.168.0.1', '192.168.0.2', '12', remark],
    ['10.0.0.1', '10.0.0.22', '1,234', ''],
  ]
  const plain = (text: string): string => text
  const drawn = (width: number, remark = 'closed'): string[] =>
    table({ columns, rows: rows(remark), width, draw: drawPlain, paintHead: plain, paintNote: plain })

  it('has two lines for each row: whom it is about, and the figures', () => {
    expect(drawn(32)).toEqual([
      '  From         To',
      '      Bytes  Remarks',
      '  192.168.0.1  192.168.0.2',
      '         12  closed',
      '  10.0.0.1     10.0.0.22',
      '      1,234',
    ])
  })

  it('has one where they fit', () => {
    expect(drawn(42)).toHaveLength(3)
    expect(drawn(42)[1]).toBe('  192.168.0.1  192.168.0.2     12  closed')
  })

  it('narrows what can be, before it takes more lines', () => {
    expect(drawn(42, 'closed, 2 retransmitted')).toHaveLength(6)
    expect(drawn(50, 'closed, 2 retransmitted')).toEqual([
      '  From         To           Bytes  Remarks',
      '  192.168.0.1  192.168.0.2     12  closed, 2',
      '                                   retransmitted',
      '  10.0.0.1     10.0.0.22    1,234',
    ])
  })

  it('takes as many lines as it needs, and keeps together what belongs together', () => {
    const narrow = table({
      columns: [
        ...columns.slice(0, 2),
        { head: 'Packets', align: 'right' },
        { head: 'Back', align: 'right', joined: true },
      ],
      rows: [['10.10.10.1', '10.10.10.2', '1', '22']],
      width: 20,
      draw: drawPlain,
      paintHead: plain,
      paintNote: plain,
    })
    expect(narrow).toEqual([
      '  From',
      '      To',
      '      Packets  Back',
      '  10.10.10.1',
      '      10.10.10.2',
      '            1    22',
    ])
  })
})
