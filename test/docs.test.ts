/**
 * The documents cannot rot: every path and script they name exists, every command they show prints what they show, every
 * section that is made from the sources is as the sources are. `npm run docs` writes outputs and sections of README.md anew.
 */
import { execFile, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, ensureDist } from './support/dist.ts'
import { regenerated, sectionsOf } from './support/generated-docs.ts'
import { type Block, blocksOf, commandsOf, exists, matchesShown, pathsOf, scriptsOf } from './support/markdown.ts'
import { ROOT } from './support/shared.ts'

const run = promisify(execFile)

const DOCUMENTS = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'fixtures/pcaps/README.md',
  'docs/bounds.md',
  'docs/security.md',
]

/** Programs that a `sh` block may name and that are not run: they install, need the network, root or a live interface. */
const NOT_RUN = ['npm', 'git', 'tcpdump', 'dumpcap', 'sudo', 'kubectl', 'ssh', 'cd']

/** How a command on a fresh machine begins; not run here, where everything is installed. What it prints is not shown. */
const SET_UP = /^npm ci && /

const REWRITE = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'docs'

const read = (name: string): string => (existsSync(join(ROOT, name)) ? readFileSync(join(ROOT, name), 'utf8') : '')

/** Files of the project, without what is built or installed. */
function projectFiles(): string[] {
  const skipped = /^(node_modules|dist|coverage|\.git)(\/|$)/
  const files: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (skipped.test(path)) continue
      files.push(path)
      if (entry.isDirectory()) walk(path)
    }
  }
  walk('')
  return files
}

const files = projectFiles()
const folders = files
  .filter((path) => !path.includes('/') || /^src\/[^/]+$/.test(path))
  .map((path) => path.replace(/^src\//, ''))
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

/** Paths that a document names and that are not there. */
const missing = (text: string): string[] => pathsOf(text, folders).filter((path) => !exists(path, files))

describe.each(DOCUMENTS)('%s', (name) => {
  it('is there', () => {
    expect(read(name).length).toBeGreaterThan(500)
  })

  it('names only paths that exist', () => {
    expect(missing(read(name))).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    expect(scriptsOf(read(name)).filter((script) => scripts[script] === undefined)).toEqual([])
  })
})

it.runIf(REWRITE)('writes the generated sections anew', () => {
  writeFileSync(join(ROOT, 'README.md'), regenerated(read('README.md')))
})

it('README.md has its generated sections, as the sources are', () => {
  const text = read('README.md')
  expect(sectionsOf(text).sort()).toEqual(['findings', 'limits', 'reading'])
  expect(regenerated(text)).toBe(text)
  expect(regenerated(text.replace('CAPTURE_DAMAGED', 'CAPTURE_RUINED'))).toBe(text)
})

it('README.md names every subpath of the package', () => {
  const { exports } = JSON.parse(read('package.json'))
  const subpaths = Object.keys(exports).filter((path) => !path.endsWith('.json'))
  expect(subpaths.length).toBeGreaterThan(6)
  const unnamed = subpaths.filter((path) => !read('README.md').includes(`\`vxpcap${path.slice(1).replace(/\*$/, '')}`))
  expect(unnamed).toEqual([])
})

it('the check of paths and scripts can fail', () => {
  const text =
    'See `src/codecs/udp.ts`, `src/nowhere.ts`, `codecs/{udp,gone}.ts`, `capture/node-*.ts`, [x](docs/none.md#a), `npm run nope`.'
  expect(pathsOf(text, folders)).toHaveLength(5)
  expect(missing(text)).toEqual(['docs/none.md', 'src/nowhere.ts'])
  expect(scriptsOf(text)).toEqual(['nope'])
})

it('the comparison of outputs can fail', () => {
  expect(matchesShown('a\nb\nc\n', 'a\nb\nc')).toBe(true)
  expect(matchesShown('a\nb\nc\n', 'a\n…\nc')).toBe(true)
  expect(matchesShown('a\nb\nc\n', 'a\nc')).toBe(false)
  expect(matchesShown('a\nb\nc\n', 'a\nb')).toBe(false)
  expect(matchesShown('a (1)\n', 'a .1.')).toBe(false)
})

describe('code blocks of README.md', () => {
  const blocks = blocksOf(read('README.md'))
  const of = (...languages: string[]): Block[] => blocks.filter((block) => languages.includes(block.language))
  const name = (block: Block): [string, Block] => [`line ${block.line}`, block]
  let folder = ''

  /** Runs a shell command as a reader would in the project's folder; `vxpcap` and `npx vxpcap` are the built package. */
  function shell(command: string): { status: number | null; output: string } {
    const { NO_COLOR, FORCE_COLOR, ...env } = process.env
    const result = spawnSync('bash', ['-c', `exec 2>&1\n${command}`], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...env, PATH: `${join(folder, 'bin')}${delimiter}${env.PATH ?? ''}` },
      timeout: 60_000,
    })
    return { status: result.status, output: result.stdout }
  }

  /** Puts what is real where README.md shows something else behind `before`. */
  function rewrite(before: string, shown: string, real: string): void {
    if (matchesShown(real, shown)) return
    const text = read('README.md')
    const at = text.indexOf(before + shown)
    expect(at, 'README.md shows it').toBeGreaterThan(0)
    const from = at + before.length
    writeFileSync(join(ROOT, 'README.md'), text.slice(0, from) + real + text.slice(from + shown.length))
  }

  beforeAll(async () => {
    await ensureDist()
    folder = mkdtempSync(join(tmpdir(), 'vxpcap-docs-'))
    mkdirSync(join(folder, 'bin'))
    mkdirSync(join(folder, 'node_modules'))
    // The package's own name resolves to the project, through its exports, as it does where it is installed.
    symlinkSync(ROOT, join(folder, 'node_modules/vxpcap'), 'dir')
    // The optional peer of vxpcap/testing.
    symlinkSync(join(ROOT, 'node_modules/fast-check'), join(folder, 'node_modules/fast-check'), 'dir')
    const program = (file: string, body: string): void => {
      writeFileSync(join(folder, 'bin', file), `#!/bin/sh\n${body}\n`)
      chmodSync(join(folder, 'bin', file), 0o755)
    }
    program('vxpcap', `exec "${process.execPath}" "${BIN}" "$@"`)
    program('npx', '[ "$1" = vxpcap ] || { echo "npx: only vxpcap here, not $1"; exit 127; }\nshift\nexec vxpcap "$@"')
  }, 300_000)

  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
  })

  it('show the command with its output, and the library', () => {
    expect(of('console').length).toBeGreaterThan(0)
    expect(of('ts').length).toBeGreaterThan(0)
  })

  it('are of kinds that this test knows', () => {
    const known = ['console', 'sh', 'ts', 'text', 'json']
    expect(blocks.filter((block) => !known.includes(block.language)).map((block) => block.line)).toEqual([])
  })

  it.each(of('console').map(name))('console, %s: each command prints what is shown', (_, block) => {
    for (const { command, output } of commandsOf(block)) {
      const real = shell(command.replace(SET_UP, ''))
      if (REWRITE) rewrite(`$ ${command}\n`, output, real.output)
      else if (!matchesShown(real.output, output)) expect(real.output, `$ ${command}`).toBe(output)
    }
  })

  it.each(of('sh').map(name))('sh, %s: each command works or is known not to be run', (_, block) => {
    for (const line of block.text.replaceAll('\\\n', ' ').split('\n')) {
      const command = line
        .replace(/^\$ /, '')
        .replace(/(^|\s)#.*$/, '')
        .trim()
      if (command === '' || NOT_RUN.includes(command.split(/\s/)[0] ?? '')) continue
      const { status, output } = shell(command)
      expect(status, `$ ${command}\n${output}`).toBe(0)
    }
  })

  it.each(of('ts').map(name))('ts, %s: type-checks, runs, and prints what is shown below it', async (_, block) => {
    const source = join(folder, `block-${block.line}.mts`)
    writeFileSync(source, block.text)
    const options = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--lib', 'es2023,dom', '--types', 'node']
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--skipLibCheck']
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const checked = await run(process.execPath, [tsc, ...options, ...types, source], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    )
    expect(checked.stdout).toBe('')
    const { stdout } = await run(process.execPath, [source.replace(/\.mts$/, '.mjs')], { cwd: ROOT })
    if (block.next?.language !== 'text') return
    if (REWRITE) rewrite(`${block.text}\n\`\`\`\n\n\`\`\`text\n`, block.next.text, stdout.trimEnd())
    else if (!matchesShown(stdout, block.next.text)) expect(stdout).toBe(block.next.text)
  })
})
