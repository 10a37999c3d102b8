/** The timeline: steps, their coarsening, VNIs beyond the twentieth, times without a place. */
import { describe, expect, it } from 'vitest'
import type { TimelineSummary } from '../../../src/summary.ts'
import { echo, ethernet, ipv4, type Packet, summaryOf, vxlan } from '../../support/packets.ts'

const INNER = ethernet(ipv4(echo('request', 1, 1), { protocol: 1 }))
const at = (ms: number | null, vni = 100): Packet => ({ ms, bytes: vxlan(INNER, { vni }) })
const timeline = (packets: Packet[], limit?: number): TimelineSummary =>
  summaryOf(packets, limit === undefined ? {} : { limits: { timeline: limit } }).timeline
/** Steps with packets, as [step, packets]. */
const filled = ({ vnis }: TimelineSummary, row = 0): [number, number][] =>
  vnis[row]!.packets.flatMap((packets, step) => (packets > 0 ? [[step, packets] as [number, number]] : []))

describe('timeline', () => {
  it('is empty without tunnel packets that have a time', () => {
    expect(timeline([])).toEqual({ stepMs: 1, start: null, vnis: [] })
    expect(timeline([at(null)])).toEqual({ stepMs: 1, start: null, vnis: [] })
  })

  it('has steps of a millisecond for a short capture', () => {
    const line = timeline([at(0), at(0.9), at(599)])
    expect([line.stepMs, line.vnis[0]?.packets.length]).toEqual([1, 600])
    expect(filled(line)).toEqual([
      [0, 2],
      [599, 1],
    ])
    expect(line.start).toBe('2023-11-14T22:13:20.000000000Z')
    expect(line.vnis[0]?.innerBytes[0]).toBe(2 * INNER.length)
  })

  it.each([
    [600, 2],
    [1199, 2],
    [1200, 5],
    [2999, 5],
    [3000, 10],
    [6000, 20],
    [3_600_000, 10_000],
  ])('of %i ms has steps of %i ms: 1, 2 or 5 × 10ⁿ, 600 at most', (last, stepMs) => {
    const line = timeline([at(0), at(last)])
    expect(line.stepMs).toBe(stepMs)
    expect(line.vnis[0]!.packets.length).toBeLessThanOrEqual(600)
    expect(filled(line)).toEqual([
      [0, 1],
      [Math.floor(last / stepMs), 1],
    ])
  })

  it('does not depend on the order of packets', () => {
    const packets = Array.from({ length: 200 }, (_, index) => at(((index * 7919) % 200) * 37))
    const sorted = [...packets].sort((left, right) => left.ms! - right.ms!)
    expect(timeline(packets)).toEqual(timeline(sorted))
    expect(timeline(packets)).toEqual(timeline(sorted.reverse()))
  })

  it('is aligned to the epoch', () => {
    expect(timeline([at(1501), at(4502)]).start).toBe('2023-11-14T22:13:21.500000000Z')
  })

  it('names the twenty largest VNIs and joins the rest', () => {
    const packets = Array.from({ length: 22 }, (_, vni) =>
      Array.from({ length: vni < 2 ? 1 : 2 }, () => at(0, vni)),
    ).flat()
    const { vnis } = timeline(packets)
    expect(vnis.map((row) => row.vni)).toEqual([...Array.from({ length: 20 }, (_, index) => index + 2), null])
    expect(vnis.at(-1)).toEqual({ vni: null, kind: null, packets: [2], innerBytes: [2 * INNER.length] })
  })

  it('says what found no row', () => {
    const { limits, timeline: line } = summaryOf([at(0), at(1), at(2), at(1)], { limits: { timeline: 2 } })
    expect(limits.find(({ table }) => table === 'timeline')).toEqual({ table: 'timeline', limit: 2, dropped: 1 })
    expect(line.vnis[0]?.packets).toEqual([1, 2, 0])
  })
})
