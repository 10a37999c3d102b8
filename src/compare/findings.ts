/** Findings of both places together: what lies between them, and what either capture says alone, each once. */
import type { ComparedFinding, Place } from '../comparison.ts'
import { type NothingInCommon, nothingInCommon } from '../findings/between/nothing-in-common.ts'
import { causesOf, isAbout, isCause } from '../findings/explains.ts'
import { bound, rank, state } from '../findings/finding.ts'
import type { Finding } from '../summary.ts'
import { betweenFindings, type Judged, type Named } from './between.ts'

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
  const all = [...between, ...joined(alone)]
  const bounded = bound(all) as ComparedFinding[]
  return rank(bounded.map((finding) => withCause(finding, bounded))) as ComparedFinding[]
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

/** What the sides say alone; what both say of one subject is said once. */
function joined({ near, far }: Record<Place, readonly Finding[]>): ComparedFinding[] {
  const all = near.map((finding) => fromOne(finding, 'near'))
  const known = new Map(all.map((finding) => [nameOf(finding), finding]))
  for (const finding of far) {
    const same = known.get(nameOf(finding))
    if (same === undefined || same.places.length > 1) {
      all.push(fromOne(finding, 'far'))
      continue
    }
    same.places = ['near', 'far']
    same.otherPackets = finding.packets
    same.otherFilter = finding.displayFilter
    same.because = [...new Set([...(same.because ?? []), ...(finding.because ?? [])])]
    if (same.because.length === 0) delete same.because
  }
  return all
}

function fromOne(finding: Finding, side: Place): ComparedFinding {
  return { ...finding, places: [side], side, otherPackets: [], otherFilter: '' }
}

/** What tells findings apart; of a capture itself each has its own. */
function nameOf({ code, subject, title }: Finding): string {
  const isOfCapture = Object.keys(subject).length === 0
  return JSON.stringify([code, subject, isOfCapture ? title : ''])
}

/** Adds which of the others explain a finding: above all what two captures prove, and one can only infer. */
function withCause(finding: ComparedFinding, all: readonly ComparedFinding[]): ComparedFinding {
  const may = causesOf(finding.code)
  const found = may.filter((code) =>
    all.some((cause) => cause.code === code && isCause(cause) && isAbout(cause, finding)),
  )
  const because = [...new Set([...found, ...(finding.because ?? [])])]
  return because.length === 0 ? finding : { ...finding, because }
}
