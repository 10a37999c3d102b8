/** How severe something is: a mark and a word first, and a colour for those who see it. */
import type { Severity } from '../../summary.ts'
import { h } from '../preact.ts'

const MARKS: Readonly<Record<Severity, string>> = { error: '✕', warning: '▲', note: '●' }
const WORDS: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', note: 'Note' }

export function SeverityBadge({ severity }: { severity: Severity }) {
  return (
    <span class={`badge ${severity}`}>
      <span aria-hidden="true">{MARKS[severity]}</span> {WORDS[severity]}
    </span>
  )
}

/** How many there are of a severity. */
export function SeverityCount({ severity, count }: { severity: Severity; count: number }) {
  const word = WORDS[severity].toLowerCase()
  return (
    <li class={`count ${severity}`}>
      <span aria-hidden="true">{MARKS[severity]}</span> {count} {count === 1 ? word : `${word}s`}
    </li>
  )
}
