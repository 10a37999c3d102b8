/** Captures that Wireshark's editcap put on other clocks, cut and doubled: what two of them say together stays the same. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../../src/capture/node.ts'
import { compareCaptures } from '../../src/compare/index.ts'
import type { Comparison } from '../../src/comparison.ts'
import { because, LAB } from '../support/shared.ts'

function isThere(): boolean {
  try {
    execFileSync('editcap', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const input = (path: string) => [{ name: path, open: () => fileSource(path) }]
const compared = (near: string, far: string): Promise<Comparison> => compareCaptures(input(near), input(far))
const counts = ({ directions }: Comparison) =>
  directions.map(({ from, sent, matched, lost, altered, duplicated, packets }) => ({
    from,
    sent,
    matched,
    lost,
    altered,
    duplicated,
    packets,
  }))

describe.runIf(LAB && isThere())(`editcap${because(LAB)}`, () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'vxpcap-editcap-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const edited = (name: string, ...options: string[]): string => {
    const to = join(folder, `${options.join('_').replaceAll(/\W/g, '_')}.pcapng`)
    execFileSync('editcap', [...options, join(LAB!, name), to], { stdio: 'ignore' })
    return to
  }

  it.each(['fault-loss', 'fault-dup', 'fault-corrupt', 'mtu-blackhole', 'fault-healthy'])('%s', async (name) => {
    const near = join(LAB!, `${name}-h1.pcap`)
    const before = counts(await compared(near, join(LAB!, `${name}-h2.pcap`)))
    for (const options of [
      ['-t', '3.7'],
      ['-t', '-86400'],
      ['-F', 'nsecpcap'],
    ]) {
      expect(counts(await compared(near, edited(`${name}-h2.pcap`, ...options)))).toEqual(before)
    }
    // A snap length cuts what follows the inner headers; a bit that was changed behind it is not seen.
    if (name !== 'fault-corrupt') {
      const numbers = (comparison: Comparison) => counts(comparison).map(({ packets, ...rest }) => rest)
      const cut = await compared(edited(`${name}-h1.pcap`, '-s', '110'), edited(`${name}-h2.pcap`, '-s', '128'))
      expect(numbers(cut)).toEqual(before.map(({ packets, ...rest }) => rest))
    }
  })
})
