/** Puts a run's tables between the marks in bench/README.md. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { growthTables } from './growth.ts'
import { ROOT } from './paths.ts'
import { growthPromises, promises } from './promises.ts'
import type { Results } from './results.ts'
import { absences, analyzerTable, formatMarkdown, heading, measurementTable, promiseTable } from './tables.ts'

const README = join(ROOT, 'bench/README.md')

/**
 * The suite of growth has a place of its own; every other run stands where the promises are.
 * @throws Error when the marks are missing.
 */
export function writeReadme(results: Results): void {
  const name = results.suite === 'flat' ? 'growth' : 'results'
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const text = readFileSync(README, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${README} has no ${begin} … ${end}`)
  const written = name === 'growth' ? growthSections(results) : sections(results)
  writeFileSync(README, `${text.slice(0, from + begin.length)}\n${written}\n${text.slice(to)}`)
}

/** The tables of growth as Markdown, and what was promised of it. */
export function growthSections(results: Results): string {
  const parts = [heading(results)]
  for (const { title, table } of growthTables(results)) parts.push(`### ${title}`, formatMarkdown(table))
  const promised = promiseTable(growthPromises(results))
  if (promised !== null) parts.push('### Promises of growth', formatMarkdown(promised))
  const absent = new Set(results.captures.flatMap(absences))
  if (absent.size > 0) parts.push([...absent].map((line) => `- ${line}`).join('\n'))
  return parts.join('\n\n')
}

/** The tables as Markdown. */
export function sections(results: Results): string {
  const parts = [heading(results)]
  const promised = promiseTable(promises(results))
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
