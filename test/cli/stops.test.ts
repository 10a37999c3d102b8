/** The built program and signals, pipes at which nothing happens, names of bytes, and devices that are full. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Bin, buildBin, listens } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'

const SEED = fixture('seed-ovs-h1.pcap')
const TIMEOUT = 120_000

let bin: Bin
let folder: string
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  bin = await buildBin()
}, 300_000)
afterAll(() => bin?.remove())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-stops-'))
  execFileSync('mkfifo', [at('pipe'), at('other')])
  return () => rmSync(folder, { recursive: true, force: true })
})

/** A program under way. */
interface Started {
  child: ChildProcess
  out: () => string
  err: () => string
  ended: Promise<number | null>
}

function start(argv: string[], stdio: ('pipe' | 'ignore')[] = ['ignore', 'pipe', 'pipe']): Started {
  const child = spawn(process.execPath, [bin.script, ...argv], { stdio })
  let [out, err] = ['', '']
  child.stdout?.on('data', (text) => {
    out += text
  })
  child.stderr?.on('data', (text) => {
    err += text
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, out: () => out, err: () => err, ended }
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(10)
}

/** Opens a pipe for writing as soon as somebody reads from it. */
async function writer(path: string): Promise<number> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO') throw error
      await sleep(10)
    }
  }
}

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const

describe.skipIf(process.platform !== 'linux')('a signal', () => {
  it.each(SIGNALS)(
    '%s in the midst of decap removes what was written: status %i',
    { timeout: TIMEOUT },
    async (signal, status) => {
      const program = start(['decap', at('pipe'), '-o', at('out.pcapng')])
      const file = await writer(at('pipe'))
      writeSync(file, readFileSync(SEED))
      await until(() => readdirSync(folder).some((name) => name.endsWith('.part')))
      program.child.kill(signal)
      expect(await program.ended).toBe(status)
      expect(program.err()).toBe(`vxpcap: interrupted: ${at('out.pcapng')} was not written\n`)
      expect(readdirSync(folder).sort()).toEqual(['other', 'pipe'])
      closeSync(file)
    },
  )

  it.each(SIGNALS)(
    '%s while a file is read: the summary so far, status %i',
    { timeout: TIMEOUT },
    async (signal, status) => {
      const program = start(['summarize', '--json', SEED, at('pipe')])
      const file = await writer(at('pipe'))
      await until(() => listens(program.child))
      program.child.kill(signal)
      expect(await program.ended).toBe(status)
      const { capture } = JSON.parse(program.out())
      expect(capture).toMatchObject({ packets: 26, complete: false })
      expect(program.err()).toBe('')
      closeSync(file)
    },
  )

  it.each([
    ['summarize', []],
    ['decode', []],
    ['decap', ['-o', 'out']],
    ['filter', ['--vni', '1', '-o', 'out']],
  ])('ends %s at a pipe that nobody writes to', { timeout: TIMEOUT }, async (command, options) => {
    const program = start([command, at('pipe'), ...options.map((word) => (word === 'out' ? at('out') : word))])
    await until(() => listens(program.child))
    // With and without somebody at the other end.
    const file = command === 'decode' ? await writer(at('pipe')) : null
    program.child.kill('SIGINT')
    expect(await program.ended).toBe(130)
    expect(existsSync(at('out'))).toBe(false)
    if (command === 'summarize') expect(program.out()).toContain('Interrupted after 0 packets')
    if (file !== null) closeSync(file)
  })

  it.each(SIGNALS)(
    '%s ends a merge of pipes that nobody writes to, and of some that have begun: status %i',
    { timeout: TIMEOUT },
    async (signal, status) => {
      for (const begun of [0, 24, 500]) {
        const program = start(['summarize', '--json', '--merge-by-time', at('pipe'), at('other'), at('none')])
        const file = begun > 0 ? await writer(at('pipe')) : null
        if (file !== null) writeSync(file, readFileSync(SEED).subarray(0, begun))
        await until(() => listens(program.child))
        program.child.kill(signal)
        expect(await program.ended).toBe(status)
        const { capture, findings } = JSON.parse(program.out())
        expect(capture.complete).toBe(false)
        expect(findings.map(({ code }: { code: string }) => code)).not.toContain('CAPTURE_CUT_SHORT')
        expect(program.err()).toBe(`vxpcap: ${at('none')}: does not exist; check the path\n`)
        if (file !== null) closeSync(file)
      }
    },
  )

  it.each([
    ['SIGINT', 2],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s while standard input is silent: no document, status %i',
    { timeout: TIMEOUT },
    async (signal, status) => {
      for (const argv of [
        ['summarize', '-'],
        ['flows', '-'],
        ['decode', '-'],
        ['summarize', '--merge-by-time', '-', at('none')],
      ]) {
        const program = start(argv, ['pipe', 'pipe', 'pipe'])
        await until(() => listens(program.child))
        program.child.kill(signal)
        expect(await program.ended, argv.join(' ')).toBe(status)
        expect(program.out()).toBe('')
        expect(program.err()).toContain('vxpcap: standard input: is empty (0 bytes)')
      }
    },
  )

  it.each(SIGNALS.slice(1))(
    '%s ends --follow while it waits: status %i',
    { timeout: TIMEOUT },
    async (signal, status) => {
      writeFileSync(at('empty.pcap'), '')
      const program = start(['summarize', '--follow', at('empty.pcap')])
      await until(() => listens(program.child))
      program.child.kill(signal)
      expect(await program.ended).toBe(status)
    },
  )

  it('is not needed where --follow is given a pipe or a device', { timeout: TIMEOUT }, async () => {
    for (const path of [at('pipe'), '/dev/zero']) {
      const { status, out, err } = await bin.run(['summarize', '--follow', path])
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toBe(
        `vxpcap: ${path}: is a pipe or a device, which cannot be followed; vxpcap summarize reads it to its end\n`,
      )
    }
  })

  it('ends the waiting for somebody who reads the output', { timeout: TIMEOUT }, async () => {
    const program = start(['decap', SEED, '-o', at('other')])
    await until(() => listens(program.child))
    program.child.kill('SIGINT')
    expect(await program.ended).toBe(130)
    expect(program.err()).toBe(`vxpcap: interrupted: ${at('other')} was not written\n`)
  })

  it.each([
    ['decode', ['--hex']],
    ['filter', ['--vni', '0', '-o', '-']],
  ])('ends %s when nobody takes what it prints', { timeout: TIMEOUT }, async (command, options) => {
    const seed = readFileSync(SEED)
    writeFileSync(at('large.pcap'), Buffer.concat([seed, ...Array.from({ length: 500 }, () => seed.subarray(24))]))
    const child = spawn(process.execPath, [bin.script, command, at('large.pcap'), ...options], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await until(() => listens(child))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    child.stdout.destroy()
  })
})

describe.skipIf(process.platform !== 'linux')('the built program', () => {
  it('fails when its version or its help cannot be written', { timeout: TIMEOUT }, () => {
    for (const argv of ['--version', '-V', '--help', 'findings']) {
      const script = `"${process.execPath}" "${bin.script}" ${argv} > /dev/full; echo $?`
      const out = execFileSync('sh', ['-c', `{ ${script}; } 2>&1`], { encoding: 'utf8' })
      expect(out, argv).toMatch(/^vxpcap: standard output: [^\n]*ENOSPC[^\n]*\n2\n$/)
    }
  })

  it('opens and writes files whose names are no UTF-8', { timeout: TIMEOUT }, () => {
    const script = `cp "${SEED}" "$(printf 'a\\377\\303.pcap')" && "${process.execPath}" "${bin.script}" decap "$(printf 'a\\377\\303.pcap')" -o "$(printf 'b\\377.pcapng')" && ls | od -An -c | tr -d ' \\n'`
    const out = execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder })
    expect(out).toMatch(/^b\\udcff\.pcapng: 22 inner packets/)
    expect(out).toMatch(/a377303\.pcap|a\\377\\303\.pcap/)
    expect(out).toMatch(/b\\?377\.pcapng/)
  })

  it('refuses paths that cannot be on one line', { timeout: TIMEOUT }, async () => {
    for (const output of [join(SEED, 'x'), at('n'.repeat(300)), at('none/x')]) {
      const { status, out, err } = await bin.run(['decap', SEED, '-o', output])
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toMatch(/^vxpcap: [^\n]*: cannot be written: [^\n]+\n$/)
    }
  })
})
