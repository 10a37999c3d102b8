/** Captures whose datagrams were cut at random, through our analysis and through tshark's reassembly: the same tenants in both. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { join, pcapHeader, pcapRecord } from '../capture/files.ts'
import { fixture } from '../support/goldens.ts'
import { recordsOf } from '../support/parts.ts'
import { Random } from '../support/random.ts'
import { identified, outerIpOf, randomCuts, split } from '../support/split.ts'
import { becauseOfTshark, TSHARK, tsharkFields } from '../support/tshark.ts'

const folder = mkdtempSync(path(tmpdir(), 'vxpcap-fragments-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A fixture's datagrams in fragments: mixed in order, some of them twice, some datagrams of eight-byte fragments lacking one. */
function cutCapture(name: string, random: Random): { bytes: Uint8Array; incomplete: number; fragments: number } {
  const pieces: Uint8Array[] = [pcapHeader()]
  let incomplete = 0
  let fragments = 0
  for (const [index, record] of recordsOf(fixture(name)).entries()) {
    const { view, packet } = record
    const where = outerIpOf(record)
    const frame = new Uint8Array(view.buffer, view.byteOffset, where?.end ?? view.byteLength)
    const add = (data: Uint8Array): number =>
      pieces.push(pcapRecord(packet.seconds, Math.floor(packet.nanoseconds / 1000), data))
    if (where === null) {
      add(frame)
      continue
    }
    const length = where.end - where.payloadAt
    const lacks = random.chance(10)
    const cuts = lacks ? [8, 16] : randomCuts(random, length)
    const parts = split(identified(frame, where, 2000 + index), where, cuts, 2000 + index)
    if (lacks) {
      parts.splice(1, 1)
      incomplete++
    } else {
      const later = parts.slice(1)
      if (random.chance(40)) parts.sort(() => random.below(3) - 1)
      if (random.chance(20)) parts.unshift(...later.slice(0, 1))
    }
    fragments += parts.length
    for (const part of parts) add(part)
  }
  return { bytes: join(...pieces), incomplete, fragments }
}

function countBy<T>(rows: readonly T[], key: (row: T) => string): Record<string, number> {
  const counts = new Map<string, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)))
}

const sorted = (entries: [string, number][]): Record<string, number> =>
  Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)))

describe.runIf(TSHARK !== undefined)(`fragments as tshark joins them${becauseOfTshark()}`, () => {
  it.each(['kv-mixed-h1.pcap', 'kv-v6-h1.pcap', 'kv-vnis-h1.pcap', 'seed-ovs-h1.pcap'])('%s', async (name) => {
    for (const seed of [1, 2]) {
      const { bytes, incomplete, fragments } = cutCapture(name, new Random(seed))
      const file = path(folder, `${seed}-${name}`)
      writeFileSync(file, bytes)
      const fields = ['vxlan.vni', 'eth.src', 'ip.src', 'ipv6.src', 'tcp.srcport', 'tcp.dstport'] as const
      const preferences = ['ip.defragment:TRUE', 'ipv6.defragment:TRUE']
      const frames = await tsharkFields(file, fields, { filter: 'vxlan', preferences, innermost: true })
      const summary = await summarizeFiles([file])
      expect(summary.tunnel.fragments.incomplete).toBe(incomplete)
      expect(summary.tunnel.fragments.firsts + summary.tunnel.fragments.others).toBeLessThanOrEqual(fragments)
      expect(summary.tunnel.vxlanPackets).toBe(frames.length)
      expect(sorted(summary.vnis.map(({ vni, packets }) => [String(vni), packets]))).toEqual(
        countBy(frames, (frame) => frame['vxlan.vni']),
      )
      const macs = sorted(summary.macs.map(({ vni, mac, packets }) => [`${vni} ${mac}`, packets]))
      expect(macs).toEqual(countBy(frames, (frame) => `${frame['vxlan.vni']} ${frame['eth.src']}`))
      const segments = summary.flows
        .filter(({ protocol }) => protocol === 'TCP')
        .flatMap(({ vni, aPort, bPort, packetsAToB, packetsBToA }): [string, number][] => [
          [`${vni} ${aPort} > ${bPort}`, packetsAToB],
          [`${vni} ${bPort} > ${aPort}`, packetsBToA],
        ])
        .filter(([, packets]) => packets > 0)
      const tcp = frames.filter((frame) => frame['tcp.srcport'] !== '')
      expect(sorted(segments)).toEqual(
        countBy(tcp, (frame) => `${frame['vxlan.vni']} ${frame['tcp.srcport']} > ${frame['tcp.dstport']}`),
      )
    }
  })
})
