/** What is said of a document as a whole, found out before any of its rows are left out. */
import { headline } from '../report/headline.ts'
import { printable } from '../report/printable.ts'
import { captureTitle } from '../report/words.ts'
import type { Summary } from '../summary.ts'
import type { Making } from './data.ts'

/** How a page comes to be. */
export interface MakingOptions {
  /** Version of the program that makes it, which its last lines name. */
  version?: string | undefined
  /** Of an input that was not read to its end, how much was, 0 to 1, where that is known. */
  share?: number | undefined
}

/** The sentences and totals of a summary. */
export function makingOf(summary: Summary, { version, share }: MakingOptions = {}): Making {
  const { sentences, tries, ...ahead } = headline(summary, share)
  return {
    version: version === undefined ? null : printable(version),
    title: printable(captureTitle(summary)),
    headline: { sentences: sentences.map(printable), tries: tries.map(printable), ...ahead },
    findingsTotal: summary.findings.length,
    vtepsTotal: new Set(summary.vnis.flatMap(({ vteps }) => vteps)).size,
  }
}
