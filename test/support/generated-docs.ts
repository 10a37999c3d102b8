/**
 * Sections of the documents that are made from the sources, so that they cannot differ from them. Each stands between
 * `<!-- generated: name -->` and `<!-- end -->`; `npm run docs` writes them anew.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEFAULT_LIMITS } from '../../src/analyzers/limits.ts'
import * as bounds from '../../src/capture/bounds.ts'
import { CATALOG } from '../../src/findings/catalog.ts'
import { ROOT } from './shared.ts'

/** Table of all finding codes. */
function findings(): string {
  const rows = CATALOG.map(
    ({ code, severity, meaning, evidence, advice }) =>
      `| \`${code}\` | ${severity} | ${cell(meaning)} | ${cell(evidence)} | ${cell(advice)} |`,
  )
  return [
    '| code | severity | what it says | raised when | what to do |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
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
  requests: 'addresses that were asked for, addresses that were claimed; each',
  details: "VTEPs by MAC, addresses by MAC, ports by VTEP pair, further VTEPs of a flow's ends; each of these",
  timeline: 'steps by VNI',
  protocols: 'protocols of other traffic',
  window: 'latest frames remembered (copies, replicas), and latest echo requests',
  datagrams: 'datagrams in fragments that are followed, or wait for the rest, at a time',
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
  const rows = [...source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export const (\w+)/g)].map(
    ([, comment = '', name = '']) => {
      const words = comment.replaceAll(/\s*\n \*/g, '').trim()
      return `| \`${name}\` | ${(bounds as Record<string, number>)[name]!.toLocaleString('en-US')} | ${cell(words)} |`
    },
  )
  return ['| bound | value | what it bounds, and what happens there |', '| --- | --- | --- |', ...rows].join('\n')
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
}

const SECTIONS: Readonly<Record<string, () => string>> = { findings, limits, reading }

/** Names of all sections that can be generated. */
export const SECTION_NAMES: readonly string[] = Object.keys(SECTIONS)

/** Names of the generated sections that a document has. */
export function sectionsOf(markdown: string): string[] {
  return [...markdown.matchAll(/<!-- generated: (\w+) -->/g)].map(([, name = '']) => name)
}

/** A document with its generated sections made anew. @throws Error for a section that nobody knows. */
export function regenerated(markdown: string): string {
  let text = markdown
  for (const name of sectionsOf(markdown)) {
    const make = SECTIONS[name]
    if (make === undefined) throw new Error(`nothing generates a section '${name}'`)
    const body = make()
    const section = new RegExp(`(<!-- generated: ${name} -->\n)[\\s\\S]*?(<!-- end -->)`)
    text = text.replace(section, (_, open: string, close: string) => `${open}${body}\n${close}`)
  }
  return text
}
