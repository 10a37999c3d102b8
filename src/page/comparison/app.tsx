/** The page of a comparison as a component: what is rendered when the page is made, and again in the browser once its data are read. */
import { filterWords } from '../../report/words.ts'
import { FootWords } from '../parts/foot.tsx'
import { HeadWords } from '../parts/head.tsx'
import { h } from '../preact.ts'
import { ComparedDirections } from './directions.tsx'
import { ComparedFindings } from './findings.tsx'
import { ComparedSides } from './sides.tsx'
import type { ComparisonView } from './view.ts'

export function ComparisonApp(view: ComparisonView) {
  const { comparison, making, openPacket } = view
  const { near, far, filter, findings } = comparison
  return (
    <main class={view.isLive ? 'comparison live' : 'comparison'}>
      <HeadWords
        kicker="Two captures compared"
        title={making.title}
        headline={making.headline}
        isPartial={!near.complete || !far.complete}
        findings={findings}
      />
      <ComparedFindings {...view} />
      <ComparedDirections {...view} />
      <ComparedSides {...view} />
      <FootWords
        version={making.version}
        kept={filterWords(filter)}
        of="What stands here is"
        isSaved={openPacket === undefined}
        read="captures were"
      />
    </main>
  )
}
