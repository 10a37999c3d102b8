/** Documents of capture points, generated: a few VTEPs, so that points see the same directions, rows and packets. */
import fc from 'fast-check'
import { isoTime } from '../../src/analyzers/tables/time.ts'
import type { PointDirection, PointDocument, PointSighting } from '../../src/fleet-document.ts'
import type { Finding, Severity, Summary } from '../../src/summary.ts'
import { finding } from '../report/summaries.ts'

const VTEPS = ['10.0.0.1', '10.0.0.2', '10.0.0.3', 'fd00::4']
const SEVERITIES: Severity[] = ['error', 'warning', 'note']
const START = 1_700_000_000

interface Seed {
  stepMs: number
  vteps: string[] | null
  directions: { from: number; to: number; vni: number; packets: number; first: number; ttl: number; marks: number }[]
  flows: { a: number; b: number; packets: number }[]
  findings: { code: string; severity: Severity; vni: number }[]
  dropped: number | null
}

const seed: fc.Arbitrary<Seed> = fc.record({
  stepMs: fc.constantFrom(100, 100, 200, 1600),
  vteps: fc.option(fc.uniqueArray(fc.constantFrom(...VTEPS), { maxLength: 2 })),
  directions: fc.uniqueArray(
    fc.record({
      from: fc.nat({ max: 3 }),
      to: fc.nat({ max: 3 }),
      vni: fc.integer({ min: 1, max: 2 }),
      packets: fc.integer({ min: 1, max: 40 }),
      first: fc.nat({ max: 20 }),
      ttl: fc.constantFrom(64, 63, 255, 30),
      marks: fc.nat({ max: 3 }),
    }),
    { selector: ({ from, to, vni }) => `${from} ${to} ${vni}`, maxLength: 6 },
  ),
  flows: fc.uniqueArray(fc.record({ a: fc.nat({ max: 9 }), b: fc.nat({ max: 9 }), packets: fc.nat({ max: 99 }) }), {
    selector: ({ a, b }) => `${a} ${b}`,
    maxLength: 12,
  }),
  findings: fc.uniqueArray(
    fc.record({
      code: fc.constantFrom('ONE_WAY', 'ECHO_UNANSWERED', 'CONGESTION'),
      severity: fc.constantFrom(...SEVERITIES),
      vni: fc.nat({ max: 2 }),
    }),
    { selector: ({ code, vni }) => `${code} ${vni}`, maxLength: 4 },
  ),
  dropped: fc.option(fc.nat({ max: 9 })),
})

/** Points of one fleet, each with its own name and id. */
export const points = (most: number): fc.Arbitrary<PointDocument[]> =>
  fc
    .array(seed, { minLength: 1, maxLength: most })
    .map((seeds) => seeds.map((each, index) => pointOfSeed(`point-${index}`, each)))

/** Milliseconds after the start at which a packet passes, a little later at each point. */
const at = (packet: number, place: number): string =>
  isoTime(START + Math.floor(packet / 5), (packet % 5) * 200_000_000 + place * 1_000)!

function pointOfSeed(name: string, { stepMs, vteps, directions, flows, findings, dropped }: Seed): PointDocument {
  const place = Number(name.split('-')[1])
  const sample: PointSighting[] = []
  const rows = directions.map((each, direction): PointDirection => {
    const { first, packets, marks, ttl } = each
    const steps = new Map<number, number>()
    for (let packet = 0; packet < packets; packet++) {
      const step = Math.floor((START * 1000 + (first + packet) * 200) / stepMs)
      steps.set(step, (steps.get(step) ?? 0) + 1)
      // Which packet of the direction it is tells it at every point.
      const key = (each.from * 4 + each.to) * 2 ** 20 + each.vni * 2 ** 16 + first + packet
      const time = at(first + packet, place)
      sample.push({
        key: key.toString(16).padStart(13, '0'),
        direction,
        time,
        packets: packet + 1,
        payload: (packet + 1) * 9,
      })
    }
    return {
      kind: 'vxlan',
      vni: each.vni,
      from: VTEPS[each.from]!,
      to: VTEPS[each.to]!,
      packets,
      bytes: packets * 100,
      payload: packets * 9,
      largest: 100,
      firstTime: at(first, place),
      lastTime: at(first + packets - 1, place),
      ttl: { min: ttl, max: ttl },
      inbound: marks === 1 ? packets : 0,
      outbound: marks === 2 ? packets : 0,
      sampledOneIn: 1,
      steps: [...steps].map(([step, count]) => [step, count, count * 9]),
    }
  })
  const times = rows.flatMap(({ firstTime, lastTime }) => [firstTime!, lastTime!]).sort()
  const count = rows.reduce((sum, { packets }) => sum + packets, 0)
  const said: Finding[] = findings.map(({ code, severity, vni }) => finding({ code, severity, subject: { vni } }))
  const summary = {
    schema: 'vxpcap.summary/1',
    filter: { vnis: [], vniRanges: [], vteps: [], ips: [], macs: [], from: null, to: null },
    capture: {
      files: [],
      packets: count,
      capturedBytes: 0,
      wireBytes: 0,
      firstTime: times[0] ?? null,
      lastTime: times.at(-1) ?? null,
      truncatedPackets: 0,
      duplicatePackets: 0,
      droppedByCapture: dropped,
      receivedByCapture: null,
      complete: true,
    },
    tunnel: {
      vxlanPackets: count,
      gpePackets: 0,
      genevePackets: 0,
      nvgrePackets: 0,
      otherPackets: 0,
      carriers: [],
      fragments: { firsts: 0, others: 0, reassembled: 0, incomplete: 0 },
      other: [],
      faults: [],
    },
    vnis: [...new Set(rows.map(({ vni }) => vni))].map((vni) => ({
      vni,
      kind: 'vxlan',
      packets: place,
      outerBytes: vni,
    })),
    vtepPairs: [],
    flows: flows.map(({ a, b, packets }) => ({
      vni: 1,
      kind: 'vxlan',
      vlans: [],
      protocol: 'UDP',
      a: `192.0.2.${a}`,
      aPort: 1,
      b: `192.0.2.${100 + b}`,
      bPort: 2,
      packetsAToB: packets,
      packetsBToA: 0,
      innerBytesAToB: packets * 60,
      innerBytesBToA: 0,
    })),
    macs: [],
    findings: said,
    limits: [{ table: 'flows', limit: 1_000, dropped: dropped ?? 0 }],
  } as unknown as Summary
  return {
    schema: 'vxpcap.point/1',
    name,
    id: String(place).padStart(32, '0'),
    vteps,
    stepMs,
    directions: rows,
    withoutDirection: 0,
    sample,
    summary,
  }
}
