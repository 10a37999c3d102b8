/// <reference lib="dom" />
/** Takes a page over in the browser, once its data are read. */
import { hydrate, type VNode } from './preact.ts'

/** Takes the page over; where its data cannot be read, as a gateway cut or changed them, it stays as it was made and says so. */
export async function takeOver<Data>(
  decode: (text: string) => Promise<Data>,
  page: (data: Data) => VNode,
): Promise<void> {
  const root = document.getElementById('page')
  const text = document.getElementById('data')?.textContent
  if (root === null || text == null) return
  let data: Data
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
  hydrate(page(data), root)
}
