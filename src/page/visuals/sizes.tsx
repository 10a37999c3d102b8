/** How large the packets of the underlay are, what it takes whole, and what to set because of it. */
import { integer, percent } from '../../report/number.ts'
import type { MtuSummary, PairMtu, SizeClass, Summary } from '../../summary.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { h } from '../preact.ts'
import type { PageState } from '../state.ts'
import { useLive } from './live.ts'
import { vniOf } from './overlay-model.ts'
import { Scrollable } from './scrollable.tsx'

export interface SizesProperties {
  summary: Summary
  state: PageState
}

/** Path MTUs that are marked in the histogram, the smallest ones. */
const MOST_MARKS = 5
/** Pairs with a row: the rest is in the page's own table. */
const MOST_PAIRS = 12

const MTU_BASIS: Record<NonNullable<MtuSummary['underlayMtuFrom']>, string> = {
  option: 'as stated',
  icmp: 'as an ICMP error says',
  fragments: 'as the fragments show',
  'largest-answered': 'at least: the largest packet that was answered',
  'largest-seen': 'not known: the largest packet seen',
}

/** Bytes that every host takes (RFC 1122 §3.3.2): that a path takes at least less than these says nothing of its MTU. */
const LEAST_BOUND = 576

export function SizesChart({ summary, state }: SizesProperties) {
  const { mtu } = summary
  const isLive = useLive()
  if (mtu.sizes.every(({ packets }) => packets === 0)) return <p class="nothing">No outer IP packet was seen.</p>
  return (
    <figure class="visual sizes">
      <Histogram mtu={mtu} />
      <PairTable summary={summary} state={state} isLive={isLive} />
      <figcaption>
        Sizes are outer IP packets as captured, fragments counted singly. Set the inner MTU on guests, or have the MSS
        clamped for TCP.
      </figcaption>
    </figure>
  )
}

/** A row of the histogram, with the marks that lie in it. */
interface Band {
  words: string
  packets: number
  marks: string[]
  isAbove: boolean
}

function bandsOf({ sizes, underlayMtu, underlayMtuFrom, perPair }: MtuSummary): Band[] {
  const marks = marksOf({ underlayMtu, underlayMtuFrom, perPair })
  const isKnown = underlayMtu !== null && underlayMtuFrom !== null && isStated(underlayMtuFrom)
  const bands = sizes.map(({ upTo }: SizeClass, index): Band => {
    const above = sizes[index - 1]?.upTo ?? 0
    const isIn = (size: number): boolean => size > above && (upTo === null || size <= upTo)
    return {
      words: upTo === null ? `above ${integer(above)}` : `${integer(above + 1)} – ${integer(upTo)}`,
      packets: sizes[index]!.packets,
      marks: marks.filter(({ size }) => isIn(size)).map(({ words }) => words),
      isAbove: isKnown && above >= underlayMtu,
    }
  })
  // The colour of what is too large is said in words, once.
  bands.find(({ isAbove, packets }) => isAbove && packets > 0)?.marks.push('larger than the underlay MTU')
  const isNeeded = ({ packets, marks }: Band): boolean => packets > 0 || marks.length > 0
  return bands.slice(bands.findIndex(isNeeded), bands.findLastIndex(isNeeded) + 1)
}

/** Whether an MTU is one, and not what packets had at least. */
function isStated(from: NonNullable<MtuSummary['underlayMtuFrom']>): boolean {
  return from !== 'largest-seen' && from !== 'largest-answered'
}

/** The underlay's MTU, and path MTUs that differ from it. */
function marksOf({
  underlayMtu,
  underlayMtuFrom,
  perPair,
}: Pick<MtuSummary, 'underlayMtu' | 'underlayMtuFrom' | 'perPair'>) {
  const marks: { size: number; words: string }[] = []
  if (underlayMtu !== null && underlayMtuFrom !== null && (isStated(underlayMtuFrom) || underlayMtu >= LEAST_BOUND)) {
    marks.push({ size: underlayMtu, words: `underlay MTU ${integer(underlayMtu)} (${MTU_BASIS[underlayMtuFrom]})` })
  }
  const paths = new Set(perPair.map(({ pathMtu }) => pathMtu).filter((each) => each !== null))
  for (const size of [...paths].sort((left, right) => left - right).slice(0, MOST_MARKS)) {
    if (size !== underlayMtu) marks.push({ size, words: `path MTU ${integer(size)}` })
  }
  return marks
}

function Histogram({ mtu }: { mtu: MtuSummary }) {
  const bands = bandsOf(mtu)
  const total = bands.reduce((sum, { packets }) => sum + packets, 0)
  const most = bands.reduce((largest, { packets }) => Math.max(largest, packets), 0)
  return (
    <table class="size-bars">
      <caption>Outer IP packets by size in bytes</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">Bytes</th>
          <th scope="col">Share as a bar</th>
          <th scope="col">Packets</th>
          <th scope="col">Share</th>
        </tr>
      </thead>
      <tbody>
        {bands.map(({ words, packets, marks, isAbove }) => (
          <tr key={words} class={packets === 0 ? 'is-empty' : isAbove ? 'is-above' : ''}>
            <th scope="row">{words}</th>
            <td class="bar">
              <svg width="100%" height="14" aria-hidden="true">
                <rect
                  width={`${packets === 0 ? 0 : Math.max(3, Math.round((packets * 1000) / most)) / 10}%`}
                  height="14"
                />
              </svg>
              {marks.map((mark) => (
                <span key={mark} class="size-mark">
                  {mark}
                </span>
              ))}
            </td>
            <td class="number">{integer(packets)}</td>
            <td class="number">{percent((packets * 100) / total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function PairTable({ summary, state, isLive }: SizesProperties & { isLive: boolean }) {
  const vni = vniOf(state)
  const finding = state.finding === null ? undefined : summary.findings[state.finding]
  const chosen = summary.mtu.perPair.filter(({ a, b }, index) => {
    if (vni !== null && summary.vtepPairs[index]?.vnis.includes(vni) !== true) return false
    if (state.vtep !== null && a !== state.vtep && b !== state.vtep) return false
    const about = finding?.subject.vteps
    return about === undefined || (about.includes(a) && about.includes(b))
  })
  // What can be set comes first, as few pairs have a known path MTU.
  const isKnown = ({ pathMtu }: PairMtu): number => (pathMtu === null ? 1 : 0)
  const rows = [...chosen].sort((left, right) => isKnown(left) - isKnown(right)).slice(0, MOST_PAIRS)
  if (rows.length === 0) return null
  return (
    <Scrollable label="MTU and MSS to set">
      <table class="pair-mtu">
        <caption>
          {rows.length < chosen.length
            ? `What to set: ${integer(rows.length)} of ${integer(chosen.length)} VTEP pairs, those with a known path MTU first`
            : 'What to set, by VTEP pair'}
        </caption>
        <thead>
          <tr>
            <th scope="col">VTEP pair</th>
            <th scope="col">Overhead</th>
            <th scope="col">Path MTU</th>
            <th scope="col">Inner MTU to set</th>
            <th scope="col">MSS to clamp to</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.a} ${row.b}`}>
              <th scope="row">{`${row.a} – ${row.b}`}</th>
              <td class="number" data-head="Overhead">
                {row.overhead === 0 ? '–' : integer(row.overhead)}
              </td>
              {row.pathMtu === null ? (
                <td class="unknown" colSpan={3} data-head="Path MTU">
                  not known, measure it
                </td>
              ) : (
                [
                  <Value key="path" value={row.pathMtu} name="path MTU" head="Path MTU" isLive={isLive} />,
                  <Value
                    key="inner"
                    value={row.recommendedInnerMtu}
                    name="inner MTU"
                    head="Inner MTU"
                    isLive={isLive}
                  />,
                  <Value key="mss" value={row.recommendedMss} name="MSS" head="MSS" isLive={isLive} />,
                ]
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}

interface ValueProperties {
  value: number | null
  /** What it is called, for who copies it. */
  name: string
  /** The same on a phone, where it stands before the value. */
  head: string
  isLive: boolean
}

/** A value with a button that copies it, where scripts run. */
function Value({ value, name, head, isLive }: ValueProperties) {
  if (value === null)
    return (
      <td class="unknown" data-head={head}>
        –
      </td>
    )
  return (
    <td class="number" data-head={head}>
      <code>{value}</code>
      {isLive ? <CopyButton text={String(value)} what={`${name} ${value}`} /> : null}
    </td>
  )
}
