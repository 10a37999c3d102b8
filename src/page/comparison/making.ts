/** What is said of a comparison as a whole, found out before anything of it is left out. */
import type { Comparison } from '../../comparison.ts'
import { comparedTitle } from '../../report/compare/captures.ts'
import { comparedHeadline } from '../../report/compare/headline.ts'
import { printable } from '../../report/printable.ts'
import { listed } from '../../report/words.ts'
import type { ComparisonMaking } from './data.ts'

/** The sentences and totals. @param version - Of the program that makes the page, which its last lines name. */
export function comparisonMakingOf(comparison: Comparison, version: string | undefined): ComparisonMaking {
  const sentences = [...stopped(comparison), ...comparedHeadline(comparison)]
  return {
    version: version === undefined ? null : printable(version),
    title: printable(comparedTitle(comparison, Number.POSITIVE_INFINITY)),
    headline: { sentences: sentences.map(printable), tries: [] },
    findingsTotal: comparison.findings.length,
  }
}

/** Says first that there is more than was read. */
function stopped({ near, far }: Comparison): string[] {
  const sides = (
    [
      ['near', near],
      ['far', far],
    ] as const
  ).filter(([, { complete }]) => !complete)
  return sides.length === 0
    ? []
    : [`Interrupted: of the ${listed(sides.map(([side]) => side))} captures not all was read.`]
}
