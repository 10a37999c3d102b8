/** The bottom of the page: what made it, and that it keeps everything to itself. */
import { filterWords } from '../../report/words.ts'
import { h } from '../preact.ts'
import type { View } from '../view.ts'

export function Foot({ summary, making, openPacket }: View) {
  const kept = filterWords(summary.filter)
  return (
    <footer>
      <p>
        Made by vxpcap{making.version === null ? '' : ` ${making.version}`}.
        {kept === '' ? '' : ` Tables, timeline and findings are restricted to ${kept}.`} Times are UTC.
      </p>
      {openPacket === undefined ? (
        <p>
          Nothing leaves this file: it is whole in itself, makes no request, and its Content-Security-Policy forbids it
          any.
        </p>
      ) : (
        <p>
          Nothing leaves this tab: the capture was read here, and the page's Content-Security-Policy forbids it any
          connection. Once the tab is closed nothing of it is left; save what you want to keep.
        </p>
      )}
    </footer>
  )
}
