/**
 * Summaries of any size, made without a capture: as many VTEPs, VNIs, multicast groups, flows and findings as a test of the page needs. The
 * same shape gives the same document in every run.
 */
import type {
  Finding,
  FlowSummary,
  MacSummary,
  PairMtu,
  Severity,
  Summary,
  TimelineRow,
  VtepPairSummary,
} from '../../src/summary.ts'
import { emptySummary } from '../report/summaries.ts'
import { Random } from './random.ts'

/** What to make. */
export interface Shape {
  vteps: number
  /** VTEP pairs at most; as many as there can be if absent. Every VTEP is in one, as long as there are as many pairs as VTEPs. */
  pairs?: number
  /** VNIs, numbered 100, 200 and so on; 4 if absent. */
  vnis?: number
  /** Multicast groups, to each of which three VTEPs send; none if absent. */
  groups?: number
  flows?: number
  /** Steps of the timeline, of which there are 600 at most; 120 if absent. */
  steps?: number
  /** Length of a step in milliseconds; 100 if absent. */
  stepMs?: number
  /** Whether there are findings: a black hole, moved, shared and duplicate MACs, silence, and notes. */
  hasFindings?: boolean
  isIpv6?: boolean
  seed?: number
}

const START = Date.UTC(2026, 10, 22, 7, 16, 46)

/** The document of a shape. */
export function generatedSummary(shape: Shape): Summary {
  const random = new Random(shape.seed ?? 1)
  const vteps = Array.from({ length: shape.vteps }, (_, index) => vtep(index, shape.isIpv6 === true))
  const groups = Array.from({ length: shape.groups ?? 0 }, (_, index) =>
    shape.isIpv6 === true ? `ff05::${(index + 1).toString(16)}` : `239.1.${index >> 8}.${(index & 0xff) + 1}`,
  )
  const vnis = Array.from({ length: shape.vnis ?? 4 }, (_, index) => (index + 1) * 100)
  const vtepPairs = [...unicastPairs(random, vteps, vnis, shape.pairs), ...groupPairs(random, vteps, groups, vnis)]
  const flows = Array.from({ length: shape.flows ?? 0 }, (_, index) => flow(random, index, vtepPairs, vnis))
  flows.sort((left, right) => innerBytes(right) - innerBytes(left))
  const macs = flows.slice(0, 1000).map((each, index) => mac(random, each, index))
  macs.sort((left, right) => right.packets - left.packets)
  const packets = sum(vtepPairs, packetsOf)
  const wireBytes = sum(vtepPairs, bytesOf)
  const steps = shape.steps ?? 120
  const stepMs = shape.stepMs ?? 100
  const perPair = vtepPairs.map((pair, index) => pairMtu(pair, index, shape.hasFindings === true))
  return {
    ...emptySummary(),
    capture: {
      ...emptySummary().capture,
      files: [{ ...emptySummary().capture.files[0]!, name: 'generated.pcapng', bytes: wireBytes, packets }],
      packets,
      capturedBytes: wireBytes,
      wireBytes,
      firstTime: time(0),
      lastTime: time(Math.max(0, steps - 1) * stepMs),
    },
    tunnel: { ...emptySummary().tunnel, vxlanPackets: packets },
    vnisTotal: vnis.length,
    vtepPairsTotal: vtepPairs.length,
    flowsTotal: flows.length,
    macsTotal: macs.length,
    vnis: vnis.map((vni) => {
      const mine = vtepPairs.filter((pair) => pair.vnis.includes(vni))
      const outerBytes = sum(mine, (pair) => Math.floor(bytesOf(pair) / pair.vnis.length))
      const count = sum(mine, (pair) => Math.floor(packetsOf(pair) / pair.vnis.length))
      const ends = new Set(mine.flatMap(({ a, b }) => [a, b]))
      return {
        vni,
        kind: 'vxlan',
        packets: count,
        innerBytes: outerBytes - 50 * count,
        outerBytes,
        overheadBytes: 50 * count,
        overheadPercent: outerBytes === 0 ? 0 : Math.round((500_000 * count) / outerBytes) / 100,
        vteps: vteps.filter((each) => ends.has(each)),
        macs: macs.filter((each) => each.vni === vni).length,
        flows: flows.filter((each) => each.vni === vni).length,
        broadcastPackets: 8,
        multicastPackets: 2,
        replicatedPackets: 2,
        maxInnerIpLength: 1450,
      }
    }),
    vtepPairs,
    flows,
    macs,
    mtu: {
      underlayMtu: vtepPairs.length === 0 ? null : 1500,
      underlayMtuFrom: vtepPairs.length === 0 ? null : 'icmp',
      perPair,
      sizes: sizes(random, packets),
    },
    timeline: {
      stepMs,
      start: steps === 0 ? null : time(0),
      vnis: timeline(random, vnis, steps),
    },
    findings: shape.hasFindings === true ? findings(vtepPairs, vteps, vnis) : [],
  }
}

function vtep(index: number, isIpv6: boolean): string {
  if (isIpv6) return `2001:db8:0:a::${(index + 1).toString(16)}`
  return `10.${index >> 16}.${(index >> 8) & 0xff}.${(index & 0xff) + 1}`
}

/** ISO 8601 with nine decimals, a number of milliseconds after the start. */
function time(ms: number): string {
  return new Date(START + ms).toISOString().replace('Z', '000000Z')
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

function packetsOf({ packetsAToB, packetsBToA }: VtepPairSummary): number {
  return packetsAToB + packetsBToA
}

function bytesOf({ outerBytesAToB, outerBytesBToA }: VtepPairSummary): number {
  return outerBytesAToB + outerBytesBToA
}

function innerBytes({ innerBytesAToB, innerBytesBToA }: FlowSummary): number {
  return innerBytesAToB + innerBytesBToA
}

/** Pairs by distance in the list of VTEPs: neighbours first, so that few pairs reach every VTEP. */
function unicastPairs(
  random: Random,
  vteps: readonly string[],
  vnis: readonly number[],
  most = Number.MAX_SAFE_INTEGER,
) {
  const places: [number, number][] = []
  for (let distance = 1; distance < vteps.length && places.length < most; distance++) {
    for (let from = 0; from + distance < vteps.length && places.length < most; from++)
      places.push([from, from + distance])
  }
  places.sort(([a, b], [c, d]) => a - c || b - d)
  return places.map(([a, b]) => pair(random, vteps[a]!, vteps[b]!, someOf(random, vnis), true))
}

function groupPairs(random: Random, vteps: readonly string[], groups: readonly string[], vnis: readonly number[]) {
  const senders = Math.min(3, vteps.length)
  const pairs: VtepPairSummary[] = []
  for (let sender = 0; sender < senders; sender++) {
    groups.forEach((group, index) => {
      const from = vteps[(index * senders + sender) % vteps.length]!
      pairs.push(pair(random, from, group, [vnis[index % vnis.length]!], false))
    })
  }
  return pairs
}

function someOf(random: Random, vnis: readonly number[]): number[] {
  const first = random.below(vnis.length)
  return vnis.slice(first, first + random.between(1, 3))
}

/** A pair with a few packets or a great many: traffic has a long tail. */
function pair(random: Random, a: string, b: string, vnis: number[], isAnswered: boolean): VtepPairSummary {
  const packetsAToB = random.between(2, 9) * 10 ** random.below(5)
  const packetsBToA = isAnswered ? Math.ceil((packetsAToB * random.between(20, 100)) / 100) : 0
  return {
    a,
    b,
    vnis,
    packetsAToB,
    packetsBToA,
    outerBytesAToB: packetsAToB * random.between(110, 1400),
    outerBytesBToA: packetsBToA * random.between(110, 1400),
    destinationPorts: [4789],
    sourcePortsAToB: random.between(1, 12),
    sourcePortsBToA: isAnswered ? random.between(1, 12) : 0,
    maxOuterIpLength: 1500,
  }
}

/** One pair in three has a path MTU where something is found; elsewhere none is known. */
function pairMtu({ a, b }: VtepPairSummary, index: number, isKnown: boolean): PairMtu {
  const pathMtu = isKnown && index % 3 === 0 ? 1450 : null
  return {
    a,
    b,
    overhead: a.includes(':') ? 70 : 50,
    largestOuterIpLength: pathMtu ?? 1500,
    pathMtu,
    pathMtuFrom: pathMtu === null ? null : 'icmp',
    recommendedInnerMtu: pathMtu === null ? null : pathMtu - (a.includes(':') ? 70 : 50),
    recommendedMss: pathMtu === null ? null : pathMtu - (a.includes(':') ? 110 : 90),
    pathMtuBetween: null,
  }
}

function sizes(random: Random, packets: number): Summary['mtu']['sizes'] {
  const bounds = [128, 256, 512, 1024, 1280, 1400, 1450, 1500, 1600, 2048, 4096, 9216, null]
  const shares = [30, 18, 6, 4, 2, 5, 3, 30, 2, 0, 0, 0, 0]
  return bounds.map((upTo, index) => ({
    upTo,
    packets: Math.floor((packets * shares[index]! * random.between(80, 100)) / 10_000),
  }))
}

/** Rows of the twenty largest VNIs and of the rest: a steady one, one in bursts, one that ends. */
function timeline(random: Random, vnis: readonly number[], steps: number): TimelineRow[] {
  if (steps === 0) return []
  const rows: (number | null)[] = vnis.length > 20 ? [...vnis.slice(0, 20), null] : [...vnis]
  return rows.map((vni, row) => {
    const level = 3 * 4 ** (row % 5)
    const packets = Array.from({ length: steps }, (_, step) => {
      if (row % 3 === 1 && step % 30 > 6) return 0
      if (row % 3 === 2 && step > (steps * 2) / 3) return 0
      return level + random.below(level + 1)
    })
    return { vni, kind: vni === null ? null : 'vxlan', packets, innerBytes: packets.map((count) => count * 700) }
  })
}

function flow(random: Random, index: number, pairs: readonly VtepPairSummary[], vnis: readonly number[]): FlowSummary {
  const over = pairs[index % pairs.length]!
  const packetsAToB = random.between(1, 9) * 10 ** random.below(4)
  const packetsBToA = Math.ceil(packetsAToB / 2)
  const start = index % 5000
  return {
    vni: over.vnis[index % over.vnis.length] ?? vnis[0]!,
    kind: 'vxlan',
    vlans: [],
    protocol: index % 4 === 3 ? 'UDP' : 'TCP',
    a: `192.168.${(index >> 8) & 0xff}.${index & 0xff}`,
    aPort: 32_768 + (index % 28_000),
    b: `192.168.${((index >> 8) & 0x7f) + 128}.${(index * 7) & 0xff}`,
    bPort: index % 4 === 3 ? 53 : 443,
    initiator: 'a',
    vtepsA: [over.a],
    vtepsB: over.packetsBToA === 0 ? [] : [over.b],
    packetsAToB,
    packetsBToA,
    innerBytesAToB: packetsAToB * random.between(60, 1400),
    innerBytesBToA: packetsBToA * random.between(60, 1400),
    firstTime: time(start),
    lastTime: time(start + random.between(1, 5000)),
    ...(index % 4 === 3
      ? {}
      : {
          tcp: {
            mssAToB: 1410,
            mssBToA: 1410,
            retransmittedSegments: index % 50 === 0 ? 3 : 0,
            retransmittedBytes: index % 50 === 0 ? 4230 : 0,
            rttMs: random.between(100, 9000) / 1000,
            state: 'closed',
          },
        }),
  }
}

function mac(random: Random, { vni, a, vtepsA, firstTime, lastTime }: FlowSummary, index: number): MacSummary {
  const packets = random.between(1, 9000)
  return {
    vni,
    vlans: [],
    mac: macAddress(index),
    packets,
    vteps: vtepsA.map((vtep) => ({ vtep, packets, firstTime, lastTime })),
    ips: [a],
    ipsTotal: 1,
  }
}

function macAddress(index: number): string {
  const hex = (index + 1).toString(16).padStart(6, '0')
  return `02:00:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`
}

/** One of each kind that a picture tells apart, as far as there are VTEPs for it. */
function findings(pairs: readonly VtepPairSummary[], vteps: readonly string[], vnis: readonly number[]): Finding[] {
  const [first, second, third] = pairs.filter(({ packetsBToA }) => packetsBToA > 0)
  const all: (Finding | null)[] = [
    first === undefined
      ? null
      : finding('PMTU_BLACK_HOLE', 'error', { vni: first.vnis[0]!, vteps: [first.a, first.b] }, 214),
    vteps.length < 3
      ? null
      : finding('DUPLICATE_MAC', 'error', { vni: vnis[0]!, mac: macAddress(2), vteps: [vteps[0]!, vteps[2]!] }, 48),
    second === undefined
      ? null
      : finding('RETRANSMISSIONS', 'warning', { vni: second.vnis[0]!, vteps: [second.a, second.b] }, 31),
    vteps.length < 4 ? null : finding('TCP_UNANSWERED', 'warning', { vni: vnis[0]!, vteps: [vteps[3]!] }, 12),
    vteps.length < 5
      ? null
      : finding('MAC_MOVED', 'note', { vni: vnis[0]!, mac: macAddress(3), vteps: [vteps[1]!, vteps[4]!] }, 1),
    finding('SHARED_MAC', 'note', { vni: vnis[0]!, mac: macAddress(4), vteps: vteps.slice(0, 8) }, 90),
    third === undefined ? null : finding('LOW_ENTROPY', 'note', { vteps: [third.a, third.b] }, 5),
    finding('CAPTURE_DUPLICATES', 'note', {}, 7),
  ]
  return all.filter((each) => each !== null)
}

function finding(code: string, severity: Severity, subject: Finding['subject'], count: number): Finding {
  const packets = [3, 17, 40]
  return {
    code,
    severity,
    title: `${code} between ${subject.vteps?.join(' and ') ?? 'nobody'}`,
    subject,
    count,
    packets,
    observed: `Seen ${count} times.`,
    inferred: 'What that means, in a sentence.',
    remedy: 'What to do about it, in a sentence.',
    displayFilter: packets.map((number) => `frame.number == ${number}`).join(' || '),
  }
}
