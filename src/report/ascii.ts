/** Text for screens that show ASCII alone. */
import type { Summary } from '../summary.ts'
import type { DrawTable } from './table.ts'

/** What the report itself writes beyond ASCII. */
const PLAIN: Readonly<Record<string, string>> = {
  '→': '->',
  '←': '<-',
  '↔': '<->',
  '…': '...',
  '×': 'x',
  '≤': '<=',
  µ: 'u',
  '–': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '§': 'section ',
  '─': '-',
  '░': '.',
  '▁': '.',
  '▂': ':',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '█': '#',
}
/** Parts of a bar shorter than a character. */
const SLIVER = /[▉-▏]/
const BEYOND = /\P{ASCII}/gu

/** ASCII that says the same; of names what is not ASCII is escaped: `\u00e9`. */
export function toAscii(text: string): string {
  return text.replace(BEYOND, (character) => PLAIN[character] ?? (SLIVER.test(character) ? '#' : escaped(character)))
}

/** Draws tables in ASCII. */
export function drawAscii(draw: DrawTable): DrawTable {
  return (head, rows, aligns) =>
    draw(
      head.map(toAscii),
      rows.map((row) => row.map(toAscii)),
      aligns,
    )
}

/** A summary whose findings are told in ASCII: lines are broken when their length is known. */
export function asciiFindings(summary: Summary): Summary {
  const findings = summary.findings.map((finding) => ({
    ...finding,
    title: toAscii(finding.title),
    observed: toAscii(finding.observed),
    inferred: toAscii(finding.inferred),
    remedy: toAscii(finding.remedy),
  }))
  return { ...summary, findings }
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}
