/** Whatever the screen, text keeps within it, and a wider one shows no less: the summary and the four tables of every fixture. */
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node.ts'
import { drawPlain } from '../../src/report/table.ts'
import { TABLE_NAMES } from '../../src/report/tables/columns.ts'
import { VOLUME } from '../../src/report/tables/order.ts'
import { tableText } from '../../src/report/tables/text.ts'
import { formatText } from '../../src/report/text.ts'
import type { Summary } from '../../src/summary.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { labSummary } from './summaries.ts'

const WIDTHS = [40, 60, 80, 100, 120, 140]

/** The summary and each table, as text. */
function texts(summary: Summary, width: number, ascii: boolean): string[] {
  const page = { color: false, top: 10, width, ascii, draw: drawPlain }
  const rows = { flows: summary.flows, vteps: summary.vtepPairs, vnis: summary.vnis, macs: summary.macs }
  return [
    formatText(summary, page),
    ...TABLE_NAMES.map((name) => tableText(name, rows[name], summary, { ...page, order: VOLUME[name] })),
  ]
}

/** Whether a line holds a thing that cannot be broken, alone or after its label: a display filter, an address. */
function isUnbreakable(line: string): boolean {
  return /^ {11}(filter| {6}) /.test(line) || /^ *(VNI|VTEPs? |MAC )?\S+$/.test(line)
}

function checkWidths(summary: Summary): void {
  for (const width of WIDTHS) {
    for (const ascii of [false, true]) {
      for (const text of texts(summary, width, ascii)) {
        const long = text.split('\n').filter((line) => line.length > width && !isUnbreakable(line))
        expect({ width, ascii, long }).toEqual({ width, ascii, long: [] })
        expect(ascii && /\P{ASCII}/u.test(text)).toBe(false)
      }
    }
  }
}

describe.each(FIXTURES)('%s', (name) => {
  it('keeps within each screen, in Unicode and in ASCII', async () => {
    checkWidths(await summarizeFiles([fixture(name)]))
  })

  it('shows no less where the screen is wider', async () => {
    const summary = await summarizeFiles([fixture(name)])
    const left = (text: string): string[] =>
      [...text.matchAll(/\(too narrow for: ([^)]*(?:\([^)]*\))?[^)]*)\)/g)].map(([, names]) =>
        names!.replace(/\s+/g, ' '),
      )
    for (const [which, wide] of texts(summary, WIDTHS.at(-1)!, false).entries()) {
      let before = left(wide).flatMap((names) => names.split(', ')).length
      for (const width of WIDTHS.toReversed()) {
        const text = texts(summary, width, false)[which]!
        const missing = left(text).flatMap((names) => names.split(', ')).length
        expect(missing).toBeGreaterThanOrEqual(before)
        before = missing
        // A table by itself is all there is of it.
        if (which > 0) expect(missing).toBe(0)
      }
    }
  })
})

describe('long names', () => {
  const long = `/srv/captures/of-the-second-data-centre/${'a-long-name-'.repeat(8)}end.pcapng`

  it.each([[[long]], [[long, `${long}.1`]]])('of files do not widen the text: %#', (names) => {
    const summary = labSummary()
    const [file] = summary.capture.files
    checkWidths({ ...summary, capture: { ...summary.capture, files: names.map((name) => ({ ...file!, name })) } })
  })

  it('of faults do not either', () => {
    const summary = labSummary()
    const faults = ['OriginalLengthImpossible', 'NotATunnel'].map((fault) => ({
      layer: 'inner.ethernet',
      fault,
      packets: 123_456,
      firstPacket: 1,
    }))
    checkWidths({ ...summary, tunnel: { ...summary.tunnel, faults } })
  })
})
