/** The packets of a direction of which something became, by their numbers at both sides. */
import type { ComparedPacket } from '../../comparison.ts'
import { locator } from '../../report/words.ts'
import { type DataColumn, DataTable } from '../parts/data-table.tsx'
import { h, useMemo } from '../preact.ts'
import type { ComparisonView } from './view.ts'
import { alteredWords, duplicatedWords, wayOf } from './words.ts'

interface Row {
  /** What became of it, and where that stands among the kinds. */
  what: string
  rank: number
  packet: ComparedPacket
  remark: string
}

export function DirectionPackets({ view, index }: { view: ComparisonView; index: number }) {
  const { comparison, isLive } = view
  const direction = comparison.directions[index]!
  const { rows, columns } = useMemo(() => {
    const locate = { near: locator(comparison.near.files), far: locator(comparison.far.files) }
    const arrivesAt = direction.sentAt === 'near' ? locate.far : locate.near
    const { lost, altered, duplicated, reordered } = direction.packets
    const found: Row[] = [
      ...lost.map((packet) => ({ what: 'lost', rank: 0, packet, remark: '' })),
      ...altered.map((packet) => ({ what: 'altered', rank: 1, packet, remark: alteredWords(packet) })),
      ...duplicated.map((packet) => ({
        what: 'arrived again',
        rank: 2,
        packet,
        remark: duplicatedWords(packet, arrivesAt),
      })),
      ...reordered.map((packet) => ({ what: 'overtaken', rank: 3, packet, remark: '' })),
    ]
    return { rows: found, columns: columnsOf(locate) }
  }, [comparison, direction])
  const { lost, altered, duplicated, reordered } = direction
  if (rows.length === 0) return null
  return (
    <DataTable
      {...{ id: `packets-${index}`, title: `Packets ${wayOf(direction)}`, noun: 'packet', by: 'What', columns, isLive }}
      note="By their numbers in each capture, as Wireshark counts."
      most="first"
      rows={rows}
      all={rows.length}
      total={Math.max(rows.length, lost + altered + duplicated + reordered)}
    />
  )
}

function columnsOf(locate: { near: (packet: number) => string; far: (packet: number) => string }): DataColumn<Row>[] {
  return [
    // The worst comes first.
    { head: 'What', align: 'left', cell: ({ what }) => what, key: ({ rank }) => -rank },
    {
      head: 'Near',
      title: 'Number in the near capture',
      align: 'right',
      cell: ({ packet: { near } }) => (near === null ? '–' : locate.near(near)),
      key: ({ packet }) => packet.near,
    },
    {
      head: 'Far',
      title: 'Number in the far capture',
      align: 'right',
      cell: ({ packet: { far } }) => (far === null ? '–' : locate.far(far)),
      key: ({ packet }) => packet.far,
    },
    {
      head: 'Remark',
      align: 'left',
      wraps: true,
      cell: ({ packet, remark }) =>
        [remark, packet.oneOf === true ? 'one of several alike' : ''].filter((text) => text !== '').join('; '),
      key: ({ remark }) => remark,
    },
  ]
}
