/** A capture whose datagrams travel in fragments tells the same of what they carry as the capture of the whole ones. */
import { describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { analyze, printed, type Recorded, readOn, recordsOf } from '../support/parts.ts'
import { Random } from '../support/random.ts'
import { identified, outerIpOf, randomCuts, recorded, split } from '../support/split.ts'

/** Both captures, with the same identifications: whole, and in fragments. */
function captures(
  records: readonly Recorded[],
  random: Random,
  damaged = 0,
): { whole: Recorded[]; parts: Recorded[]; cut: number } {
  const whole: Recorded[] = []
  const parts: Recorded[] = []
  let cut = 0
  for (const [index, record] of records.entries()) {
    const where = outerIpOf(record)
    if (where === null) {
      whole.push(record)
      parts.push(record)
      continue
    }
    const { buffer, byteOffset } = record.view
    const frame = new Uint8Array(buffer, byteOffset, where.end)
    const id = 1000 + index
    const sent = identified(frame, where, id).slice()
    // Some are damaged on the way, behind the headers, before they are cut.
    if (random.chance(damaged)) sent[where.end - 1]! ^= 1 << random.below(8)
    whole.push(recorded(record, sent))
    const fragments = split(sent, where, randomCuts(random, where.end - where.payloadAt), id)
    cut += fragments.length > 1 ? 1 : 0
    if (random.chance(30)) fragments.sort(() => random.below(3) - 1)
    parts.push(...fragments.map((fragment) => recorded(record, fragment)))
  }
  const renumbered = (list: Recorded[]): Recorded[] =>
    list.map(({ view, packet }, index) => ({ view, packet: { ...packet, number: index + 1 } }))
  return { whole: renumbered(whole), parts: renumbered(parts), cut }
}

/** What fragments must not change. */
function carried(analysis: Analysis): object {
  const summary = finish(analysis.flushed(), { rows: Number.POSITIVE_INFINITY })
  const { tunnel, timeline, flows, macs, flowsTotal, macsTotal } = summary
  return {
    tunnel: {
      ...tunnel,
      fragments: null,
      faults: tunnel.faults.map(({ firstPacket: _, ...fault }) => fault),
    },
    totals: { flowsTotal, macsTotal },
    vnis: summary.vnis.map(({ outerBytes: _, overheadBytes: __, overheadPercent: ___, ...row }) => row),
    vtepPairs: summary.vtepPairs.map(({ a, b, vnis, packetsAToB, packetsBToA, ...row }) => ({
      ...{ a, b, vnis, packetsAToB, packetsBToA },
      ports: [row.destinationPorts, row.sourcePortsAToB, row.sourcePortsBToA],
    })),
    overheads: summary.mtu.perPair.map(({ a, b, overhead }) => ({ a, b, overhead })),
    timeline,
    flows,
    macs,
  }
}

/** Findings about what is carried, with their counts. */
function inside(analysis: Analysis, codes: ReadonlySet<string> = INNER): object {
  const flushed = analysis.flushed()
  const { mtu } = finish(flushed, { rows: 0 })
  return diagnose({ analysis: flushed, files: [], dropped: null, mtu })
    .filter(({ code }) => codes.has(code))
    .map(({ code, subject, count }) => ({ code, subject, count }))
}

const INNER = new Set([
  ...[
    'ARP_UNANSWERED',
    'BUM_FLOOD',
    'DUPLICATE_IP',
    'DUPLICATE_MAC',
    'ECHO_UNANSWERED',
    'FLAG_I_CLEAR',
    'GROUP_POLICY',
  ],
  ...['INNER_TRUNCATED', 'INNER_VLAN', 'MAC_MOVED', 'NESTED_TUNNEL', 'RESERVED_BITS', 'RETRANSMISSIONS', 'ROGUE_VTEP'],
  ...['CONGESTION', 'ECN_ILLEGAL', 'ONE_WAY', 'VNI_MISMATCH'],
])

const CHECKSUMS = new Set(['OUTER_CHECKSUM_BAD', 'INNER_CHECKSUM_BAD'])

describe.each(FIXTURES)('%s', (name) => {
  const records = recordsOf(fixture(name))

  it('carries the same in fragments', () => {
    for (const seed of [1, 2, 3]) {
      const { whole, parts, cut } = captures(records, new Random(seed))
      const analysis = analyze(parts)
      expect(carried(analysis)).toEqual(carried(analyze(whole)))
      expect(inside(analysis)).toEqual(inside(analyze(whole)))
      // Every fragment of a tunnel datagram has its size, in whatever order they came.
      const { tunnel, mtu } = finish(analysis.flushed(), { rows: 0 })
      const tunnelled = tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets
      if (tunnel.faults.length === 0)
        expect(mtu.sizes.reduce((sum, { packets }) => sum + packets, 0)).toBe(tunnelled + tunnel.fragments.others)
      if (cut > 0) expect(parts.length).toBeGreaterThan(whole.length)
    }
  })

  it('is damaged the same in fragments', () => {
    for (const seed of [1, 2, 3]) {
      const { whole, parts } = captures(records, new Random(seed), 20)
      const found = inside(analyze(whole), CHECKSUMS)
      expect(inside(analyze(parts), CHECKSUMS)).toEqual(found)
      if (whole.filter((record) => outerIpOf(record) !== null).length > 40) expect(found).not.toEqual([])
    }
  })

  it('goes on from saved state at every boundary of the fragments', () => {
    const { parts } = captures(records.slice(25, 40), new Random(5))
    const whole = printed(analyze(parts))
    for (let cut = 0; cut <= parts.length; cut++) {
      const before = analyze(parts.slice(0, cut))
      const after = new Analysis()
      after.restore(structuredClone(before.save()))
      expect(printed(after)).toBe(printed(before))
      readOn(after, parts.slice(cut))
      if (printed(after) !== whole) expect(printed(after), `cut at ${cut}`).toBe(whole)
    }
  })
})
