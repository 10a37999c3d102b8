/** A terminal that remembers what was drawn: for progress bars. */
import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

/** A terminal of 100 columns, and what it has shown so far, without control sequences. */
export function fakeTerminal(): { stream: PassThrough; text: () => string } {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 100,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  })
  let text = ''
  stream.on('data', (chunk) => {
    text += chunk
  })
  return { stream, text: () => stripVTControlCharacters(text) }
}
