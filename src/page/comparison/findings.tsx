/** What was found between the two places, and at either of them: with the packets of both, and a filter for each. */
import type { ComparedFinding, Place } from '../../comparison.ts'
import { integer } from '../../report/number.ts'
import { fileNames } from '../../report/words.ts'
import { FindingCard, FindingList, filterTerm, type Shown } from '../parts/finding-list.tsx'
import { type ComponentChildren, h } from '../preact.ts'
import { PacketNumbers } from './packet-numbers.tsx'
import type { ComparisonView } from './view.ts'
import { otherPlace } from './words.ts'

const SIDES: readonly Place[] = ['near', 'far']

export function ComparedFindings(view: ComparisonView) {
  const { comparison, making, isLive } = view
  const all = comparison.findings.length
  return (
    <section id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title">
        Findings <small>{all > 0 && integer(all)}</small>
      </h2>
      {all === 0 && <p class="nothing">No findings: nothing between the two captures, or in either, looks wrong.</p>}
      <FindingList
        findings={comparison.findings}
        numberOf={(finding) => comparison.findings.indexOf(finding)}
        card={(shown) => detail(shown, view)}
        isLive={isLive}
      />
      {making.findingsTotal > all && (
        <p class="more">
          The first {integer(all)} of {integer(making.findingsTotal)} findings; vxpcap compare has all.
        </p>
      )}
    </section>
  )
}

function detail(shown: Shown<ComparedFinding>, view: ComparisonView) {
  const { finding } = shown
  return (
    <FindingCard
      {...shown}
      number={view.comparison.findings.indexOf(finding)}
      by={finding.places.length === 2 ? 'both captures' : `the ${finding.side} capture alone`}
      where={[...packetsOf(finding, view), ...filtersOf(finding, view)]}
    />
  )
}

function packetsOf(finding: ComparedFinding, view: ComparisonView): ComponentChildren[] {
  const { side, packets, otherPackets, count } = finding
  return SIDES.map((place) => {
    const numbers = place === side ? packets : otherPackets
    if (numbers.length === 0) return null
    return [
      <dt key={place}>Packets, {place}</dt>,
      <dd key={`${place} numbers`} class="figures">
        <PacketNumbers view={view} side={place} packets={numbers} hasMore={count > numbers.length} />
      </dd>,
    ]
  })
}

/** One filter where it does for both sides; else one for each side, and for each file that needs its own. */
function filtersOf(finding: ComparedFinding, { comparison, isLive }: ComparisonView): ComponentChildren[] {
  const { code, side, displayFilter, displayFilters = [], otherFilter, otherPackets } = finding
  const other = otherPlace(side)
  const isOne = displayFilters.every(({ filter }) => filter === displayFilter)
  if (displayFilter !== '' && displayFilter === otherFilter && isOne && !isByNumber(displayFilter)) {
    return [filterTerm(displayFilter, '', code, isLive)]
  }
  const names = fileNames(comparison[side].files)
  const own = isOne
    ? [{ filter: displayFilter, where: `, ${side}` }]
    : displayFilters.map(({ file, filter }) => ({ filter, where: `, ${side}, ${names[file] ?? file}` }))
  // Numbers run on over all files of a side: a filter for one file can name them only where there is one.
  const isWhole = comparison[other].files.length < 2 || !isByNumber(otherFilter)
  const theirs = otherPackets.length + otherFilter.length > 0 && isWhole ? otherFilter : ''
  return [...own, { filter: theirs, where: `, ${other}` }]
    .filter(({ filter }) => filter !== '')
    .map(({ filter, where }) => filterTerm(filter, where, `${code} (${where.slice(2)})`, isLive))
}

function isByNumber(filter: string): boolean {
  return filter.includes('frame.number')
}
