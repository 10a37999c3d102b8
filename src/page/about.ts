/** Which findings are about a VNI or a VTEP: what a subject does not say is told by the VNIs and VTEP pairs of the document. */
import type { Subject, Summary } from '../summary.ts'
import { type PageState, vniNumber } from './state.ts'

/** Who takes part in what. */
interface Members {
  vtepsOf: ReadonlyMap<number, ReadonlySet<string>>
  vnisBetween: ReadonlyMap<string, readonly number[]>
  endpoints: ReadonlySet<string>
}

const known = new WeakMap<Summary, Members>()

/** Whether a finding is about no VNI and no VTEP: no choice of one leaves it out. */
export function isAboutWhole(subject: Subject, summary: Summary): boolean {
  return subject.vni === undefined && vtepsOf(subject, summary).length === 0
}

/** The VTEPs that a subject names; where it names an address of the underlay alone, that may be one. */
function vtepsOf({ vni, vteps = [], ip }: Subject, summary: Summary): readonly string[] {
  if (vteps.length > 0 || vni !== undefined || ip === undefined) return vteps
  return membersOf(summary).endpoints.has(ip) ? [ip] : []
}

/** Whether a finding is about the VNI and the VTEP that are chosen. */
export function isAbout(subject: Subject, state: Pick<PageState, 'vni' | 'vtep'>, summary: Summary): boolean {
  if (isAboutWhole(subject, summary)) return true
  return (
    (state.vni === null || isOfVni(subject, vniNumber(state.vni), summary)) &&
    (state.vtep === null || isOfVtep(subject, state.vtep, summary))
  )
}

function isOfVni(subject: Subject, chosen: number, summary: Summary): boolean {
  if (subject.vni !== undefined) return subject.vni === chosen
  const vteps = vtepsOf(subject, summary)
  const members = membersOf(summary)
  const isMember = (vtep: string): boolean => members.vtepsOf.get(chosen)?.has(vtep) === true
  const [a, b, ...more] = vteps
  if (a === undefined || b === undefined || more.length > 0) return vteps.some(isMember)
  const vnis = members.vnisBetween.get(pathOf(a, b))
  if (vnis !== undefined) return vnis.includes(chosen)
  // A pair of which the page has no row may carry the VNI if both of its ends do.
  return summary.vtepPairs.length < summary.vtepPairsTotal && vteps.every(isMember)
}

function isOfVtep(subject: Subject, chosen: string, summary: Summary): boolean {
  const vteps = vtepsOf(subject, summary)
  if (vteps.length > 0) return vteps.includes(chosen)
  return subject.vni !== undefined && membersOf(summary).vtepsOf.get(subject.vni)?.has(chosen) === true
}

function membersOf(summary: Summary): Members {
  const found = known.get(summary)
  if (found !== undefined) return found
  const ofVni = new Map<number, Set<string>>()
  const vnisBetween = new Map<string, readonly number[]>()
  const add = (vni: number, vteps: readonly string[]): void => {
    const all = ofVni.get(vni) ?? new Set()
    for (const vtep of vteps) all.add(vtep)
    ofVni.set(vni, all)
  }
  for (const { vni, vteps } of summary.vnis) add(vni, vteps)
  for (const { a, b, vnis } of summary.vtepPairs) {
    vnisBetween.set(pathOf(a, b), vnis)
    for (const vni of vnis) add(vni, [a, b])
  }
  const endpoints = new Set([...ofVni.values()].flatMap((all) => [...all]))
  const members = { vtepsOf: ofVni, vnisBetween, endpoints }
  known.set(summary, members)
  return members
}

/** The same for both directions. */
function pathOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`
}
