/** Marks that routers put on packets between two captures (RFC 3168), beside other ECN bits and captures without them. */
import { describe, expect, it } from 'vitest'
import { formatComparison } from '../../src/report/compare/text.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { alarmsOf, capturedAs, carried, compareShots, directionOf, type Sent } from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const [NOT_ECT, ECT0, CE] = [0, 2, 3]
/** Offset of the class in the outer IPv4 header. */
const OUTER = 15

/** A numbered datagram with ECN outside and inside. */
function talk(index: number, back: boolean, outer: number, inner: number): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(100).fill(index & 0xff)), 7000, 7001)
  const [one, two] = back ? [2, 1] : [1, 2]
  const packet = ipv4(payload, { from: `192.168.0.${one}`, to: `192.168.0.${two}`, id: index + 1, tos: inner })
  const frame = ethernet(packet, { from: `02:00:00:00:00:0${one}`, to: `02:00:00:00:00:0${two}` })
  const sent = vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni: 100, sourcePort: 50_000 })
  sent[OUTER] = outer
  return sent
}

const stream = (back: boolean, outer: number, inner = outer): Sent[] =>
  Array.from({ length: 200 }, (_, index) => ({
    time: index * 10 * MS + (back ? 3 * MS : 0),
    bytes: talk(index, back, outer, inner),
  }))

/** Sent with ECN as told, and arrived as what is made of each. */
function comparison(ecn: number, arrivesAs: (index: number) => Uint8Array | null) {
  const wire = { delay: 2 * MS, jitter: MS }
  const [forth, back] = [stream(false, ecn), stream(true, ecn)]
  const there = carried(forth, {
    ...wire,
    random: new Random(1),
    treat: ({ bytes: sent }, time, index) => [{ time, bytes: arrivesAs(index) ?? sent }],
  })
  const here = carried(back, { ...wire, random: new Random(2) })
  return compareShots(capturedAs(forth, here), capturedAs(there, back))
}

describe('congestion marks', () => {
  it.each([
    ['outside', CE, ECT0],
    ['inside, as a gateway copies them', ECT0, CE],
    ['both', CE, CE],
  ])('%s are counted for the direction that has them, and are no rewriting', async (_, outer, inner) => {
    const compared = await comparison(ECT0, (index) => (index % 10 === 4 ? talk(index, false, outer, inner) : null))
    expect(directionOf(compared, A, B)).toMatchObject({ congestionMarked: 20, matched: 200, rewritten: 0, altered: 0 })
    expect(directionOf(compared, B, A).congestionMarked).toBe(0)
    expect(alarmsOf(compared)).toEqual([])
    expect(formatComparison(compared)).toContain('20 packets were marked for congestion on the way (ECN CE).')
  })

  it('that packets leave with, or lose, or other bits of the class, are none', async () => {
    const sent = await comparison(CE, () => null)
    const cleared = await comparison(ECT0, (index) => talk(index, false, NOT_ECT, ECT0))
    const unmarked = await comparison(CE, (index) => talk(index, false, ECT0, CE))
    const classified = await comparison(ECT0, (index) => talk(index, false, 0x28 | ECT0, ECT0))
    for (const compared of [sent, cleared, unmarked, classified]) {
      expect(directionOf(compared, A, B)).toMatchObject({ congestionMarked: 0, matched: 200, altered: 0 })
      expect(formatComparison(compared)).not.toContain('congestion on the way')
    }
    expect(directionOf(classified, A, B).rewrites).toEqual([{ field: 'outer dscp', from: '0', to: '10', packets: 200 }])
  })

  it('are none on a healthy path', async () => {
    const compared = await comparison(NOT_ECT, () => null)
    expect(compared.directions.map(({ congestionMarked }) => congestionMarked)).toEqual([0, 0])
    expect(formatComparison(compared)).toContain('(ECN marks aside)')
  })
})
