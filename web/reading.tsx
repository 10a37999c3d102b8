/** While captures are read: how far, and the way to stop; and once it was stopped, the two ways to go on. */
import { h } from '../src/page/preact.ts'
import { bytes, integer, plural } from '../src/report/number.ts'
import { printable } from '../src/report/printable.ts'
import { shortened } from '../src/report/words.ts'
import type { Progress } from './messages.ts'

interface ReadingProperties {
  at: 'reading' | 'comparing' | 'stopped' | 'finishing'
  names: readonly string[]
  progress: Progress | null
  /** Stops the reading; what was read stays. */
  stop?: () => void
  /** Shows what was read until it was stopped. */
  show?: () => void
  /** Lets everything go. */
  leave: () => void
}

const MOST_NAMED = 3
/** Percent between two words of it for those who hear the page. */
const HEARD = 10

const HEADINGS = {
  reading: 'Reading',
  comparing: 'Comparing',
  stopped: 'Stopped',
  finishing: 'Making the page',
} as const

export function Reading({ at, names, progress, stop, show, leave }: ReadingProperties) {
  const of = shortened(names.map(printable), MOST_NAMED)
  const percent = !progress?.total ? 0 : Math.floor((100 * progress.bytes) / progress.total)
  const isUnderWay = at === 'reading' || at === 'comparing'
  return (
    <main class="reading">
      <p class="kicker">vxpcap</p>
      <h1>{HEADINGS[at]}</h1>
      <p class="names">{of}</p>
      {at === 'finishing' || at === 'comparing' ? (
        <progress aria-label={HEADINGS[at]} />
      ) : (
        <progress max={100} value={percent} aria-label="Share of the bytes read" />
      )}
      <p class="figures">{progress !== null && words(progress, percent)}</p>
      <p class="unseen" role="status">
        {at === 'reading' && `${percent - (percent % HEARD)} percent read`}
        {at === 'comparing' && 'The two captures are being compared'}
        {at === 'stopped' && 'Stopped'}
        {at === 'finishing' && 'All is read; the page is being made'}
      </p>
      {at === 'comparing' && (
        <p class="about">Both are read several times: alone first, then packet by packet together.</p>
      )}
      {isUnderWay && (
        <p class="ways">
          <button type="button" onClick={stop}>
            Cancel
          </button>
        </p>
      )}
      {at === 'stopped' && (
        <p class="about">
          {progress?.packets === 0
            ? 'No packet had been read.'
            : 'Of what was read there is a summary, as after Ctrl-C on the command line; the page says that it is of a part.'}
        </p>
      )}
      {!isUnderWay && (
        <p class="ways">
          {at === 'stopped' && progress?.packets !== 0 && (
            <button type="button" class="first" onClick={show}>
              Show what was read
            </button>
          )}
          <button type="button" onClick={leave}>
            Open another capture
          </button>
        </p>
      )}
    </main>
  )
}

function words({ bytes: read, total, packets }: Progress, percent: number): string {
  if (total === null) return `${bytes(read)} read`
  return `${integer(percent)} %: ${bytes(read)} of ${bytes(total)}, ${plural(packets, 'packet')}`
}
