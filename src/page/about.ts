/** Which findings are about a VNI or a VTEP: what a subject does not say is told by the VNIs and VTEP pairs of the document. */
import type { Subject, Summary } from '../summary.ts'
import { type PageState, vniNumber } from './state.ts'

/** Who takes part in what. */
interface Members {
  vtepsOf: ReadonlyMap<number, ReadonlySet<string>>
  vnisBetween: ReadonlyMap<string, readonly number[]>
}

const known = new WeakMap<Summary, Members>()

/** Whether a finding is about the capture and not about a part of the overlay: no choice of a part leaves it out. */
export function isAboutWhole({ vni, vteps = [] }: Subject): boolean {
  return vni === undefined && vteps.length === 0
}

/** Whether a finding is about the VNI and the VTEP that are chosen. */
export function isAbout(subject: Subject, state: Pick<PageState, 'vni' | 'vtep'>, summary: Summary): boolean {
  if (isAboutWhole(subject)) return true
  return (
    (state.vni === null || isOfVni(subject, vniNumber(state.vni), summary)) &&
    (state.vtep === null || isOfVtep(subject, state.vtep, summary))
  )
}

function isOfVni({ vni, vteps = [] }: Subject, chosen: number, summary: Summary): boolean {
  if (vni !== undefined) return vni === chosen
  const { vtepsOf, vnisBetween } = membersOf(summary)
  const isMember = (vtep: string): boolean => vtepsOf.get(chosen)?.has(vtep) === true
  const [a, b, ...more] = vteps
  if (a === undefined || b === undefined || more.length > 0) return vteps.some(isMember)
  const vnis = vnisBetween.get(pathOf(a, b))
  if (vnis !== undefined) return vnis.includes(chosen)
  // A pair of which the page has no row may carry the VNI if both of its ends do.
  return summary.vtepPairs.length < summary.vtepPairsTotal && vteps.every(isMember)
}

function isOfVtep({ vni, vteps = [] }: Subject, chosen: string, summary: Summary): boolean {
  if (vteps.length > 0) return vteps.includes(chosen)
  return vni !== undefined && membersOf(summary).vtepsOf.get(vni)?.has(chosen) === true
}

function membersOf(summary: Summary): Members {
  const found = known.get(summary)
  if (found !== undefined) return found
  const vtepsOf = new Map<number, Set<string>>()
  const vnisBetween = new Map<string, readonly number[]>()
  const add = (vni: number, vteps: readonly string[]): void => {
    const all = vtepsOf.get(vni) ?? new Set()
    for (const vtep of vteps) all.add(vtep)
    vtepsOf.set(vni, all)
  }
  for (const { vni, vteps } of summary.vnis) add(vni, vteps)
  for (const { a, b, vnis } of summary.vtepPairs) {
    vnisBetween.set(pathOf(a, b), vnis)
    for (const vni of vnis) add(vni, [a, b])
  }
  const members = { vtepsOf, vnisBetween }
  known.set(summary, members)
  return members
}

/** The same for both directions. */
function pathOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
