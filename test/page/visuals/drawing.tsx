/** The pictures of a summary as text, as they are when the page is made. */
import { renderToString } from 'preact-render-to-string'
import { h } from '../../../src/page/preact.ts'
import { NOTHING_CHOSEN, type PageState } from '../../../src/page/state.ts'
import { OverlayPicture, overlayLayout } from '../../../src/page/visuals/overlay.tsx'
import { SizesChart } from '../../../src/page/visuals/sizes.tsx'
import { TimelineChart } from '../../../src/page/visuals/timeline.tsx'
import type { Summary } from '../../../src/summary.ts'

const choose = () => {}

/** What the reader has chosen. */
export type Chosen = Partial<PageState>

export function overlayText(summary: Summary, chosen: Chosen = {}): string {
  const state = { ...NOTHING_CHOSEN, ...chosen }
  return renderToString(
    <OverlayPicture summary={summary} layout={overlayLayout(summary)} state={state} choose={choose} />,
  )
}

export function timelineText(summary: Summary, chosen: Chosen = {}): string {
  return renderToString(<TimelineChart summary={summary} state={{ ...NOTHING_CHOSEN, ...chosen }} choose={choose} />)
}

export function sizesText(summary: Summary, chosen: Chosen = {}): string {
  return renderToString(<SizesChart summary={summary} state={{ ...NOTHING_CHOSEN, ...chosen }} />)
}

/** All pictures of a summary. */
export function allText(summary: Summary, chosen: Chosen = {}): string {
  return [overlayText, timelineText, sizesText].map((draw) => draw(summary, chosen)).join('\n')
}
