/** The built program on the capture of the reference lab: streams, exit statuses, signals. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../../src/summary.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'
import { because, LAB, ROOT } from '../support/shared.ts'

let bin: Bin
beforeAll(async () => {
  bin = await buildBin()
})
afterAll(() => bin?.remove())

describe('the built program', () => {
  it('answers --version with the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(await bin.run(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' })
  })

  it('prints help and fails without arguments where standard input is empty', async () => {
    const { status, out, err } = await bin.run([])
    expect(status).toBe(2)
    expect(err).toMatch(/^vxpcap: no capture is named[^\n]+\nvxpcap: standard input: is empty[^\n]+\n$/)
    expect(out).toContain('Usage: vxpcap summarize')
  })

  it('reads standard input that nobody named', async () => {
    const { status, out } = await bin.run([], { input: readFileSync(fixture('seed-ovs-h1.pcap')) })
    expect(status).toBe(0)
    expect(out).toBe((await bin.run(['summarize', '-'], { input: readFileSync(fixture('seed-ovs-h1.pcap')) })).out)
  })

  it.each([[['--version', '--verbose']], [['--verbose', '-V']]])('%j says what a bug report should', async (argv) => {
    const { status, out, err } = await bin.run(argv)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const [version, node, ...rest] = out.trimEnd().split('\n')
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(node).toContain(process.version)
    expect(rest.map((line) => line.split(':')[0])).toEqual(['system', 'processors', 'memory', 'zstd'])
  })

  it('refuses a wrong option on one line', async () => {
    const { status, out, err } = await bin.run(['summarize', '--top', 'x', 'a'])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: --top 'x': [^\n]+\n$/)
  })

  it('names a file that is not there on one line', async () => {
    const { status, out, err } = await bin.run(['summarize', 'no-such-file.pcap'])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: no-such-file\.pcap: [^\n]+\n$/)
  })

  it('refuses an empty standard input on one line', async () => {
    const { status, out, err } = await bin.run(['summarize', '-'])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: standard input: [^\n]+\n$/)
  })
})

describe.skipIf(LAB === undefined)(`the built program on the reference lab${because(LAB)}`, () => {
  const capture = join(LAB ?? '', 'seed-ovs-h1.pcap')

  it('tells its story', async () => {
    const { status, out, err } = await bin.run(['summarize', capture])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/\nVNI 0, 2 VTEPs, \d+ flows\.\n/)
    expect(out).toMatch(/10\.0\.10\.133 +10\.0\.10\.136 +0 /)
    expect(out).toMatch(/ICMP +192\.168\.199\.2 +192\.168\.199\.1 .*5\/5 answered/)
    expect(out).toMatch(/ICMP +192\.168\.199\.2 +192\.168\.199\.20 .*4\/4 answered/)
    expect(out).not.toMatch(/undefined|NaN/)
    expect(out).not.toContain('\u001b')
  })

  it('gives the same document from the file and from standard input', async () => {
    const file = await bin.run(['summarize', '--json', capture])
    const stdin = await bin.run(['summarize', '--json', '-'], { input: readFileSync(fixture('seed-ovs-h1.pcap')) })
    expect({ ...file, out: '' }).toEqual({ status: 0, out: '', err: '' })
    expect(stdin.status).toBe(0)
    const fromFile: Summary = JSON.parse(file.out)
    const fromStdin: Summary = JSON.parse(stdin.out)
    expect(file.out).toBe(`${JSON.stringify(fromFile, null, 2)}\n`)
    expect(fromFile.capture.packets).toBeGreaterThan(18)
    expect({ ...fromStdin, capture: null }).toEqual({ ...fromFile, capture: null })
  })

  it('reads what is readable beside what is not', async () => {
    const { status, out, err } = await bin.run(['summarize', '--json', 'no-such-file.pcap', capture])
    expect(status).toBe(2)
    expect(JSON.parse(out).vnis).toHaveLength(1)
    expect(err).toMatch(/^vxpcap: no-such-file\.pcap: [^\n]+\n$/)
  })

  it('keeps only the VNI it is asked for', async () => {
    const { status, out } = await bin.run(['summarize', '--vni', '7', capture])
    expect(status).toBe(0)
    expect(out).toMatch(/No tunnel traffic to report\. \d+ tunnel packets, but none of VNI 7\./)
  })

  it('ends quietly when nobody reads', async () => {
    const run = await bin.run(['summarize', '--json', capture], { closeOutput: true })
    expect(run).toEqual({ status: 0, out: '', err: '' })
  })

  it('writes the summary so far on Ctrl-C', async () => {
    const whole = readFileSync(capture)
    const all: Summary = JSON.parse((await bin.run(['summarize', '--json', capture])).out)
    const packets = (out: string): number => JSON.parse(out).capture.packets
    const run = await bin.interrupt(
      ['summarize', '--json', '-'],
      whole.subarray(0, whole.length - 10),
      ({ status, out }) => status === 0 && packets(out) >= all.capture.packets - 1,
    )
    expect({ status: run.status, err: run.err }).toEqual({ status: 0, err: '' })
    expect(packets(run.out)).toBe(all.capture.packets - 1)
  })
})
