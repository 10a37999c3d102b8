/** `decap` and `filter` through the built program: files, pipes, refusals, full disks, and nothing half written. */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readAll } from '../capture/files.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'

const SEED = fixture('seed-ovs-h1.pcap')
const VNIS = fixture('kv-vnis-h1.pcap')

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-transform-'))
const at = (name: string): string => join(folder, name)
const OUT = at('out.pcapng')

beforeAll(async () => {
  bin = await buildBin()
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true, force: true })
})
afterEach(() => rmSync(OUT, { force: true }))

/** What is in the folder that looks like a file half written. */
const leftovers = (): string[] => readdirSync(folder).filter((name) => name.includes('.part'))

describe('decap', () => {
  it('writes what the tunnels carry and says so', async () => {
    const { status, out, err } = await bin.run(['decap', SEED, '-o', OUT])
    expect({ status, out, err }).toEqual({
      status: 0,
      out: `${OUT}: 22 inner packets of 1 VNI from 26 records\n`,
      err: '',
    })
    const { packets, reader } = readAll(readFileSync(OUT))
    expect(packets).toHaveLength(22)
    expect(reader.interfaces).toMatchObject([{ name: 'vni-0-vxlan' }])
    expect(leftovers()).toEqual([])
  })

  it('reads standard input and writes standard output', async () => {
    const child = spawn(process.execPath, [bin.script, 'decap', '-', '-o', '-'], { stdio: ['pipe', 'pipe', 'pipe'] })
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece) => pieces.push(piece))
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    child.stdin.end(gzipSync(readFileSync(VNIS)))
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect({ status, err }).toEqual({ status: 0, err: '' })
    await bin.run(['decap', VNIS, '-o', OUT])
    expect(readAll(Buffer.concat(pieces)).packets).toEqual(readAll(readFileSync(OUT)).packets)
  })

  it('a pipe whose reader has gone ends it quietly', () => {
    const command = `"${process.execPath}" "${bin.script}" decap "${VNIS}" -o - | true; echo "\${PIPESTATUS[0]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8' })
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
  })

  it('of several captures names them in comments', async () => {
    expect((await bin.run(['decap', SEED, VNIS, '-o', OUT])).status).toBe(0)
    const text = readFileSync(OUT, 'latin1')
    expect(text).toContain('outer packet seed-ovs-h1.pcap:')
    expect(text).toContain('outer packet kv-vnis-h1.pcap:')
  })

  it('takes the captures of a directory and says which', async () => {
    mkdirSync(at('rotated'), { recursive: true })
    writeFileSync(at('rotated/cap.pcap10'), readFileSync(SEED))
    writeFileSync(at('rotated/cap.pcap9'), readFileSync(SEED))
    writeFileSync(at('rotated/readme.txt'), 'no capture')
    const { status, out, err } = await bin.run(['decap', at('rotated'), '-o', OUT])
    expect(status).toBe(0)
    expect(out).toContain('44 inner packets')
    expect(err).toBe(`vxpcap: ${at('rotated')}: 2 captures: cap.pcap9, cap.pcap10; no captures: readme.txt\n`)
  })
})

describe('filter', () => {
  it('keeps the selected records as they were', async () => {
    const { status, out, err } = await bin.run(['filter', VNIS, '--vni', '4097', '-o', OUT])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^[^\n]*: 10 records of \d+\n$/)
    const all = readAll(readFileSync(VNIS)).packets.map(({ bytes, seconds, nanoseconds }) => [
      bytes,
      seconds,
      nanoseconds,
    ])
    const kept = readAll(readFileSync(OUT)).packets
    expect(kept).toHaveLength(10)
    for (const { bytes, seconds, nanoseconds } of kept) expect(all).toContainEqual([bytes, seconds, nanoseconds])
  })

  it.each([
    [[], 'nothing to select'],
    [['--vni', '16777216'], "--vni '16777216'"],
    [['--ip', '10.0.0.0/33'], "--ip '10.0.0.0/33'"],
    [['--mac', '52:54'], "--mac '52:54'"],
    [['--vtep', 'host'], "--vtep 'host'"],
  ])('%j is refused on one line', async (options, message) => {
    const { status, out, err } = await bin.run(['filter', VNIS, ...options, '-o', OUT])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: [^\n]+\n$/)
    expect(err).toContain(message)
    expect(existsSync(OUT)).toBe(false)
  })

  it('without -o is refused', async () => {
    const { status, err } = await bin.run(['filter', VNIS, '--vni', '1'])
    expect(status).toBe(2)
    expect(err).toContain('--output')
  })
})

describe.each([
  ['decap', []],
  ['filter', ['--vni', '0']],
])('%s: an output that cannot be', (command, options) => {
  const run = (inputs: string[], output: string) => bin.run([command, ...inputs, ...options, '-o', output])

  it('an input, by any name, is refused and stays as it was', async () => {
    const input = at('input.pcap')
    writeFileSync(input, readFileSync(SEED))
    rmSync(at('hard'), { force: true })
    rmSync(at('soft'), { force: true })
    linkSync(input, at('hard'))
    symlinkSync(input, at('soft'))
    for (const output of [input, at('hard'), at('soft'), join(folder, '.', 'input.pcap')]) {
      const { status, out, err } = await run([VNIS, input], output)
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toMatch(/^vxpcap: [^\n]*: cannot be written: it is the input [^\n]*; name another file\n$/)
    }
    expect(readFileSync(input).equals(readFileSync(SEED))).toBe(true)
    expect(leftovers()).toEqual([])
  })

  it('standard input from the same file is refused', () => {
    const input = at('redirected.pcap')
    writeFileSync(input, readFileSync(SEED))
    const args = [command, '-', ...options, '-o', input].map((word) => `"${word}"`).join(' ')
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${bin.script}" ${args} < "${input}"`], {
      encoding: 'utf8',
    })
    expect(status).toBe(2)
    expect(stderr).toContain('it is standard input')
    expect(readFileSync(input).equals(readFileSync(SEED))).toBe(true)
  })

  it.each([
    ['a directory', () => folder, /directory/],
    ['a directory that is not there', () => at('absent/out.pcapng'), /directory does not exist/],
    ['a full device', () => '/dev/full', /the disk is full; make room/],
  ])('%s', async (_, output, message) => {
    const { status, out, err } = await run([SEED], output())
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: [^\n]*cannot be written: [^\n]*\n$/)
    expect(err).toMatch(message)
    expect(leftovers()).toEqual([])
  })

  it('a disk that fills up in the midst of it leaves nothing behind, and what was there before untouched', () => {
    const large = at('large.pcap')
    const seed = readFileSync(SEED)
    // Some megabytes, so that the limit is met in the midst of writing.
    writeFileSync(large, Buffer.concat([seed, ...Array.from({ length: 1000 }, () => seed.subarray(24))]))
    writeFileSync(OUT, 'what was there before')
    const args = [command, large, ...options, '-o', OUT].map((word) => `"${word}"`).join(' ')
    const script = `trap '' XFSZ; ulimit -f 1024; "${process.execPath}" "${bin.script}" ${args}`
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^vxpcap: [^\n]*out\.pcapng: cannot be written: [^\n]*\n$/)
    expect(readFileSync(OUT, 'utf8')).toBe('what was there before')
    expect(leftovers()).toEqual([])
  })

  it('no readable input: nothing is written', async () => {
    writeFileSync(at('text.txt'), 'no capture at all, just text')
    const { status, out, err } = await run([at('text.txt'), at('absent.pcap')], OUT)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err.split('\n')).toHaveLength(3)
    expect(existsSync(OUT)).toBe(false)
    expect(leftovers()).toEqual([])
  })
})

describe('input that is no good', () => {
  it('damaged: what came before is written, status 2', async () => {
    const bytes = Buffer.from(readFileSync(SEED))
    bytes.writeUInt32LE(0xffff_ffff, 24 + 8 + 16 + bytes.readUInt32LE(32))
    writeFileSync(at('damaged.pcap'), bytes)
    const { status, out, err } = await bin.run(['filter', at('damaged.pcap'), '--vtep', '10.0.10.133', '-o', OUT])
    expect(status).toBe(2)
    expect(out).toMatch(/1 record of 1\n$/)
    expect(err).toMatch(/^vxpcap: [^\n]*damaged\.pcap: [^\n]*offset[^\n]*\n$/)
    expect(readAll(readFileSync(OUT)).packets).toHaveLength(1)
  })

  it('cut short: what is whole is written, status 0, and a line', async () => {
    const bytes = readFileSync(SEED)
    writeFileSync(at('cut.pcap'), bytes.subarray(0, bytes.length - 5))
    const { status, err } = await bin.run(['decap', at('cut.pcap'), '-o', OUT])
    expect(status).toBe(0)
    expect(err).toMatch(/^vxpcap: [^\n]*cut\.pcap: the file ends[^\n]*\n$/)
    expect(existsSync(OUT)).toBe(true)
  })
})

describe('Ctrl-C', () => {
  it('on standard input writes what came', async () => {
    const written = (): number => (existsSync(OUT) ? readAll(readFileSync(OUT)).packets.length : 0)
    const { status, err } = await bin.interrupt(['decap', '-', '-o', OUT], readFileSync(SEED), () => written() >= 22)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(written()).toBe(22)
  })

  it('on a file leaves nothing behind', async () => {
    const fifo = at('fifo')
    spawnSync('mkfifo', [fifo])
    const child = spawn(process.execPath, [bin.script, 'decap', fifo, '-o', OUT], { stdio: 'pipe' })
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    const closed = new Promise((resolve) => child.on('close', resolve))
    const writer = spawn('sh', ['-c', `exec 3> "${fifo}"; cat "${SEED}" >&3; exec sleep 600`], {
      stdio: 'ignore',
    })
    // It is at work once its output has begun.
    while (leftovers().length === 0) await sleep(10)
    child.kill('SIGINT')
    expect(await closed).toBe(130)
    expect(err).toContain('interrupted')
    expect(existsSync(OUT)).toBe(false)
    expect(leftovers()).toEqual([])
    writer.kill()
  })
})
