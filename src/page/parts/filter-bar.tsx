/** One bar of choices for all of the page: VNI, VTEP and severity, and the way back from a finding's rows. */
import { integer } from '../../report/number.ts'
import { KIND_NAMES } from '../../report/words.ts'
import type { Severity, Summary } from '../../summary.ts'
import { unknownChoices } from '../choice-words.ts'
import { orderOf } from '../order.ts'
import { h, useMemo } from '../preact.ts'
import { isChosen, NOTHING_CHOSEN, vniChoice } from '../state.ts'
import type { View } from '../view.ts'

/** Entries of a list; more than that is no choice any more, and a table's links lead there. */
const MOST_CHOICES = 1000

const SEVERITY_CHOICES: readonly [Severity, string][] = [
  ['error', 'Errors'],
  ['warning', 'Errors and warnings'],
]

export function FilterBar({ summary, making, state, choose }: View) {
  const vnis = useMemo(() => vniChoices(summary), [summary])
  const vteps = useMemo(() => vtepChoices(summary), [summary])
  const finding = state.finding === null ? undefined : summary.findings[state.finding]
  return (
    <search class="filter-bar" aria-label="What the page shows">
      <Choice
        name="VNI"
        value={state.vni}
        choices={vnis}
        onChoice={(vni) => choose({ vni })}
        none={everything(vnis.length, summary.vnisTotal)}
      />
      <Choice
        name="VTEP"
        value={state.vtep}
        choices={vteps}
        onChoice={(vtep) => choose({ vtep })}
        none={everything(vteps.length, making.vtepsTotal)}
      />
      <Choice
        name="Severity"
        value={state.severity}
        choices={SEVERITY_CHOICES}
        onChoice={(severity) => choose({ severity: severity as Severity | null })}
        none="All"
      />
      {finding !== undefined && (
        <span class="chosen">
          Rows of {finding.code}{' '}
          <button type="button" onClick={() => back(state.finding!, choose)}>
            Back to the finding
          </button>
        </span>
      )}
      {unknownChoices(state, summary).map((words) => (
        <span key={words} class="unknown-choice" role="alert">
          {words}
        </span>
      ))}
      {isChosen(state) && (
        <button type="button" class="clear" onClick={() => choose(NOTHING_CHOSEN)}>
          Show everything
        </button>
      )}
    </search>
  )
}

/** Goes back to a finding, which the bar must have let go first. */
function back(finding: number, choose: View['choose']): void {
  choose({ finding: null })
  setTimeout(() => {
    const details = document.getElementById(`finding-${finding}`)
    for (let around = details; around !== null; around = around.parentElement) {
      if (around instanceof HTMLDetailsElement) around.open = true
    }
    details?.scrollIntoView({ block: 'center' })
    details?.querySelector('summary')?.focus({ preventScroll: true })
  })
}

/** `All 20`; `All 2,000 (1,000 listed)`. */
function everything(here: number, total: number): string {
  const [listed, all] = [Math.min(here, MOST_CHOICES), Math.max(here, total)]
  return `All ${integer(all)}${listed < all ? ` (${integer(listed)} listed)` : ''}`
}

interface ChoiceProperties {
  name: string
  value: string | null
  choices: readonly (readonly [value: string, words: string])[]
  onChoice: (value: string | null) => void
  none: string
}

function Choice({ name, value, choices, onChoice, none }: ChoiceProperties) {
  const id = `choose-${name.toLowerCase()}`
  const isListed = value === null || choices.some(([each]) => each === value)
  return (
    <span class="choice">
      <label for={id}>{name}</label>
      <select
        id={id}
        class={value === null ? '' : 'set'}
        value={value ?? ''}
        onChange={({ currentTarget }) => onChoice(currentTarget.value === '' ? null : currentTarget.value)}
      >
        <option value="">{none}</option>
        {!isListed && <option value={value}>{value}</option>}
        {choices.slice(0, MOST_CHOICES).map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </span>
  )
}

function vniChoices({ vnis }: Summary): [string, string][] {
  const numbers = new Set<number>()
  const twice = new Set(vnis.filter(({ vni }) => numbers.size === numbers.add(vni).size).map(({ vni }) => vni))
  return vnis.map((row) => [
    vniChoice(row),
    twice.has(row.vni) || row.kind !== 'vxlan' ? `${row.vni} (${KIND_NAMES[row.kind]})` : String(row.vni),
  ])
}

function vtepChoices({ vnis }: Summary): [string, string][] {
  const vteps = [...new Set(vnis.flatMap((row) => row.vteps))].map((vtep) => [orderOf(vtep) ?? '', vtep] as const)
  return vteps.sort(([left], [right]) => (left < right ? -1 : 1)).map(([, vtep]) => [vtep, vtep])
}
