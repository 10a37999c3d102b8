/** Packets of which something became on the way, by their numbers at both sides. */
import type { AlteredPacket, ComparedDirection, ComparedPacket, Comparison } from '../../comparison.ts'
import { integer } from '../number.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'
import { locator } from '../words.ts'

/** Altered bits that are named. */
const MOST_BITS = 2

interface Row {
  what: string
  packet: ComparedPacket
  direction: ComparedDirection
  detail: string
}

/** The section `Packets`: the first of each kind, half as many as rows of a table. */
export function comparedPackets({ directions, near, far }: Comparison, page: Page): Section {
  const here = locator(near.files)
  const there = locator(far.files)
  const fields: Field<Row>[] = [
    { head: 'Packet', align: 'left', cell: ({ what }) => what },
    { head: 'Near', align: 'right', cell: ({ packet }) => (packet.near === null ? '–' : here(packet.near)) },
    { head: 'Far', align: 'right', cell: ({ packet }) => (packet.far === null ? '–' : there(packet.far)) },
    { head: 'From', align: 'left', cell: ({ direction }) => direction.from },
    { head: 'To', align: 'left', joined: true, cell: ({ direction }) => direction.to },
    { head: 'VNI', align: 'right', joined: true, cell: ({ direction }) => String(direction.vni) },
    { head: 'Remark', align: 'left', dispensable: 1, cell: ({ detail }) => detail },
  ]
  const kinds = [
    rowsOf(directions, 'lost', ({ packets }) => packets.lost),
    rowsOf(directions, 'altered', ({ packets }) => packets.altered, bitsOf),
    rowsOf(
      directions,
      'arrived again',
      ({ packets }) => packets.duplicated,
      ({ firstArrival }, { sentAt }) => `first as ${(sentAt === 'near' ? there : here)(firstArrival)}`,
    ),
    rowsOf(directions, 'overtaken', ({ packets }) => packets.reordered),
  ]
  const most = Math.ceil(page.top / 2)
  const rows = kinds.flatMap((kind) => kind.slice(0, most))
  const all = kinds.reduce((sum, kind) => sum + kind.length, 0)
  const lines = rowsTable({ ...page, top: rows.length }, rows, fields)
  if (all > rows.length) {
    const more = `… and ${integer(all - rows.length)} more; --csv lists every packet`
    lines.push(...paragraph(page, more, page.palette.dim))
  }
  return { title: 'Packets', lines }
}

function rowsOf<Packet extends ComparedPacket>(
  directions: readonly ComparedDirection[],
  what: string,
  packetsOf: (direction: ComparedDirection) => readonly Packet[],
  detailOf: (packet: Packet, direction: ComparedDirection) => string = () => '',
): Row[] {
  return directions.flatMap((direction) =>
    packetsOf(direction).map((packet) => {
      const details = [detailOf(packet, direction), packet.oneOf === true ? 'one of several alike' : '']
      return { what, packet, direction, detail: details.filter((text) => text !== '').join('; ') }
    }),
  )
}

/** `byte 34 bit 5`, of the inner frame. */
function bitsOf({ bits }: AlteredPacket): string {
  const named = bits.slice(0, MOST_BITS).map(({ offset, bit }) => `byte ${offset} bit ${bit}`)
  const rest = bits.length - named.length
  return `inner ${named.join(', ')}${rest > 0 ? ` +${rest}` : ''}`
}
