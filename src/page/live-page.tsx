/// <reference lib="dom" />
/** The page in a browser, with what its reader has chosen, which the address keeps. */
import { App } from './app.tsx'
import type { PageData } from './data.ts'
import { h, useEffect, useLayoutEffect, useRef, useState } from './preact.ts'
import { addressOf, choicesIn, holdsChoices, NOTHING_CHOSEN, type PageState } from './state.ts'
import type { View } from './view.ts'

export interface LivePageProperties extends PageData, Pick<View, 'openPacket'> {
  /** Whether the page was made before, without scripts: it begins as it was made, so that what stands there can be taken over. */
  isMade: boolean
}

export function LivePage({ isMade, ...page }: LivePageProperties) {
  const { summary } = page
  const [isLive, setLive] = useState(!isMade)
  const [state, setState] = useState<PageState>(NOTHING_CHOSEN)
  const held = useRef<Held | null>(null)
  useEffect(() => {
    const read = (): void => {
      if (holdsChoices(location.hash)) setState(choicesIn(location.hash, summary))
    }
    const follow = (event: MouseEvent): void => {
      const link = (event.target as Element).closest('a')
      if (link === null) return
      const to = link.dataset.to
      if (to !== undefined) setTimeout(goTo, 0, to)
      else held.current = hold(link)
    }
    read()
    setLive(true)
    addEventListener('popstate', read)
    addEventListener('click', follow)
    return () => {
      removeEventListener('popstate', read)
      removeEventListener('click', follow)
    }
  }, [summary])
  // Findings above what was chosen come and go with the choice; it stays where its reader looks.
  useLayoutEffect(() => {
    if (held.current !== null) keep(held.current)
    held.current = null
  }, [state])
  const choose = (change: Partial<PageState>): void => {
    const next = { ...state, ...change }
    held.current = hold(document.activeElement)
    history.pushState(null, '', addressOf(next))
    setState(next)
  }
  return <App {...page} state={state} choose={choose} isLive={isLive} />
}

/** Something on the screen, and how far down it is. */
interface Held {
  element: Element
  top: number
}

/** What was pressed; of a table, whose rows change, the table. */
function hold(pressed: Element | null): Held | null {
  if (pressed === null || pressed === document.body) return null
  const element = pressed.closest('.box') ?? pressed
  return { element, top: element.getBoundingClientRect().top }
}

/** Scrolls so that it is as far down as it was. */
function keep({ element, top }: Held): void {
  if (!element.isConnected) return
  const away = element.getBoundingClientRect().top - top
  if (away !== 0) scrollBy({ top: away, behavior: 'instant' })
}

/** Goes to a part of the page: its first heading has the focus then, so that the keyboard goes on from there. */
function goTo(id: string): void {
  const part = document.getElementById(id)
  part?.scrollIntoView()
  const heading = part?.querySelector<HTMLElement>('h2')
  if (heading === null || heading === undefined) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
