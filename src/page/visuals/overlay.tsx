/** The overlay: who sends to whom, how much, and where something was found. A graph where one can be read, else a matrix. */
import { integer, plural } from '../../report/number.ts'
import type { Summary } from '../../summary.ts'
import { h, useMemo, useState } from '../preact.ts'
import type { Choose, PageState } from '../state.ts'
import { labels } from './addresses.ts'
import { byteClasses } from './byte-classes.ts'
import { useLive } from './live.ts'
import { MOST_ROWS, PAPER_ROWS } from './matrix-layout.ts'
import { focusOf } from './overlay-focus.ts'
import { OverlayGraph } from './overlay-graph.tsx'
import { type OverlayLayout, overlayLayout } from './overlay-layout.ts'
import { OverlayLegend } from './overlay-legend.tsx'
import { OverlayMatrix, PaperMatrix } from './overlay-matrix.tsx'
import { type OverlayModel, overlayModel, severityOf, storyOf } from './overlay-model.ts'
import { OverlayTable } from './overlay-table.tsx'
import { Switch } from './switch.tsx'

export { type OverlayLayout, overlayLayout }

export interface OverlayProperties {
  summary: Summary
  layout: OverlayLayout
  state: PageState
  choose: Choose
  /** VTEPs that there are; the pairs of the document may have fewer. */
  vtepsTotal?: number
}

type View = 'graph' | 'matrix'

const VIEWS: readonly (readonly [View, string])[] = [
  ['graph', 'Graph'],
  ['matrix', 'Matrix'],
]

export function OverlayPicture({ summary, layout, state, choose, vtepsTotal = 0 }: OverlayProperties) {
  const isLive = useLive()
  const [wanted, want] = useState<View>('graph')
  const model = useMemo(() => overlayModel(summary), [summary])
  const classes = useMemo(() => byteClasses(model.links.map(({ bytes }) => bytes)), [model])
  if (model.nodes.length === 0) return <p class="nothing">No tunnel traffic between endpoints was seen.</p>
  const [wide, narrow] = [layout.wide, layout.narrow]
  const isGraph = wide !== null && narrow !== null && isFor(layout, model)
  const view: View = isGraph ? wanted : 'matrix'
  const severity = (findings: readonly number[]) => severityOf(findings, summary, state)
  const counted = counts(model, summary, vtepsTotal)
  const parts = { summary, model, classes, state, choose, isLive, label: `Overlay: ${counted}` }
  return (
    <figure class={`visual overlay is-${view}`}>
      {isLive && isGraph ? <Switch label="View" options={VIEWS} value={view} change={want} /> : null}
      {view === 'graph' && wide !== null && narrow !== null ? (
        <div class="overlay-graphs">
          <OverlayGraph {...parts} layout={wide} size="wide" />
          <OverlayGraph {...parts} layout={narrow} size="narrow" />
        </div>
      ) : (
        <OverlayMatrix {...parts} />
      )}
      {view === 'matrix' && model.nodes.length > PAPER_ROWS ? <PaperMatrix {...parts} /> : null}
      <OverlayLegend
        model={model}
        classes={classes}
        view={view}
        severityOf={severity}
        storyOf={(findings) => storyOf(findings, summary)}
      />
      <figcaption>
        {`${counted}. ${meaning(view, model)}${leftOut(model)}`}
        {isLive ? <span class="off-paper"> Choose a VTEP to see its pairs alone.</span> : null}
      </figcaption>
      <OverlayTable model={model} hasLink={focusOf(model, summary, state).hasLink} severityOf={severity} />
    </figure>
  )
}

/** A layout of another document has other lists. */
function isFor({ counts: [nodes, links, arcs] }: OverlayLayout, model: OverlayModel): boolean {
  return nodes === model.nodes.length && links === model.links.length && arcs === model.arcs.length
}

function counts({ nodes, links }: OverlayModel, { vtepPairsTotal }: Summary, vtepsTotal: number): string {
  const groups = nodes.filter(({ isGroup }) => isGroup).length
  const here = nodes.length - groups
  const vteps = here < vtepsTotal ? `${integer(here)} of ${integer(vtepsTotal)} VTEPs` : plural(here, 'VTEP')
  const pairs =
    vtepPairsTotal > links.length
      ? `the largest ${integer(links.length)} of ${integer(vtepPairsTotal)} pairs`
      : plural(links.length, 'pair')
  return groups === 0 ? `${vteps}, ${pairs}` : `${vteps}, ${plural(groups, 'multicast group')}, ${pairs}`
}

/** What the labels leave out. */
function leftOut({ nodes }: OverlayModel): string {
  const { shared } = labels(nodes.map(({ address }) => address))
  return shared === '' ? '' : ` At the beginning of an address, … stands for ${shared}.`
}

function meaning(view: View, { nodes }: OverlayModel): string {
  return view === 'graph'
    ? 'The thicker a line, the more bytes on the wire.'
    : 'Each cell is a pair; the stronger its colour, the more bytes on the wire. VTEPs with findings come first, then ' +
        (nodes.some(({ isGroup }) => isGroup) ? 'multicast groups, then the largest.' : 'the largest.') +
        (nodes.length > MOST_ROWS
          ? ` The first ${integer(MOST_ROWS)} have rows of their own, the last row holds the others.`
          : '')
}
