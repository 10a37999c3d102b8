/** Loss by size and by source port: a bar for each, as long as much was sent, and what was lost of it. */
import type { ComparedDirection, ComparedSize, SizeCliff } from '../../../comparison.ts'
import { integer, percent, plural } from '../../../report/number.ts'
import { h } from '../../preact.ts'

/** Source ports with a row. */
const MOST_PORTS = 12

interface Row {
  name: string
  sent: number
  lost: number
}

export function LossBySize({ direction }: { direction: ComparedDirection }) {
  const { lossBySize: sizes, sizeCliff } = direction
  if (sizes.length === 0) return null
  const edge = sizeCliff === null ? -1 : edgeOf(sizes, sizeCliff)
  const rows = sizes.map(
    ({ upTo, sent, lost }, index): Row => ({
      name: upTo === null ? `above ${integer(sizes[index - 1]?.upTo ?? 0)}` : `up to ${integer(upTo)}`,
      sent,
      lost,
    }),
  )
  return (
    <figure class="visual loss-rows by-size">
      <Rows
        caption="Loss by size: bytes of the outer IP packet"
        head="Bytes"
        rows={rows}
        edge={edge}
        edgeWords={
          sizeCliff === null
            ? ''
            : `Cliff: ${integer(sizeCliff.passed)} bytes arrive, ${integer(sizeCliff.lost)} and more do not`
        }
      />
      {sizeCliff === null && (
        <figcaption>
          {rows.some(({ lost }) => lost > 0)
            ? 'No cliff: there is no size from which on nothing arrives.'
            : 'Packets of every size arrived.'}
        </figcaption>
      )}
    </figure>
  )
}

/** The class that the cliff stands before: the first with packets of the lost size. */
function edgeOf(sizes: readonly ComparedSize[], { lost }: SizeCliff): number {
  const at = sizes.findIndex(({ upTo }) => upTo === null || upTo >= lost)
  return at < 0 ? sizes.length : at
}

export function LossBySourcePort({ direction }: { direction: ComparedDirection }) {
  const { lossBySourcePort: ports, sourcePorts } = direction
  if (ports.length === 0) return null
  const shown = ports.slice(0, MOST_PORTS)
  const more = Math.max(0, sourcePorts - shown.length)
  const known = ports.slice(MOST_PORTS).reduce((sum, { lost }) => sum + lost, 0)
  const losing = ports.filter(({ lost }) => lost > 0).length
  const rest =
    more === 0
      ? ''
      : ` ${integer(more)} more ${more === 1 ? 'port is' : 'ports are'} not shown${known > 0 ? `, with ${integer(known)} lost at least` : ''}.`
  return (
    <figure class="visual loss-rows by-port">
      <Rows
        caption="Loss by outer source port, which equal-cost paths are chosen by"
        head="Source port"
        rows={shown.map(({ port, sent, lost }) => ({ name: String(port), sent, lost }))}
      />
      <figcaption>
        {losing === 0
          ? `None of ${plural(sourcePorts, 'source port')} lost a packet.`
          : `${integer(losing)} of ${plural(sourcePorts, 'source port')} lost packets.`}
        {rest}
      </figcaption>
    </figure>
  )
}

interface RowsProperties {
  caption: string
  head: string
  rows: readonly Row[]
  /** Row that something stands before, and what; -1 for none. */
  edge?: number
  edgeWords?: string
}

function Rows({ caption, head, rows, edge = -1, edgeWords = '' }: RowsProperties) {
  const most = rows.reduce((largest, { sent }) => Math.max(largest, sent), 1)
  const mark = (
    <tr key="edge" class="edge">
      <td colSpan={4}>{edgeWords}</td>
    </tr>
  )
  return (
    <table>
      <caption>{caption}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{head}</th>
          <th scope="col">Sent and lost as a bar</th>
          <th scope="col">Lost of sent</th>
          <th scope="col">Share lost</th>
        </tr>
      </thead>
      <tbody>
        {rows.flatMap((row, index) => [index === edge && mark, <Bar key={row.name} row={row} most={most} />])}
        {edge === rows.length && mark}
      </tbody>
    </table>
  )
}

/** Percent of the largest, and as much as can be seen. */
function shareOf(count: number, most: number): string {
  return `${count === 0 ? 0 : Math.max(6, Math.round((count * 1000) / most)) / 10}%`
}

function Bar({ row: { name, sent, lost }, most }: { row: Row; most: number }) {
  const share = percent(sent === 0 ? 0 : (100 * lost) / sent)
  return (
    <tr class={lost > 0 ? 'is-losing' : ''}>
      <th scope="row">{name}</th>
      <td class="bar">
        <svg width="100%" height="14" role="img" aria-label={`${integer(lost)} of ${integer(sent)} lost`}>
          <rect class="sent" width={shareOf(sent, most)} height="14" />
          <rect class="lost" width={shareOf(lost, most)} height="14" />
        </svg>
      </td>
      <td class="number">{`${integer(lost)} of ${integer(sent)}`}</td>
      <td class="number">{share}</td>
    </tr>
  )
}
