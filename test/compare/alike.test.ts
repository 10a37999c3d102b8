/** Packets that are equal to the byte: heartbeats alone, heartbeats among others, and what a snap length makes equal. */
import { describe, expect, it } from 'vitest'
import type { CompareOptions } from '../../src/compare/options.ts'
import type { Comparison } from '../../src/comparison.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  compareShots,
  countsOf,
  directionOf,
  onClock,
  type Sent,
  type Shot,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000

/** A packet of a guest: heartbeats have no number. */
function packet(back: boolean, index: number | null, vni: number): Uint8Array {
  const payload = udp(bytes(index === null ? [] : number(index, 4), new Array<number>(24).fill(0x42)), 3784, 3784)
  const [one, two] = back ? [2, 1] : [1, 2]
  const inner = ipv4(payload, { from: `192.168.0.${one}`, to: `192.168.0.${two}`, id: index ?? 0 })
  const frame = ethernet(inner, { from: `02:00:00:00:00:0${one}`, to: `02:00:00:00:00:0${two}` })
  return vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni, sourcePort: 50_000 })
}

/** Both ways, every so many nanoseconds. */
const beats = (every: number, count: number): Sent[][] =>
  [false, true].map((back) =>
    Array.from({ length: count }, (_, index) => ({ time: index * every, bytes: packet(back, null, 7) })),
  )

const talk = (count: number): Sent[][] =>
  [false, true].map((back) =>
    Array.from({ length: count }, (_, index) => ({
      time: (back ? 7 : 2) * MS + index * 17 * MS,
      bytes: packet(back, index + 1, 100),
    })),
  )

/** What arrives: each takes its own time and may overtake others. */
function arrivals(packets: Sent[], delay: () => number, isLost: (index: number) => boolean = () => false): Sent[] {
  return packets.flatMap(({ time, bytes: sent }, index) =>
    isLost(index) ? [] : [{ time: time + delay(), bytes: sent }],
  )
}

interface Path {
  lists: Sent[][][]
  delay: () => number
  /** Whether one of the first list is lost on the way forth. */
  isLost?: (index: number) => boolean
  ahead?: number
}

function compared({ lists, delay, isLost, ahead = 0 }: Path, options: CompareOptions = {}): Promise<Comparison> {
  const near: Sent[][] = []
  const far: Sent[][] = []
  for (const [index, [forth, back]] of lists.entries()) {
    near.push(forth!, arrivals(back!, delay))
    far.push(arrivals(forth!, delay, index === 0 ? isLost : undefined), back!)
  }
  return compareShots(capturedAs(...near), onClock(capturedAs(...far), ahead), options)
}

const jitter = (seed: number, from: number, to: number): (() => number) => {
  const random = new Random(seed)
  return () => from * MS + random.below((to - from) * MS)
}

/** Nothing is said of any packet. */
function expectUntold(comparison: Comparison): void {
  expect(alarmsOf(comparison)).toEqual(['NOTHING_IN_COMMON'])
  expect(comparison.findings.find(({ code }) => code === 'NOTHING_IN_COMMON')!.title).toContain('too alike')
  expect(comparison.clock).toMatchObject({ offsetMs: null, errorMs: null })
  for (const direction of comparison.directions) {
    const { sent } = direction
    expect(direction).toMatchObject({ judged: 'no-clock', lost: 0, duplicated: 0, reordered: 0, unsent: 0 })
    expect(direction).toMatchObject({ notJudged: sent, delayMs: null })
  }
}

describe('heartbeats alone', () => {
  it('that follow faster than they arrive are too alike to tell', async () => {
    for (const ahead of [0, 5_000 * MS]) {
      expectUntold(await compared({ lists: [beats(10 * MS, 500)], delay: () => 25 * MS, ahead }))
      expectUntold(await compared({ lists: [beats(10 * MS, 500)], delay: jitter(3, 1, 60), ahead }))
      const isLost = (index: number) => index % 9 === 2
      expectUntold(await compared({ lists: [beats(10 * MS, 500)], delay: jitter(4, 1, 60), isLost, ahead }))
    }
  })

  it('of an even timer are counted; neither clocks nor delays are told', async () => {
    const isLost = (index: number) => index % 9 === 2
    const comparison = await compared({ lists: [beats(100 * MS, 200)], delay: jitter(5, 0, 1), isLost, ahead: 5e9 })
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ sent: 200, lost: 22, duplicated: 0, reordered: 0 })
    expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ sent: 200, lost: 0, duplicated: 0 })
    expect(directionOf(comparison, A, B).packets.lost.every(({ oneOf }) => oneOf)).toBe(true)
    expect(comparison.clock).toMatchObject({ offsetMs: null, errorMs: null })
    expect(comparison.directions.map(({ delayMs }) => delayMs)).toEqual([null, null])
  })

  it('of which none is lost are healthy', async () => {
    const comparison = await compared({ lists: [beats(100 * MS, 200)], delay: jitter(6, 0, 1), ahead: -3e9 })
    expect(alarmsOf(comparison)).toEqual([])
    expect(comparison.matched).toBe(400)
  })

  it('are told on one clock', async () => {
    const lists = [beats(10 * MS, 500)]
    const healthy = await compared({ lists, delay: () => 25 * MS }, { sameClock: true })
    expect(alarmsOf(healthy)).toEqual([])
    expect(healthy.directions.map(({ lost, duplicated }) => lost + duplicated)).toEqual([0, 0])
  })
})

describe('heartbeats among others', () => {
  it('are counted where they follow faster than delays vary, and have no delay', async () => {
    const isLost = (index: number) => index % 9 === 2
    const lists = [beats(10 * MS, 500), talk(320)]
    const comparison = await compared({ lists, delay: jitter(7, 1, 60), isLost, ahead: 5e9 })
    const direction = directionOf(comparison, A, B, 7)
    expect(countsOf(direction)).toMatchObject({ sent: 500, lost: 56, duplicated: 0, reordered: 0, notJudged: 0 })
    expect(direction.delayMs).toBeNull()
    expect(directionOf(comparison, A, B, 100).delayMs!.max).toBeGreaterThan(50)
    const healthy = await compared({ lists, delay: jitter(8, 1, 60), ahead: 5e9 })
    expect(healthy.directions.map(({ lost, duplicated }) => lost + duplicated)).toEqual([0, 0, 0, 0])
    expect(alarmsOf(healthy).filter((code) => code !== 'REORDERED_BETWEEN')).toEqual([])
  })

  it('that are slower than delays vary have their delays', async () => {
    const comparison = await compared({ lists: [beats(200 * MS, 50), talk(500)], delay: jitter(9, 1, 20), ahead: 5e9 })
    expect(directionOf(comparison, A, B, 7).delayMs!.median).toBeGreaterThan(4)
    expect(directionOf(comparison, A, B, 7)).toMatchObject({ matched: 50, lost: 0 })
  })
})

describe('packets that a snap length makes equal', () => {
  const cut = (shots: Shot[], length: number): Shot[] =>
    shots.map((shot) => ({ ...shot, bytes: shot.bytes.subarray(0, length) }))
  const voice = [false, true].map((back) =>
    Array.from({ length: 300 }, (_, index) => ({ time: index * 20 * MS, bytes: packet(back, index, 9) })),
  )
  // Only the number in the payload tells them, and the identification, which is cleared here.
  for (const { bytes: each } of voice.flat()) each.set([0, 0], 50 + 14 + 4)
  const [forth, back] = voice as [Sent[], Sent[]]
  const near = capturedAs(forth, arrivals(back, jitter(10, 2, 12)))
  const far = onClock(capturedAs(arrivals(forth, jitter(11, 2, 12)), back), 7_000 * MS)

  it('are too alike to tell', async () => {
    expectUntold(await compareShots(cut(near, 92), cut(far, 92)))
  })

  it('are told where it leaves what numbers them', async () => {
    const comparison = await compareShots(cut(near, 100), cut(far, 100))
    expect(alarmsOf(comparison)).toEqual([])
    expect(comparison.matched).toBe(600)
  })
})
