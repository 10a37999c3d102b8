/** The same bytes with every number of threads, through the program as it is shipped. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MIN_MEGABYTES } from '../../src/analyzers/tables/memory.ts'
import { startedThreads } from '../../src/node-summarize.ts'
import type { Summary } from '../../src/summary.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { ATTACKS } from '../support/hostile.ts'
import { because, LAB, ROOT } from '../support/shared.ts'

const FIXTURES = join(ROOT, 'fixtures', 'pcaps')
const files = readdirSync(FIXTURES).filter((name) => /\.pcap(ng)?$/.test(name))

/** What `test/support/pooled.ts` exports, once built. */
type Pooled = typeof import('../support/pooled.ts')

describe('threads', () => {
  let bin: Bin
  beforeAll(async () => {
    bin = await buildBin()
  })
  afterAll(() => bin.remove())

  it.each(files)('%s: the same bytes with 1, 2 and 5', async (name) => {
    const run = (threads: number) =>
      bin.run(['summarize', '--json', '--threads', String(threads), join(FIXTURES, name)])
    const alone = await run(1)
    expect(alone.status).toBe(0)
    expect(alone.out).toContain('"schema": "vxpcap.summary/1"')
    for (const threads of [2, 5]) expect((await run(threads)).out).toBe(alone.out)
  })

  it('no more are started than are of use', async () => {
    const cases = [
      [1, 64, 1],
      [2, 1, 2],
      [5, 1, 4],
      [6, 8, 6],
      [256, 8, 8],
      [256, 128, 16],
    ] as const
    for (const [asked, cores, started] of cases) expect(startedThreads(asked, cores)).toBe(started)
    const name = join(FIXTURES, files[0]!)
    const alone = await bin.run(['summarize', '--json', '--threads', '1', name])
    expect((await bin.run(['summarize', '--json', '--threads', '256', name])).out).toBe(alone.out)
  })

  it('a thread that could not start refuses whoever asks, later ones too', async () => {
    const { askedTooLate } = (await import(bin.pooled)) as Pooled
    expect(await askedTooLate()).toMatch(/^twice: Cannot read properties of null/)
  })

  it('several files read on threads number their packets through', async () => {
    const paths = files.slice(0, 4).map((name) => join(FIXTURES, name))
    const alone = await bin.run(['summarize', '--json', '--threads', '1', ...paths])
    expect((await bin.run(['summarize', '--json', '--threads', '3', ...paths])).out).toBe(alone.out)
  })

  it('tables of a small budget end at the same row, and say so', async () => {
    const { chunks } = ATTACKS.find(({ name }) => name === 'everything-mixed')!.make(20_000)
    const input = Buffer.concat([...chunks])
    const argv = ['summarize', '--json', '--rows', '100', '--memory', String(MIN_MEGABYTES)]
    const alone = await bin.run([...argv, '-'], { input })
    const { limits, flowsTotal }: Summary = JSON.parse(alone.out)
    expect(flowsTotal).toBe(16_384)
    expect(limits).toContainEqual({ table: 'flows', limit: 16_384, dropped: 20_000 - 16_384 })
    expect((await bin.run([...argv, '--threads', '3', '-'], { input })).out).toBe(alone.out)
  })

  it.skipIf(LAB === undefined)(
    `every lab capture: the same bytes with 1, 2 and 5${because(LAB)}`,
    async () => {
      const { summarizeEach } = (await import(bin.pooled)) as Pooled
      const captures = readdirSync(LAB!).filter((name) => /\.pcap(ng)?$/.test(name))
      expect(captures.length).toBeGreaterThan(90)
      const paths = captures.map((name) => join(LAB!, name))
      const alone = await summarizeEach(paths, 1)
      for (const threads of [2, 5]) {
        const shared = await summarizeEach(paths, threads)
        expect(captures.filter((_, index) => shared[index] !== alone[index])).toEqual([])
      }
    },
    60_000,
  )
})
