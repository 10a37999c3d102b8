/** The whole page as a component: what is rendered when the page is made, and again in the browser once its data are read. */
import { Capture } from './parts/capture.tsx'
import { FilterBar } from './parts/filter-bar.tsx'
import { Findings } from './parts/findings.tsx'
import { Foot } from './parts/foot.tsx'
import { Filtered, Head } from './parts/head.tsx'
import { Pictures } from './parts/pictures.tsx'
import { Tables } from './parts/tables.tsx'
import { h, useMemo } from './preact.ts'
import { selected } from './selected.ts'
import type { View } from './view.ts'

export function App(properties: Omit<View, 'selected'>) {
  const { summary, state, isLive } = properties
  const view = { ...properties, selected: useMemo(() => selected(summary, state), [summary, state]) }
  return (
    <main>
      <Head {...view} />
      <Filtered {...view} />
      {isLive && <FilterBar {...view} />}
      <Findings {...view} />
      <Pictures {...view} />
      <Tables {...view} />
      <Capture {...view} />
      <Foot {...view} />
    </main>
  )
}
