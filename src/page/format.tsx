/** A summary to a page: HTML that holds its own script, style and data. */
import { renderToString } from 'preact-render-to-string'
import type { Summary } from '../summary.ts'
import { App } from './app.tsx'
import { PROGRAM } from './client.tsx?bundled'
import { h } from './preact.ts'
import { NOTHING_CHOSEN } from './state.ts'

/** The page of a summary, as one text. */
export function formatPage(summary: Summary): string {
  const body = renderToString(<App summary={summary} state={NOTHING_CHOSEN} choose={() => {}} />)
  return `<!doctype html>\n<div id="page">${body}</div><script>${PROGRAM}</script>\n`
}
