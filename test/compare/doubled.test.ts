/** Captures that record some packets twice in one place, beside networks that duplicate them and senders that repeat themselves. */
import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/comparison.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  directionOf,
  type Sent,
  type Shot,
  type Wire,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const US = 1_000

function talk(index: number, back: boolean, id = (index % 60_000) + 1): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(100).fill(index & 0xff)), 7000, 7001)
  const [one, two] = back ? [2, 1] : [1, 2]
  const inner = ipv4(payload, { from: `192.168.0.${one}`, to: `192.168.0.${two}`, id })
  const frame = ethernet(inner, { from: `02:00:00:00:00:0${one}`, to: `02:00:00:00:00:0${two}` })
  return vxlan(frame, { from: `10.0.0.${one}`, to: `10.0.0.${two}`, vni: 100, sourcePort: 50_000 })
}

const stream = (back: boolean, count = 400, every = 10 * MS): Sent[] =>
  Array.from({ length: count }, (_, index) => ({ time: index * every + (back ? 3 * MS : 0), bytes: talk(index, back) }))

const wire = (seed: number, treat?: Wire['treat']): Wire => ({
  random: new Random(seed),
  delay: 2 * MS,
  jitter: 300 * US,
  ...(treat && { treat }),
})

const FORTH = stream(false)
const BACK = stream(true)

/** Traffic both ways, with what happens to that from A to B. */
function bothWays(treat?: Wire['treat'], forth = FORTH): { near: Shot[]; far: Shot[] } {
  const there = carried(forth, wire(1, treat))
  return { near: capturedAs(forth, carried(BACK, wire(2))), far: capturedAs(there, BACK) }
}

const without =
  (...gone: number[]): Wire['treat'] =>
  ({ bytes: sent }, time, index) =>
    gone.includes(index) ? [] : [{ time, bytes: sent }]

/** A capture that records some packets again, so much later. */
function doubled(shots: readonly Shot[], later: number, which: (shot: Shot, index: number) => boolean): Shot[] {
  return shots
    .flatMap((shot, index) => (which(shot, index) ? [shot, { ...shot, time: shot.time + later }] : [shot]))
    .sort((one, other) => one.time - other.time)
}

const third = (_: Shot, index: number): boolean => index % 3 === 0
const isForth = ({ bytes: sent }: Shot): boolean => sent[29] === 1

const law = ({ directions }: Comparison): void => {
  for (const { sent, matched, lost, altered, notJudged } of directions)
    expect(matched + lost + altered + notJudged).toBe(sent)
}

describe('a sender whose capture has some packets twice', () => {
  it.each([
    ['microseconds', 40 * US],
    ['milliseconds', 3 * MS],
  ])('%s apart sent them once: what is lost is told to the packet', async (_, later) => {
    const gone = [7, 50, 51, 52, 53, 300]
    const { near, far } = bothWays(without(...gone))
    const whole = await compareShots(near, far)
    const comparison = await compareShots(doubled(near, later, third), far)
    law(comparison)
    const direction = directionOf(comparison, A, B)
    expect(direction).toMatchObject({ sent: 400, matched: 394, lost: 6, duplicated: 0, reordered: 0 })
    expect(direction.lossPattern).toEqual(directionOf(whole, A, B).lossPattern)
    expect(comparison.near.copies).toBeGreaterThan(200)
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })

  it.each([
    ['of one direction', isForth],
    ['now and then', (_: Shot, index: number) => index % 41 === 3],
    ['of all', () => true],
  ])('%s: nothing is said of a healthy path', async (_, which) => {
    const { near, far } = bothWays()
    for (const later of [3 * US, 2 * MS]) {
      const comparison = await compareShots(doubled(near, later, which), far)
      law(comparison)
      expect(directionOf(comparison, A, B)).toMatchObject({ sent: 400, matched: 400, lost: 0, duplicated: 0 })
      expect(comparison.near.copies).toBeGreaterThan(8)
    }
  })

  it('and both captures have some twice, each others: nothing is said', async () => {
    const { near, far } = bothWays()
    const comparison = await compareShots(
      doubled(near, 20 * US, third),
      doubled(far, 50 * US, (_, index) => index % 4 === 1),
    )
    law(comparison)
    expect(alarmsOf(comparison)).toEqual([])
    for (const { lost, duplicated } of comparison.directions) expect([lost, duplicated]).toEqual([0, 0])
  })
})

describe('looks like it, and was sent twice', () => {
  it('a sender that sends two of each: those that are lost are lost', async () => {
    const twice = FORTH.flatMap((sent) => [sent, { ...sent, time: sent.time + 100 * US }])
    const gone = [20, 101, 500, 501]
    const { near, far } = bothWays(without(...gone), twice)
    const comparison = await compareShots(near, far)
    law(comparison)
    expect(directionOf(comparison, A, B)).toMatchObject({ sent: 800, lost: 4, matched: 796, duplicated: 0 })
  })

  it('a train of equal packets is counted packet by packet', async () => {
    const beat = talk(1, false, 0)
    const train = Array.from({ length: 900 }, (_, index) => ({ time: index * 200 * US, bytes: beat }))
    const { near, far } = bothWays(without(40, 41, 300, 555), train)
    const comparison = await compareShots(near, far)
    law(comparison)
    expect(directionOf(comparison, A, B)).toMatchObject({ sent: 900, lost: 4 })
    expect(comparison.near.copies).toBe(0)
  })

  it('packets under new numbers, and repeated by a timer, are their own', async () => {
    const again = [20, 70, 71].flatMap((index) => [
      { time: index * 10 * MS + 500 * US, bytes: talk(index, false, 60_001 + index) },
      { time: index * 10 * MS + 205 * MS, bytes: talk(index, false) },
    ])
    const sent = [...FORTH, ...again].sort((one, other) => one.time - other.time)
    const isFirst = ({ bytes: packet, time }: Sent): boolean =>
      again.every((each) => each.time !== time) && again.some((each) => each.bytes.join() === packet.join())
    const gone = sent.flatMap((packet, index) => (isFirst(packet) ? [index] : []))
    expect(gone).toHaveLength(3)
    const { near, far } = bothWays(without(...gone), sent)
    const comparison = await compareShots(near, far)
    law(comparison)
    expect(directionOf(comparison, A, B)).toMatchObject({ sent: 406, lost: 3, matched: 403 })
    expect(comparison.near.copies).toBe(0)
  })
})

describe('a receiver whose capture has some packets twice', () => {
  const some: Wire['treat'] = ({ bytes: sent }, time, index) =>
    (index % 40 === 5 ? [time, time + 2 * MS] : [time]).map((at) => ({ time: at, bytes: sent }))

  it('of those that it sends too: nothing arrived again', async () => {
    const { near, far } = bothWays()
    const comparison = await compareShots(near, doubled(far, 30 * US, third))
    law(comparison)
    expect(alarmsOf(comparison)).toEqual([])
    expect(comparison.far.copies).toBeGreaterThan(200)
  })

  it('and a network that duplicates others: these are counted', async () => {
    const { near, far } = bothWays(some)
    const comparison = await compareShots(near, doubled(far, 30 * US, third))
    law(comparison)
    expect(directionOf(comparison, A, B).duplicated).toBe(10)
    expect(alarmsOf(comparison)).toEqual(['DUPLICATED_BETWEEN'])
  })

  it('only of what arrives: the network may have done it, and each is told', async () => {
    const { near, far } = bothWays()
    const comparison = await compareShots(
      near,
      doubled(far, 30 * US, (shot, index) => isForth(shot) && index % 3 === 0),
    )
    const again = far.filter((shot, index) => isForth(shot) && index % 3 === 0).length
    expect(directionOf(comparison, A, B).duplicated).toBe(again)
    expect(alarmsOf(comparison)).toEqual(['DUPLICATED_BETWEEN'])
  })
})
