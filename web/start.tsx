/// <reference lib="dom" />
/** The start page: captures to be opened, three options, and captures of ours. */
import { h, useState } from '../src/page/preact.ts'
import { LEAST_MTU, MOST_MTU, mtuIn, portsIn } from './inputs.ts'
import type { Settings } from './messages.ts'
import { fileOf, SAMPLES } from './samples.ts'
import { Troubles } from './troubles.tsx'

interface StartProperties {
  settings: Settings
  setSettings: (settings: Settings) => void
  troubles: readonly string[]
  open: (files: readonly File[]) => void
}

export function Start({ settings, setSettings, troubles, open }: StartProperties) {
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
          onChange={({ currentTarget }) => open(Array.from(currentTarget.files ?? []))}
        />
        <p id="captures-about">
          Or drop them anywhere on this page. pcap and pcapng, also compressed with gzip, zstd or lz4, of any size;
          several are read in the order of their names.
        </p>
        <p class="promise">
          <span aria-hidden="true">✓</span> Nothing is uploaded: this tab reads the file by itself, and the page's
          Content-Security-Policy forbids it any connection.
        </p>
        <Options {...{ settings, setSettings }} />
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

/** The options of the command that people need most. A value that is none is said, and the one before stays. */
function Options({ settings, setSettings }: Pick<StartProperties, 'settings' | 'setSettings'>) {
  const { ports, underlayMtu, mergeByTime } = settings
  const [portsText, setPortsText] = useState(ports.join(', '))
  const [mtuText, setMtuText] = useState(underlayMtu === null ? '' : String(underlayMtu))
  const arePortsWrong = portsIn(portsText) === null
  const isMtuWrong = mtuIn(mtuText) === undefined
  const count = ports.length + (underlayMtu === null ? 0 : 1) + (mergeByTime ? 1 : 0)
  return (
    <details class="options">
      <summary>
        <span class="title">Options{count > 0 && ` (${count} set)`}</span>
      </summary>
      <p class="option">
        <label for="ports">Further VXLAN ports</label>
        <input
          id="ports"
          inputMode="numeric"
          placeholder="e.g. 4799, 48879"
          value={portsText}
          aria-invalid={arePortsWrong}
          aria-describedby="ports-about"
          onInput={({ currentTarget: { value } }) => {
            setPortsText(value)
            const next = portsIn(value)
            if (next !== null) setSettings({ ...settings, ports: next })
          }}
        />
        <span id="ports-about" class={arePortsWrong ? 'wrong' : 'remark'}>
          {arePortsWrong ? 'Numbers from 1 to 65535, with commas.' : 'Besides 4789, 8472, GPE 4790 and Geneve 6081.'}
        </span>
      </p>
      <p class="option">
        <label for="mtu">Underlay MTU</label>
        <input
          id="mtu"
          inputMode="numeric"
          placeholder="e.g. 1500"
          value={mtuText}
          aria-invalid={isMtuWrong}
          aria-describedby="mtu-about"
          onInput={({ currentTarget: { value } }) => {
            setMtuText(value)
            const next = mtuIn(value)
            if (next !== undefined) setSettings({ ...settings, underlayMtu: next })
          }}
        />
        <span id="mtu-about" class={isMtuWrong ? 'wrong' : 'remark'}>
          {isMtuWrong
            ? `A number from ${LEAST_MTU} to ${MOST_MTU}, or nothing.`
            : 'Bytes of an IP packet, where you know it.'}
        </span>
      </p>
      <p class="option">
        <label for="merge">
          <input
            id="merge"
            type="checkbox"
            checked={mergeByTime}
            onChange={({ currentTarget }) => setSettings({ ...settings, mergeByTime: currentTarget.checked })}
          />{' '}
          Interleave several captures by time
        </label>
        <span class="remark">For captures of the same time at several places, rather than one after the other.</span>
      </p>
    </details>
  )
}
