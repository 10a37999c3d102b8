/** 64 points on one, two and three workers, in parts and in one go, and as schedulers have them read: the same bytes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin, type Run } from '../support/built-bin.ts'
import { putPoints, start } from '../support/fleet-folders.ts'
import { blocksOf } from '../support/markdown.ts'
import { ROOT } from '../support/shared.ts'

const POINTS = 64
const hasParallel = spawnSync('parallel', ['--version']).status === 0

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-fleet-test-'))
const caps = join(folder, 'captures')
const fleet = (...argv: string[]): Promise<Run> => bin.run(['fleet', ...argv])
let expected: Run
beforeAll(async () => {
  bin = await buildBin()
  putPoints(caps, POINTS)
  expected = await fleet('run', caps, '--json', '--workers', '1')
  expect([expected.status, expected.err]).toEqual([0, ''])
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true })
})

describe('64 points', () => {
  it.each(['2', '3'])('say the same with %s workers', async (workers) => {
    expect(await fleet('run', caps, '--json', '--workers', workers)).toEqual(expected)
  })

  it('say the same in any order', async () => {
    const given = readdirSync(caps).map((name) => join(caps, name))
    expect(await fleet('run', ...given.reverse(), '--json', '--workers', '2')).toEqual(expected)
  })

  it.each([
    ['Kubernetes', '/2', ['JOB_COMPLETION_INDEX=0', 'JOB_COMPLETION_INDEX=1']],
    ['Slurm', 'auto', ['SLURM_ARRAY_TASK_ID=1', 'SLURM_ARRAY_TASK_ID=2']],
    ['AWS Batch', '/2', ['AWS_BATCH_JOB_ARRAY_INDEX=0', 'AWS_BATCH_JOB_ARRAY_INDEX=1']],
    ['Google Batch', 'auto', ['BATCH_TASK_INDEX=0', 'BATCH_TASK_INDEX=1']],
  ])('say the same in the parts that %s makes', async (name, shard, tasks) => {
    const out = join(folder, name.replace(' ', '-'))
    const counts = { SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '2', BATCH_TASK_COUNT: '2' }
    const parts = tasks.map((task) => {
      const [variable, value] = task.split('=')
      const env = { ...process.env, ...counts, [variable!]: value }
      return start(bin, ['fleet', 'run', caps, '--out', out, '--shard', shard, '--workers', '1'], env).ended
    })
    for (const part of await Promise.all(parts)) expect(part).toMatchObject({ status: 0, err: '' })
    expect(await fleet('merge', out, '--json')).toEqual(expected)
  })

  it.skipIf(!hasParallel)(
    `say the same in the parts of GNU parallel${hasParallel ? '' : ' — SKIPPED: parallel is not installed'}`,
    async () => {
      // As docs/fleet.md has it, in a folder of captures, where the command is on the path.
      const text = readFileSync(join(ROOT, 'docs/fleet.md'), 'utf8')
      const recipe = blocksOf(text).find((block) => block.text.startsWith('parallel '))!
      writeFileSync(join(folder, 'vxpcap'), `#!/bin/sh\nexec ${process.execPath} ${bin.script} "$@"\n`, { mode: 0o755 })
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` }
      const { status, stderr } = spawnSync('bash', ['-ec', recipe.text], { cwd: folder, env, encoding: 'utf8' })
      expect([status, stderr]).toEqual([0, ''])
      expect(readFileSync(join(folder, 'fleet.json'), 'utf8')).toBe(expected.out)
    },
  )
})
