/** Findings, cause first: two open, the others as a line each until somebody asks. */
import { times } from '../../findings/finding.ts'
import { type Cause, fold } from '../../report/fold.ts'
import { integer, plural } from '../../report/number.ts'
import { codesOf, subjectWords } from '../../report/words.ts'
import type { Finding, Severity } from '../../summary.ts'
import { type ComponentChildren, h, useState, type VNode } from '../preact.ts'
import { CopyButton } from './copy-button.tsx'
import { SeverityBadge } from './severity.tsx'

const OPEN = 2
/** Causes, and what each explains, that are shown before somebody asks for more. */
const SHOWN = 15
const EXPLAINED = 5

/** How one of them is shown. */
export interface Shown<Found extends Finding> {
  finding: Found
  severity: Severity
  isOpen: boolean
  /** What it explains. */
  children?: ComponentChildren
}

interface FindingListProperties<Found extends Finding> {
  findings: readonly Found[]
  /** A number of each in the document. */
  numberOf: (finding: Found) => number
  card: (shown: Shown<Found>) => VNode
  isLive: boolean
}

export function FindingList<Found extends Finding>({ findings, numberOf, card, isLive }: FindingListProperties<Found>) {
  const [isWhole, setWhole] = useState(false)
  const causes = fold(findings)
  const shown = isWhole ? causes : causes.slice(0, SHOWN)
  const rest = causes.slice(shown.length).flatMap(({ finding, explains }) => [finding, ...explains])
  return [
    ...shown.map((cause, index) => (
      <One key={numberOf(cause.finding)} {...{ cause, numberOf, card, isLive }} isOpen={index < OPEN} />
    )),
    rest.length > 0 && (
      <p key="rest" class="more">
        {isLive && (
          <button type="button" onClick={() => setWhole(true)}>
            Show {plural(rest.length, 'more finding')}
          </button>
        )}{' '}
        … and {integer(rest.length)} more: {codesOf(rest)}
      </p>
    ),
  ]
}

interface OneProperties<Found extends Finding> extends Omit<FindingListProperties<Found>, 'findings'> {
  cause: Cause<Found>
  isOpen: boolean
}

/** A finding in full, and what it explains. */
function One<Found extends Finding>({ cause, numberOf, card, isLive, isOpen }: OneProperties<Found>) {
  const { finding, explains, severity } = cause
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? explains : explains.slice(0, EXPLAINED)
  const rest = explains.slice(shown.length)
  const children = explains.length > 0 && (
    <div class="explains">
      <p class="label">Explains</p>
      {shown.map((each) => (
        <Keyed key={numberOf(each)} of={card({ finding: each, severity: each.severity, isOpen: false })} />
      ))}
      {rest.length > 0 && (
        <p class="more">
          {isLive && (
            <button type="button" onClick={() => setWhole(true)}>
              Show {integer(rest.length)} more
            </button>
          )}{' '}
          … and {integer(rest.length)} more: {codesOf(rest)}
        </p>
      )}
    </div>
  )
  return card({ finding, severity, isOpen, children })
}

/** Keeps its place in a list. */
function Keyed({ of }: { of: VNode }) {
  return of
}

interface FindingCardProperties extends Shown<Finding> {
  /** Its number in the document. */
  number: number
  /** Who says it, where there are several. */
  by?: string
  /** Its packets and filters, as terms and descriptions. */
  where: ComponentChildren
  /** What can be done with it. */
  after?: ComponentChildren
}

/** One finding. */
export function FindingCard({ number, finding, severity, isOpen, by, where, after, children }: FindingCardProperties) {
  const { code, title, subject, count, observed, inferred, remedy } = finding
  const about = subjectWords(subject)
  const itself = severity === finding.severity ? '' : `; ${finding.severity} by itself`
  return (
    <details id={`finding-${number}`} class={`finding ${severity}`} open={isOpen}>
      <summary>
        <SeverityBadge severity={severity} />
        <span class="title">{title}</span>
        <span class="about">
          <code>{code}</code>
          {about === '' ? '' : ` ${about}`}: {times(count)}
          {itself}
          {by === undefined ? '' : `; ${by}`}
        </span>
      </summary>
      <dl>
        <dt>Observed</dt>
        <dd>{observed}</dd>
        <dt>Inferred</dt>
        <dd>{inferred}</dd>
        <dt>Remedy</dt>
        <dd>{remedy}</dd>
        {where}
      </dl>
      {after}
      {children}
    </details>
  )
}

/** A display filter, to be copied. @param where - What is to be said of where it holds, behind `Filter`. */
export function filterTerm(filter: string, where: string, code: string, isLive: boolean): ComponentChildren {
  return [
    <dt key={`filter${where}`}>Filter{where}</dt>,
    <dd key={`code${where}`} class="filter">
      <code>{filter}</code>
      {isLive && <CopyButton text={filter} what={`the display filter of ${code}`} />}
    </dd>,
  ]
}
