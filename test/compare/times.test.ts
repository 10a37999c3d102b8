/** Paths that fall silent, captures whose records are out of order, and captures without times; and what looks like them. */
import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/comparison.ts'
import { formatComparison } from '../../src/report/compare/text.ts'
import { arp, bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  countsOf,
  directionOf,
  onClock,
  type Sent,
  type Shot,
  START,
  type Wire,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000

function talk(index: number, back: boolean, vni = 100): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(100).fill(index & 0xff)), 7000, 7001)
  const [one, two] = back ? [2, 1] : [1, 2]
  const inner = ipv4(payload, { from: `192.168.0.${one}`, to: `192.168.0.${two}`, id: index + 1 })
  const frame = ethernet(inner, { from: `02:00:00:00:00:0${one}`, to: `02:00:00:00:00:0${two}` })
  return vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni, sourcePort: 50_000 })
}

const stream = (back: boolean, vni = 100, count = 400): Sent[] =>
  Array.from({ length: count }, (_, index) => ({
    time: index * 10 * MS + (back ? 3 * MS : 0),
    bytes: talk(index, back, vni),
  }))

const wire = (seed: number, treat?: Wire['treat']): Wire => ({
  random: new Random(seed),
  delay: 2 * MS,
  jitter: 300_000,
  ...(treat && { treat }),
})

const until = (sent: readonly Sent[], ms: number): Sent[] => sent.filter(({ time }) => time < ms * MS)
const FORTH = stream(false)
const BACK = stream(true)
/** As text on one line. */
const said = (comparison: Comparison): string => formatComparison(comparison).replace(/\n/g, ' ')

const law = ({ directions }: Comparison): void => {
  for (const { sent, matched, lost, altered, notJudged } of directions)
    expect(matched + lost + altered + notJudged).toBe(sent)
}

describe('a path that falls silent', () => {
  const SILENT = '2023-11-14T22:13:22.000000000Z'
  const near = (...more: Sent[][]) => capturedAs(FORTH, carried(until(BACK, 2000), wire(2)), ...more)
  const far = (...more: Sent[][]) =>
    onClock(capturedAs(carried(until(FORTH, 2000), wire(1)), until(BACK, 2000), ...more), 70 * MS)

  it('loses everything from then on, where another VNI shows that both captures went on', async () => {
    const other = stream(false, 200)
    const comparison = await compareShots(near(other), far(carried(other, wire(3))))
    law(comparison)
    expect(directionOf(comparison, A, B, 100)).toMatchObject({ lost: 200, notJudged: 0, silentSince: SILENT })
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    expect(said(comparison)).toContain('from 2023-11-14T22:13:22.000Z on nothing arrived.')
  })

  it('is not judged where the other capture ends with it: the text says since when, and why', async () => {
    const comparison = await compareShots(near(), far())
    law(comparison)
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 0, notJudged: 200, silentSince: SILENT })
    expect(alarmsOf(comparison)).toEqual([])
    expect(said(comparison)).toContain(
      'Not judged: 200 packets. From 2023-11-14T22:13:22.000Z on nothing arrives from 10.0.0.1 to 10.0.0.2 in VNI 100, but the far capture holds nothing at all of that time',
    )
  })

  it('and speaks again is not silent; nor is a healthy one', async () => {
    const there = carried(
      FORTH,
      wire(1, ({ bytes: sent }, time, index) => (index > 200 && index < 390 ? [] : [{ time, bytes: sent }])),
    )
    for (const arrived of [there, carried(FORTH, wire(1))]) {
      const comparison = await compareShots(capturedAs(FORTH, carried(BACK, wire(2))), capturedAs(arrived, BACK))
      expect(comparison.directions.map(({ silentSince }) => silentSince)).toEqual([null, null])
      expect(said(comparison)).not.toContain('nothing arrive')
    }
  })
})

describe('records out of order', () => {
  /** As a capture of several queues writes them: up to so late, with right times. */
  function shuffled(shots: readonly Shot[], most: number): Shot[] {
    const random = new Random(9)
    const places = shots.map((shot, index) => shot.time + (index % 3 === 1 ? random.below(most) : 0))
    const order = shots.map((_, index) => index).sort((one, other) => places[one]! - places[other]!)
    return order.map((index) => shots[index]!)
  }
  const gone = new Set([33, 34, 200])
  const there = carried(
    FORTH,
    wire(1, ({ bytes: sent }, time, index) => (gone.has(index) ? [] : [{ time, bytes: sent }])),
  )
  const near = capturedAs(FORTH, carried(BACK, wire(2)))
  const far = onClock(capturedAs(there, BACK), 70 * MS)

  it.each([
    ['near', 50],
    ['near', 1_000],
    ['far', 50],
    ['far', 1_000],
  ])('in the %s capture, by up to %i ms, are no reordering and no loss', async (place, ms) => {
    const comparison = await compareShots(
      place === 'near' ? shuffled(near, ms * MS) : near,
      place === 'far' ? shuffled(far, ms * MS) : far,
    )
    law(comparison)
    expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ lost: 3, matched: 397, reordered: 0 })
    expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ lost: 0, matched: 400, reordered: 0 })
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })

  /** Two captures written one behind the other, as `mergecap -a` does: those of each direction, or halves in the wrong order. */
  const joined: [string, (shots: readonly Shot[]) => Shot[]][] = [
    ['of two directions', (shots) => [...shots].sort((one, other) => Number(isBack(one)) - Number(isBack(other)))],
    [
      'of halves in the wrong order',
      (shots) => [...shots.slice(shots.length / 2), ...shots.slice(0, shots.length / 2)],
    ],
  ]
  /** Twenty-five times slower: ten seconds and more. */
  const slow = (shots: readonly Shot[]): Shot[] => shots.map((shot) => ({ ...shot, time: shot.time * 25 }))
  const isBack = ({ bytes: sent }: Shot): boolean => sent[14 + 15] === 2

  it.each(joined)('of two captures that were joined, %s, lose nothing more', async (_, join) => {
    for (const [one, other] of [
      [slow(near), join(slow(far))],
      [join(slow(near)), slow(far)],
      [join(slow(near)), join(slow(far))],
    ] as const) {
      const comparison = await compareShots(one, other)
      law(comparison)
      expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ lost: 3, matched: 397, reordered: 0 })
      expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ lost: 0, matched: 400, reordered: 0 })
      expect(comparison.directions.map(({ unsent, silentSince }) => [unsent, silentSince])).toEqual([
        [0, null],
        [0, null],
      ])
      expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    }
  })

  it('farther than there is room for are not judged, and the text says what to do', async () => {
    const [, halves] = joined[1]!
    const comparison = await compareShots(slow(near), halves(slow(far)), { window: 64 })
    law(comparison)
    expect(comparison.directions.map(({ lost }) => lost)).toEqual([0, 0])
    expect(comparison.directions[0]!.notJudged).toBeGreaterThan(100)
    expect(alarmsOf(comparison)).toEqual([])
    expect(formatComparison(comparison)).toContain('reordercap')
  })

  it('of equal packets are no further arrivals', async () => {
    const beats = Array.from({ length: 40 }, (_, index) => ({ time: index * 900 * MS, bytes: talk(7, false) }))
    const marks = Array.from({ length: 400 }, (_, index) => ({
      time: index * 90 * MS + 45 * MS,
      bytes: talk(1000 + index, false),
    }))
    const arrived = [carried(beats, wire(1)), carried(marks, wire(2))]
    const comparison = await compareShots(shuffled(capturedAs(beats, marks), 1_000 * MS), capturedAs(...arrived))
    law(comparison)
    expect(countsOf(comparison.directions[0]!)).toMatchObject({ sent: 440, lost: 0, duplicated: 0, reordered: 0 })
  })

  it('packets that are overtaken on the way are reordered all the same', async () => {
    const overtaken = carried(
      FORTH,
      wire(1, ({ bytes: sent }, time, index) => [{ time: index % 50 === 7 ? time + 45 * MS : time, bytes: sent }]),
    )
    const comparison = await compareShots(near, capturedAs(overtaken, BACK))
    expect(directionOf(comparison, A, B)).toMatchObject({ reordered: 8, reorderingExtent: 4 })
  })
})

describe('captures without times', () => {
  const zero = (shots: readonly Shot[]): Shot[] => shots.map((shot) => ({ ...shot, time: -START * 1e9 }))
  const stuck = (shots: readonly Shot[]): Shot[] => shots.map((shot) => ({ ...shot, time: 5_000 * MS }))
  const near = capturedAs(FORTH, carried(BACK, wire(2)))
  const far = capturedAs(carried(FORTH, wire(1)), BACK).filter((_, index) => index % 20 !== 5)

  it.each([
    ['near', zero(near), far],
    ['far', near, zero(far)],
    ['both', zero(near), zero(far)],
    ['one at a clock that stands', near, stuck(far)],
  ])('(%s) are matched, and nothing is said of loss, delay and order', async (_, one, other) => {
    for (const options of [{}, { sameClock: true }]) {
      const comparison = await compareShots(one, other, options)
      law(comparison)
      expect(comparison.matched).toBe(far.length)
      expect(comparison.clock.offsetMs).toBeNull()
      expect(alarmsOf(comparison)).toEqual([])
      for (const { judged, lost, duplicated, delayMs, reordered } of comparison.directions)
        expect([judged, lost, duplicated, delayMs, reordered]).toEqual(['no-clock', 0, 0, null, 0])
      expect(said(comparison)).toContain('times cannot be used')
    }
  })

  it('a burst of one moment has them: healthy, and judged where something was lost', async () => {
    const burst = Array.from({ length: 12 }, (_, index) => ({ time: 0, bytes: talk(index, false) }))
    const there = carried(burst, wire(1))
    const comparison = await compareShots(capturedAs(burst), capturedAs(there))
    law(comparison)
    expect(directionOf(comparison, A, B)).toMatchObject({ matched: 12, lost: 0 })
    expect(said(comparison)).not.toContain('cannot be used')
  })
})

describe('a gateway that translates VNIs', () => {
  const question = (back: boolean, vni: number, index: number): Uint8Array => {
    const [one, two] = back ? [2, 1] : [1, 2]
    const frame = ethernet(
      arp(1, { mac: `02:00:00:00:00:0${one}`, ip: `192.168.0.${one}` }, { ip: `192.168.1.${index}` }),
      { from: `02:00:00:00:00:0${one}`, to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 },
    )
    return vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni, sourcePort: 50_000 })
  }
  /** Questions first and last, as hosts ask before they talk. */
  const side = (back: boolean, vni: number): Sent[] => [
    { time: 100 * MS, bytes: question(back, vni, 1) },
    ...stream(back, vni).map(({ time, bytes: sent }) => ({ time: time + 200 * MS, bytes: sent })),
    { time: 4_300 * MS, bytes: question(back, vni, 2) },
  ]

  it('passes on what is no IP too: all of it is matched, and rewritten', async () => {
    const [near, far] = [side(false, 100), side(true, 999)]
    const comparison = await compareShots(
      capturedAs(near, carried(side(true, 100), wire(2))),
      onClock(capturedAs(carried(side(false, 999), wire(1)), far), 70 * MS),
    )
    law(comparison)
    for (const direction of comparison.directions)
      expect(direction).toMatchObject({ sent: 402, matched: 402, notJudged: 0, rewritten: 402, unsent: 0 })
    expect(alarmsOf(comparison)).toEqual([])
  })

  it('or does not, where VNIs stay apart: a question in another VNI is another one', async () => {
    const near = [...stream(false, 100), { time: 4_100 * MS, bytes: question(false, 100, 1) }]
    const far = [...carried(stream(false, 100), wire(1)), { time: 4_102 * MS, bytes: question(false, 999, 1) }]
    const comparison = await compareShots(capturedAs(near), capturedAs(far))
    expect(directionOf(comparison, A, B, 100)).toMatchObject({ matched: 400 })
  })
})

describe('a time that is selected', () => {
  const [from, to] = [START + 1, START + 3]
  const gone = new Set([120, 121, 260, 350])
  const there = carried(
    FORTH,
    wire(1, ({ bytes: sent }, time, index) => (gone.has(index) ? [] : [{ time, bytes: sent }])),
  )
  const near = capturedAs(FORTH, carried(BACK, wire(2)))
  const far = capturedAs(there, BACK)

  it.each([0, 700, -3_600_000, 5_000])('is that of the near clock, the far one %i ms ahead', async (ahead) => {
    const comparison = await compareShots(near, onClock(far, ahead * MS, 40), { from, to })
    law(comparison)
    const [forth, back] = [directionOf(comparison, A, B), directionOf(comparison, B, A)]
    // A packet under way at either end is not in both.
    expect(forth).toMatchObject({ sent: 201, lost: 3 })
    expect(forth.notJudged).toBeLessThanOrEqual(2)
    expect(back).toMatchObject({ lost: 0 })
    expect(back.notJudged).toBeLessThanOrEqual(2)
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    expect(said(comparison)).toContain('by the near clock.')
  })

  it('in which nothing arrives, nor anything else, is judged by what came before and after', async () => {
    const pause = (time: number): boolean => time < 900 * MS || time > 3_100 * MS
    const back = BACK.filter(({ time }) => pause(time))
    const comparison = await compareShots(
      capturedAs(FORTH, carried(back, wire(2))),
      onClock(
        capturedAs(
          there.filter(({ time }) => pause(time)),
          back,
        ),
        60_000 * MS,
      ),
      { from, to },
    )
    law(comparison)
    expect(comparison.directions).toHaveLength(1)
    expect(directionOf(comparison, A, B)).toMatchObject({ sent: 201, matched: 0 })
    expect(directionOf(comparison, A, B).lost).toBeGreaterThan(195)
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })

  it('is that of each side where nothing tells of the clocks, or both have one', async () => {
    const other = stream(true, 300).map(({ time }, index) => ({ time, bytes: talk(index + 5_000, true, 300) }))
    const apart = await compareShots(capturedAs(FORTH), capturedAs(other), { from, to })
    law(apart)
    expect(apart.directions.map(({ sent, lost }) => [sent, lost])).toEqual([
      [201, 0],
      [200, 0],
    ])
    expect(said(apart)).toContain('by the clock of each side')
    const one = await compareShots(near, far, { from, to, sameClock: true })
    law(one)
    expect(directionOf(one, A, B)).toMatchObject({ sent: 201, lost: 3 })
  })
})
