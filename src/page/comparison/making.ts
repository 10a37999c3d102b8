/** What is said of a comparison as a whole, found out before anything of it is left out. */
import type { Comparison } from '../../comparison.ts'
import { comparedTitle } from '../../report/compare/captures.ts'
import { comparedHeadline } from '../../report/compare/headline.ts'
import { printable } from '../../report/printable.ts'
import type { ComparisonMaking } from './data.ts'

/** The sentences and totals. @param version - Of the program that makes the page, which its last lines name. */
export function comparisonMakingOf(comparison: Comparison, version: string | undefined): ComparisonMaking {
  const sentences = comparedHeadline(comparison)
  return {
    version: version === undefined ? null : printable(version),
    title: printable(comparedTitle(comparison, Number.POSITIVE_INFINITY)),
    headline: { sentences: sentences.map(printable), tries: [] },
    findingsTotal: comparison.findings.length,
  }
}
