/** Clocks that are set or run unevenly while captures run, and delays that look like it. */
import { describe, expect, it } from 'vitest'
import { formatComparison } from '../../src/report/compare/text.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  countsOf,
  directionOf,
  type Sent,
  type Shot,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000

function talk(index: number, back: boolean): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(60).fill(index & 0xff)), 7000, 7001)
  const [one, two] = back ? [2, 1] : [1, 2]
  const inner = ipv4(payload, { from: `192.168.0.${one}`, to: `192.168.0.${two}`, id: index + 1 })
  const frame = ethernet(inner, { from: `02:00:00:00:00:0${one}`, to: `02:00:00:00:00:0${two}` })
  return vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni: 100, sourcePort: 50_000 })
}

const stream = (back: boolean): Sent[] =>
  Array.from({ length: 600 }, (_, index) => ({
    time: index * 50 * MS + (back ? 13 * MS : 0),
    bytes: talk(index, back),
  }))

const FORTH = stream(false)
const BACK = stream(true)
const gone = new Set([33, 290, 301, 302, 500])

/** Both captures, with what is lost on the way forth. */
function captures(late: (time: number) => number = () => 0): { near: Shot[]; far: Shot[] } {
  const there = carried(FORTH, {
    random: new Random(1),
    delay: 2 * MS,
    jitter: MS,
    treat: ({ bytes: sent }, time, index) => (gone.has(index) ? [] : [{ time: time + late(time), bytes: sent }]),
  })
  const here = carried(BACK, { random: new Random(2), delay: 2 * MS, jitter: MS })
  return { near: capturedAs(FORTH, here), far: capturedAs(there, BACK) }
}

/** The far clock ahead by what a time makes it. */
const set = (shots: readonly Shot[], ahead: (time: number) => number): Shot[] =>
  shots.map((shot) => ({ ...shot, time: Math.round(shot.time + ahead(shot.time)) }))

describe('a clock that is set', () => {
  it.each([5_000, 1_500, 100, -100, -3_000, -20_000])('by %i ms loses nothing, and delays are right', async (ms) => {
    const { near, far } = captures()
    for (const [one, other] of [
      [near, set(far, (time) => 777 * MS + (time > 15_000 * MS ? ms * MS : 0))],
      [set(near, (time) => (time > 15_000 * MS ? ms * MS : 0)), far],
    ] as const) {
      const comparison = await compareShots(one, other)
      expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ sent: 600, lost: 5, matched: 595, reordered: 0 })
      expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ sent: 600, lost: 0, matched: 600, reordered: 0 })
      for (const { delayMs, unsent } of comparison.directions) {
        expect(unsent).toBe(0)
        expect(delayMs!.min).toBeGreaterThan(1)
        expect(delayMs!.max).toBeLessThan(5)
      }
      expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
      const [jump, ...more] = comparison.clock.jumps
      expect(more).toEqual([])
      expect(Math.abs(jump!.ms)).toBeCloseTo(Math.abs(ms), -1)
      expect(comparison.clock.uneven).toBe(false)
      expect(formatComparison(comparison).replace(/\s+/g, ' ')).toContain('A clock was set: from about')
    }
  })

  it('is none where packets of one direction take longer from then on', async () => {
    const { near, far } = captures((time) => (time > 15_000 * MS ? 100 * MS : 0))
    const comparison = await compareShots(near, far)
    expect(directionOf(comparison, A, B).delayMs!.max).toBeGreaterThan(100)
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 5, matched: 595 })
  })

  it('is none on a healthy path', async () => {
    const { near, far } = captures()
    const comparison = await compareShots(
      near,
      set(far, (time) => 300 * MS + time * 40e-6),
    )
    expect(Math.abs(comparison.clock.driftPpm - 40)).toBeLessThan(15)
    expect(comparison.clock).toMatchObject({ jumps: [], uneven: false })
    expect(formatComparison(comparison)).not.toMatch(/was set|unevenly/)
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 5, matched: 595 })
  })
})

describe('a clock that runs unevenly', () => {
  it('tells no delays where packets would arrive before they left', async () => {
    const { near, far } = captures()
    const slewed = set(far, (time) => 500e-6 * (time < 15e9 ? time : 30e9 - time))
    const fast = set(far, (time) => 5_000e-6 * time)
    for (const other of [slewed, fast]) {
      const comparison = await compareShots(near, other)
      expect(comparison.directions.map(({ delayMs }) => delayMs)).toEqual([null, null])
      expect(comparison.clock.uneven).toBe(true)
      expect(formatComparison(comparison).replace(/\s+/g, ' ')).toContain(
        'A clock runs unevenly, so that delays are not told.',
      )
      expect(
        comparison.directions.flatMap(({ lossOverTime }) => lossOverTime).every((step) => step.delayMs === null),
      ).toBe(true)
      expect(directionOf(comparison, A, B)).toMatchObject({ lost: 5, matched: 595 })
    }
  })
})
