/** Captures that do not record a direction, or a VNI, beside those in which nothing of it arrives. */
import { describe, expect, it } from 'vitest'
import { formatComparison } from '../../src/report/compare/text.ts'
import { echo, ethernet, ipv4, type SegmentOptions, tcp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  directionOf,
  onClock,
  type Sent,
  type Shot,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const VNI_AT = 46

/** A packet of a guest in a VNI. */
function framed(inner: Uint8Array, protocol: number, id: number, isBack: boolean, vni = 100): Uint8Array {
  const guests = ['192.168.0.1', '192.168.0.2'] as const
  const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const
  const [from, to] = isBack ? [1, 0] : [0, 1]
  const packet = ipv4(inner, { from: guests[from]!, to: guests[to]!, protocol, id: id & 0xffff })
  const frame = ethernet(packet, { from: macs[from]!, to: macs[to]! })
  return vxlan(frame, isBack ? { from: B, to: A, vni } : { from: A, to: B, vni })
}

const pings = (isBack: boolean, vni = 100): Sent[] =>
  Array.from({ length: 60 }, (_, index) => ({
    time: index * 50 * MS + (isBack ? 5 * MS : 0),
    bytes: framed(echo(isBack ? 'reply' : 'request', 7, index), 1, index, isBack, vni),
  }))

/** Data one way, or the acknowledgments of it. */
const segments = (isBack: boolean, options: (index: number) => SegmentOptions): Sent[] =>
  Array.from({ length: 60 }, (_, index) => ({
    time: index * 50 * MS + (isBack ? 5 * MS : 0),
    bytes: framed(tcp(options(index)), 6, index, isBack),
  }))
const data = segments(false, (index) => ({ sequence: 1000 + 100 * index, payload: 100, from: 40_000, to: 80 }))
const acknowledgments = segments(true, (index) => ({
  sequence: 5,
  acknowledgment: 1100 + 100 * index,
  from: 80,
  to: 40_000,
}))
const repeated = segments(true, (index) => ({
  sequence: 5 + index,
  acknowledgment: 1000,
  from: 80,
  to: 40_000,
  payload: 1,
}))

const wire = (seed: number) => ({ random: new Random(seed), delay: MS, jitter: MS / 5 })
const isOf = (shot: Shot, vni: number): boolean =>
  shot.bytes[VNI_AT]! * 65_536 + shot.bytes[VNI_AT + 1]! * 256 + shot.bytes[VNI_AT + 2]! === vni

/** Both captures of a way there and one back; nothing of the former arrives where it is dead. */
function captured(
  forth: Sent[],
  back: Sent[],
  isDead = false,
): { near: Shot[]; there: Shot[]; sent: Shot[]; far: Shot[] } {
  const there = isDead ? [] : capturedAs(carried(forth, wire(1)))
  const far = capturedAs(back)
  const all = [...there, ...far].sort((one, other) => one.time - other.time)
  return { near: capturedAs(forth, carried(back, wire(2))), there, sent: far, far: all }
}

describe('a capture of one direction', () => {
  it.each([
    ['pings', pings(false), pings(true)],
    ['acknowledgments', data, acknowledgments],
  ])('of what is answered, as %s show, is not judged', async (_, forth, back) => {
    const { near, sent } = captured(forth, back)
    for (const [one, other] of [
      [near, sent],
      [sent, near],
    ] as const) {
      const comparison = await compareShots(one, onClock(other, 700 * MS))
      expect(alarmsOf(comparison)).toEqual([])
      expect(directionOf(comparison, A, B)).toMatchObject({ judged: 'not-recorded', lost: 0, sent: 60, notJudged: 60 })
      expect(directionOf(comparison, B, A)).toMatchObject({ judged: 'yes', lost: 0, matched: 60 })
      expect(formatComparison(comparison)).toMatch(/capture records nothing from 10\.0\.0\.1 to 10\.0\.0\.2 in VNI 100/)
    }
  })

  it.each([
    [
      'pings get no reply',
      pings(false),
      pings(true).map(({ time }, index) => ({ time, bytes: framed(echo('reply', 9, index), 1, index, true) })),
    ],
    ['acknowledgments stand still', data, repeated],
  ])('is none where %s: everything is lost', async (_, forth, back) => {
    const { near, far } = captured(forth, back, true)
    const comparison = await compareShots(near, onClock(far, 700 * MS))
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    expect(directionOf(comparison, A, B).lost).toBeGreaterThan(50)
  })

  it('is none where both are recorded', async () => {
    const { near, far } = captured(pings(false), pings(true))
    const comparison = await compareShots(near, far)
    expect(comparison.directions.map(({ judged }) => judged)).toEqual(['yes', 'yes'])
    expect(alarmsOf(comparison)).toEqual([])
  })
})

describe('a capture without a VNI', () => {
  const first = captured(pings(false), pings(true))
  const other = captured(pings(false, 7), pings(true, 7))
  const merged = (...lists: Shot[][]): Shot[] => lists.flat().sort((one, two) => one.time - two.time)
  const near = merged(first.near, other.near)

  it('that passes it is not judged', async () => {
    const far = merged(first.far, other.far).filter((shot) => !isOf(shot, 7))
    const comparison = await compareShots(near, onClock(far, 700 * MS))
    expect(alarmsOf(comparison)).toEqual([])
    expect(directionOf(comparison, A, B, 7)).toMatchObject({ judged: 'not-recorded', lost: 0, notJudged: 60 })
    expect(directionOf(comparison, B, A, 7)).toMatchObject({ judged: 'not-recorded', sent: 0 })
  })

  it('of which nothing arrives either way is all lost', async () => {
    const dead = { near: capturedAs(pings(false, 7)), far: capturedAs(pings(true, 7)) }
    const comparison = await compareShots(merged(first.near, dead.near), merged(first.far, dead.far))
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN', 'LOST_BETWEEN'])
  })

  it('of which nothing arrives one way is lost that way', async () => {
    const comparison = await compareShots(merged(first.near, capturedAs(pings(false, 7))), first.far)
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })
})
