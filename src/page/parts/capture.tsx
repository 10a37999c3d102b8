/** The input itself: its files, what is in it beside tunnels, what could not be read, and what there was no room for. */
import { bytes, integer, plural } from '../../report/number.ts'
import { facts } from '../../report/sections/capture.ts'
import { TABLE_WORDS } from '../../report/sections/limits.ts'
import { CARRIER_NAMES, faultWords, fileNames, locator } from '../../report/words.ts'
import type { FaultCount, FileSummary, LimitSummary, Summary } from '../../summary.ts'
import { h, useMemo } from '../preact.ts'
import type { View } from '../view.ts'
import { type DataColumn, DataTable } from './data-table.tsx'

interface Counted {
  what: string
  packets: number
}

const COUNTED: readonly DataColumn<Counted>[] = [
  { head: 'What', wraps: true, align: 'left', cell: ({ what }) => what, key: ({ what }) => what },
  { head: 'Packets', align: 'right', cell: ({ packets }) => integer(packets), key: ({ packets }) => packets },
]

const LIMITS: readonly DataColumn<LimitSummary>[] = [
  {
    head: 'Table',
    align: 'left',
    cell: ({ table }) => TABLE_WORDS[table] ?? table,
    key: ({ table }) => TABLE_WORDS[table] ?? table,
  },
  { head: 'Rows at most', align: 'right', cell: ({ limit }) => integer(limit), key: ({ limit }) => limit },
  {
    head: 'Packets without a row',
    align: 'right',
    cell: ({ dropped }) => integer(dropped),
    key: ({ dropped }) => dropped,
  },
]

export function Capture({ summary, isLive }: View) {
  const { capture, tunnel } = summary
  const { files, origins } = capture
  const fileColumns = useMemo(() => columnsOfFiles(files), [files])
  const faultColumns = useMemo(() => columnsOfFaults(locator(files, origins)), [files, origins])
  const full = summary.limits.filter(({ dropped }) => dropped > 0)
  const rest = beside(summary)
  const { firsts, others, reassembled, incomplete } = tunnel.fragments
  const said = facts(summary)
  if (firsts + others > 0) {
    said.push(
      `${plural(firsts, 'first fragment')} and ${plural(others, 'later fragment')} of outer IP: ${plural(reassembled, 'datagram')} reassembled, ${integer(incomplete)} incomplete.`,
    )
  }
  return (
    <div id="capture">
      <DataTable
        {...{ id: 'files', title: 'Capture files', noun: 'file', by: 'No.', columns: fileColumns, isLive }}
        note={said.join(' ')}
        rows={files}
        all={files.length}
        total={files.length}
      />
      <div class="columns">
        <DataTable
          {...{ id: 'others', title: 'Other traffic', noun: 'kind', by: 'Packets', columns: COUNTED, isLive }}
          note="Packets that are no tunnel packets, and what tunnels were carried in."
          rows={rest}
          all={rest.length}
          total={rest.length}
        />
        <DataTable
          {...{ id: 'faults', title: 'Packets not read to the end', noun: 'reason', by: 'Packets', isLive }}
          columns={faultColumns}
          rows={tunnel.faults}
          all={tunnel.faults.length}
          total={tunnel.faults.length}
        />
        <DataTable
          {...{ id: 'limits', title: 'Limits reached', noun: 'table', by: 'Packets without a row', isLive }}
          columns={LIMITS}
          note="Totals of packets and bytes are exact; numbers of rows in these tables are lower bounds."
          rows={full}
          all={full.length}
          total={full.length}
        />
      </div>
    </div>
  )
}

function beside({ tunnel: { other, carriers } }: Summary): Counted[] {
  return [
    ...other.map(({ protocol, packets }) => ({ what: protocol, packets })),
    ...carriers.map(({ carrier, packets }) => ({ what: `tunnels in ${CARRIER_NAMES[carrier] ?? carrier}`, packets })),
  ]
}

function columnsOfFiles(files: readonly FileSummary[]): DataColumn<FileSummary>[] {
  const names = fileNames(files)
  const numbers = new Map(files.map((file, index) => [file, index]))
  const nameOf = (file: FileSummary): string => names[numbers.get(file) ?? 0] ?? ''
  return [
    {
      head: 'No.',
      align: 'right',
      cell: (file) => (files.length > 1 ? integer((numbers.get(file) ?? 0) + 1) : ''),
      key: (file) => numbers.get(file) ?? 0,
      isCounting: true,
    },
    { head: 'File', wraps: true, align: 'left', cell: nameOf, key: nameOf },
    { head: 'Format', wraps: true, align: 'left', cell: formatOf, key: formatOf },
    { head: 'Link type', wraps: true, align: 'left', cell: linkTypes, key: linkTypes },
    { head: 'Size', align: 'right', cell: (file) => bytes(file.bytes), key: (file) => file.bytes },
    { head: 'Packets', align: 'right', cell: (file) => integer(file.packets), key: (file) => file.packets },
    {
      head: 'First packet',
      title: 'Number of its first packet in this report',
      align: 'right',
      cell: (file) => (files.length > 1 ? integer(file.firstPacket) : ''),
      key: (file) => file.firstPacket,
    },
  ]
}

function formatOf({ format, compression }: FileSummary): string {
  return compression === 'none' ? format : `${format}, ${compression}`
}

function linkTypes(file: FileSummary): string {
  return file.linkTypes.join(', ')
}

function columnsOfFaults(locate: (packet: number) => string): DataColumn<FaultCount>[] {
  return [
    { head: 'Layer', align: 'left', cell: ({ layer }) => layer, key: ({ layer }) => layer },
    {
      head: 'Reason',
      wraps: true,
      align: 'left',
      cell: ({ fault }) => faultWords(fault),
      key: ({ fault }) => faultWords(fault),
    },
    { head: 'Packets', align: 'right', cell: ({ packets }) => integer(packets), key: ({ packets }) => packets },
    {
      head: 'First packet',
      align: 'right',
      cell: ({ firstPacket }) => locate(firstPacket),
      key: ({ firstPacket }) => firstPacket,
    },
  ]
}
