/**
 * Sections of the documents that are made from the sources, so that they cannot differ from them. Each stands between
 * `<!-- generated: name -->` and `<!-- end -->`; `npm run docs` writes them anew.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DEFAULT_LIMITS } from '../../src/analyzers/limits.ts'
import * as bounds from '../../src/capture/bounds.ts'
import type { Fact, Words } from '../../src/findings/finding.ts'
import { ROOT } from './shared.ts'

const SEVERITIES = ['error', 'warning', 'note']

/** Words of every finding code in `src/findings`, most severe first. */
export async function allWords(): Promise<Words<unknown>[]> {
  const folder = join(ROOT, 'src/findings')
  const found = new Map<string, Words<unknown>>()
  for (const name of readdirSync(folder).sort()) {
    const module: Record<string, unknown> = await import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href)
    for (const value of Object.values(module)) if (isWords(value)) found.set(value.code, value)
  }
  const rank = ({ severity }: Words<unknown>): number => SEVERITIES.indexOf(severity)
  return [...found.values()].sort((left, right) => rank(left) - rank(right) || (left.code < right.code ? -1 : 1))
}

function isWords(value: unknown): value is Words<unknown> {
  return typeof value === 'object' && value !== null && 'code' in value && 'evidence' in value && 'remedy' in value
}

/** Table of all finding codes. */
async function findings(): Promise<string> {
  const rows = (await allWords()).map(
    (words) => `| \`${words.code}\` | ${words.severity} | ${cell(words.evidence)} | ${cell(remedyInGeneral(words))} |`,
  )
  return ['| code | severity | raised when | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** A remedy without a capture: where it would name a figure there is an ellipsis. */
function remedyInGeneral(words: Words<unknown>): string {
  const fact = { subject: unknownFigure(), count: unknownFigure(), packets: unknownFigure(), facts: unknownFigure() }
  const text = words.remedy(fact as unknown as Fact<unknown>)
  if (text.replaceAll('…', '').trim().length < 20) throw new Error(`${words.code}: its remedy says nothing without figures`)
  return text.replaceAll(/\b(NaN|undefined|null)\b/g, '…')
}

/** Stands for any value: whatever is asked of it is another one, and in print it is an ellipsis. */
function unknownFigure(): unknown {
  const placeholder: unknown = new Proxy(() => placeholder, {
    get(_, property) {
      if (property === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? Number.NaN : '…')
      if (property === Symbol.iterator) return () => [placeholder][Symbol.iterator]()
      if (property === 'toString' || property === 'toLocaleString' || property === 'join') return () => '…'
      if (property === 'length') return 1
      return placeholder
    },
  })
  return placeholder
}

/** What the limits of the analysis are about, where the name alone does not say it. */
const LIMITED: Readonly<Record<string, string>> = {
  addresses: 'distinct addresses: outer, inner and MAC',
  vnis: 'VNIs',
  vtepPairs: 'VTEP pairs',
  routes: 'VTEP pairs by VNI',
  flows: 'flows',
  macs: 'inner MACs by VNI and VLANs',
  vlanStacks: 'stacks of inner VLAN tags',
  details: "VTEPs by MAC, addresses by MAC, ports by VTEP pair, further VTEPs of a flow's ends; each of these",
  timeline: 'steps by VNI',
  protocols: 'protocols of other traffic',
  window: 'latest frames remembered (copies, replicas), and latest echo requests',
  datagrams: 'datagrams in fragments that are followed at a time',
}

/** Tables of the analysis and their limits. */
function limits(): string {
  const rows = Object.entries(DEFAULT_LIMITS).map(([name, limit]) => {
    const words = LIMITED[name] ?? name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    return `| \`${name}\` | ${limit.toLocaleString('en-US')} | ${cell(words)} |`
  })
  return ['| limit | rows | of what |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Bounds of reading, in the words of their declarations. */
function reading(): string {
  const source = readFileSync(join(ROOT, 'src/capture/bounds.ts'), 'utf8')
  const rows = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const (\w+)/g)].map(([, comment = '', name = '']) => {
    const words = comment.replaceAll(/\s*\n \*/g, '').trim()
    return `| \`${name}\` | ${(bounds as Record<string, number>)[name]!.toLocaleString('en-US')} | ${cell(words)} |`
  })
  return ['| bound | value | what it bounds, and what happens there |', '| --- | --- | --- |', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
}

const SECTIONS: Readonly<Record<string, () => string | Promise<string>>> = { findings, limits, reading }

/** Names of the generated sections that a document has. */
export function sectionsOf(markdown: string): string[] {
  return [...markdown.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name = '']) => name)
}

/** A document with its generated sections made anew. @throws Error for a section that nobody knows. */
export async function regenerated(markdown: string): Promise<string> {
  let text = markdown
  for (const name of sectionsOf(markdown)) {
    const make = SECTIONS[name]
    if (make === undefined) throw new Error(`nothing generates a section '${name}'`)
    const body = await make()
    const section = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`)
    text = text.replace(section, (_, open: string, close: string) => `${open}${body}\n${close}`)
  }
  return text
}
