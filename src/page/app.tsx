/** The whole page as a component: what is rendered when the page is made, and again in the browser once its data are read. */
import type { PageData } from './data.ts'
import { Capture } from './parts/capture.tsx'
import { FilterBar } from './parts/filter-bar.tsx'
import { Findings } from './parts/findings.tsx'
import { Foot } from './parts/foot.tsx'
import { Head } from './parts/head.tsx'
import { Pictures } from './parts/pictures.tsx'
import { Tables } from './parts/tables.tsx'
import { h, useMemo } from './preact.ts'
import { selected } from './selected.ts'
import type { Choose, PageState } from './state.ts'

export interface AppProperties extends PageData {
  state: PageState
  choose: Choose
  /** Whether scripts run: what needs them is shown only then. */
  isLive: boolean
}

export function App(properties: AppProperties) {
  const { summary, state, isLive } = properties
  const view = { ...properties, selected: useMemo(() => selected(summary, state), [summary, state]) }
  return (
    <main>
      <Head {...view} />
      {isLive && <FilterBar {...view} />}
      <Findings {...view} />
      <Pictures {...view} />
      <Tables {...view} />
      <Capture {...view} />
      <Foot {...view} />
    </main>
  )
}
