/** `docs/security.md` against the tests that it names, and the promises that no other test shows. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin } from './support/built-bin.ts'
import { ROOT } from './support/shared.ts'

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(ROOT, 'src', name), 'utf8') }))

describe('docs/security.md', () => {
  const rows = readFileSync(join(ROOT, 'docs/security.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`test/'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))

  it('promises something in every row', () => expect(rows.length).toBeGreaterThan(8))

  it.each(rows.map(([promise, , test]) => [promise!, test!]))('%s', (_, test) => {
    const [, file, title] = /^`([^`]+)`: (.+)$/.exec(test) ?? []
    expect(existsSync(join(ROOT, file ?? 'none'))).toBe(true)
    expect(readFileSync(join(ROOT, file!), 'utf8')).toContain(title)
  })
})

/**
 * Modules of Node that open connections, resolve names, run programs or evaluate text; and what is taken of them all the same: what
 * says whether a text is an address, what waits for a pipe that is open already, and what starts processes of the package itself, which
 * read the capture points of a fleet.
 */
const FORBIDDEN =
  /^node:(net|tls|http2?|https|dgram|dns|dns\/promises|child_process|cluster|vm|inspector|repl|wasi|test|module)$/
const TAKEN: Readonly<Record<string, string>> = {
  'cli/arguments.ts': "import { isIP } from 'node:net'",
  'capture/files/node-file.ts': "import { Socket } from 'node:net'",
  'workers/node-point-pool.ts': "import { type ChildProcess, fork } from 'node:child_process'",
}

describe('the sources', () => {
  const imports = (text: string): string[] =>
    [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*'([^']+)'/g)].map(([, name]) => name!)

  it('imports nothing that opens a connection or runs a program', () => {
    const found = sources.flatMap(({ name, text }) => {
      const taken = TAKEN[name] ?? ''
      return imports(text.replace(taken, '')).filter((module) => FORBIDDEN.test(module))
    })
    expect(found).toEqual([])
    // A job queue over Redis, where it is asked for by name.
    const queues = sources.filter(({ text }) => imports(text).some((module) => /^(bullmq|ioredis)$/.test(module)))
    expect(queues.map(({ name }) => name).sort()).toEqual(['cli/fleet/bullmq.ts', 'cli/fleet/redis.ts'])
    const connects = /\b(await|return|globalThis\.|=) ?fetch\(|\bnew (WebSocket|XMLHttpRequest|EventSource)\(/
    expect(sources.filter(({ text }) => connects.test(text)).map(({ name }) => name)).toEqual([])
    expect(connects.test('const page = await fetch(address)')).toBe(true)
    expect(imports("import { get } from 'node:http'").filter((module) => FORBIDDEN.test(module))).toEqual(['node:http'])
  })

  it('evaluates nothing', () => {
    const evaluates = /\beval\(|\bnew Function\(|\bimport\((?!')/
    const code = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(sources.filter(({ text }) => evaluates.test(code(text))).map(({ name }) => name)).toEqual([])
    expect(evaluates.test('const m = await import(name)')).toBe(true)
  })
})

describe('a command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-permitted-'))
  const home = mkdtempSync(join(tmpdir(), 'vxpcap-home-'))
  const capture = join(folder, 'a.pcap')
  const flag = Number(process.versions.node.split('.')[0]) >= 23 ? '--permission' : '--experimental-permission'
  const written = (): string[] => [...readdirSync(folder), ...readdirSync(home)].sort()
  let bin: Bin

  beforeAll(async () => {
    bin = await buildBin()
    const [fixture] = readdirSync(join(ROOT, 'fixtures/pcaps')).filter((name) => name.endsWith('.pcap'))
    copyFileSync(join(ROOT, 'fixtures/pcaps', fixture!), capture)
  }, 120_000)
  afterAll(() => {
    bin?.remove()
    for (const each of [folder, home]) rmSync(each, { recursive: true, force: true })
  })

  /** Runs it where nothing else is, for a user who has nothing. */
  const run = (argv: string[], flags: string[] = []) =>
    spawnSync(process.execPath, [...flags, bin.script, ...argv], {
      encoding: 'utf8',
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: home, TMPDIR: home },
    })

  it.each(['summarize', 'summarize --json', 'decode'])('%s reads and writes no file but the named', (command) => {
    const permitted = (read: string[]) =>
      run(
        [...command.split(' '), capture],
        [flag, ...[`${bin.folder}/*`, `${ROOT}/node_modules/*`, ...read].map((path) => `--allow-fs-read=${path}`)],
      )
    const { status, stdout, stderr } = permitted([capture])
    expect([status, stdout.length > 100], stderr).toEqual([0, true])
    const refused = permitted([])
    // Node 20.19 has no words of its own for what it does not permit.
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining(`${capture}: cannot be read`)])
    expect(written()).toEqual(['a.pcap'])
  })

  // Node denies a mode to an open file under its permissions, so that the output could not keep the one it replaces.
  it.each(['decap', 'filter --vni 1'])('%s writes no file but the named', (command) => {
    const { status, stderr } = run([...command.split(' '), capture, '-o', 'out.pcapng'])
    expect([status, written()], stderr).toEqual([0, ['a.pcap', 'out.pcapng']])
    rmSync(join(folder, 'out.pcapng'))
  })
})
