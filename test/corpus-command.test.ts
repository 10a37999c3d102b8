/**
 * Every public capture through the built package, in one process of its own: no crash, no unhandled rejection, bounded time and
 * memory. What is no capture is refused by the command with status 2 and one line.
 */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin } from './support/built-bin.ts'
import { because, CORPUS } from './support/shared.ts'

const run = promisify(execFile)

/** Seconds of the processor, and bytes, that one capture may take. */
const MOST_SECONDS = 2
const MOST_MEMORY = 700 * 1024 * 1024

/** Summarizes every file that it is given, and prints a line for each. */
const DRIVER = `
  import { readFileSync } from 'node:fs'
  const [library, list] = process.argv.slice(-2)
  const { summarizeFiles } = await import(library)
  process.on('unhandledRejection', (error) => { console.error(error); process.exit(9) })
  const cpuTime = () => process.cpuUsage().user + process.cpuUsage().system
  for (const path of JSON.parse(readFileSync(list, 'utf8'))) {
    const begun = cpuTime()
    const told = {}
    try {
      const summary = await summarizeFiles([path], { rows: Infinity })
      told.packets = summary.capture.packets
      told.consistent = summary.tunnel.vxlanPackets + summary.tunnel.gpePackets + summary.tunnel.genevePackets + summary.tunnel.nvgrePackets +
        summary.tunnel.otherPackets + summary.tunnel.fragments.others === summary.capture.packets
    } catch (error) {
      told.code = error.code ?? String(error.stack)
    }
    told.seconds = (cpuTime() - begun) / 1e6
    console.log(JSON.stringify(told))
  }
  console.log(JSON.stringify({ memory: process.resourceUsage().maxRSS * 1024 }))
`

interface Told {
  packets?: number
  consistent?: boolean
  code?: string
  seconds: number
}

describe.skipIf(CORPUS === undefined)(`public captures${because(CORPUS)}`, () => {
  const root = CORPUS ?? ''
  const names =
    CORPUS === undefined ? [] : Object.keys(JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')).files)
  let bin: Bin
  let told: Told[] = []
  let memory = 0

  beforeAll(async () => {
    bin = await buildBin()
    const list = join(bin.folder, 'captures.json')
    writeFileSync(list, JSON.stringify(names.map((name) => join(root, name))))
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', DRIVER, bin.library, list], {
      maxBuffer: 64 << 20,
    })
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    memory = lines.pop().memory
    told = lines
  }, 300_000)
  afterAll(() => bin?.remove())

  it('are all summarized or refused, none crashes', () => {
    expect(names).toHaveLength(753)
    expect(told).toHaveLength(names.length)
    const codes = ['empty', 'not-a-capture', 'header-cut-short', 'unsupported']
    const wrong = told.flatMap(({ code }, index) =>
      code === undefined || codes.includes(code) ? [] : [`${names[index]}: ${code}`],
    )
    expect(wrong).toEqual([])
    expect(told.filter(({ code }) => code === undefined).length).toBeGreaterThan(740)
  })

  it('lose and invent no packet', () => {
    expect(told.flatMap(({ consistent }, index) => (consistent === false ? [names[index]] : []))).toEqual([])
  })

  it(`take at most ${MOST_SECONDS} seconds each, and ${MOST_MEMORY >> 20} MiB together`, () => {
    expect(
      told.flatMap(({ seconds }, index) => (seconds > MOST_SECONDS ? [`${names[index]}: ${seconds} s`] : [])),
    ).toEqual([])
    expect(memory).toBeLessThan(MOST_MEMORY)
  })

  it('that are no captures are refused by the command: status 2, one line with the reason, no document', async () => {
    const refused = names.filter((_, index) => told[index]?.code !== undefined)
    expect(refused.length).toBeGreaterThan(0)
    for (const name of refused) {
      for (const argv of [
        ['summarize', '--json', join(root, name)],
        ['decap', join(root, name), '-o', '-'],
      ]) {
        const { status, out, err } = await bin.run(argv)
        expect({ name, status, out }).toEqual({ name, status: 2, out: '' })
        expect(err).toMatch(/^vxpcap: [^\n]+: [^\n]{15,}\n$/)
      }
    }
  })
})
