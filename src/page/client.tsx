/// <reference lib="dom" />
/** What runs in the page: reads its data and takes over what is there. */
import { decode } from './data.ts'
import { LivePage } from './live-page.tsx'
import { h, hydrate } from './preact.ts'

/** Takes the page over; where its data cannot be read it stays as it was made. */
async function start(): Promise<void> {
  const root = document.getElementById('page')
  const data = document.getElementById('data')?.textContent
  if (root === null || data == null) return
  hydrate(<LivePage {...(await decode(data))} isMade={true} />, root)
}

void start()
