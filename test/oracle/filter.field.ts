/**
 * What `filter` keeps of the lab's captures against what the equivalent display filter selects in tshark; each record bit for bit as
 * it was. tshark selects the frame that completes a datagram: the other fragments of it belong to the selection too.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Selection } from '../../src/selection/selection.ts'
import { type Read, readAll } from '../capture/files.ts'
import { because, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import { selectOf } from '../transform/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-filter-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CASES: { name: string; selection: Selection; filter: string; least: number }[] = [
  { name: 'a VNI', selection: { vnis: [300] }, filter: 'vxlan.vni == 300', least: 500 },
  { name: 'several VNIs', selection: { vnis: [10, 20] }, filter: 'vxlan.vni in {10, 20}', least: 400 },
  { name: 'VNI 0', selection: { vnis: [0] }, filter: 'vxlan.vni == 0 || geneve.vni == 0', least: 50 },
  {
    name: 'a VTEP, with everything about it',
    selection: { vteps: ['10.0.10.133'] },
    filter: 'ip.addr == 10.0.10.133 || arp.src.proto_ipv4 == 10.0.10.133 || arp.dst.proto_ipv4 == 10.0.10.133',
    least: 200,
  },
  {
    name: 'a VTEP of IPv6',
    selection: { vteps: ['fd00:10::2'] },
    filter:
      'ipv6.addr == fd00:10::2 || icmpv6.nd.ns.target_address == fd00:10::2 || icmpv6.nd.na.target_address == fd00:10::2',
    least: 10,
  },
  {
    name: 'an address inside',
    selection: { ips: ['192.168.30.2'] },
    filter:
      'vxlan.vni && (ip.addr == 192.168.30.2 || arp.src.proto_ipv4 == 192.168.30.2 || arp.dst.proto_ipv4 == 192.168.30.2)',
    least: 300,
  },
  {
    name: 'a MAC inside',
    selection: { macs: ['02:bb:00:00:00:02'] },
    filter: '(vxlan.vni || geneve.vni) && eth.addr == 02:bb:00:00:00:02',
    least: 500,
  },
  {
    name: 'all at once',
    selection: { vnis: [300], vteps: ['10.0.2.102'], ips: ['192.168.30.1'], macs: ['02:aa:00:00:00:01'] },
    filter:
      'vxlan.vni == 300 && ip.addr == 10.0.2.102 && (ip.addr == 192.168.30.1 || arp.src.proto_ipv4 == 192.168.30.1 || arp.dst.proto_ipv4 == 192.168.30.1) && eth.addr == 02:aa:00:00:00:01',
    least: 50,
  },
]

describe.skipIf(TSHARK === undefined || LAB === undefined)(`the lab${because(LAB)}${becauseOfTshark()}`, () => {
  const original = join(folder, 'original.pcapng')
  let bytes = new Uint8Array(0)
  let records: Read[] = []

  beforeAll(() => {
    const names = readdirSync(LAB!).filter((name) => /\.pcap(ng)?$/.test(name))
    // Frames without the I flag are no tunnel packets for us, and one capture nests a tunnel in a tunnel.
    const captures = names.filter((name) => !/^(fault-malformed|kv-nested)/.test(name)).sort()
    execFileSync('mergecap', ['-a', '-w', original, ...captures.map((name) => join(LAB!, name))], { stdio: 'ignore' })
    bytes = new Uint8Array(readFileSync(original))
    records = readAll(bytes).packets
    expect(records.length).toBeGreaterThan(5000)
  })

  /** Numbers of the frames that a display filter selects, and the other fragments of those that it completes. */
  function selectedBy(filter: string, looksInside: boolean): number[] {
    const fields = (selection: string) =>
      execFileSync(
        'tshark',
        [
          // In two passes, so that early fragments know where their datagram is completed.
          ...['-n', '-2', '-r', original, '-d', 'udp.port==8472,vxlan', '-Y', selection, '-T', 'fields'],
          ...['-e', 'frame.number', '-e', 'frame.protocols', '-e', 'ip.reassembled_in', '-E', 'occurrence=f'],
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 << 20 },
      )
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t'))
    // What an ICMP error quotes is in no tunnel.
    const quotes = (protocols: string) => /(icmp|udp)/.exec(protocols)?.[1] === 'icmp'
    const selected = fields(filter).filter(([, protocols]) => !(looksInside && quotes(protocols!)))
    const numbers = new Set(selected.map(([number]) => Number(number)))
    for (const [number, , completedIn] of fields('ip.reassembled_in && !vxlan')) {
      if (numbers.has(Number(completedIn))) numbers.add(Number(number))
    }
    return [...numbers].sort((left, right) => left - right)
  }

  it.each(CASES)('$name', ({ selection, filter, least }) => {
    const { vteps: _vteps, ...inside } = selection
    const expected = selectedBy(filter, Object.keys(inside).length > 0)
    expect(expected.length).toBeGreaterThanOrEqual(least)
    const { packets, counts, bytes: output } = selectOf(bytes, selection)
    const strip = ({ number: _, interfaceId: __, ...rest }: Read) => rest
    const kept = packets.map(({ comments: _, name: __, ...rest }) => JSON.stringify(strip(rest)))
    const wanted = expected.map((number) => JSON.stringify(strip(records[number - 1]!)))
    // The first difference is enough to see.
    const apart = wanted.findIndex((record, index) => record !== kept[index])
    expect([apart, kept[apart], kept.length]).toEqual([-1, undefined, wanted.length])
    expect(counts).toMatchObject({ undecided: 0, refused: 0 })
    // And tshark reads what was written.
    const file = join(folder, 'selected.pcapng')
    writeFileSync(file, output)
    const lines = execFileSync(
      'tshark',
      ['-n', '-r', file, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.len'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const times = lines.split('\n').filter((line) => line !== '')
    expect(times).toEqual(
      packets.map(
        ({ seconds, nanoseconds, wireLength }) => `${seconds}.${String(nanoseconds).padStart(9, '0')}\t${wireLength}`,
      ),
    )
  })
})
