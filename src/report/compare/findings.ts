/** What is wrong between two captures and in either of them, with the packets and a filter for each side. */
import type { ComparedFinding, Comparison, Place } from '../../comparison.ts'
import { byFile } from '../../findings/by-file.ts'
import type { Finding } from '../../summary.ts'
import { fold } from '../fold.ts'
import { type Page, paragraph, type Section } from '../section.ts'
import { findingsSection, labelled, unbroken } from '../sections/findings.ts'
import { codesOf, fileNames, type Locate, locator } from '../words.ts'
import { BETWEEN } from './losses.ts'

/** The section `Findings`. */
export function comparedFindings(comparison: Comparison, page: Page): Section {
  const sides = { near: sideOf(comparison, 'near'), far: sideOf(comparison, 'far') }
  const notes = fold(comparison.findings).filter(
    ({ finding, severity, explains }) => severity === 'note' && [finding, ...explains].every(isAlone),
  )
  const aside = new Set(notes.flatMap(({ finding, explains }) => [finding, ...explains]))
  const told = comparison.findings.filter((finding) => !aside.has(finding))
  const { title, lines } = findingsSection(told, page, (finding) => where(finding, page, sides))
  if (aside.size > 0) {
    const text = `Notes about the captures alone, which --json has in full: ${codesOf([...aside])}`
    lines.push(...(lines.length > 0 ? [''] : []), ...paragraph(page, text, page.palette.dim))
  }
  return { title, lines }
}

/** Whether a finding is of what either capture says alone. */
function isAlone({ code }: ComparedFinding): boolean {
  return !BETWEEN.has(code)
}

/** A side's files. */
interface Side {
  files: Comparison['near']['files']
  names: string[]
  locate: Locate
}

function sideOf(comparison: Comparison, place: Place): Side {
  const { files } = comparison[place]
  return { files, names: fileNames(files), locate: locator(files) }
}

function where(finding: ComparedFinding, page: Page, sides: Record<Place, Side>): string[] {
  const { side, packets, otherPackets, otherFilter, count } = finding
  const other = side === 'near' ? 'far' : 'near'
  const shown = { [side]: packets, [other]: otherPackets } as Record<Place, number[]>
  const { displayFilters: _, ...elsewhere } = finding
  const filters = {
    [side]: filtersOf(finding, sides[side]),
    [other]: filtersOf({ ...elsewhere, packets: otherPackets, displayFilter: otherFilter }, sides[other]),
  } as Record<Place, SideFilter[]>
  const lines: string[] = []
  for (const place of ['near', 'far'] as const) {
    const numbers = shown[place].map(sides[place].locate)
    if (numbers.length === 0) continue
    if (count > numbers.length) numbers.push('…')
    lines.push(...labelled('packets', `${place}: ${numbers.join(', ')}`, page))
  }
  const [only] = filters.near
  if (
    only !== undefined &&
    filters.near.length === 1 &&
    filters.far.length === 1 &&
    only.filter === filters.far[0]!.filter
  ) {
    return [...lines, unbroken('filter', only.filter, page)]
  }
  for (const place of ['near', 'far'] as const) {
    for (const { name, filter } of filters[place]) {
      const on = page.plain(name === '' ? `${place}:` : `${place}, ${name}:`)
      lines.push(unbroken('filter', on, page), unbroken('', filter, page))
    }
  }
  return lines
}

/** A filter, and the file that it is for; an empty name where it is for all of them. */
interface SideFilter {
  name: string
  filter: string
}

/** A side's filters, one for each of its files that needs its own. */
function filtersOf(finding: Finding, { files, names }: Side): SideFilter[] {
  const [own] = finding.displayFilters === undefined ? byFile([finding], files) : [finding]
  const { displayFilter, displayFilters = [] } = own!
  if (displayFilter === '') return []
  if (displayFilters.every(({ filter }) => filter === displayFilter)) return [{ name: '', filter: displayFilter }]
  return displayFilters.map(({ file, filter }) => ({ name: names[file]!, filter }))
}
