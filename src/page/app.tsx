/** The whole page as a component: what is rendered when the page is made, and again in the browser once its data are read. */
import type { Summary } from '../summary.ts'
import { h } from './preact.ts'
import type { Choose, PageState } from './state.ts'

/** What every part of the page is given. */
export interface AppProperties {
  summary: Summary
  state: PageState
  choose: Choose
}

export function App({ summary }: AppProperties) {
  return <main>{summary.schema}</main>
}
