/** `vxpcap fleet` at the built program: run, merge and status of small fleets, and what becomes of a run that is killed or stopped. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin, type Run } from '../support/built-bin.ts'
import { childrenOf, put, putLongPoint, putPoints, start, until } from '../support/fleet-folders.ts'
import { fixture } from '../support/goldens.ts'

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-fleet-test-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const fleet = (...argv: string[]): Promise<Run> => bin.run(['fleet', ...argv])
let names: string[]
let expected: Run
/** What is left of runs that keep nothing. */
const temporary = (): string[] => readdirSync(at('tmp'))

beforeAll(async () => {
  bin = await buildBin()
  mkdirSync(at('tmp'))
  process.env.TMPDIR = at('tmp')
  names = putPoints(at('caps'), 6)
  copyFileSync(fixture('kv-gpe-h1.pcap'), at('caps', 'loose.pcap'))
  expected = await fleet('run', at('caps'), '--json', '--workers', '2')
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true })
})

const lines = (...said: string[]): string => said.map((line) => `vxpcap: ${line}\n`).join('')

describe('fleet run', () => {
  it('names each folder and each loose capture, and says the same with one worker', async () => {
    expect([expected.status, expected.err]).toEqual([0, ''])
    const document = JSON.parse(expected.out)
    expect(document.points.map(({ name }: { name: string }) => name)).toEqual([...names, 'loose.pcap'])
    expect(document.points.map(({ files }: { files: number }) => files)).toEqual([1, 2, 3, 1, 2, 3, 1])
    expect(await fleet('run', at('caps'), '--json', '--workers', '1')).toEqual(expected)
    expect(expected.out).not.toContain(folder)
    expect(temporary()).toEqual([])
  })

  it('takes what a pattern makes of a folder for the folder itself', async () => {
    const given = readdirSync(at('caps')).map((name) => at('caps', name))
    expect(await fleet('run', ...given, '--json')).toEqual(expected)
  })

  it('says it in words', async () => {
    const { status, out, err } = await fleet('run', at('caps'))
    expect([status, err]).toEqual([0, ''])
    expect(out).toContain('leaf-03')
  })

  it('reads what is finished no second time, and what has changed anew', async () => {
    const out = at('kept')
    const argv = ['run', at('caps'), '--json', '--out', out]
    expect(await fleet(...argv)).toEqual(expected)
    expect(await fleet(...argv)).toEqual({
      status: 2,
      out: '',
      err: lines(`${out} holds a run already; go on with it with --resume, or name another folder`),
    })
    // A document that was read again would be whole.
    const document = join(out, 'points/leaf-02.json')
    const text = readFileSync(document, 'utf8')
    const { findings } = JSON.parse(text).summary
    writeFileSync(document, text.replace(JSON.stringify(findings), '[]'))
    expect((await fleet(...argv, '--resume')).out).not.toBe(expected.out)
    utimesSync(at('caps/leaf-02/cap.pcap'), 1_000_000_000, 1_000_000_000)
    expect(await fleet(...argv, '--resume')).toEqual(expected)
    const other = await fleet(...argv, '--resume', '--vni', '7')
    expect([other.status, other.err]).toEqual([
      2,
      lines(`${out} holds a run with other options; give the same, or name another folder`),
    ])
    expect(await fleet('merge', out, '--json')).toEqual(expected)
    const status = JSON.parse((await fleet('status', out, '--json')).out)
    expect(status.points.map((point: { status: string }) => point.status)).toEqual(Array(7).fill('done'))
  })

  it('names a point that failed, and shows the others', async () => {
    const caps = at('bad')
    put(join(caps, 'leaf-1/a.pcap'), readFileSync(fixture('kv-gpe-h1.pcap')))
    put(join(caps, 'leaf-2/a.pcap'), 'no capture at all')
    put(join(caps, 'notes/README.txt'), 'no point')
    put(join(caps, 'points.json'), '{"leaf-1": ["10.0.0.1"], "leaf-9": []}')
    const { status, out, err } = await fleet('run', caps, '--json', '--out', at('bad-out'))
    expect(status).toBe(2)
    expect(err).toMatch(
      /^vxpcap: points\.json: there is no point leaf-9\nvxpcap: leaf-2: failed: a\.pcap: is not a capture/,
    )
    const { points } = JSON.parse(out)
    expect(points.map(({ name, failed }: { name: string; failed: string | null }) => [name, failed === null])).toEqual([
      ['leaf-1', true],
      ['leaf-2', false],
    ])
    expect(points[0].vteps).toEqual(['10.0.0.1'])
    expect((await fleet('merge', at('bad-out'), '--json')).out).toBe(out)
    const shown = await fleet('status', at('bad-out'))
    expect([shown.status, shown.out]).toEqual([2, expect.stringMatching(/leaf-2 +failed +a\.pcap: is not a capture/)])
    // Other VTEPs do not have anything read again.
    put(join(caps, 'points.json'), '{"leaf-1": ["10.0.0.7"]}')
    const again = await fleet('run', caps, '--json', '--out', at('bad-out'), '--resume')
    expect(JSON.parse(again.out).points[0].vteps).toEqual(['10.0.0.7'])
  })

  it('reads only a part, and merge joins the parts', async () => {
    const out = at('parts')
    for (const [shard, env] of [
      ['2/4', {}],
      ['/4', { JOB_COMPLETION_INDEX: '0' }],
      ['auto', { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '4' }],
    ] as const) {
      const { ended } = start(bin, ['fleet', 'run', at('caps'), '--out', out, '--shard', shard], {
        ...process.env,
        ...env,
      })
      expect(await ended).toMatchObject({ status: 0, err: '', out: expect.stringMatching(/^part \d of 4: /) })
    }
    const some = await fleet('merge', out, '--json')
    expect([some.status, some.err]).toEqual([
      2,
      lines(`leaf-04: not read to its end yet, and left out; see vxpcap fleet status ${out}`),
    ])
    await fleet('run', at('caps'), '--out', out, '--shard', '4/4')
    expect(await fleet('merge', out, '--json')).toEqual(expected)
    const documents = readdirSync(join(out, 'points')).map((name) => join(out, 'points', name))
    // In any order, by way of other fleets, and some of them twice.
    writeFileSync(at('half.json'), (await fleet('merge', ...documents.slice(0, 4), '--json')).out)
    expect(await fleet('merge', documents[5]!, at('half.json'), ...documents.reverse(), '--json')).toEqual(expected)
  })

  it.each([
    [['run'], 'fleet run needs a folder of captures; see vxpcap fleet --help'],
    [['jump'], "fleet 'jump': there are run, merge, status, worker"],
    [['status', 'x', '--workers', '2'], "fleet status has no option '--workers': it is of fleet run and worker"],
    [['run', 'x', '--resume'], '--resume goes on with a run that has --out; name it'],
    [['run', 'x', '--shard', '0/4', '--out', 'y'], /--shard '0\/4': 0\/4: there is no part 0 of 4; /],
    [['run', 'x', '--shard', '1/4'], /a part is read into a folder that all parts share/],
    [['run', 'x', '--engine', 'bullmq'], '--engine bullmq needs --redis, such as --redis redis://127.0.0.1:6379'],
    [['worker'], 'fleet worker needs --redis, such as --redis redis://127.0.0.1:6379'],
    [['run', 'none'], 'none does not exist; check the path'],
  ])('refuses %j', async (argv, why) => {
    const { status, out, err } = await fleet(...argv)
    expect([status, out]).toEqual([2, ''])
    if (typeof why === 'string') expect(err).toBe(lines(why))
    else expect(err).toMatch(why)
  })
})

describe.skipIf(!existsSync('/proc/self/stat'))('a run that something happens to', () => {
  const caps = () => at('long')
  let whole: Run
  beforeAll(async () => {
    putLongPoint(join(caps(), 'leaf-1'))
    put(join(caps(), 'leaf-2/a.pcap'), readFileSync(fixture('kv-gpe-h1.pcap')))
    whole = await fleet('run', caps(), '--json')
    expect([whole.status, whole.err]).toEqual([0, ''])
  }, 120_000)

  it('goes on from the last state of a worker that was killed, and counts nothing twice', async () => {
    const out = at('killed')
    const { child, ended } = start(bin, ['fleet', 'run', caps(), '--json', '--out', out, '--workers', '1'])
    const state = join(out, 'work/leaf-1.vxp')
    await until(() => existsSync(state), 'a state')
    const [worker] = childrenOf(child.pid!)
    process.kill(worker!, 'SIGKILL')
    expect(existsSync(join(out, 'points/leaf-1.json'))).toBe(false)
    expect(await ended).toEqual(whole)
    expect(readdirSync(join(out, 'work')).sort()).toEqual(['leaf-1.json', 'leaf-2.json'])
  })
})
