/// <reference lib="dom" />
/** The start page: captures to be opened, three options, and captures of ours. */
import { h } from '../src/page/preact.ts'
import { type Mistakes, settingsIn, type Typed } from './inputs.ts'
import { fileOf, SAMPLES } from './samples.ts'
import { Troubles } from './troubles.tsx'

interface StartProperties {
  typed: Typed
  setTyped: (typed: Typed) => void
  troubles: readonly string[]
  open: (files: readonly File[]) => void
}

export function Start({ typed, setTyped, troubles, open }: StartProperties) {
  return (
    <main class="start">
      <header class="head">
        <p class="kicker">vxpcap</p>
        <h1>What does your capture of an overlay say?</h1>
        <p class="lead">
          Open a packet capture of VXLAN, VXLAN-GPE, Geneve or NVGRE: tenants, tunnel endpoints, flows, the cost of
          encapsulation, and what is wrong.
        </p>
      </header>
      <Troubles {...{ troubles }} />
      <section class="open" aria-labelledby="open-title">
        <h2 id="open-title">
          <label for="captures">Open captures</label>
        </h2>
        <input
          id="captures"
          type="file"
          multiple
          aria-describedby="captures-about"
          onChange={({ currentTarget }) => {
            const files = Array.from(currentTarget.files ?? [])
            // So that the same ones may be picked again, once an option is right.
            currentTarget.value = ''
            open(files)
          }}
        />
        <p id="captures-about">
          Or drop them anywhere on this page. pcap and pcapng, also compressed with gzip, zstd or lz4, of any size;
          several are read in the order of their names.
        </p>
        <p class="promise">
          <span aria-hidden="true">✓</span> Nothing is uploaded: this tab reads the file by itself, and the page's
          Content-Security-Policy forbids it any connection.
        </p>
        <Options {...{ typed, setTyped }} />
      </section>
      <section aria-labelledby="samples-title">
        <h2 id="samples-title">None at hand? Captures of our lab</h2>
        <ul class="samples">
          {SAMPLES.map((sample) => (
            <li key={sample.name}>
              <button type="button" onClick={async () => open([await fileOf(sample)])}>
                {sample.title}
              </button>
              <p>
                {sample.about} <code>{sample.name}</code>
              </p>
            </li>
          ))}
        </ul>
      </section>
    </main>
  )
}

/** The fields of options, as `id` in the page. */
const FIELDS = { ports: 'ports', underlayMtu: 'mtu' } as const

/** Leads to the first field that is wrong. */
export function showMistake(mistakes: Mistakes): void {
  const field = document.getElementById(mistakes.ports !== null ? FIELDS.ports : FIELDS.underlayMtu)
  const options = field?.closest('details')
  if (options) options.open = true
  field?.focus()
}

/** The options of the command that people need most. What is wrong is said at its field, and nothing is read until it is right. */
function Options({ typed, setTyped }: Pick<StartProperties, 'typed' | 'setTyped'>) {
  const { ports, underlayMtu, mergeByTime } = typed
  const { settings, mistakes } = settingsIn(typed)
  const count = (settings.ports.length > 0 ? 1 : 0) + (settings.underlayMtu === null ? 0 : 1) + (mergeByTime ? 1 : 0)
  return (
    <details class="options">
      <summary>
        <span class="title">Options{count > 0 && ` (${count} set)`}</span>
      </summary>
      <p class="option">
        <label for={FIELDS.ports}>Further VXLAN ports</label>
        <input
          id={FIELDS.ports}
          inputMode="numeric"
          placeholder="e.g. 4799, 48879"
          value={ports}
          aria-invalid={mistakes.ports !== null}
          aria-describedby="ports-about"
          onInput={({ currentTarget: { value } }) => setTyped({ ...typed, ports: value })}
        />
        <Remark id="ports-about" mistake={mistakes.ports} about="Besides 4789, 8472, GPE 4790 and Geneve 6081." />
      </p>
      <p class="option">
        <label for={FIELDS.underlayMtu}>Underlay MTU</label>
        <input
          id={FIELDS.underlayMtu}
          inputMode="numeric"
          placeholder="e.g. 1500"
          value={underlayMtu}
          aria-invalid={mistakes.underlayMtu !== null}
          aria-describedby="mtu-about"
          onInput={({ currentTarget: { value } }) => setTyped({ ...typed, underlayMtu: value })}
        />
        <Remark id="mtu-about" mistake={mistakes.underlayMtu} about="Bytes of an IP packet, where you know it." />
      </p>
      <p class="option">
        <label for="merge">
          <input
            id="merge"
            type="checkbox"
            checked={mergeByTime}
            onChange={({ currentTarget }) => setTyped({ ...typed, mergeByTime: currentTarget.checked })}
          />{' '}
          Interleave several captures by time
        </label>
        <span class="remark">For captures of the same time at several places, rather than one after the other.</span>
      </p>
    </details>
  )
}

function Remark({ id, mistake, about }: { id: string; mistake: string | null; about: string }) {
  return (
    <span id={id} class={mistake === null ? 'remark' : 'wrong'}>
      {mistake ?? about}
    </span>
  )
}
