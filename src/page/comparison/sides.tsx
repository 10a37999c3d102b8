/** The two sides: how their clocks stand to each other, when both were capturing, their files, and what there was no room for. */
import type { ComparedSide, Place } from '../../comparison.ts'
import { bytes, integer, plural } from '../../report/number.ts'
import { TABLE_WORDS } from '../../report/sections/limits.ts'
import { fileNames } from '../../report/words.ts'
import type { FileSummary, LimitSummary } from '../../summary.ts'
import { type DataColumn, DataTable } from '../parts/data-table.tsx'
import { h, useMemo } from '../preact.ts'
import type { ComparisonView } from './view.ts'
import { clockWords, windowWords } from './words.ts'

const SIDES: readonly Place[] = ['near', 'far']

interface FileRow {
  side: Place
  name: string
  file: FileSummary
}

export function ComparedSides({ comparison, isLive }: ComparisonView) {
  const { clock, window, limits } = comparison
  const rows = useMemo(
    () =>
      SIDES.flatMap((side) => {
        const { files } = comparison[side]
        const names = fileNames(files)
        return files.map((file, index): FileRow => ({ side, name: names[index] ?? '', file }))
      }),
    [comparison],
  )
  const full = limits.filter(({ dropped }) => dropped > 0)
  return (
    <div id="sides">
      <section id="clock" aria-labelledby="clock-title">
        <h2 id="clock-title">Clocks and captures</h2>
        <dl class="side-words">
          <dt>Clocks</dt>
          <dd>{clockWords(clock)}</dd>
          <dt>Window</dt>
          <dd>{windowWords(window)}</dd>
          {SIDES.map((side) => [
            <dt key={side}>{side === 'near' ? 'Near' : 'Far'}</dt>,
            <dd key={`${side} words`}>{sideWords(comparison[side])}</dd>,
          ])}
        </dl>
      </section>
      <DataTable
        {...{ id: 'files', title: 'Capture files', noun: 'file', by: 'Side', columns: FILES, isLive }}
        rows={rows}
        all={rows.length}
        total={rows.length}
      />
      <DataTable
        {...{ id: 'limits', title: 'Limits reached', noun: 'table', by: 'Without a place', columns: LIMITS, isLive }}
        rows={full}
        all={full.length}
        total={full.length}
      />
    </div>
  )
}

function sideWords(side: ComparedSide): string {
  const { packets, copies, firstTime, lastTime, droppedByCapture, comparedBytes, complete } = side
  return [
    `${packets === 0 ? 'No packet' : plural(packets, 'packet')}${tunnelWords(side)}${firstTime === null || lastTime === null ? '' : `, from ${timeWords(firstTime)} to ${timeWords(lastTime)} UTC by its own clock`}.`,
    copies === 0
      ? ''
      : `${plural(copies, 'copy', 'copies')} of datagrams that it already holds ${copies === 1 ? 'is' : 'are'} not counted.`,
    droppedByCapture === null
      ? 'The file does not say whether the capture lost packets itself.'
      : `The capture itself lost ${droppedByCapture === 0 ? 'none' : plural(droppedByCapture, 'packet')}.`,
    comparedBytes === null
      ? ''
      : `The first ${plural(comparedBytes, 'byte')} of each inner frame are compared: packets were cut.`,
    complete ? '' : 'It was not read to its end.',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ')
}

/** How many of the packets are what is compared; they have not been counted where reading was stopped early. */
function tunnelWords({ packets, tunnelPackets, complete }: ComparedSide): string {
  if (packets === 0 || (tunnelPackets === 0 && !complete)) return ''
  return tunnelPackets === 0
    ? ', none of them a tunnel datagram'
    : `, ${integer(tunnelPackets)} of them tunnel datagrams`
}

function timeWords(time: string): string {
  return time.slice(0, 23).replace('T', ' ')
}

const FILES: readonly DataColumn<FileRow>[] = [
  // Near comes before far.
  { head: 'Side', align: 'left', cell: ({ side }) => side, key: ({ side }) => (side === 'near' ? 1 : 0) },
  { head: 'File', wraps: true, align: 'left', cell: ({ name }) => name, key: ({ name }) => name },
  { head: 'Format', align: 'left', cell: ({ file }) => formatOf(file), key: ({ file }) => formatOf(file) },
  {
    head: 'Link type',
    align: 'left',
    cell: ({ file }) => file.linkTypes.join(', '),
    key: ({ file }) => file.linkTypes.join(', '),
  },
  { head: 'Size', align: 'right', cell: ({ file }) => bytes(file.bytes), key: ({ file }) => file.bytes },
  { head: 'Packets', align: 'right', cell: ({ file }) => integer(file.packets), key: ({ file }) => file.packets },
]

function formatOf({ format, compression }: FileSummary): string {
  return compression === 'none' ? format : `${format}, ${compression}`
}

const LIMITS: readonly DataColumn<LimitSummary>[] = [
  {
    head: 'Table',
    wraps: true,
    align: 'left',
    cell: ({ table }) => TABLE_WORDS[table] ?? table,
    key: ({ table }) => TABLE_WORDS[table] ?? table,
  },
  { head: 'Places at most', align: 'right', cell: ({ limit }) => integer(limit), key: ({ limit }) => limit },
  {
    head: 'Without a place',
    align: 'right',
    cell: ({ dropped }) => integer(dropped),
    key: ({ dropped }) => dropped,
  },
]
