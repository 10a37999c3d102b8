/** Marks of severity: each has a shape of its own, so that nobody has to tell colours apart. */
import { SEVERITIES } from '../../findings/severity.ts'
import type { Severity } from '../../summary.ts'
import { h } from '../preact.ts'

/** The more severe of two; `null` stands for none. */
export function worse(left: Severity | null, right: Severity | null): Severity | null {
  if (left === null || right === null) return left ?? right
  return SEVERITIES.indexOf(left) <= SEVERITIES.indexOf(right) ? left : right
}

/** Whether a severity is shown where only `least` and above are. */
export function isShown(severity: Severity, least: Severity | null): boolean {
  return least === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least)
}

/** Outlines around (0, 0), 16 units high: a diamond, a triangle, a disc. */
const SHAPES: Record<Severity, string> = {
  error: 'M0-9 9 0 0 9-9 0z',
  warning: 'M0-8 9 7H-9z',
  note: 'M-7 0a7 7 0 1 0 14 0a7 7 0 1 0-14 0z',
}

/** What stands within: a cross, an exclamation mark, an i. */
const SIGNS: Record<Severity, string> = {
  error: 'M-3-3 3 3M3-3-3 3',
  warning: 'M0-3V1.5M0 4V4.2',
  note: 'M0-1V3.5M0-3.6V-3.4',
}

/** The mark of a severity within a drawing, its middle at (x, y). */
export function SeverityMark({ severity, x, y }: { severity: Severity; x: number; y: number }) {
  return (
    <g class={`severity-mark is-${severity}`} transform={`translate(${x} ${y})`}>
      <path class="shape" d={SHAPES[severity]} />
      <path class="sign" d={SIGNS[severity]} />
    </g>
  )
}
