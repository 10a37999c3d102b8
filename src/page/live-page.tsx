/// <reference lib="dom" />
/** The page in a browser, with what its reader has chosen, which the address keeps. */
import { App } from './app.tsx'
import type { PageData } from './data.ts'
import { h, useEffect, useState } from './preact.ts'
import { addressOf, choicesIn, holdsChoices, NOTHING_CHOSEN, type PageState } from './state.ts'
import type { View } from './view.ts'

export interface LivePageProperties extends PageData, Pick<View, 'openPacket'> {
  /** Whether the page was made before, without scripts: it begins as it was made, so that what stands there can be taken over. */
  isMade: boolean
}

export function LivePage({ isMade, ...page }: LivePageProperties) {
  const findings = page.summary.findings.length
  const [isLive, setLive] = useState(!isMade)
  const [state, setState] = useState<PageState>(NOTHING_CHOSEN)
  useEffect(() => {
    const read = (): void => {
      if (holdsChoices(location.hash)) setState(choicesIn(location.hash, findings))
    }
    const follow = (event: MouseEvent): void => {
      const link = (event.target as Element).closest('a')
      if (link === null) return
      const to = link.dataset.to
      if (to !== undefined) setTimeout(() => document.getElementById(to)?.scrollIntoView())
    }
    read()
    setLive(true)
    addEventListener('popstate', read)
    addEventListener('click', follow)
    return () => {
      removeEventListener('popstate', read)
      removeEventListener('click', follow)
    }
  }, [findings])
  const choose = (change: Partial<PageState>): void => {
    const next = { ...state, ...change }
    history.pushState(null, '', addressOf(next))
    setState(next)
  }
  return <App {...page} state={state} choose={choose} isLive={isLive} />
}
