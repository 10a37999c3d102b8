/** Which part of the points a scheduler means, and how many of anything there can be. */
import { describe, expect, it } from 'vitest'
import { parseWorkers } from '../../src/cli/arguments.ts'
import { MOST_POINT_FILES, shareOf } from '../../src/fleet/fleet-run.ts'
import { MOST_SHARDS, parseShard } from '../../src/fleet/shard.ts'

describe('a part', () => {
  it.each([
    ['2/8', {}, { index: 1, count: 8 }],
    ['8/8', { JOB_COMPLETION_INDEX: '3' }, { index: 7, count: 8 }],
    ['/8', { JOB_COMPLETION_INDEX: '0' }, { index: 0, count: 8 }],
    ['auto', { JOB_COMPLETION_INDEX: '7', JOB_COMPLETION_COUNT: '8' }, { index: 7, count: 8 }],
    [
      'auto',
      { SLURM_ARRAY_TASK_ID: '9', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '6' },
      { index: 4, count: 6 },
    ],
    ['/4', { SLURM_ARRAY_TASK_ID: '0' }, { index: 0, count: 4 }],
    ['/4', { AWS_BATCH_JOB_ARRAY_INDEX: '3' }, { index: 3, count: 4 }],
    ['auto', { BATCH_TASK_INDEX: '2', BATCH_TASK_COUNT: '3' }, { index: 2, count: 3 }],
    ['/4', { PARALLEL_SEQ: '4' }, { index: 3, count: 4 }],
  ])('%s with %j', (text, env, part) => {
    expect(parseShard(text, env)).toEqual(part)
  })

  it.each([
    ['0/4', {}, /no part 0 of 4/],
    ['5/4', {}, /no part 5 of 4/],
    ['1/0', {}, /1 to 100000 parts, not 0/],
    ['-1/4', {}, /expected a part such as 2\/8/],
    ['one', {}, /expected a part such as 2\/8/],
    ['/4', {}, /no scheduler says which part/],
    ['auto', { AWS_BATCH_JOB_ARRAY_INDEX: '1' }, /AWS Batch does not say how many/],
    ['/4', { JOB_COMPLETION_INDEX: '4' }, /no part 5 of 4/],
    ['/4', { JOB_COMPLETION_INDEX: 'x' }, /JOB_COMPLETION_INDEX is no number: "x"/],
  ])('refuses %s with %j', (text, env, why) => {
    expect(() => parseShard(text, env)).toThrow(why)
  })

  it('has each point in one part, and parts alike', () => {
    const points = Array.from({ length: 11 }, (_, index) => index)
    const parts = [0, 1, 2].map((index) => shareOf(points, { index, count: 3 }))
    expect(parts.flat().sort((left, right) => left - right)).toEqual(points)
    expect(parts.map(({ length }) => length)).toEqual([4, 4, 3])
  })

  it('no more than there can be', () => {
    expect(parseShard(`1/${MOST_SHARDS}`, {}).count).toBe(MOST_SHARDS)
    expect(() => parseShard(`1/${MOST_SHARDS + 1}`, {})).toThrow(RangeError)
    expect(parseWorkers('256')).toBe(256)
    expect(() => parseWorkers('257')).toThrow('--workers')
    expect(MOST_POINT_FILES).toBeGreaterThan(60 * 24 * 365)
  })
})
