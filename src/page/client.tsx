/// <reference lib="dom" />
/** What runs in the page: reads its data and takes over what is there. */
import { decode, type PageData } from './data.ts'
import { LivePage } from './live-page.tsx'
import { h, hydrate } from './preact.ts'

/** Takes the page over; where its data cannot be read, as a gateway cut or changed them, it stays as it was made and says so. */
async function start(): Promise<void> {
  const root = document.getElementById('page')
  const text = document.getElementById('data')?.textContent
  if (root === null || text == null) return
  let data: PageData
  try {
    data = await decode(text)
  } catch {
    const note = document.createElement('p')
    note.className = 'partial'
    note.textContent =
      'The data of this page cannot be read: the file was changed on its way, or the browser is too old. What stands here is what was found; sorting, searching and further rows are missing.'
    root.querySelector('.head')?.append(note)
    return
  }
  hydrate(<LivePage {...data} isMade={true} />, root)
}

void start()
