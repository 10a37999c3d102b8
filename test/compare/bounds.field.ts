/** What a comparison holds has bounds: they are reached here, and what is beyond them is counted. */
import { describe, expect, it } from 'vitest'
import { DelaySample } from '../../src/compare/account/delay-sample.ts'
import { Room } from '../../src/compare/account/room.ts'
import { MOST_SUSPICIONS } from '../../src/compare/matching/leftovers.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { capturedAs, compareShots, directionOf, type Sent } from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000

/** A numbered packet. */
const packet = (index: number, options: { vni?: number; size?: number } = {}): Uint8Array => {
  const payload = udp(bytes(number(index, 4), new Array<number>(options.size ?? 8).fill(index & 0xff)), 7000, 7001)
  return vxlan(ethernet(ipv4(payload, { id: index & 0xffff })), { from: A, to: B, vni: options.vni ?? 100 })
}

const stream = (count: number, every: number, make: (index: number) => Uint8Array): Sent[] =>
  Array.from({ length: count }, (_, index) => ({ time: index * every, bytes: make(index) }))

const later = (sent: readonly Sent[]): Sent[] => sent.map(({ time, bytes }) => ({ time: time + 2 * MS, bytes }))

describe('bounds of a comparison', () => {
  it('room is taken until there is none', () => {
    const room = new Room(10)
    expect([room.take(8), room.take(3), room.take(2), room.take()]).toEqual([true, false, true, false])
    expect(room.dropped).toBe(4)
  })

  it('delays are thinned out, and their extremes are not', () => {
    for (const room of [new Room(1 << 20), new Room(0)]) {
      const delays = new DelaySample(room)
      for (let index = 0; index < 200_000; index++) delays.add(index)
      expect([delays.count, delays.least, delays.most]).toEqual([200_000, 0, 199_999])
      const [median] = delays.quantiles(0.5)
      expect(Math.abs(median! - 100_000)).toBeLessThan(8_000)
    }
  })

  it('a sample keeps the same packets of both sides, however many there are', async () => {
    const sent = stream(50_000, MS / 10, (index) => packet(index))
    const { clock, directions } = await compareShots(capturedAs(sent), capturedAs(later(sent)))
    expect(clock.packets).toBeGreaterThan(5_000)
    expect(clock.packets).toBeLessThan(32_769)
    expect(directions[0]).toMatchObject({ sent: 50_000, matched: 50_000 })
  })

  it('a heartbeat does not fill the sample', async () => {
    const sent = [...stream(5_000, MS, () => packet(1)), ...stream(40, 100 * MS, packet)].sort(
      (a, b) => a.time - b.time,
    )
    const { clock, directions } = await compareShots(capturedAs(sent), capturedAs(later(sent)))
    expect(clock.packets).toBe(39)
    expect(directions[0]).toMatchObject({ sent: 5_040, lost: 0 })
  })

  it('a flood of equal packets is matched in time that grows with it alone', async () => {
    const sent = [...stream(8_000, 1_000, () => packet(1)), ...stream(40, MS, packet)].sort((a, b) => a.time - b.time)
    const begun = performance.now()
    const { directions } = await compareShots(capturedAs(sent), capturedAs(later(sent)))
    expect(performance.now() - begun).toBeLessThan(20_000)
    expect(directions[0]!.sent).toBe(8_040)
  })

  it('directions beyond the bound are counted', async () => {
    const sent = stream(17_000, MS, (index) => packet(index, { vni: index }))
    const { limits, directionsTotal } = await compareShots(capturedAs(sent), [])
    expect(directionsTotal).toBe(16_384)
    expect(limits.find(({ table }) => table === 'directions')).toMatchObject({ limit: 16_384, dropped: 1_232 })
  })

  it('altered packets beyond the bound are lost', async () => {
    const sent = stream(MOST_SUSPICIONS + 1_000, MS, (index) => packet(index))
    const mark = stream(1_500, 6 * MS, (index) => packet(1_000_000 + index, { size: 50 }))
    const arrived = later(sent).map(({ time, bytes: data }) => {
      const other = data.slice()
      other[data.length - 1]! ^= 4
      return { time, bytes: other }
    })
    const { directions, limits } = await compareShots(capturedAs(sent, mark), capturedAs(arrived, later(mark)))
    expect(directions[0]).toMatchObject({ altered: MOST_SUSPICIONS, lost: 999, notJudged: 1, matched: 1_500 })
    expect(limits.find(({ table }) => table === 'altered')!.dropped).toBe(1_000)
  })

  it('leftovers beyond the bound are decided early', async () => {
    const random = new Random(4)
    const noise = (seed: number): Uint8Array =>
      vxlan(ethernet(ipv4(udp(bytes(number(seed, 4), random.bytes(4)), 1, 2))), { from: A, to: B })
    // All at once, and nothing of it is the other.
    const left = stream(70_000, 5, (index) => noise(index))
    const right = stream(70_000, 5, (index) => noise(index + 1_000_000))
    const mark = stream(3_000, 2_000, (index) => packet(index, { size: 30 }))
    const begun = performance.now()
    const { directions } = await compareShots(capturedAs(left, mark), capturedAs(right, later(mark)))
    expect(performance.now() - begun).toBeLessThan(60_000)
    expect(directions[0]!.sent).toBe(73_000)
  }, 120_000)

  it('lists end where they are told to', async () => {
    const sent = stream(300, MS, packet)
    const comparison = await compareShots(
      capturedAs(sent),
      capturedAs(later(sent).filter((_, index) => index % 3 !== 1)),
      { listed: 7 },
    )
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 100 })
    expect(directionOf(comparison, A, B).packets.lost).toHaveLength(7)
  })
})
