/** `--merge-by-time` with more files than there are file handles, in little memory. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../src/summary.ts'
import { type Bin, buildBin } from './support/built-bin.ts'
import { type ManyFiles, putManyFiles } from './support/many-files.ts'
import { peakOf, REPORT_PEAK } from './support/peak.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-many-'))
let bin: Bin
beforeAll(async () => {
  bin = await buildBin()
}, 120_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true, force: true })
})

function summarize(captures: string, handles: number, ...options: string[]) {
  const argv = [process.execPath, ...REPORT_PEAK, bin.script, 'summarize', '--json', '--merge-by-time', ...options]
  const limited = ['-c', `ulimit -n ${handles}; exec "$0" "$@"`, ...argv, captures]
  const { status, stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8', maxBuffer: 2 ** 27 })
  return { status, stdout, stderr, ...peakOf(stderr) }
}

describe.skipIf(process.platform === 'win32')('--merge-by-time with many files', () => {
  it.each<[string, ManyFiles]>([
    ['plain', { files: 400, packets: 150, payload: 1300 }],
    ['gzip', { files: 280, packets: 20, payload: 1300, gzip: true }],
  ])('needs few file handles and little memory: %s', { timeout: 60_000 }, (name, many) => {
    const captures = join(folder, name)
    const wireBytes = putManyFiles(captures, many)
    const { status, stdout, stderr, peak } = summarize(captures, 256, '--memory', '280')
    expect(stderr).not.toMatch(/damaged|too many|handle/)
    expect(status).toBe(0)
    const { capture }: Summary = JSON.parse(stdout)
    expect(capture.packets).toBe(many.files * many.packets)
    expect(capture.wireBytes).toBe(wireBytes)
    expect(capture.files.map(({ firstPacket }) => firstPacket)).toEqual(capture.files.map((_, index) => index + 1))
    expect(peak).toBeLessThan(280e6)
  })
})
