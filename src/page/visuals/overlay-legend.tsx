/** What the marks, lines and shades of the overlay's picture mean: those alone that are in it. */

import { SEVERITIES } from '../../findings/severity.ts'
import type { Severity } from '../../summary.ts'
import { type ComponentChildren, h } from '../preact.ts'
import type { ByteClasses } from './byte-classes.ts'
import { MacMark, STORIES, STORY_WORDS } from './mac-mark.tsx'
import type { MacStory, OverlayModel } from './overlay-model.ts'
import { SeverityMark } from './severity.tsx'

export interface LegendProperties {
  model: OverlayModel
  classes: ByteClasses
  view: 'graph' | 'matrix'
  /** The most severe finding of a node, link or arc, as far as the reader's choice shows it. */
  severityOf: (findings: readonly number[]) => Severity | null
  storyOf: (findings: readonly number[]) => MacStory | null
}

const SEVERITY_WORDS: Record<Severity, string> = {
  error: 'errors found',
  warning: 'warnings found',
  note: 'notes',
}

export function OverlayLegend({ model, classes, view, severityOf, storyOf }: LegendProperties) {
  const { nodes, links, arcs } = model
  const marked = nodes.filter(({ findings }) => storyOf(findings) === null)
  const seen = new Set([...links, ...marked].map(({ findings }) => severityOf(findings)))
  const told = [...arcs, ...nodes].filter(({ findings }) => severityOf(findings) !== null)
  const stories = new Set(told.map(({ findings }) => storyOf(findings)))
  const hasGroups = view === 'graph' && nodes.some(({ isGroup }) => isGroup)
  return (
    <ul class="legend">
      {(classes.legend.length > 1 ? classes.legend : []).map((each) => (
        <Entry key={each.class} words={each.words}>
          {view === 'graph' ? (
            <path class={`link width-${each.class}`} d="M1 10H27" />
          ) : (
            <path class={`cells shade-${each.class}`} stroke-width="14" d="M7 10H21" />
          )}
        </Entry>
      ))}
      {hasGroups ? (
        <Entry words="multicast group">
          <path class="group-sample" d="M8 4h12l6 6-6 6H8l-6-6z" />
        </Entry>
      ) : null}
      {SEVERITIES.filter((severity) => seen.has(severity)).map((severity) => (
        <Entry key={severity} words={SEVERITY_WORDS[severity]}>
          <SeverityMark severity={severity} x={14} y={10} />
        </Entry>
      ))}
      {STORIES.filter((story) => stories.has(story)).map((story) => (
        <Entry key={story} words={STORY_WORDS[story]}>
          <MacMark story={story} x={14} y={10} />
        </Entry>
      ))}
    </ul>
  )
}

function Entry({ words, children }: { words: string; children: ComponentChildren }) {
  return (
    <li>
      <svg width="28" height="20" viewBox="0 0 28 20" aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  )
}
