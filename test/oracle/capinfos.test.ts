/** Packets, bytes, first and last time of every lab capture: the summary against capinfos. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { because, LAB } from '../support/shared.ts'

const hasCapinfos = spawnSync('capinfos', ['--version']).status === 0
const skipped = hasCapinfos ? '' : ' — SKIPPED: capinfos is not installed'

/** Seconds since 1970 with nine decimals, from ISO 8601 with nine. */
const epoch = (time: string | null): string =>
  time === null ? 'n/a' : `${Date.parse(`${time.slice(0, 19)}Z`) / 1000}.${time.slice(20, 29)}`

describe.skipIf(!hasCapinfos || LAB === undefined)(`capinfos and the lab${because(LAB)}${skipped}`, () => {
  it('agree about every capture', async () => {
    const captures = readdirSync(LAB!)
      .filter((name) => /\.pcap(ng)?$/.test(name))
      .sort()
    const output = execFileSync('capinfos', ['-T', '-r', '-M', '-m', '-S', '-c', '-d', '-a', '-e', '-s', ...captures], {
      cwd: LAB!,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const theirs = output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(','))
      // As many decimals as the file has: to nine.
      .map((values) => [
        ...values.slice(0, 4),
        ...values.slice(4).map((time) => (time === 'n/a' ? time : time.padEnd(20, '0'))),
      ])
    expect(theirs).toHaveLength(captures.length)
    const ours = await Promise.all(
      captures.map(async (name) => {
        const { capture } = await summarizeFiles([join(LAB!, name)])
        const { packets, wireBytes, firstTime, lastTime, files } = capture
        return [name, packets, files[0]?.bytes, wireBytes, epoch(firstTime), epoch(lastTime)].map(String)
      }),
    )
    expect(ours).toEqual(theirs)
    expect(captures.length).toBeGreaterThan(90)
  })
})
