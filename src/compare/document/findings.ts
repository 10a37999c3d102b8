/** Findings of both places together: what lies between them, and what either capture says alone, each once. */
import type { ComparedFinding, Place } from '../../comparison.ts'
import { type NothingInCommon, nothingInCommon } from '../../findings/between/nothing-in-common.ts'
import { ASKING, causesOf, isAbout, isCause } from '../../findings/explains.ts'
import { bound, rank, state } from '../../findings/finding.ts'
import { arrivedUnanswered } from '../../findings/words/arrived-unanswered.ts'
import type { Finding } from '../../summary.ts'
import { betweenFindings, type Judged, type Named } from './between.ts'
import { type Joined, joined } from './joined.ts'

/** What two captures show to be lost. */
const LOSS: ReadonlySet<string> = new Set(['SIZE_CLIFF', 'PATH_LOSS', 'LOST_BETWEEN'])

/** What findings are made of. */
export interface FindingsOptions {
  judged: readonly Judged[]
  /** What each side says alone. */
  alone: Record<Place, readonly Finding[]>
  /** What is said where no packet is in both; `null` where some are. */
  nothing: NothingInCommon | null
}

/** All findings of a comparison, most severe first. */
export function comparedFindings({ judged, alone, nothing }: FindingsOptions): ComparedFinding[] {
  const between = judged.flatMap((each) => betweenFindings(each).map((named) => fromBoth(named, each)))
  if (nothing !== null) {
    const finding = state(nothingInCommon, {
      subject: {},
      count: nothing.near + nothing.far,
      packets: [],
      facts: nothing,
    })
    between.push({ ...finding, places: ['near', 'far'], side: 'near', otherPackets: [], otherFilter: '' })
  }
  const directions = judged.map(({ direction }) => direction)
  const own = joined(alone, directions).map((each) => withPlace(each, judged))
  const bounded = bound([...between, ...own.map(({ finding }) => finding)]) as ComparedFinding[]
  const countsOf = new Map(own.map(({ finding, counts }) => [finding, counts]))
  const symptoms = bounded.map((finding) => ({ finding, counts: countsOf.get(finding) ?? { near: 0, far: 0 } }))
  return rank(symptoms.map((symptom) => withCause(symptom, bounded))) as ComparedFinding[]
}

/** A finding that takes both captures: told by the side where packets leave. */
function fromBoth({ finding, near, far }: Named, { direction }: Judged): ComparedFinding {
  const side = direction.sentAt
  const otherPackets = side === 'near' ? far : near
  const otherFilter = finding.displayFilter.startsWith('frame.number')
    ? otherPackets.length === 0
      ? ''
      : `frame.number in {${otherPackets.join(', ')}}`
    : finding.displayFilter
  return { ...finding, places: ['near', 'far'], side, otherPackets, otherFilter }
}

/** Says of what both sides show to arrive unanswered that it was not lost in between. */
function withPlace({ finding, counts }: Joined, judged: readonly Judged[]): Joined {
  const [from, to, ...rest] = finding.subject.vteps ?? []
  if (!ASKING.includes(finding.code) || rest.length > 0) return { finding, counts }
  const way = judged.find(
    ({ direction }) =>
      direction.from === from && direction.to === to && direction.vni === (finding.subject.vni ?? direction.vni),
  )
  if (way === undefined || way.direction.matched === 0) return { finding, counts }
  const arrivesAt = otherSide(way.direction.sentAt)
  if (counts[arrivesAt] < counts[way.direction.sentAt]) return { finding, counts }
  return { finding: { ...finding, ...arrivedUnanswered(finding, arrivesAt) }, counts }
}

/** Whether a loss between the two places can be why something has no answer: then the side that it leaves shows more of it. */
function isBetween(cause: ComparedFinding, { finding, counts }: Joined): boolean {
  if (finding.code === 'LOST_BETWEEN') {
    // Who receives what is refused is behind the place where it would be missing.
    return cause.code !== 'PORT_UNREACHABLE' || !cause.places.includes(otherSide(finding.side))
  }
  if (!LOSS.has(cause.code) || !ASKING.includes(finding.code)) return true
  const [from] = finding.subject.vteps ?? []
  if (from === undefined) return true
  const leavesAt = cause.subject.vteps?.[0] === from ? cause.side : otherSide(cause.side)
  return counts[leavesAt] > counts[otherSide(leavesAt)]
}

function otherSide(place: Place): Place {
  return place === 'near' ? 'far' : 'near'
}

/** Adds which of the others explain a finding: above all what two captures prove, and one can only infer. */
function withCause(symptom: Joined, all: readonly ComparedFinding[]): ComparedFinding {
  const { finding } = symptom
  const may = causesOf(finding.code)
  const found = may.filter((code) =>
    all.some((cause) => cause.code === code && isCause(cause) && isAbout(cause, finding) && isBetween(cause, symptom)),
  )
  const because = [...new Set([...found, ...(finding.because ?? [])])]
  return because.length === 0 ? finding : { ...finding, because }
}
