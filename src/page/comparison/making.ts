/** What is said of a comparison as a whole, found out before anything of it is left out. */
import type { Comparison } from '../../comparison.ts'
import { comparisonHeadline, comparisonTitle } from '../../report/comparison-words.ts'
import { printable } from '../../report/printable.ts'
import type { ComparisonMaking } from './data.ts'

/** The sentences and totals. @param version - Of the program that makes the page, which its last lines name. */
export function comparisonMakingOf(comparison: Comparison, version: string | undefined): ComparisonMaking {
  const { sentences, tries } = comparisonHeadline(comparison)
  return {
    version: version === undefined ? null : printable(version),
    title: printable(comparisonTitle(comparison)),
    headline: { sentences: sentences.map(printable), tries: tries.map(printable) },
    findingsTotal: comparison.findings.length,
  }
}
