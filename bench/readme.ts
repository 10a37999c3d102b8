/** Puts a run's tables between the marks in bench/README.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './paths.ts'
import type { Results } from './results.ts'
import { absences, analyzerTable, formatMarkdown, heading, measurementTable, promiseTable } from './tables.ts'

const README = join(ROOT, 'bench/README.md')
const BEGIN = '<!-- results: begin -->'
const END = '<!-- results: end -->'

/** @throws Error when the marks are missing. */
export function writeReadme(results: Results): void {
  const text = readFileSync(README, 'utf8')
  const from = text.indexOf(BEGIN)
  const to = text.indexOf(END)
  if (from < 0 || to < from) throw new Error(`${README} has no ${BEGIN} … ${END}`)
  writeFileSync(README, `${text.slice(0, from + BEGIN.length)}\n${sections(results)}\n${text.slice(to)}`)
}

/** The tables as Markdown. */
export function sections(results: Results): string {
  const parts = [heading(results)]
  const promised = promiseTable(results)
  if (promised !== null) parts.push('### Promises', formatMarkdown(promised))
  for (const capture of results.captures) {
    parts.push(`### ${capture.title}`, formatMarkdown(measurementTable(capture)))
    const absent = absences(capture)
    if (absent.length > 0) parts.push(absent.map((line) => `- ${line}`).join('\n'))
    const analyzers = analyzerTable(capture)
    if (analyzers !== null) parts.push(formatMarkdown(analyzers))
  }
  return parts.join('\n\n')
}
