/** The capture files themselves. */
import type { FileSummary, Summary } from '../../summary.ts'
import { bytes, integer, plural } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { captureName, shortPath } from '../words.ts'

/** Columns to which paths are narrowed. */
const FILE_WIDTH = 24

const FIELDS: readonly Field<FileSummary>[] = [
  {
    head: 'File',
    align: 'left',
    least: FILE_WIDTH,
    narrow: (name, width) => [shortPath(name, width)],
    cell: (file) => captureName(file.name),
  },
  { head: 'Format', align: 'left', dispensable: 3, cell: format },
  { head: 'Link type', align: 'left', dispensable: 2, cell: (file) => file.linkTypes.map(printable).join(', ') },
  { head: 'Size', align: 'right', dispensable: 1, cell: (file) => bytes(file.bytes) },
  { head: 'Packets', align: 'right', cell: (file) => integer(file.packets) },
]

/** The section `Capture`. */
export function capture(summary: Summary, page: Page): Section {
  const lines = facts(summary).flatMap((fact) => paragraph(page, fact))
  return { title: 'Capture', lines: [...rowsTable(page, summary.capture.files, FIELDS), ...lines] }
}

function format(file: FileSummary): string {
  return file.compression === 'none' ? file.format : `${file.format}, ${file.compression}`
}

/** What there is to say of the capture, a sentence each. */
export function facts({ capture }: Summary): string[] {
  const out: string[] = []
  if (capture.firstTime !== null && capture.lastTime !== null) {
    const day = capture.firstTime.slice(0, 10) === capture.lastTime.slice(0, 10)
    out.push(`${clock(capture.firstTime)} to ${day ? clock(capture.lastTime).slice(11) : clock(capture.lastTime)} UTC.`)
  }
  if (capture.truncatedPackets > 0) {
    out.push(
      `${plural(capture.truncatedPackets, 'packet')} truncated by the snap length: ${bytes(capture.capturedBytes)} captured of ${bytes(capture.wireBytes)} on the wire.`,
    )
  }
  if (capture.duplicatePackets > 0) {
    out.push(`${plural(capture.duplicatePackets, 'duplicate record')} of frames that are already in the capture.`)
  }
  if (capture.droppedByCapture !== null && capture.droppedByCapture > 0) {
    const { droppedByCapture: dropped, receivedByCapture: received } = capture
    const share = received === null || received < dropped ? '' : ` of ${integer(received)} received`
    out.push(`The capture itself lost ${plural(dropped, 'packet')}${share}.`)
  }
  return out
}

/** `2026-11-22 07:16:17.262438` from ISO 8601 with nine decimals. */
function clock(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 26)}`
}
