/**
 * Captures of the lab, held against tshark, run here with the commands of corpus/README.md, and against the truth that the lab
 * wrote down while it made them: packets that the capture tool counted, echoes that ping counted, bytes that the TCP sink
 * received, the endpoint behind which each guest sits. What no rule of the contract settles is in the tables, with its reason.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import type { Summary } from '../../src/summary.ts'
import { type Disagreement, differences, type Facts, listed } from '../support/disagreements.ts'
import { expectConsistent } from '../support/invariants.ts'
import { because, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import { tsharkFacts } from '../support/tshark-facts.ts'
import { tunnelFacts } from '../support/tunnel-facts.ts'

interface Ping {
  type: 'ping'
  from: string
  src: string
  dst: string
  transmitted: number
  received: number
  start: number
}

interface Transfer {
  type: 'tcp'
  from: string
  to: string
  dst: string
  port: number
  bytes_received_by_sink: number
  sender: { sport?: number }
  start: number
}

interface CaptureTruth {
  file: string
  point: { ns: string; dev: string }
  snaplen: number
  tool_captured: number
}

interface Truth {
  vteps: { name: string; ip: string }[]
  endpoints: { name: string; ip: string; mac?: string; vtep: string; vni: number }[]
  actions: (Ping | Transfer | { type: 'udp'; start?: number })[]
  captures: CaptureTruth[]
}

interface Case {
  file: string
  capture: CaptureTruth
  truth: Truth
}

const lab = LAB ?? ''
const cases: Case[] =
  LAB === undefined
    ? []
    : readdirSync(lab)
        .filter((name) => name.endsWith('.truth.json'))
        .sort()
        .flatMap((name) => {
          const truth: Truth = JSON.parse(readFileSync(join(lab, name), 'utf8'))
          return truth.captures.map((capture) => ({ file: capture.file, capture, truth }))
        })

const NO_ARP = 'no ARP answer came back, so no echo request left the guest'
const TOO_BIG = 'requests above the MTU were refused before this interface: by the guest, its bridge or the VTEP'
const ROUTER = 'requests above the MTU of the next link ended at the router, and the guest then sent no more of them'
const NOT_ENDED_HERE = 'replies seen here were lost behind this interface'
const LOST_BEFORE = 'what the wire lost before this interface is not in the capture'
const LOST_BY_CAPTURE = 'the capture itself lost the records (a pcap cannot say so)'
const CUT = 'the snap length of 64 ends before the inner ICMP header'
const SILENT = 'this guest had no part in traffic that passes here'

const echo = (vni: number, a: string, b: string, what: 'requests' | 'replies'): string =>
  `vni ${vni} echo ${a} ${b} ${what}`
const HEALTH: [number, string, string] = [100, '192.168.40.1', '192.168.40.2']
const SIZES: [number, string, string] = [300, '192.168.30.1', '192.168.30.2']

/** Where tshark believes any header with the I flag: packet 11 of these is a line of text ("hello, …"), no frame behind it. */
const FROM_TSHARK: Disagreement[] = ['fault-malformed-h1.pcap', 'fault-malformed-h2.pcap'].flatMap((file) => {
  const reason = 'the header breaks every rule but the I flag, and no inner frame follows (contract §3, NOT_A_TUNNEL)'
  return [
    { file, what: 'vxlanPackets', ours: 12, theirs: 13, reason },
    { file, what: 'vni 7285792 packets', ours: 0, theirs: 1, reason },
    { file, what: 'vni 7285792 innerBytes', ours: 0, theirs: 23, reason },
    { file, what: 'pair 10.0.10.101 > 10.0.10.102 packets', ours: 9, theirs: 10, reason },
  ]
})

/** What the lab knows and the capture cannot show: echoes that never passed the interface, guests that stayed silent. */
const FROM_TRUTH: Disagreement[] = [
  {
    file: 'fault-corrupt-nocsum-h2.pcap',
    what: echo(...HEALTH, 'requests'),
    ours: 49,
    theirs: 50,
    reason: 'a flipped bit turned one request into something else before it came here',
  },
  ...['fault-dport-mismatch-h1.pcap', 'fault-dport-mismatch-h2.pcap'].map((file) => ({
    file,
    what: echo(...HEALTH, 'requests'),
    ours: 0,
    theirs: 6,
    reason: NO_ARP,
  })),
  { file: 'fault-loss-h2.pcap', what: echo(...HEALTH, 'requests'), ours: 49, theirs: 50, reason: LOST_BEFORE },
  { file: 'fault-loss-h2.pcap', what: echo(...HEALTH, 'replies'), ours: 49, theirs: 46, reason: NOT_ENDED_HERE },
  {
    file: 'fault-oneway-wire-h1.pcap',
    what: echo(...HEALTH, 'replies'),
    ours: 16,
    theirs: 6,
    reason: NOT_ENDED_HERE,
  },
  { file: 'fault-oneway-wire-h2.pcap', what: echo(...HEALTH, 'requests'), ours: 16, theirs: 25, reason: LOST_BEFORE },
  { file: 'fault-ttl1-h1.pcap', what: echo(...HEALTH, 'requests'), ours: 0, theirs: 4, reason: NO_ARP },
  {
    file: 'fault-ttl1-h1.pcap',
    what: 'vni 100 02:bb:00:00:00:02 behind',
    ours: '',
    theirs: '10.0.2.102',
    reason: 'nothing reaches the far guest, so it never speaks',
  },
  { file: 'fault-vni-mismatch-h1.pcap', what: echo(...HEALTH, 'requests'), ours: 0, theirs: 3, reason: NO_ARP },
  {
    file: 'fault-vni-mismatch-h2.pcap',
    what: echo(101, '192.168.40.1', '192.168.40.2', 'requests'),
    ours: 0,
    theirs: 3,
    reason: NO_ARP,
  },
  ...['fault-vtep-down-h1.pcap', 'fault-vtep-down-h2.pcap'].map((file) => ({
    file,
    what: echo(...HEALTH, 'requests'),
    ours: 4,
    theirs: 12,
    reason: 'once the underlay no longer resolves the VTEP, its host sends nothing that it could encapsulate',
  })),
  {
    file: 'kv-hre-h1.pcap',
    what: echo(6000, '192.168.80.1', '192.168.80.99', 'requests'),
    ours: 0,
    theirs: 2,
    reason: NO_ARP,
  },
  {
    file: 'kv-hre-h1.pcap',
    what: 'vni 6000 02:dd:00:00:00:03 behind',
    ours: '',
    theirs: '10.0.10.103',
    reason: SILENT,
  },
  ...['kv-sll1-any-h1.pcap', 'kv-sll-any-h1.pcap'].flatMap((file) =>
    (['requests', 'replies'] as const).map((what) => ({
      file,
      what: echo(...HEALTH, what),
      ours: 3,
      theirs: 4,
      reason: LOST_BY_CAPTURE,
    })),
  ),
  { file: 'kv-snap-64-h1.pcap', what: echo(...HEALTH, 'requests'), ours: 0, theirs: 4, reason: CUT },
  { file: 'kv-snap-64-h1.pcap', what: echo(...HEALTH, 'replies'), ours: 0, theirs: 4, reason: CUT },
  { file: 'mtu-blackhole-h2.pcap', what: echo(...SIZES, 'requests'), ours: 3, theirs: 6, reason: LOST_BEFORE },
  { file: 'mtu-dfinherit-h1.pcap', what: echo(...SIZES, 'requests'), ours: 7, theirs: 10, reason: TOO_BIG },
  { file: 'mtu-dfinherit-h2.pcap', what: echo(...SIZES, 'requests'), ours: 7, theirs: 10, reason: TOO_BIG },
  { file: 'mtu-dfset-router-h1.pcap', what: echo(...SIZES, 'requests'), ours: 2, theirs: 5, reason: ROUTER },
  { file: 'mtu-dfset-router-h2.pcap', what: echo(...SIZES, 'requests'), ours: 1, theirs: 5, reason: ROUTER },
  { file: 'mtu-dfset-h1.pcap', what: echo(...SIZES, 'requests'), ours: 3, theirs: 5, reason: TOO_BIG },
  { file: 'mtu-dfset-h2.pcap', what: echo(...SIZES, 'requests'), ours: 3, theirs: 5, reason: TOO_BIG },
  ...['ovs-mtu-h1.pcap', 'ovs-mtu-h2.pcap'].map((file) => ({
    file,
    what: echo(0, '192.168.15.1', '192.168.15.2', 'requests'),
    ours: 4,
    theirs: 9,
    reason: TOO_BIG,
  })),
  {
    file: 'seed-ovs-h1-any.pcap',
    what: echo(0, '192.168.199.1', '192.168.199.2', 'requests'),
    ours: 3,
    theirs: 5,
    reason: LOST_BY_CAPTURE,
  },
  {
    file: 'seed-ovs-h1-any.pcap',
    what: echo(0, '192.168.199.1', '192.168.199.2', 'replies'),
    ours: 0,
    theirs: 5,
    reason: LOST_BY_CAPTURE,
  },
]

describe.skipIf(LAB === undefined)(`lab captures${because(LAB)}`, () => {
  it('has the truth about every capture, and the tables name no other', () => {
    expect(cases.length).toBeGreaterThan(0)
    const files = cases.map((entry) => entry.file).sort()
    expect(files).toEqual(
      readdirSync(lab)
        .filter((name) => /\.pcap(ng)?$/.test(name))
        .sort(),
    )
    expect(FROM_TRUTH.filter((entry) => !files.includes(entry.file))).toEqual([])
  })

  describe.skipIf(TSHARK === undefined)(`against tshark${becauseOfTshark()}`, () => {
    it.each(cases)('$file', async ({ file }) => {
      const [summary, theirs] = await Promise.all([summarizeFiles([join(lab, file)]), tsharkFacts(join(lab, file))])
      expectConsistent(summary)
      expect(differences(file, tunnelFacts(summary), theirs)).toEqual(listed(FROM_TSHARK, file))
    })
  })

  describe('against the truth that the lab wrote down', () => {
    const compared: string[] = []

    it.each(cases)('$file', async (entry) => {
      const summary = await summarizeFiles([join(lab, entry.file)])
      const [ours, theirs] = truthFacts(entry, summary)
      for (const what of Object.keys(theirs)) compared.push(what)
      expect(differences(entry.file, ours, theirs)).toEqual(listed(FROM_TRUTH, entry.file))
    })

    it('had something of every kind to compare', () => {
      const count = (pattern: RegExp): number => compared.filter((what) => pattern.test(what)).length
      expect(count(/behind$/)).toBeGreaterThan(200)
      expect(count(/requests$/)).toBeGreaterThan(100)
      expect(count(/replies$/)).toBeGreaterThan(100)
      expect(count(/payload$/)).toBeGreaterThan(20)
    })
  })
})

/** Seconds since 1970 of a time in the summary. */
const secondsOf = (time: string): number => Date.parse(`${time.slice(0, 23)}Z`) / 1000

/**
 * The facts that the lab wrote down and that this capture can know, and what the summary says of each: the ones about guests
 * behind the host of the capture, or about all guests where the capture was taken on the switch or the router.
 */
function truthFacts({ capture, truth }: Case, summary: Summary): [ours: Facts, theirs: Facts] {
  const ours: Record<string, number | string> = { packets: summary.capture.packets }
  const theirs: Record<string, number | string> = { packets: capture.tool_captured }
  const { firstTime, lastTime } = summary.capture
  const host = truth.vteps.find((vtep) => vtep.name === capture.point.ns)?.ip
  const everywhere = capture.point.ns === 'sw' || capture.point.ns === 'r'
  // Only the underlay shows tunnels; a VXLAN device, a bridge or a guest shows what is inside.
  if (!/^(u0|eth0|any|ph1,.*|e1,.*)$/.test(capture.point.dev) || (host === undefined && !everywhere))
    return [ours, theirs]
  if (firstTime === null || lastTime === null) return [ours, theirs]

  const begin = secondsOf(firstTime) - 2
  const end = secondsOf(lastTime)
  const here = (name: string): boolean =>
    everywhere || truth.endpoints.some((endpoint) => endpoint.name === name && endpoint.vtep === host)
  const actions = truth.actions.filter(({ start }) => start !== undefined && start >= begin && start <= end)

  for (const { mac, vni, vtep } of truth.endpoints) {
    // Left out: guests without Ethernet, and those of a tunnel inside the tunnel.
    if (mac === undefined || mac === '-' || !truth.vteps.some(({ ip }) => ip === vtep)) continue
    const what = `vni ${vni} ${mac} behind`
    const seen = summary.macs.filter((row) => row.vni === vni && row.mac === mac)
    ours[what] = [...new Set(seen.flatMap((row) => row.vteps.map((place) => place.vtep)))].sort().join(' ')
    const places = new Set(
      String(theirs[what] ?? '')
        .split(' ')
        .filter((place) => place !== ''),
    )
    theirs[what] = [...places.add(vtep)].sort().join(' ')
  }

  for (const ping of actions.filter((action): action is Ping => action.type === 'ping')) {
    const source =
      truth.endpoints.find(({ name, ip }) => name === ping.from && ip === ping.src) ??
      truth.endpoints.find(({ ip }) => ip === ping.src) ??
      truth.endpoints.find(({ name }) => name === ping.from)
    const target = truth.endpoints.find(({ ip, vni }) => ip === ping.dst && vni === source?.vni)
    if (source === undefined || !(here(source.name) || (target !== undefined && here(target.name)))) continue
    const [low, high] = [ping.src, ping.dst].sort()
    const what = `vni ${source.vni} echo ${low} ${high}`
    const rows = summary.flows.filter(
      (flow) =>
        flow.vni === source.vni && flow.echo !== undefined && [flow.a, flow.b].sort().join(' ') === `${low} ${high}`,
    )
    ours[`${what} requests`] = rows.reduce((total, row) => total + (row.echo?.requests ?? 0), 0)
    ours[`${what} replies`] = rows.reduce((total, row) => total + (row.echo?.replies ?? 0), 0)
    theirs[`${what} requests`] = Number(theirs[`${what} requests`] ?? 0) + ping.transmitted
    theirs[`${what} replies`] = Number(theirs[`${what} replies`] ?? 0) + ping.received
  }

  // Where the whole of a transfer passes one interface, payload = inner bytes − headers − what was sent twice.
  if (!capture.point.dev.includes(',') && capture.snaplen >= 128) {
    for (const transfer of actions.filter((action): action is Transfer => action.type === 'tcp')) {
      const vni = truth.endpoints.find(({ name }) => name === transfer.from)?.vni
      const { sport } = transfer.sender
      // Behind a guest's own tunnel the transfer is no flow of ours.
      if (truth.endpoints.some(({ ip, vni: other }) => ip === transfer.dst && other !== vni)) continue
      if (vni === undefined || sport === undefined || !here(transfer.from) || transfer.bytes_received_by_sink === 0)
        continue
      const what = `vni ${vni} tcp ${sport} > ${transfer.port} payload`
      theirs[what] = transfer.bytes_received_by_sink
      const forth = summary.flows.find(
        (flow) => flow.vni === vni && flow.aPort === sport && flow.bPort === transfer.port,
      )
      const back = summary.flows.find(
        (flow) => flow.vni === vni && flow.bPort === sport && flow.aPort === transfer.port,
      )
      const flow = forth ?? back
      if (flow === undefined) continue
      const packets = forth === undefined ? flow.packetsBToA : flow.packetsAToB
      const innerBytes = forth === undefined ? flow.innerBytesBToA : flow.innerBytesAToB
      // Ethernet, tags, IP and TCP with timestamps; the SYN has eight more bytes of options.
      const headers = 14 + 4 * flow.vlans.length + (flow.a.includes(':') ? 40 : 20) + 32
      ours[what] = innerBytes - packets * headers - 8 - (flow.tcp?.retransmittedBytes ?? Number.NaN)
    }
  }
  return [ours, theirs]
}
