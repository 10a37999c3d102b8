/** What is told of captures that were cut and appended to: as of whole ones, and that they were cut. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as at } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../src/node-summarize.ts'
import { join } from './capture/files.ts'
import { fixture } from './support/goldens.ts'

const SEED = new Uint8Array(readFileSync(fixture('seed-ovs-h1.pcap')))
const VNIS = new Uint8Array(readFileSync(fixture('kv-vnis-h1.pcap')))
const folder = mkdtempSync(at(tmpdir(), 'vxpcap-joints-'))
afterAll(() => rmSync(folder, { recursive: true }))

const put = (name: string, bytes: Uint8Array): string => {
  writeFileSync(at(folder, name), bytes)
  return at(folder, name)
}

describe('a capture that is cut, with another one behind', () => {
  const whole = [put('seed.pcap', SEED.subarray(0, -30)), put('vnis.pcap', VNIS)]

  it.each([
    ['as it is', put('both.pcap', join(SEED.subarray(0, -30), VNIS)), false],
    ['compressed', put('both.pcap.gz', gzipSync(join(SEED.subarray(0, -30), VNIS))), false],
    ['compressed one by one', put('two.pcap.gz', join(gzipSync(SEED.subarray(0, -30)), gzipSync(VNIS))), false],
    ['merged by time', put('merged.pcap', join(SEED.subarray(0, -30), VNIS)), true],
  ])('tells the same as the two of them, %s', async (_, path, mergeByTime) => {
    const expected = await summarizeFiles(whole, {})
    const summary = await summarizeFiles([path], { mergeByTime })
    expect(summary.capture.packets).toBe(expected.capture.packets)
    expect(summary.tunnel.vxlanPackets).toBe(expected.tunnel.vxlanPackets)
    expect(summary.vnis.map(({ vni, packets }) => [vni, packets])).toEqual(
      expected.vnis.map(({ vni, packets }) => [vni, packets]),
    )
    const codes = summary.findings.map(({ code }) => code)
    expect(codes).toContain('CAPTURE_APPENDED')
    expect(codes).not.toContain('CAPTURE_DAMAGED')
    expect(codes).not.toContain('INNER_CHECKSUM_BAD')
    const cut = summary.findings.find(({ code }) => code === 'CAPTURE_CUT_SHORT')
    expect(cut).toMatchObject({ severity: 'note', count: 1 })
    expect(cut!.title).toContain('holds a capture that ends in the middle of a record')
  })
})
