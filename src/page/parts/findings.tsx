/** What was found, cause first: two open, the others as a line each until somebody asks. */
import { placer } from '../../findings/by-file.ts'
import { times } from '../../findings/finding.ts'
import { type Cause, fold } from '../../report/fold.ts'
import { integer, plural } from '../../report/number.ts'
import { codesOf, fileNames, locator, subjectWords } from '../../report/words.ts'
import type { Finding, Severity } from '../../summary.ts'
import { type ComponentChildren, h, useState } from '../preact.ts'
import { addressOf } from '../state.ts'
import type { View } from '../view.ts'
import { CopyButton } from './copy-button.tsx'
import { SeverityBadge } from './severity.tsx'

const OPEN = 2
/** Causes, and what each explains, that are shown before somebody asks for more. */
const SHOWN = 15
const EXPLAINED = 5

export function Findings(view: View) {
  const { summary, making, selected, isLive } = view
  const [isWhole, setWhole] = useState(false)
  const causes = fold(selected.findings)
  const shown = isWhole ? causes : causes.slice(0, SHOWN)
  const rest = causes.slice(shown.length).flatMap(({ finding, explains }) => [finding, ...explains])
  const all = summary.findings.length
  const isFiltered = selected.findings.length < all
  return (
    <section id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title">
        Findings{' '}
        <small role="status">
          {isFiltered ? `${integer(selected.findings.length)} of ${integer(all)}` : all > 0 && integer(all)}
        </small>
      </h2>
      {all === 0 && <p class="nothing">No findings: nothing in this capture looks wrong.</p>}
      {all > 0 && causes.length === 0 && <p class="nothing">None of the findings is about what is chosen.</p>}
      {shown.map((cause, index) => (
        <One key={summary.findings.indexOf(cause.finding)} {...view} cause={cause} isOpen={index < OPEN} />
      ))}
      {rest.length > 0 && (
        <p class="more">
          {isLive && (
            <button type="button" onClick={() => setWhole(true)}>
              Show {plural(rest.length, 'more finding')}
            </button>
          )}{' '}
          … and {integer(rest.length)} more: {codesOf(rest)}
        </p>
      )}
      {making.findingsTotal > all && (
        <p class="more">
          The first {integer(all)} of {integer(making.findingsTotal)} findings; vxpcap summarize has all.
        </p>
      )}
    </section>
  )
}

/** A finding in full, and what it explains. */
function One(view: View & { cause: Cause; isOpen: boolean }) {
  const { cause, isOpen, summary } = view
  const { finding, explains, severity } = cause
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? explains : explains.slice(0, EXPLAINED)
  const rest = explains.slice(shown.length)
  return (
    <Detail {...view} finding={finding} severity={severity} isOpen={isOpen}>
      {explains.length > 0 && (
        <div class="explains">
          <p class="label">Explains</p>
          {shown.map((each) => (
            <Detail
              key={summary.findings.indexOf(each)}
              {...view}
              finding={each}
              severity={each.severity}
              isOpen={false}
            />
          ))}
          {rest.length > 0 && (
            <p class="more">
              {view.isLive && (
                <button type="button" onClick={() => setWhole(true)}>
                  Show {integer(rest.length)} more
                </button>
              )}{' '}
              … and {integer(rest.length)} more: {codesOf(rest)}
            </p>
          )}
        </div>
      )}
    </Detail>
  )
}

interface DetailProperties extends View {
  finding: Finding
  severity: Severity
  isOpen: boolean
  children?: ComponentChildren
}

function Detail({ finding, severity, isOpen, summary, state, isLive, openPacket, children }: DetailProperties) {
  const { code, title, subject, count, observed, inferred, remedy } = finding
  const index = summary.findings.indexOf(finding)
  const about = subjectWords(subject)
  const itself = severity === finding.severity ? '' : `; ${finding.severity} by itself`
  return (
    <details id={`finding-${index}`} class={`finding ${severity}`} open={isOpen}>
      <summary>
        <SeverityBadge severity={severity} />
        <span class="title">{title}</span>
        <span class="about">
          <code>{code}</code>
          {about === '' ? '' : ` ${about}`}: {times(count)}
          {itself}
        </span>
      </summary>
      <dl>
        <dt>Observed</dt>
        <dd>{observed}</dd>
        <dt>Inferred</dt>
        <dd>{inferred}</dd>
        <dt>Remedy</dt>
        <dd>{remedy}</dd>
        {finding.packets.length > 0 && <dt>Packets</dt>}
        {finding.packets.length > 0 && (
          <dd class="figures">
            <Packets finding={finding} capture={summary.capture} openPacket={openPacket} />
          </dd>
        )}
        {filtersOf(finding, summary.capture).map(({ where, filter }) => [
          <dt>Filter{where}</dt>,
          <dd class="filter">
            <code>{filter}</code>
            {isLive && <CopyButton text={filter} what={`the display filter of ${code}`} />}
          </dd>,
        ])}
      </dl>
      {isLive && (
        <p class="to-rows">
          {state.finding === index ? (
            <span>The tables below show its rows.</span>
          ) : (
            <a href={addressOf({ ...state, finding: index })} data-to="tables">
              Show its rows in the tables
            </a>
          )}
        </p>
      )}
      {children}
    </details>
  )
}

type Capture = View['summary']['capture']

interface PacketsProperties extends Pick<View, 'openPacket'> {
  finding: Finding
  capture: Capture
}

/** The packets that a finding names; each can be opened where the capture is at hand. */
function Packets({ finding: { packets, count }, capture: { files, origins }, openPacket }: PacketsProperties) {
  const locate = locator(files, origins)
  const more = count > packets.length
  if (openPacket === undefined) return [...packets.map(locate), ...(more ? ['…'] : [])].join(', ')
  const place = placer(files, origins)
  const names = fileNames(files)
  let last: number | undefined
  return (
    <ul class="packets">
      {packets.map((packet) => {
        const { file, number } = (files.length > 1 ? place(packet) : null) ?? { file: undefined, number: packet }
        const isNext = file !== last
        last = file
        return [
          isNext && file !== undefined && <li key={`in ${packet}`}>{names[file]}:</li>,
          <li key={packet}>
            <button
              type="button"
              aria-haspopup="dialog"
              aria-label={`Packet ${locate(packet)}`}
              onClick={() => openPacket(packet)}
            >
              {number}
            </button>
          </li>,
        ]
      })}
      {more && <li>…</li>}
    </ul>
  )
}

/** The display filter, or one for each file that needs its own. */
function filtersOf({ displayFilter, displayFilters = [] }: Finding, { files }: Capture) {
  if (displayFilter === '') return []
  if (displayFilters.every(({ filter }) => filter === displayFilter)) return [{ where: '', filter: displayFilter }]
  const names = fileNames(files)
  return displayFilters.map(({ file, filter }) => ({ where: ` in ${names[file] ?? file}`, filter }))
}
