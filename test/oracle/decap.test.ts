/**
 * What `decap` makes of the lab's captures and the public ones with tunnels, read by tshark, against what tshark itself shows
 * inside the tunnels: the same packets, field by field, in the same order, named by the same frame numbers.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readAll } from '../capture/files.ts'
import { because, CORPUS, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import { type Back, decapOf } from '../transform/files.ts'

const SOURCE_PORT =
  'only the source port is a tunnel port; the destination fixes the tunnel (draft-ietf-nvo3-vxlan-gpe, RFC 8926)'
const BIG_TCP =
  'IP length 0, a super-frame of segmentation offload: tshark 4.0 stops there, we read to the end of the frame'
const NSH = 'the payload is a service header: no link type says so, hence it is left out and counted'

/** Frames that only one side has, and why that is right. */
const DISAGREEMENTS: { file: string; onlyOurs?: number[]; onlyTheirs?: number[]; reason: string }[] = [
  // 618 has the P bit clear and a next protocol all the same: Ethernet for us (draft-ietf-nvo3-vxlan-gpe-12 §3.1), IPv4 for tshark.
  { file: 'arkime-arkime_synthetic.pcap', onlyOurs: [618], onlyTheirs: [618, 619, 623], reason: SOURCE_PORT },
  { file: 'tcpdump-bigtcp-ipv4-vxlan-ipv6.pcap', onlyOurs: [1], reason: BIG_TCP },
  { file: 'tcpdump-bigtcp-ipv6-vxlan-ipv4.pcap', onlyOurs: [1], reason: BIG_TCP },
  { file: 'tcpdump-nsh-over-vxlan-gpe.pcap', onlyTheirs: [1], reason: NSH },
]

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

/** Compares what both sides show of captures read as one. @returns How many inner packets, and how many came in fragments. */
function compare(captures: readonly string[], onlyOurs: readonly number[] = [], onlyTheirs: readonly number[] = []) {
  const original = join(folder, 'original.pcapng')
  execFileSync('mergecap', ['-a', '-w', original, ...captures], { stdio: 'ignore' })
  const { packets, bytes } = decapOf(new Uint8Array(readFileSync(original)))
  const output = join(folder, 'inner.pcapng')
  writeFileSync(output, bytes)
  // A clear I flag is no tunnel packet (RFC 7348 §5); what an ICMP error quotes is no traffic.
  const shown = tshark(original, 'vxlan.vni || geneve.vni').filter(
    ({ protocols, isValid }) =>
      isValid && !protocols.slice(0, protocols.indexOf('udp')).some((protocol) => protocol.startsWith('icmp')),
  )
  const theirs = shown.filter(({ frame }) => !onlyTheirs.includes(frame))
  expect(shown.length - theirs.length).toBe(onlyTheirs.length)
  const read = tshark(output, 'frame')
  expect(read).toHaveLength(packets.length)
  // An inner packet is shown where its last fragment came.
  const frames = packets.map((packet) => named(packet).at(-1)!)
  const ours = read.filter((_, index) => !onlyOurs.includes(frames[index]!))
  expect(read.length - ours.length).toBe(onlyOurs.length)
  expect(frames.filter((frame) => !onlyOurs.includes(frame))).toEqual(theirs.map(({ frame }) => frame))
  for (const [index, their] of theirs.entries()) {
    const our = ours[index]!
    const place = `frame ${their.frame}`
    expect({ place, time: our.time, values: our.values }).toEqual({ place, time: their.time, values: inner(their) })
  }
  return { compared: theirs.length, joined: packets.filter((packet) => named(packet).length > 1).length }
}

/** Where tshark believes any header with the I flag: lines of text, which the contract calls no tunnel (§3, NOT_A_TUNNEL). */
const LINES_OF_TEXT: readonly [file: string, packet: number][] = [
  ['fault-malformed-h1.pcap', 11],
  ['fault-malformed-h2.pcap', 11],
]

/** A packet's number where all captures of the lab are one. */
function numberOf(file: string, packet: number): number {
  const names = readdirSync(LAB!)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
  const before = names.slice(0, names.indexOf(file))
  return before.reduce(
    (sum, name) => sum + readAll(new Uint8Array(readFileSync(join(LAB!, name)))).packets.length,
    packet,
  )
}

describe.skipIf(TSHARK === undefined || LAB === undefined)(`the lab${because(LAB)}${becauseOfTshark()}`, () => {
  const captures = LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name))

  it('shows exactly the inner packets that tshark shows inside the tunnels', () => {
    const files = captures.sort().map((name) => join(LAB!, name))
    const { compared, joined } = compare(
      files,
      [],
      LINES_OF_TEXT.map(([name, packet]) => numberOf(name, packet)),
    )
    expect(compared).toBeGreaterThan(4000)
    expect(joined).toBeGreaterThan(50)
  })
})

describe.skipIf(TSHARK === undefined || CORPUS === undefined)(
  `public captures with tunnels${because(CORPUS)}${becauseOfTshark()}`,
  () => {
    const tunnels = join(CORPUS ?? '', 'vxlan')
    const captures = CORPUS === undefined ? [] : readdirSync(tunnels).sort()

    it('are all there that are listed', () => {
      expect(captures.length).toBeGreaterThan(50)
      expect(DISAGREEMENTS.filter(({ file }) => !captures.includes(file))).toEqual([])
    })

    it('show what tshark shows', { timeout: 120_000 }, () => {
      const listed = new Set(DISAGREEMENTS.map(({ file }) => file))
      const { compared } = compare(captures.filter((name) => !listed.has(name)).map((name) => join(tunnels, name)))
      expect(compared).toBeGreaterThan(100)
    })

    it.each(DISAGREEMENTS)('$file: $reason', ({ file, onlyOurs, onlyTheirs }) => {
      compare([join(tunnels, file)], onlyOurs, onlyTheirs)
    })
  },
)
