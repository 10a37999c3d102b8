/**
 * Sections of the documents that are made from the sources, so that they cannot differ from them. Each stands between
 * `<!-- generated: name -->` and `<!-- end -->`; `npm run docs` writes them anew.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { commandModels } from '../../src/cli/program.ts'
import { CATALOG, type FindingKind } from '../../src/findings/catalog.ts'
import { causesOf } from '../../src/findings/explains.ts'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { fakeHost } from '../cli/fake-host.ts'
import { comparedFiles, comparedPairs } from './compared-files.ts'
import { ROOT } from './shared.ts'

/** Any finding code in a text. */
const CODE = new RegExp(`\\b(${CATALOG.map(({ code }) => code).join('|')})\\b`, 'g')

const linked = (code: string): string => `[\`${code}\`](#${code.toLowerCase()})`

/** Table of all finding codes, the most severe first. */
function codes(): string {
  const rows = CATALOG.map(({ code, severity, meaning }) => `| ${linked(code)} | ${severity} | ${cell(meaning)} |`)
  return ['| code | severity | what it says |', '| --- | --- | --- |', ...rows].join('\n')
}

/** A section for each finding code. */
async function findings(): Promise<string> {
  const examples = await exampleFindings()
  return CATALOG.map((kind) => {
    const { code, severity, meaning, evidence, advice } = kind
    const causes = causesOf(code).filter((each) => each !== code)
    const symptoms = CATALOG.map((each) => each.code).filter((each) => each !== code && causesOf(each).includes(code))
    const related = relatedTo(kind).filter((each) => !causes.includes(each) && !symptoms.includes(each))
    const example = examples.get(code)
    return [
      `## ${code}`,
      `**${severity[0]?.toUpperCase()}${severity.slice(1)}.** ${prose(meaning, code)}`,
      `**Raised when:** ${prose(evidence, code)}`,
      `**What to do:** ${prose(advice, code)}`,
      ...listed('May follow from', causes),
      ...listed('May explain', symptoms),
      ...listed('See also', related),
      ...(example === undefined ? [] : [`**Example:** \`${example.command}\` says “${prose(example.title, code)}”.`]),
    ].join('\n\n')
  }).join('\n\n')
}

/** A paragraph that links to codes, where there are some. */
const listed = (label: string, codes: readonly string[]): string[] =>
  codes.length > 0 ? [`**${label}:** ${codes.map(linked).join(', ')}.`] : []

/** Codes that a code's words name, and codes whose words name it. */
function relatedTo({ code, meaning, evidence, advice }: FindingKind): string[] {
  const named = new Set(`${meaning} ${evidence} ${advice}`.match(CODE) ?? [])
  for (const other of CATALOG) {
    if (`${other.meaning} ${other.evidence} ${other.advice}`.match(CODE)?.includes(code)) named.add(other.code)
  }
  named.delete(code)
  return [...named].sort()
}

/** A command that shows a code, and what it says of it. */
interface Example {
  command: string
  title: string
}

/** Folders of captures that show findings, those made for it first. */
const SHOWN = ['fixtures/findings', 'fixtures/guides', 'fixtures/pcaps']

let known: Promise<Map<string, Example>> | undefined

/** For each code the capture named after it, else the one in which it stands first or has the fewest others about it. */
function exampleFindings(): Promise<Map<string, Example>> {
  known ??= findExamples()
  return known
}

async function findExamples(): Promise<Map<string, Example>> {
  const best = new Map<string, Example & { rank: number }>()
  for (const folder of SHOWN) {
    for (const name of readdirSync(join(ROOT, folder)).filter((file) => /\.pcap(ng)?$/.test(file))) {
      const capture = `${folder}/${name}`
      const { findings } = await summarizeFiles([join(ROOT, capture)], { threads: 1 })
      for (const [index, { code, title }] of findings.entries()) {
        const rank = fileOf(code) === name.replace(/\.\w+$/, '') ? -1 : index * 100 + findings.length
        if (rank >= (best.get(code)?.rank ?? Number.POSITIVE_INFINITY)) continue
        best.set(code, { command: `vxpcap ${capture} --only findings`, title, rank })
      }
    }
  }
  for (const { near, far, code } of comparedPairs()) {
    const { findings } = await comparedFiles(near, far)
    const title = findings.find((finding) => finding.code === code)?.title
    if (title !== undefined) best.set(code, { command: `vxpcap compare ${near} ${far}`, title, rank: -1 })
  }
  return best
}

/** `MAC_MOVED` as a file is named: `mac-moved`. */
function fileOf(code: string): string {
  return code.toLowerCase().replaceAll('_', '-')
}

/** Words of a finding as running text, with links to the other codes that they name. */
function prose(text: string, own: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[<>*_]/g, '\\$&')
    .replaceAll(/[A-Z0-9]+(?:\\_[A-Z0-9]+)*/g, (word) => {
      const code = word.replaceAll('\\_', '_')
      return code !== own && CATALOG.some((kind) => kind.code === code) ? linked(code) : word
    })
}

/** Table of all options of all commands. */
function options(): string {
  const rows = new Map<string, string[]>()
  for (const { name, options } of commandModels(fakeHost())) {
    for (const { long, short, description, takesValue } of options) {
      const flags = [short, long].filter(Boolean).map((flag) => `\`${flag}\``)
      const row = `| ${flags.join(', ')}${takesValue ? ' …' : ''} | ${cell(description)}`
      const commands = rows.get(row)
      if (commands === undefined) rows.set(row, [name])
      else commands.push(name)
    }
  }
  const lines = [...rows].map(([row, commands]) => `${row} | ${commands.join(', ')} |`).sort()
  return ['| option | what it does | commands |', '| --- | --- | --- |', ...lines].join('\n')
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '\\<')
}

const SECTIONS: Readonly<Record<string, () => string | Promise<string>>> = { codes, findings, options }

/** Names of all sections that can be generated. */
export const SECTION_NAMES: readonly string[] = Object.keys(SECTIONS)

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
