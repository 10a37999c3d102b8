/**
 * What `decap` makes of the lab's captures and the public ones with tunnels, read by tshark, against what tshark itself shows
 * inside the tunnels: the same packets, field by field, in the same order, named by the same frame numbers.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { because, CORPUS, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import { type Back, decapOf } from '../transform/files.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-decap-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Fields of the inner packet; each may occur in the outer headers as well, and then comes first there. */
const FIELDS = [
  'eth.dst',
  'eth.src',
  'vlan.id',
  'arp.opcode',
  'arp.src.proto_ipv4',
  'arp.dst.proto_ipv4',
  'ip.src',
  'ip.dst',
  'ip.id',
  'ip.len',
  'ip.ttl',
  'ip.frag_offset',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.plen',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.checksum',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'icmp.type',
  'icmp.seq',
  'icmp.checksum',
  'icmpv6.type',
] as const

/** Where the layer of a field may stand in front of the tunnel. */
const LAYER_OF: Readonly<Record<string, string>> = { eth: 'eth', vlan: 'vlan', ip: 'ip', ipv6: 'ipv6', udp: 'udp' }

interface Shown {
  frame: number
  /** Whether the I flag of the outermost tunnel is set. */
  isValid: boolean
  /** Values of all layers, outer ones first. */
  values: string[][]
  protocols: string[]
  time: string
}

function tshark(file: string, filter: string): Shown[] {
  const fields = ['frame.number', 'frame.protocols', 'frame.time_epoch', 'vxlan.flag_i', 'vxlan.i_bit', ...FIELDS]
  const out = execFileSync(
    'tshark',
    [
      ...['-n', '-r', file, '-d', 'udp.port==8472,vxlan', '-Y', filter],
      // Fragments of inner packets are compared one by one.
      ...['-o', 'tcp.desegment_tcp_streams:FALSE'],
      ...['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=;'],
      ...fields.flatMap((field) => ['-e', field]),
    ],
    { encoding: 'utf8', maxBuffer: 256 << 20, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [frame, protocols, time, vxlanFlag, gpeFlag, ...values] = line.split('\t')
      return {
        frame: Number(frame),
        isValid: !`${vxlanFlag}${gpeFlag}`.startsWith('0'),
        protocols: (protocols ?? '').split(':'),
        time: time ?? '',
        values: FIELDS.map((_, index) => (values[index] ?? '').split(';').filter((value) => value !== '')),
      }
    })
}

/** The values of the layers behind the tunnel header. */
function inner({ protocols, values }: Shown): string[][] {
  const outer = protocols.slice(0, protocols.indexOf('udp') + 1)
  return values.map((list, index) => {
    const layer = LAYER_OF[FIELDS[index]!.split('.')[0]!]
    return list.slice(outer.filter((protocol) => protocol === layer).length)
  })
}

/** Numbers that a comment names. */
const named = ({ comments }: Back): number[] =>
  (/^outer packets? ([\d +]+),/.exec(comments[0] ?? '')?.[1] ?? '').split(' + ').map(Number)

function compare(captures: readonly string[]) {
  const original = join(folder, 'original.pcapng')
  execFileSync('mergecap', ['-a', '-w', original, ...captures], { stdio: 'ignore' })
  const { packets, bytes } = decapOf(new Uint8Array(readFileSync(original)))
  const output = join(folder, 'inner.pcapng')
  writeFileSync(output, bytes)
  // A clear I flag is no tunnel packet (RFC 7348 §5); what an ICMP error quotes is no traffic.
  const theirs = tshark(original, 'vxlan.vni || geneve.vni').filter(
    ({ protocols, isValid }) =>
      isValid && !protocols.slice(0, protocols.indexOf('udp')).some((protocol) => protocol.startsWith('icmp')),
  )
  const ours = tshark(output, 'frame')
  return { packets, theirs, ours }
}

describe.skipIf(TSHARK === undefined || CORPUS === undefined)(`public captures${because(CORPUS)}${becauseOfTshark()}`, () => {
  const captures = CORPUS === undefined ? [] : readdirSync(join(CORPUS, 'vxlan')).filter((name) => /\.(p?cap|pcapng)$/.test(name)).sort()
  it.each(captures)('%s', (name) => {
    const { packets, theirs, ours } = compare([join(CORPUS!, 'vxlan', name)])
    expect(packets.map((packet) => named(packet).at(-1))).toEqual(theirs.map(({ frame }) => frame))
    for (const [index, their] of theirs.entries()) {
      const our = ours[index]!
      const place = `frame ${their.frame}`
      expect({ place, time: our.time, values: our.values }).toEqual({ place, time: their.time, values: inner(their) })
    }
  })
})

describe.skipIf(TSHARK === undefined || LAB === undefined)(`the lab${because(LAB)}${becauseOfTshark()}`, () => {
  const captures = LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name)).sort()

  it('shows exactly the inner packets that tshark shows inside the tunnels', () => {
    const { packets, theirs, ours } = compare(captures.map((name) => join(LAB!, name)))
    expect(theirs.length).toBeGreaterThan(4000)
    expect(ours).toHaveLength(packets.length)
    const frames = packets.map((packet) => named(packet).at(-1))
    expect(frames).toEqual(theirs.map(({ frame }) => frame))
    for (const [index, their] of theirs.entries()) {
      const our = ours[index]!
      const place = `frame ${their.frame}`
      expect({ place, time: our.time, values: our.values }).toEqual({ place, time: their.time, values: inner(their) })
    }
    expect(packets.filter((packet) => named(packet).length > 1).length).toBeGreaterThan(50)
  })
})
