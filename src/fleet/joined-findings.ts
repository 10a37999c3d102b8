/** What points found, each code and subject once, with the points that show it and the words of one of them. */
import { FLEET_CODES } from '../findings/catalog.ts'
import { compareSeverity } from '../findings/severity.ts'
import type { FleetFinding } from '../fleet-document.ts'
import { compareText } from '../order.ts'

/** Findings of all points. */
export class JoinedFindings {
  readonly #byName = new Map<string, { best: FleetFinding; points: Set<string> }>()

  /** Takes what points found; what takes a whole fleet to see is left out, and seen anew. */
  add(findings: readonly FleetFinding[]): void {
    for (const finding of findings) {
      if (FLEET_CODES.has(finding.code)) continue
      const alone = withoutFleet(finding)
      const name = JSON.stringify([finding.code, finding.subject])
      const known = this.#byName.get(name)
      if (known === undefined) {
        this.#byName.set(name, { best: alone, points: new Set(finding.points) })
        continue
      }
      for (const point of finding.points) known.points.add(point)
      if (order(alone, known.best) < 0) known.best = alone
    }
  }

  all(): FleetFinding[] {
    return [...this.#byName.values()].map(({ best, points }) => ({ ...best, points: [...points].sort(compareText) }))
  }
}

function order(left: FleetFinding, right: FleetFinding): number {
  return compareSeverity(left.severity, right.severity) || compareText(left.point, right.point)
}

/** As its point says it: causes that only the fleet shows are left out. */
function withoutFleet(finding: FleetFinding): FleetFinding {
  const { because, ...rest } = finding
  const own = because?.filter((code) => !FLEET_CODES.has(code)) ?? []
  return own.length === 0 ? rest : { ...rest, because: own }
}
