/// <reference lib="dom" />
/** What can be done with a result: save it, or open something else. */
import { h, useState } from '../src/page/preact.ts'
import type { Analyst } from './analyst.ts'
import type { Input } from './messages.ts'
import { savedName } from './saved-name.ts'
import { Troubles } from './troubles.tsx'

interface ResultBarProperties {
  inputs: readonly Input[]
  troubles: readonly string[]
  analyst: Analyst
  leave: () => void
}

/** Milliseconds after which a saved file's address is let go: a browser has begun to read it then. */
const KEPT_MS = 60_000

/** Hashes, which a report's Content-Security-Policy needs, are kept from pages that came over plain HTTP. */
const canHash = globalThis.crypto?.subtle !== undefined

const ENDINGS = { report: 'html', json: 'json' } as const

export function ResultBar({ inputs, troubles, analyst, leave }: ResultBarProperties) {
  const [said, setSaid] = useState('')
  const save = async (what: keyof typeof ENDINGS): Promise<void> => {
    const name = savedName(inputs, ENDINGS[what])
    setSaid(`Making ${name} …`)
    try {
      download(await analyst.call(what, null), name)
      setSaid(`Saved as ${name}`)
    } catch (error) {
      setSaid(`Not saved: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <header class="result-bar">
      <div class="ways">
        <button type="button" onClick={leave}>
          Open another capture
        </button>
        {canHash && (
          <button type="button" onClick={() => void save('report')}>
            Save as report
          </button>
        )}
        <button type="button" onClick={() => void save('json')}>
          Save as JSON
        </button>
        <span role="status">{said}</span>
      </div>
      {!canHash && (
        <p class="remark">
          Reports can be saved only where this page comes over HTTPS, from localhost or from a file: browsers keep the
          hash function from pages that came over plain HTTP, and a report needs it for its security policy.
        </p>
      )}
      <Troubles {...{ troubles }} />
    </header>
  )
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS)
}
