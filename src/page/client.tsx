/// <reference lib="dom" />
/** What runs in the page: reads its data, takes over what is there, and keeps what is chosen in the address. */
import { App } from './app.tsx'
import { decode, type PageData } from './data.ts'
import { h, hydrate, useEffect, useState } from './preact.ts'
import { addressOf, choicesIn, holdsChoices, NOTHING_CHOSEN, type PageState } from './state.ts'

/** The page with its state. It begins as it was made, so that what stands there can be taken over. */
function Page(data: PageData) {
  const [isLive, setLive] = useState(false)
  const [state, setState] = useState<PageState>(NOTHING_CHOSEN)
  useEffect(() => {
    const read = (): void => {
      if (holdsChoices(location.hash)) setState(choicesIn(location.hash, data.summary.findings.length))
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
  }, [data])
  const choose = (change: Partial<PageState>): void => {
    const next = { ...state, ...change }
    history.pushState(null, '', addressOf(next))
    setState(next)
  }
  return <App {...data} state={state} choose={choose} isLive={isLive} />
}

/** Takes the page over; where its data cannot be read it stays as it was made. */
async function start(): Promise<void> {
  const root = document.getElementById('page')
  const data = document.getElementById('data')?.textContent
  if (root === null || data == null) return
  hydrate(<Page {...(await decode(data))} />, root)
}

void start()
