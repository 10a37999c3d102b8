/** What is wrong, ranked: title first, then evidence, meaning, remedy and the filter that shows the packets. */
import { times } from '../../findings/finding.ts'
import type { Finding, Severity, Summary } from '../../summary.ts'
import { fold } from '../fold.ts'
import { integer } from '../number.ts'
import { printable } from '../printable.ts'
import type { Page, Section } from '../section.ts'
import { codesOf, fileNames, subjectWords } from '../words.ts'
import { wrap } from '../wrap.ts'

const INDENT = '           '
const LABEL_WIDTH = 10

/** The section `Findings`: the first `page.top` causes in full with what they explain, the codes of the rest in a line. */
export function findings(summary: Summary, page: Page): Section {
  const names = fileNames(summary.capture.files)
  return findingsSection(summary.findings, page, (finding) => [
    ...labelled('packets', packets(finding, page), page),
    ...filter(finding, page, names),
  ])
}

/** The section with other words for where the packets of a finding are. */
export function findingsSection<Found extends Finding>(
  findings: readonly Found[],
  page: Page,
  where: (finding: Found) => string[],
): Section {
  const lines: string[] = []
  const causes = fold(findings)
  for (const { finding, explains, severity } of causes.slice(0, page.top)) {
    if (lines.length > 0) lines.push('')
    lines.push(...one(finding, severity, page), ...where(finding), ...explained(explains, page))
  }
  const rest = causes.slice(page.top).flatMap(({ finding, explains }) => [finding, ...explains])
  if (rest.length > 0) lines.push('', ...more(rest, '  ', page))
  return { title: 'Findings', lines }
}

/** What follows from a finding, a line each. */
function explained(findings: readonly Finding[], page: Page): string[] {
  const { palette, width, top, plain } = page
  const shown = findings.slice(0, top)
  const lines = shown.flatMap(({ severity, title, code, count }, index) =>
    wrap(plain(printable(`${severity}: ${title} (${code}, ${times(count)})`)), width, {
      first: `${INDENT}${palette.dim((index === 0 ? 'explains' : '').padEnd(LABEL_WIDTH))}`,
      firstWidth: INDENT.length + LABEL_WIDTH,
      rest: INDENT + ' '.repeat(LABEL_WIDTH + 2),
    }),
  )
  const rest = findings.slice(top)
  if (rest.length > 0) lines.push(...more(rest, INDENT + ' '.repeat(LABEL_WIDTH), page))
  return lines
}

/** How many others there are, and their codes. */
function more(rest: readonly Finding[], indent: string, { palette, width, plain }: Page): string[] {
  const text = plain(`… and ${integer(rest.length)} more: ${codesOf(rest)}`)
  return wrap(text, width, { first: indent, rest: `${indent}  ` }).map(palette.dim)
}

function one(finding: Finding, severity: Severity, page: Page): string[] {
  const { palette, width, plain } = page
  const badge = severity.toUpperCase().padEnd(INDENT.length - 2)
  const subject = subjectWords(finding.subject)
  // A cause is ranked by what it explains.
  const itself = severity === finding.severity ? '' : `; ${article(finding.severity)} by itself`
  const about = `${finding.code}${subject === '' ? '' : `, ${subject}`}: ${times(finding.count)}${itself}`
  return [
    ...wrap(plain(printable(finding.title)), width, {
      first: `  ${palette.severity[severity](badge)}`,
      firstWidth: INDENT.length,
      rest: INDENT,
    }),
    ...wrap(plain(printable(about)), width, { first: INDENT, rest: INDENT }).map(palette.dim),
    ...labelled('observed', printable(finding.observed), page),
    ...labelled('inferred', printable(finding.inferred), page),
    ...labelled('remedy', printable(finding.remedy), page),
  ]
}

function article(severity: Severity): string {
  return severity === 'error' ? 'an error' : `a ${severity}`
}

/** A label and what it says, in the columns of a finding; nothing without a text. */
export function labelled(label: string, text: string, { palette, width, plain }: Page): string[] {
  return wrap(plain(text), width, {
    first: `${INDENT}${palette.dim(label.padEnd(LABEL_WIDTH))}`,
    firstWidth: INDENT.length + LABEL_WIDTH,
    rest: INDENT + ' '.repeat(LABEL_WIDTH),
  })
}

/** On one line whatever its length: a filter is there to be copied. With several files, one for each that needs its own. */
function filter({ displayFilter, displayFilters = [] }: Finding, page: Page, files: readonly string[]): string[] {
  if (displayFilter === '') return []
  if (displayFilters.every((each) => each.filter === displayFilter)) return [unbroken('filter', displayFilter, page)]
  return displayFilters.flatMap(({ file, filter }) => [
    unbroken('filter', `in ${files[file]}:`, page),
    unbroken('', filter, page),
  ])
}

/** A label and a text that is not broken, in the columns of a finding. */
export function unbroken(label: string, text: string, { palette }: Page): string {
  return `${INDENT}${palette.dim(label.padEnd(LABEL_WIDTH))}${printable(text)}`
}

function packets(finding: Finding, page: Page): string {
  const places = finding.packets.map(page.locate)
  if (finding.count > places.length && places.length > 0) places.push('…')
  return places.join(', ')
}
