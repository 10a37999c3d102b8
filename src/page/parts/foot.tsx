/** The bottom of the page: what made it, and that it keeps everything to itself. */
import { filterWords } from '../../report/words.ts'
import { h } from '../preact.ts'
import type { View } from '../view.ts'

export function Foot({ summary, making, openPacket }: View) {
  return (
    <FootWords
      version={making.version}
      kept={filterWords(summary.filter)}
      of="Tables, timeline and findings are"
      isSaved={openPacket === undefined}
      read="capture was"
    />
  )
}

interface FootProperties {
  version: string | null
  /** What was selected; empty where nothing was. */
  kept: string
  /** What of the page is restricted to that, with its verb. */
  of: string
  /** Whether it is a file, and not in the tab that read the captures. */
  isSaved: boolean
  /** What was read, with its verb. */
  read: string
}

export function FootWords({ version, kept, of, isSaved, read }: FootProperties) {
  return (
    <footer>
      <p>
        Made by vxpcap{version === null ? '' : ` ${version}`}.{kept === '' ? '' : ` ${of} restricted to ${kept}.`} Times
        are UTC.
      </p>
      {isSaved ? (
        <p>
          Nothing leaves this file: it is whole in itself, makes no request, and its Content-Security-Policy forbids it
          any.
        </p>
      ) : (
        <p>
          Nothing leaves this tab: the {read} read here, and the page's Content-Security-Policy forbids it any
          connection. Once the tab is closed nothing of it is left; save what you want to keep.
        </p>
      )}
    </footer>
  )
}
