/** Which files of a rotation are missing: told by names that count by one and leave numbers out, by nothing else. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rotationGaps } from '../../src/diagnosis/capture/rotation.ts'
import { summarizeFiles } from '../../src/node.ts'
import { fixture } from '../support/goldens.ts'
import { fromStateToState, rotated, whole } from '../support/rotated.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-rotation-'))
afterAll(() => rmSync(folder, { recursive: true }))

const dumpcap = (number: number): string => `up_0000${number}_2026112207161${number}.pcapng.gz`

describe('a missing file', () => {
  it.each([
    ['of tcpdump -C', ['x.pcap', 'x.pcap1', 'x.pcap3', 'x.pcap4'], [2, 2, 1]],
    ['behind the first of them', ['x.pcap', 'x.pcap2', 'x.pcap3'], [1, 1, 1]],
    ['of tcpdump -W, compressed', ['x.pcap07.gz', 'x.pcap08.gz', 'x.pcap11.gz'], [9, 10, 2]],
    ['of dumpcap', [dumpcap(1), dumpcap(2), dumpcap(4), dumpcap(5)], [3, 3, 1]],
    [
      'of dumpcap, time first',
      ['u_20261122071617_00001.pcap', 'u_20261122071618_00002.pcap', 'u_20261122071700_00006.pcap'],
      [3, 5, 3],
    ],
    ['of two rotations, one whole', ['a.cap1', 'b.cap1', 'a.cap2', 'b.cap2', 'a.cap3', 'b.cap4'], [3, 3, 1]],
  ])('is told: %s', (_, names, [first, last, missing]) => {
    expect(rotationGaps(names)).toMatchObject([{ first, last, missing, gaps: 1 }])
  })

  it.each([
    ['a whole rotation', ['x.pcap', 'x.pcap1', 'x.pcap2']],
    ['one that begins late', ['x.pcap17', 'x.pcap18', 'x.pcap19']],
    ['a ring that has gone round', ['x.pcap3', 'x.pcap4', 'x.pcap0', 'x.pcap1']],
    [
      'the order of a shell',
      ['x.pcap', 'x.pcap1', 'x.pcap10', 'x.pcap11', ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `x.pcap${n}`)],
    ],
    ['two that were chosen', ['x.pcap3', 'x.pcap7']],
    ['every tenth', ['x.pcap0', 'x.pcap10', 'x.pcap20', 'x.pcap30']],
    ['names by time (tcpdump -G)', ['x-0716.pcap', 'x-0717.pcap', 'x-0719.pcap']],
    ['hosts', ['host1.pcap', 'host2.pcap', 'host4.pcap']],
    ['numbers before the ending', ['x-001.pcap', 'x-002.pcap', 'x-004.pcap']],
    ['other captures between', ['x.pcap', 'notes.pcap', 'x.pcap1', 'host9.pcap']],
    ['the same file twice', ['x.pcap1', 'x.pcap1', 'x.pcap2']],
    ['no names', ['-', '', 'x']],
  ])('is not told of %s', (_, names) => {
    expect(rotationGaps(names)).toEqual([])
  })

  it('is said in one go and from state to state alike, with everything else as it is', async () => {
    const files = rotated(fixture('seed-ovs-h1.pcapng'), [5, 10, 15, 20], join(folder, 'chain'))
    const given = [files[0]!, files[1]!, files[3]!, files[4]!]
    const summary = await summarizeFiles(given)
    const [finding] = summary.findings.filter(({ code }) => code === 'CAPTURE_FILE_MISSING')
    expect(finding).toMatchObject({
      severity: 'warning',
      count: 1,
      title: '1 file of a rotation is missing between cap.pcap1 and cap.pcap3',
      observed: '4 files count by one, and behind cap.pcap1 comes cap.pcap3: number 2 is missing.',
    })
    const parts = given.map((file) => [file])
    expect(whole(await fromStateToState(parts, join(folder, 's.vxp')))).toBe(whole(summary))
    const healthy = await summarizeFiles(files)
    expect(healthy.findings.map(({ code }) => code)).not.toContain('CAPTURE_FILE_MISSING')
  })
})
