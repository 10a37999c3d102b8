/** The bottom of the page: what made it, and that it keeps everything to itself. */
import { filterWords } from '../../report/words.ts'
import { h } from '../preact.ts'
import type { View } from '../view.ts'

export function Foot({ summary, making }: View) {
  const kept = filterWords(summary.filter)
  return (
    <footer>
      <p>
        Made by vxpcap{making.version === null ? '' : ` ${making.version}`}.
        {kept === '' ? '' : ` Tables, timeline and findings are restricted to ${kept}.`} Times are UTC.
      </p>
      <p>
        Nothing leaves this file: it is whole in itself, makes no request, and its Content-Security-Policy forbids it
        any.
      </p>
    </footer>
  )
}
