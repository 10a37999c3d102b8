/**
 * The documents cannot rot: every path, script and place in another document that they name exists, every command and program they
 * show works and prints what they show, every section that is made from the sources is as the sources are. `npm run docs` writes
 * outputs and sections anew.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { regenerated, SECTION_NAMES, sectionsOf } from '../support/generated-docs.ts'
import {
  anchorsOf,
  type Block,
  blocksOf,
  commandsOf,
  deadLinks,
  exists,
  linksOf,
  matchesShown,
  pathsOf,
  reshown,
  scriptsOf,
} from '../support/markdown.ts'
import { isMade, projectFiles } from '../support/project-files.ts'
import { ReadersMachine } from '../support/readers-machine.ts'
import { ROOT } from '../support/shared.ts'

/**
 * Programs that a `sh` block may begin with and that are not run: they install, need the network, root, a live interface or a
 * cluster. What they print is not shown.
 */
const NOT_RUN =
  /^(npm|npx (?!vxpcap)|git|cd|sudo|ssh|tcpdump|dumpcap|ip|bridge|ethtool|ping|tc|nft|sysctl|nsenter|ovs-\w+|kubectl|docker|aws|gcloud|az)\b/

/** How a command on a fresh machine begins; not run here, where everything is installed. What it prints is not shown. */
const SET_UP = /^npm ci && /

const REWRITE = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'docs'
const HAS_TSHARK = spawnSync('tshark', ['--version']).status === 0

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

const files = projectFiles()
const names = files.filter((path) => path.endsWith('.md')).sort()
if (REWRITE) for (const name of names) writeFileSync(join(ROOT, name), await regenerated(read(name)))
const documents = new Map(names.map((name) => [name, read(name)]))
/** Those that teach: what they show is run. */
const guides = names.filter((name) => name === 'README.md' || name.startsWith('docs/'))

const folders = files
  .filter((path) => !path.includes('/') || /^src\/[^/]+$/.test(path))
  .map((path) => path.replace(/^src\//, ''))
const { scripts, exports }: { scripts: Record<string, string>; exports: Record<string, unknown> } = JSON.parse(
  read('package.json'),
)

/** Paths that a document names and that are not there. */
const missing = (text: string): string[] =>
  pathsOf(text, folders).filter((path) => !isMade(path) && !exists(path, files))

it('finds the documents', () => {
  expect(names).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/bounds.md', 'bench/README.md']))
  expect(guides.length).toBeGreaterThan(2)
})

describe.each(names)('%s', (name) => {
  const text = documents.get(name) ?? ''

  it('has a title', () => expect(text).toMatch(/^# \S/))

  it('names only paths that exist', () => expect(missing(text)).toEqual([]))

  it('links only to what is there', () => expect(deadLinks(name, documents, files)).toEqual([]))

  it('names only npm scripts that exist', () => {
    expect(scriptsOf(text).filter((script) => scripts[script] === undefined)).toEqual([])
  })

  if (sectionsOf(text).length === 0) return

  it('has its generated sections as the sources are', async () => {
    expect(await regenerated(read(name))).toBe(read(name))
  })
})

/** More than this nobody reads before the first try. */
const MOST_README_BYTES = 15_000

it('README can be read at a sitting, and leads to every page of docs/', () => {
  const text = documents.get('README.md') ?? ''
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_README_BYTES)
  expect(guides.filter((name) => name !== 'README.md' && !linksOf(text).includes(name))).toEqual([])
})

it('every generated section stands in one document', () => {
  expect([...documents.values()].flatMap(sectionsOf).sort()).toEqual([...SECTION_NAMES].sort())
})

it('a generated section that differs from the sources is mended', async () => {
  for (const text of documents.values()) {
    for (const name of sectionsOf(text)) {
      const open = `<!-- generated: ${name} -->\n`
      expect(await regenerated(text.replace(open, `${open}No longer so.\n`))).toBe(text)
    }
  }
})

it('the documents name every subpath of the package', () => {
  const subpaths = Object.keys(exports).filter((path) => !path.endsWith('.json'))
  expect(subpaths.length).toBeGreaterThan(6)
  const all = guides.map((name) => documents.get(name)).join('\n')
  expect(subpaths.filter((path) => !all.includes(`\`vxpcap${path.slice(1).replace(/\*$/, '')}`))).toEqual([])
})

it('the check of paths and scripts can fail', () => {
  const text =
    'See `src/codecs/headers/udp.ts`, `src/nowhere.ts`, `codecs/headers/{udp,gone}.ts`, `capture/files/node-*.ts`, [x](docs/none.md#a), `npm run nope`.'
  expect(pathsOf(text, folders)).toHaveLength(4)
  expect(missing(text)).toEqual(['src/nowhere.ts'])
  expect(scriptsOf(text)).toEqual(['nope'])
})

it('the check of links can fail', () => {
  const some = new Map([
    [
      'README.md',
      'See [a](docs/a.md#what-it-is), [b](docs/b.md), [c](#nowhere), [site](https://example.com/x#y), [d](docs).',
    ],
    [
      'docs/a.md',
      '# A\n\n## `What` it *is*?\n\n```sh\n# no heading\n```\n\n[up](../README.md#a), [self](#a), [me](a.md#no-heading)\n',
    ],
  ])
  const there = ['README.md', 'docs', 'docs/a.md']
  expect(deadLinks('README.md', some, there)).toEqual(['docs/b.md', '#nowhere'])
  expect(deadLinks('docs/a.md', some, there)).toEqual(['../README.md#a', 'a.md#no-heading'])
  expect(linksOf('[x][y] `[no](no.md)` <img src="docs/z.svg">\n\n[y]: docs/y.md "Y"\n')).toEqual([
    'docs/y.md',
    'docs/z.svg',
  ])
  expect([...anchorsOf('# Gói tin, VNI & VTEP\n## Same\n## Same\n<a id="mark"></a>\n')]).toEqual([
    'gói-tin-vni--vtep',
    'same',
    'same-1',
    'mark',
  ])
})

it('the comparison of outputs can fail', () => {
  expect(matchesShown('a\nb\nc\n', 'a\nb\nc')).toBe(true)
  expect(matchesShown('a\nb\nc\n', 'a\n…\nc')).toBe(true)
  expect(matchesShown('a\nb\nc\n', 'a\nc')).toBe(false)
  expect(matchesShown('a\nb\nc\n', 'a\nb')).toBe(false)
  expect(matchesShown('a (1)\n', 'a .1.')).toBe(false)
})

it('an output that is shortened stays so when it is written anew', () => {
  expect(reshown('a\nb\nc\nd\n', 'x\n…\ny\n')).toBe('a\n…\nd')
  expect(reshown('a\nb\nc\n', 'x\n…\n')).toBe('a\n…')
  expect(reshown('a\n', 'x\n…\ny\n')).toBe('a')
  expect(reshown('a\nb\n', 'x\n')).toBe('a\nb')
})

describe('what the documents show', () => {
  let machine: ReadersMachine

  /** A name for a program in a document. */
  const programOf = (name: string, block: Block): string => `${name.replaceAll(/\W/g, '_')}-line-${block.line}`

  /** Programs of all documents: one run of the compiler does for all. */
  const programs = new Map(
    guides.flatMap((name) =>
      blocksOf(documents.get(name) ?? '')
        .filter(({ language }) => language === 'ts')
        .map((block) => [programOf(name, block), block.text] as const),
    ),
  )
  let compiled: Map<string, string>

  beforeAll(async () => {
    machine = await ReadersMachine.prepare()
    compiled = await machine.compile(programs)
  }, 300_000)

  afterAll(() => machine?.remove())

  /** Puts what is real where a document shows something else behind `before`. */
  function rewrite(name: string, before: string, shown: string, real: string): void {
    if (matchesShown(real, shown)) return
    const text = read(name)
    const at = text.indexOf(before + shown)
    expect(at, `${name} shows it`).toBeGreaterThan(0)
    const from = at + before.length
    const end = real !== '' && (shown === '' || shown.endsWith('\n')) ? '\n' : ''
    writeFileSync(join(ROOT, name), text.slice(0, from) + reshown(real, shown) + end + text.slice(from + shown.length))
  }

  it('a program that does not type-check is found', async () => {
    const said = await machine.compile(
      new Map([['wrong', "import { summarizeFiles } from 'vxpcap/node'\nsummarizeFiles(1)\n"]]),
    )
    expect(said.get('wrong')).toContain('TS2345')
  })

  it('README shows the command with its output, and the library', () => {
    const languages = blocksOf(documents.get('README.md') ?? '').map(({ language }) => language)
    expect(languages).toEqual(expect.arrayContaining(['console', 'sh', 'ts']))
  })

  describe.each(guides)('%s', (name) => {
    const blocks = blocksOf(documents.get(name) ?? '')

    it('has code blocks of kinds that this test knows', () => {
      const known = ['console', 'sh', 'ts', 'text', 'json']
      expect(blocks.filter(({ language }) => !known.includes(language)).map(({ line }) => line)).toEqual([])
    })

    // In the document's order: a command may need what the one before has written.
    for (const block of blocks) {
      const { language, line, text, next } = block
      const needsTshark = !HAS_TSHARK && /^(\$ )?tshark\b/m.test(text)
      const skipped = needsTshark ? ' — SKIPPED: tshark is not installed' : ''
      const test = needsTshark ? it.skip : it

      if (language === 'console') {
        test(`console, line ${line}: each command prints what is shown${skipped}`, async () => {
          for (const { command, output } of commandsOf(block)) {
            const real = await machine.shell(name, command.replace(SET_UP, ''))
            if (REWRITE) rewrite(name, `$ ${command}\n`, output, real.output)
            else if (!matchesShown(real.output, output)) expect(real.output, `$ ${command}`).toBe(output)
          }
        })
      }

      if (language === 'sh') {
        test(`sh, line ${line}: each command works or is known not to be run${skipped}`, async () => {
          for (const each of text.replaceAll('\\\n', ' ').split('\n')) {
            const command = each.replace(/(^|\s)#.*$/, '').trim()
            if (command === '' || NOT_RUN.test(command)) continue
            const { status, output } = await machine.shell(name, command)
            expect(status, `$ ${command}\n${output}`).toBe(0)
          }
        })
      }

      if (language === 'ts') {
        it(`ts, line ${line}: type-checks, runs, and prints what is shown below it`, async () => {
          expect(compiled.get(programOf(name, block)) ?? '').toBe('')
          const real = await machine.program(name, programOf(name, block))
          if (next?.language !== 'text') return
          if (REWRITE) rewrite(name, `${text}\n\`\`\`\n\n\`\`\`text\n`, next.text, real)
          else if (!matchesShown(real, next.text)) expect(real).toBe(next.text)
        })
      }
    }
  })
})
