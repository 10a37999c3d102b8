/** What becomes of a run on this machine that something happens to: workers that die again and again, and signals. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin, type Run } from '../support/built-bin.ts'
import { childrenOf, put, putLongPoint, start, until } from '../support/fleet-folders.ts'
import { fixture } from '../support/goldens.ts'

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-fleet-test-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const fleet = (...argv: string[]): Promise<Run> => bin.run(['fleet', ...argv])
/** What is left of runs that keep nothing. */
const temporary = (): string[] => readdirSync(at('tmp'))
beforeAll(async () => {
  bin = await buildBin()
  mkdirSync(at('tmp'))
  process.env.TMPDIR = at('tmp')
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true })
})
const lines = (...said: string[]): string => said.map((line) => `vxpcap: ${line}\n`).join('')

describe.skipIf(!existsSync('/proc/self/stat'))('a run that something happens to', () => {
  const caps = () => at('long')
  let whole: Run
  beforeAll(async () => {
    putLongPoint(join(caps(), 'leaf-1'))
    put(join(caps(), 'leaf-2/a.pcap'), readFileSync(fixture('kv-gpe-h1.pcap')))
    whole = await fleet('run', caps(), '--json')
    expect([whole.status, whole.err]).toEqual([0, ''])
  }, 120_000)

  it('names a point that kills whoever reads it, and ends', async () => {
    const { child, ended } = start(bin, ['fleet', 'run', caps(), '--json', '--out', at('deadly'), '--workers', '1'])
    let isOver = false
    const run = ended.finally(() => {
      isOver = true
    })
    const record = join(at('deadly'), 'work', 'leaf-1.json')
    await until(() => {
      // As long as it is at the second capture of the first point.
      if (existsSync(join(at('deadly'), 'work', 'leaf-1.vxp')))
        for (const worker of childrenOf(child.pid!)) process.kill(worker, 'SIGKILL')
      return isOver || (existsSync(record) && readFileSync(record, 'utf8').includes('died'))
    }, 'a failure')
    const { status, out, err } = await run
    expect([status, err]).toEqual([2, lines('leaf-1: failed: what read it died, 3 times at the same place')])
    const { points } = JSON.parse(out)
    expect(points[0]).toMatchObject({ name: 'leaf-1', failed: 'what read it died, 3 times at the same place' })
    expect(points[1]).toMatchObject({ name: 'leaf-2', failed: null })
    // Once there is nothing more that kills it, it is read.
    expect(await fleet('run', caps(), '--json', '--out', at('deadly'), '--resume')).toEqual(whole)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'leaves nothing behind after %s, and goes on later with --out',
    async (signal) => {
      const stopped = { SIGINT: 130, SIGTERM: 143 }[signal]
      const out = at(`stopped-${signal}`)
      const { child, ended } = start(bin, ['fleet', 'run', caps(), '--json', '--out', out, '--workers', '1'])
      const record = join(out, 'work/leaf-1.json')
      await until(() => existsSync(record) && readFileSync(record, 'utf8').includes('a.pcap1'), 'the second capture')
      const workers = childrenOf(child.pid!)
      child.kill(signal)
      expect(await ended).toEqual({
        status: stopped,
        out: '',
        err: lines(`interrupted: 0 of 2 points read; go on with --resume --out ${out}`),
      })
      await until(() => workers.every((pid) => !existsSync(`/proc/${pid}`)), 'the end of the workers')
      const status = JSON.parse((await fleet('status', out, '--json')).out)
      expect(status.points[0]).toMatchObject({ status: 'begun', filesRead: 1, files: 2, file: 'a.pcap1' })
      expect(await fleet('run', caps(), '--json', '--out', out, '--resume')).toEqual(whole)
      const unkept = start(bin, ['fleet', 'run', caps(), '--workers', '1'])
      await until(() => childrenOf(unkept.child.pid!).length > 0, 'a worker')
      unkept.child.kill(signal)
      expect(await unkept.ended).toMatchObject({
        status: stopped,
        out: '',
        err: expect.stringContaining('nothing is kept'),
      })
      expect(temporary()).toEqual([])
    },
  )
})
