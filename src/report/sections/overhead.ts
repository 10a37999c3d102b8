/** What the encapsulation costs, in both meanings of the word: bytes carried, and bytes between the two IP headers. */
import type { Finding, MtuSummary, PairMtu, Summary } from '../../summary.ts'
import { share, total } from '../headline.ts'
import { bytes, integer, percent } from '../number.ts'
import { type Field, type Page, paragraph, rowsTable, type Section } from '../section.ts'

const SOURCE_WORDS: Record<string, string> = {
  option: 'as given with --underlay-mtu',
  icmp: 'from an ICMP message',
  fragments: 'from outer fragments',
  'largest-answered': 'the largest packet that was answered',
  'largest-seen': 'the largest packet seen',
}

/** What proves a lower bound alone. */
const LOWER_BOUNDS: readonly string[] = ['largest-answered', 'largest-seen']

const FIELDS: readonly Field<PairMtu>[] = [
  { head: 'A', names: true, align: 'left', cell: (row) => row.a },
  { head: 'B', names: true, align: 'left', cell: (row) => row.b },
  { head: 'Overhead', align: 'right', cell: (row) => `${integer(row.overhead)} B` },
  { head: 'Max outer IP', align: 'right', cell: (row) => integer(row.largestOuterIpLength) },
  { head: 'Path MTU', align: 'right', cell: (row) => known(row.pathMtu) },
  { head: 'Known from', align: 'left', dispensable: 1, cell: (row) => row.pathMtuFrom ?? '' },
  { head: 'Inner MTU', align: 'right', cell: (row) => known(row.recommendedInnerMtu) },
  { head: 'MSS', align: 'right', cell: (row) => known(row.recommendedMss) },
]

/** The section `Overhead`. */
export function overhead(summary: Summary, page: Page): Section {
  if (summary.vnis.length === 0) return { title: 'Overhead', lines: [] }
  const { innerBytes, outerBytes, overheadBytes } = total(summary.vnis)
  const largest = summary.vnis.length < summary.vnisTotal ? `, the ${integer(summary.vnis.length)} largest VNIs` : ''
  const lines = paragraph(
    page,
    `Bytes carried: ${bytes(outerBytes)} with outer Ethernet, of which ${bytes(innerBytes)} are inner frames and ${bytes(overheadBytes)} (${percent(share(overheadBytes, outerBytes))}) encapsulation${largest}.`,
  )
  if (summary.mtu.perPair.length > 0) {
    lines.push(
      ...paragraph(
        page,
        'The overhead per packet counts from the inner IP header to the outer one: inner Ethernet and VLAN tags included, outer Ethernet not. Inner MTU and MSS are the values to set, where the path MTU is known.',
      ),
    )
  }
  lines.push(...underlay(summary, page))
  lines.push(...rowsTable(page, byEvidence(summary), FIELDS))
  return { title: 'Overhead', lines }
}

function underlay({ mtu, findings }: Summary, page: Page): string[] {
  if (mtu.underlayMtu === null) return []
  const source = mtu.underlayMtuFrom === null ? '' : ` (${SOURCE_WORDS[mtu.underlayMtuFrom] ?? mtu.underlayMtuFrom})`
  const most = mtu.perPair.reduce((largest, { overhead }) => Math.max(largest, overhead), 0)
  const fits =
    mtu.underlayMtuFrom === 'option' && most > 0
      ? ` Inner IP packets of up to ${integer(mtu.underlayMtu - most)} bytes fit.`
      : ''
  const least = LOWER_BOUNDS.includes(mtu.underlayMtuFrom ?? '') ? 'at least ' : ''
  return paragraph(
    page,
    `Underlay MTU: ${least}${integer(mtu.underlayMtu)}${source}.${fits}${untold(mtu, mtu.underlayMtu, findings)}`,
  )
}

/** Why a lower bound may be far too low: what was larger, and of which nothing says that it arrived as it was captured. */
function untold({ underlayMtuFrom, perPair }: MtuSummary, answered: number, findings: readonly Finding[]): string {
  if (underlayMtuFrom !== 'largest-answered') return ''
  const largest = perPair.reduce((most, { largestOuterIpLength }) => Math.max(most, largestOuterIpLength), 0)
  if (largest > answered)
    return ` Packets of up to ${integer(largest)} bytes were sent, but no answer to them was seen.`
  return findings.some(({ code }) => code === 'SUPER_FRAME')
    ? ' Most likely it is larger: super-frames of segmentation offload hide the packets that the wire carried.'
    : ''
}

/** Pairs with evidence first, then those that carried most. */
function byEvidence({ mtu, vtepPairs }: Summary): PairMtu[] {
  const carried = new Map(vtepPairs.map((pair) => [`${pair.a} ${pair.b}`, pair.outerBytesAToB + pair.outerBytesBToA]))
  const bytesOf = ({ a, b }: PairMtu) => carried.get(`${a} ${b}`) ?? 0
  return [...mtu.perPair].sort(
    (x, y) => Number(y.pathMtu !== null) - Number(x.pathMtu !== null) || bytesOf(y) - bytesOf(x),
  )
}

function known(value: number | null): string {
  return value === null ? '' : integer(value)
}
