/** Findings by their cause: one headline each, and below it what follows from it. */
import { isAbout } from '../findings/explains.ts'
import type { Finding } from '../summary.ts'

/** A finding that no other one explains, and those that it explains, in the document's order. */
export interface Cause {
  finding: Finding
  explains: Finding[]
}

/** Folds findings under their causes; a cause stands where the first of what it explains would. */
export function fold(findings: readonly Finding[]): Cause[] {
  const byCode = new Map<string, Finding[]>()
  for (const finding of findings) byCode.set(finding.code, [...(byCode.get(finding.code) ?? []), finding])
  const causes = new Map<Finding, Cause>()
  for (const finding of findings) {
    const root = rootOf(finding, byCode)
    const cause = causes.get(root) ?? { finding: root, explains: [] }
    causes.set(root, cause)
    if (finding !== root) cause.explains.push(finding)
  }
  return [...causes.values()]
}

/** The finding at the beginning of the chain of causes. */
function rootOf(finding: Finding, byCode: ReadonlyMap<string, readonly Finding[]>): Finding {
  const passed = new Set<Finding>()
  let root = finding
  while (!passed.has(root)) {
    passed.add(root)
    root = causeOf(root, byCode) ?? root
  }
  return root
}

/** The likeliest cause of a finding. */
function causeOf(finding: Finding, byCode: ReadonlyMap<string, readonly Finding[]>): Finding | undefined {
  for (const code of finding.because ?? []) {
    const candidates = byCode.get(code) ?? []
    // The subject of a symptom may not say its VTEPs.
    const cause =
      candidates.find((each) => isAbout(each, finding)) ?? candidates.find((each) => mayBeAbout(each, finding))
    if (cause !== undefined) return cause
  }
  return undefined
}

function mayBeAbout({ subject }: Finding, symptom: Finding): boolean {
  const { vni, vteps } = symptom.subject
  return vteps === undefined && (subject.vni === undefined || vni === undefined || subject.vni === vni)
}
