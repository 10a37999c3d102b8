/** Two captures were opened: are they of one place, or of the same traffic at two places? Nobody can see that in their names. */
import { h, useState } from '../src/page/preact.ts'
import { printable } from '../src/report/printable.ts'
import type { Ends, Input } from './messages.ts'

interface ChoosingProperties {
  inputs: readonly [Input, Input]
  summarize: () => void
  compare: (ends: Ends) => void
  leave: () => void
}

export function Choosing({ inputs, summarize, compare, leave }: ChoosingProperties) {
  const [isSwapped, setSwapped] = useState(false)
  const [sameClock, setSameClock] = useState(false)
  const [first, second] = inputs
  const [near, far] = isSwapped ? [second, first] : [first, second]
  return (
    <main class="start">
      <header class="head">
        <p class="kicker">vxpcap</p>
        <h1>Two captures: what do you want to know?</h1>
      </header>
      <div class="choices">
        <section aria-labelledby="together-title">
          <h2 id="together-title">What they say together</h2>
          <p>For the files of one place: a rotated set, or captures one after the other.</p>
          <p class="ways">
            <button type="button" class="first" onClick={summarize}>
              Summarize together
            </button>
          </p>
        </section>
        <section aria-labelledby="ends-title">
          <h2 id="ends-title">What lies between them</h2>
          <p>
            For the same traffic captured at two places: every packet that was lost, duplicated, reordered, altered or
            delayed on the way. Their clocks need not agree.
          </p>
          <dl class="ends" aria-live="polite">
            <dt>Near</dt>
            <dd>{printable(near.name)}</dd>
            <dt>Far</dt>
            <dd>{printable(far.name)}</dd>
          </dl>
          <p>
            <label for="same-clock">
              <input
                id="same-clock"
                type="checkbox"
                checked={sameClock}
                onChange={({ currentTarget }) => setSameClock(currentTarget.checked)}
              />{' '}
              Both have one clock (one machine, or PTP)
            </label>
          </p>
          <p class="ways">
            <button type="button" class="first" onClick={() => compare({ near, far, sameClock })}>
              Compare as two ends
            </button>
            <button type="button" onClick={() => setSwapped(!isSwapped)}>
              Swap near and far
            </button>
          </p>
        </section>
      </div>
      <p class="more">
        <button type="button" onClick={leave}>
          Open another capture
        </button>
      </p>
    </main>
  )
}
