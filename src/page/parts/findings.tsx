/** What was found, cause first. */
import { placer } from '../../findings/by-file.ts'
import { integer } from '../../report/number.ts'
import { fileNames, locator } from '../../report/words.ts'
import type { Finding, Subject } from '../../summary.ts'
import { isAboutWhole } from '../about.ts'
import { h } from '../preact.ts'
import { addressOf } from '../state.ts'
import { hasTunnels, type View } from '../view.ts'
import { FindingCard, FindingList, filterTerm, type Shown } from './finding-list.tsx'

export function Findings(view: View) {
  const { summary, making, selected, isLive } = view
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
      {all === 0 && (
        <p class="nothing">
          {hasTunnels(summary)
            ? 'No findings: nothing in this capture looks wrong.'
            : 'No tunnel traffic was there to be judged.'}
        </p>
      )}
      {all > 0 && selected.findings.length === 0 && (
        <p class="nothing">None of the findings is about what is chosen.</p>
      )}
      <FindingList
        findings={selected.findings}
        numberOf={(finding) => summary.findings.indexOf(finding)}
        card={(shown) => detail(shown, view)}
        isLive={isLive}
      />
      {making.findingsTotal > all && (
        <p class="more">
          The first {integer(all)} of {integer(making.findingsTotal)} findings; vxpcap summarize has all.
        </p>
      )}
    </section>
  )
}

function detail(shown: Shown<Finding>, { summary, state, isLive, openPacket }: View) {
  const { finding } = shown
  const index = summary.findings.indexOf(finding)
  const isPart = state.vni !== null || state.vtep !== null
  return (
    <FindingCard
      {...shown}
      {...(isPart && isAboutWhole(finding.subject, summary) && { by: wholeWords(finding.subject) })}
      number={index}
      where={[
        finding.packets.length > 0 && <dt key="packets">Packets</dt>,
        finding.packets.length > 0 && (
          <dd key="numbers" class="figures">
            <Packets finding={finding} capture={summary.capture} openPacket={openPacket} />
          </dd>
        ),
        ...filtersOf(finding, summary.capture).map(({ where, filter }) =>
          filterTerm(filter, where, finding.code, isLive),
        ),
      ]}
      after={
        isLive && (
          <p class="to-rows">
            {state.finding === index ? (
              <span>The tables below show its rows.</span>
            ) : (
              <a href={addressOf({ ...state, finding: index })} data-to="tables">
                Show its rows in the tables
              </a>
            )}
          </p>
        )
      }
    />
  )
}

/** Why a finding is there although something else is chosen. */
function wholeWords({ mac, ip }: Subject): string {
  return mac === undefined && ip === undefined ? 'about the capture as a whole' : 'about no VNI or VTEP'
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
