/// <reference lib="dom" />
/** The page of a comparison in a browser, with the direction that its reader has chosen, which the address keeps. */
import { h, useEffect, useState } from '../preact.ts'
import { ComparisonApp } from './app.tsx'
import { directionIn, idOf } from './chosen.ts'
import type { ComparisonData } from './data.ts'
import type { ComparisonView } from './view.ts'

export interface LiveComparisonProperties extends ComparisonData, Pick<ComparisonView, 'openPacket'> {
  /** Whether the page was made before, without scripts: it begins as it was made, so that what stands there can be taken over. */
  isMade: boolean
}

export function LiveComparison({ isMade, ...page }: LiveComparisonProperties) {
  const [isLive, setLive] = useState(!isMade)
  const [chosen, setChosen] = useState<number | null>(null)
  const many = page.comparison.directions.length
  useEffect(() => {
    const read = (): void => setChosen(directionIn(location.hash, many))
    // Asked for again it is shown again, though the address stays the same.
    const follow = (event: MouseEvent): void => {
      const to = (event.target as Element).closest('a')?.getAttribute('href')
      const asked = to == null ? null : directionIn(to, many)
      if (asked !== null) setTimeout(() => document.getElementById(idOf(asked))?.scrollIntoView())
    }
    read()
    setLive(true)
    addEventListener('popstate', read)
    addEventListener('click', follow)
    return () => {
      removeEventListener('popstate', read)
      removeEventListener('click', follow)
    }
  }, [many])
  useEffect(() => {
    if (chosen !== null) document.getElementById(idOf(chosen))?.scrollIntoView()
  }, [chosen])
  return <ComparisonApp {...page} chosen={chosen} isLive={isLive} />
}
