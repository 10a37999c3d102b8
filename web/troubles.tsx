/** What could not be read, in the words of the command. */
import { h } from '../src/page/preact.ts'

export function Troubles({ troubles }: { troubles: readonly string[] }) {
  return (
    <div role="alert">
      {troubles.length > 0 && (
        <ul class="troubles error">
          {troubles.map((line) => (
            <li key={line}>
              <span class="badge">
                <span aria-hidden="true">✕</span> Not read
              </span>{' '}
              {line}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
