/** The fast path counts and tells what the slow path does, of every capture at hand. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { Analysis, type AnalysisOptions } from '../../../src/analyzers/analysis.ts'
import * as b from '../../../src/codecs/build/builder.ts'
import { FLAG_ACK, FLAG_FIN, FLAG_RST, FLAG_SYN } from '../../../src/codecs/headers/tcp.ts'
import { emptyPacket } from '../../../src/packet-meta.ts'
import { bytesOf } from '../../support/hex.ts'
import { HERE, outer, record, segment } from '../../support/overlay-traffic.ts'
import { records } from '../../support/packets.ts'
import { printed, type Recorded, readOn, readOnTheLongWay, recordsOf, together } from '../../support/parts.ts'
import { because, LAB, ROOT } from '../../support/shared.ts'

const FIXTURES = join(ROOT, 'fixtures', 'pcaps')

function captures(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => join(folder, name))
}

/** What both ways say of records. */
function bothWays(records: readonly Recorded[], options: AnalysisOptions = {}): { fastPath: Analysis; long: Analysis } {
  const fastPath = new Analysis(options)
  readOn(fastPath, together(records))
  const long = new Analysis(options)
  readOnTheLongWay(long, records)
  return { fastPath, long }
}

/** Few addresses and ports, so that paths recur. */
const end = fc.nat({ max: 2 })
/** None; timestamps; MSS, SACK permitted, timestamps, window scale; MSS 1; MSS that is cut off; a wrong length; SACK. */
const options = fc.constantFrom(
  '',
  '0101080a0000000100000002',
  '020405b40402080a000000010000000001030307',
  '02040001',
  '01010204',
  '03010101',
  '0101050a0000000100000002',
)
const spoken = fc.record({
  from: end,
  to: end,
  vni: fc.constantFrom(5, 6),
  outer: fc.constantFrom(4, 6),
  inner: fc.constantFrom(4, 6),
  tag: fc.constantFrom(null, 0, 7),
  outerTag: fc.boolean(),
  transport: fc.constantFrom('tcp', 'tcp', 'tcp', 'udp', 'echo'),
  flags: fc.constantFrom(
    FLAG_SYN,
    FLAG_SYN | FLAG_ACK,
    FLAG_ACK,
    FLAG_ACK,
    FLAG_FIN | FLAG_ACK,
    FLAG_RST,
    FLAG_SYN | FLAG_FIN,
  ),
  options,
  identification: fc.constantFrom(0, 1, 2),
  payload: fc.nat({ max: 3 }),
  snap: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 60, max: 190 })),
  sourcePort: fc.constantFrom(50_000, 50_001),
  /** Behind another tunnel endpoint. */
  isMoved: fc.constantFrom(false, false, false, true),
  /** From or to another port: a host that talks to itself is told by them. */
  portSteps: fc.constantFrom([0, 0], [0, 1], [1, 0]),
  toGroup: fc.integer({ min: 0, max: 20 }).map((one) => one === 0),
})
type Spoken = typeof spoken extends fc.Arbitrary<infer T> ? T : never

function packetOf(one: Spoken): Uint8Array {
  const vtep = (host: number): number => (one.isMoved ? (host + 1) % 3 : host)
  const outerEnd = (host: number): string => (one.outer === 4 ? `10.0.0.${vtep(host)}` : `fd00::${vtep(host)}`)
  const group = one.outer === 4 ? '239.1.1.1' : 'ff05::1'
  const outer = { source: outerEnd(one.from), destination: one.toGroup ? group : outerEnd(one.to) }
  const inner = {
    source: one.inner === 4 ? `192.168.0.${one.from}` : `fd01::${one.from}`,
    destination: one.inner === 4 ? `192.168.0.${one.to}` : `fd01::${one.to}`,
  }
  const [sourceStep, destinationStep] = one.portSteps as [number, number]
  const ports = { sourcePort: 1000 + one.from + sourceStep, destinationPort: 1000 + one.to + destinationStep }
  const { identification, flags } = one
  const { bytes } = b.build([
    b.ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' }),
    ...(one.outerTag ? [b.dot1q({ vlanId: 3 })] : []),
    one.outer === 4 ? b.ipv4({ ...outer, identification }) : b.ipv6(outer),
    b.udp({ sourcePort: one.sourcePort }),
    b.vxlan({ vni: one.vni }),
    b.ethernet({ destination: `02:00:00:00:01:0${one.to}`, source: `02:00:00:00:01:0${one.from}` }),
    ...(one.tag === null ? [] : [b.dot1q({ vlanId: one.tag })]),
    one.inner === 4 ? b.ipv4({ ...inner, identification }) : b.ipv6(inner),
    one.transport === 'tcp'
      ? b.tcp({ ...ports, flags, options: bytesOf(one.options) })
      : one.transport === 'udp'
        ? b.udp(ports)
        : b.icmp({ type: 8 }),
    b.payload(new Uint8Array(one.payload)),
  ])
  return bytes
}

/**
 * Everything that an analysis keeps, but for a stateful analyzer that makes room for whoever it is asked about, which most packets are
 * spared.
 */
function stateOf(analysis: Analysis): unknown {
  const { stateful, ...state } = analysis.save()
  return { ...state, stateful: { ...stateful, underlayNeighbors: null } }
}

describe('fast path', () => {
  test.prop([fc.array(spoken, { minLength: 1, maxLength: 30, size: 'max' }), fc.nat({ max: 12 })])(
    'says of any conversation what the slow path says',
    (conversation, room) => {
      const records = conversation.map((one, index) => {
        const bytes = packetOf(one).slice(0, one.snap)
        const nanoseconds = index * 1_000_000
        const packet = { ...emptyPacket(), number: index + 1, seconds: 1_700_000_000, nanoseconds, linkType: 1 }
        const lengths = { capturedLength: bytes.length, wireLength: packetOf(one).length }
        return { view: new DataView(bytes.buffer), packet: { ...packet, ...lengths } }
      })
      const small = { window: 8, datagrams: 8 }
      // With little room some table runs full on the way.
      const limits = room === 0 ? small : { ...small, addresses: room + 4, details: room + 3, flows: room }
      const { fastPath, long } = bothWays(records, { limits })
      expect(printed(fastPath)).toBe(printed(long))
      expect(stateOf(fastPath)).toEqual(stateOf(long))
    },
  )

  it.each([4, 6] as const)('knows the two ways of a host that talks to itself, IPv%d', (version) => {
    const [one] = fc.sample(spoken, { numRuns: 1, seed: 1 })
    const ends = { from: 1, to: 1, outer: version, inner: version, isMoved: false, toGroup: false, tag: null }
    const steps = [
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 1],
    ] as const
    const conversation = steps.map((portSteps) => packetOf({ ...one!, ...ends, transport: 'udp', portSteps } as Spoken))
    const { fastPath, long } = bothWays(records(conversation.map((bytes, n) => ({ bytes, ms: n }))))
    expect(fastPath.fastPathPackets).toBe(conversation.length)
    expect(stateOf(fastPath)).toEqual(stateOf(long))
  })

  it('knows when a path began whose first packet has no time', () => {
    const parts: Parameters<typeof segment>[2][] = [1, 2, 3].map((sequence) => ({ flags: FLAG_ACK, sequence }))
    const packets = parts.map((part, n) => record(outer(HERE, 0, segment(HERE, 0, part)), n))
    const { fastPath, long } = bothWays(records(packets.map((one, n) => (n === 0 ? { ...one, ms: null } : one))))
    expect(stateOf(fastPath)).toEqual(stateOf(long))
  })

  it.each(captures(FIXTURES))('says of %s what the slow path says', (path) => {
    const { fastPath, long } = bothWays(recordsOf(path))
    expect(printed(fastPath)).toBe(printed(long))
  })

  it('says the same with limits of a few rows', () => {
    const limits = { addresses: 9, flows: 5, macs: 3, routes: 2, vtepPairs: 2, details: 4, window: 8, timeline: 3 }
    for (const path of captures(FIXTURES)) {
      const { fastPath, long } = bothWays(recordsOf(path), { limits })
      expect(printed(fastPath), path).toBe(printed(long))
    }
  })

  it('says the same when a table runs full on the way', () => {
    // A packet may need five rows of addresses: the fast path opens no path where there is less room.
    const limits = [{ addresses: 14 }, { flows: 8 }, { macs: 7 }, { routes: 6 }, { vtepPairs: 6 }, { details: 8 }]
    for (const path of captures(FIXTURES)) {
      for (const limit of limits) {
        const { fastPath, long } = bothWays(recordsOf(path), { limits: limit })
        expect(printed(fastPath), `${path} ${JSON.stringify(limit)}`).toBe(printed(long))
      }
    }
  })

  it('says the same of one VNI or VTEP', () => {
    for (const path of captures(FIXTURES)) {
      const { fastPath, long } = bothWays(recordsOf(path), { filter: { vnis: [100], vteps: ['10.0.10.133'] } })
      expect(printed(fastPath), path).toBe(printed(long))
    }
  })

  it.skipIf(LAB === undefined)(`says of every lab capture what the slow path says${because(LAB)}`, () => {
    let packets = 0
    let fastPath = 0
    for (const path of captures(LAB!)) {
      const ways = bothWays(recordsOf(path))
      expect(printed(ways.fastPath), path).toBe(printed(ways.long))
      packets += ways.fastPath.capture.packets
      fastPath += ways.fastPath.fastPathPackets
      expect(ways.long.fastPathPackets).toBe(0)
    }
    // The lab's captures are short and made of what is remarkable, pings above all.
    expect(fastPath).toBeGreaterThan(packets / 8)
  })
})
