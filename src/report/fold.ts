/** Findings by their cause: one headline each, and below it what follows from it. */
import { isAbout, likeliest } from '../findings/explains.ts'
import type { Finding, Severity } from '../summary.ts'

/** A finding that no other one explains, and those that it explains, in the document's order. */
export interface Cause<Found extends Finding = Finding> {
  finding: Found
  explains: Found[]
  /** The worst of all of them: what follows from a warning may be an error, which the headline must not hide. */
  severity: Severity
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']

/** Reported by direction and VNI: the first of one loop stands for all. */
const LOOP = 'LOOP'

/** Folds findings under their causes; a cause stands where the first of what it explains would. */
export function fold<Found extends Finding>(findings: readonly Found[]): Cause<Found>[] {
  const byCode = new Map<string, Found[]>()
  for (const finding of findings) byCode.set(finding.code, [...(byCode.get(finding.code) ?? []), finding])
  const causes = new Map<Found, Cause<Found>>()
  for (const finding of findings) {
    const root = rootOf(finding, byCode)
    const cause = causes.get(root) ?? { finding: root, explains: [], severity: root.severity }
    causes.set(root, cause)
    if (finding === root) continue
    cause.explains.push(finding)
    if (SEVERITIES.indexOf(finding.severity) < SEVERITIES.indexOf(cause.severity)) cause.severity = finding.severity
  }
  return [...causes.values()]
}

/** The finding at the beginning of the chain of causes. */
function rootOf<Found extends Finding>(finding: Found, byCode: ReadonlyMap<string, readonly Found[]>): Found {
  const passed = new Set<Found>()
  let root = finding
  while (!passed.has(root)) {
    passed.add(root)
    root = causeOf(root, byCode) ?? root
  }
  return root
}

/** The likeliest cause of a finding. */
function causeOf<Found extends Finding>(
  finding: Found,
  byCode: ReadonlyMap<string, readonly Found[]>,
): Found | undefined {
  if (finding.code === LOOP) return byCode.get(LOOP)?.find((each) => each === finding || isSameLoop(each, finding))
  for (const code of finding.because ?? []) {
    const candidates = byCode.get(code) ?? []
    // The subject of a symptom may not say its VTEPs.
    const cause =
      likeliest(
        candidates.filter((each) => isAbout(each, finding)),
        finding,
      ) ??
      candidates.find((each) => mayBeAbout(each, finding)) ??
      candidates.find((each) => isNextHop(each, finding))
    if (cause !== undefined) return cause
  }
  return undefined
}

/** Whether two loops are one, seen in both directions, or in both VNIs that it joins. */
function isSameLoop(one: Finding, other: Finding): boolean {
  const [left, right] = [one.subject.vteps ?? [], other.subject.vteps ?? []]
  const common = left.filter((vtep) => right.includes(vtep)).length
  return one.subject.vni === other.subject.vni ? common > 0 : common > 0 && common === right.length
}

/** Whether a cause is about the next hop of what is relayed. */
function isNextHop({ subject: { vteps = [] } }: Finding, symptom: Finding): boolean {
  return symptom.subject.vteps?.some((vtep) => vteps.includes(vtep)) ?? false
}

function mayBeAbout({ subject }: Finding, symptom: Finding): boolean {
  const { vni, vteps } = symptom.subject
  return vteps === undefined && (subject.vni === undefined || vni === undefined || subject.vni === vni)
}
