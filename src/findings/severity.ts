/** Severities in their order. */
import type { Severity } from '../summary.ts'

/** Most severe first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']

/** Orders severities, the most severe first. */
export function compareSeverity(left: Severity, right: Severity): number {
  return SEVERITIES.indexOf(left) - SEVERITIES.indexOf(right)
}
