/// <reference lib="dom" />
/** Why what was opened last is not shown, above what is: it stays in sight until it is put away. */
import { h } from '../src/page/preact.ts'
import { Troubles } from './troubles.tsx'

export function Told({ troubles, close }: { troubles: readonly string[]; close: () => void }) {
  return (
    <div class={troubles.length === 0 ? undefined : 'told'}>
      <Troubles {...{ troubles }} />
      {troubles.length > 0 && (
        <button type="button" onClick={close}>
          Close
        </button>
      )}
    </div>
  )
}
