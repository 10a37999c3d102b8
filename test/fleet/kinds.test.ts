/** Kinds of trouble between points, made by hand, each beside what looks like it and is not. */
import { describe, expect, it } from 'vitest'
import { FleetMerge, type FleetMergeOptions } from '../../src/fleet/index.ts'
import type { Fleet, FleetDirection, PointDocument } from '../../src/fleet-document.ts'
import { capturedAs, carried, onClock, type Sent, type Shot, START, type Wire } from '../compare/two-places.ts'
import { ACK, bytes, ethernet, ipv4, number, tcp, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { shotsPoint } from './points.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const C = '10.0.0.3'
const MS = 1_000_000
const US = 1_000

interface Talk {
  from?: string
  to?: string
  vni?: number
  ttl?: number
  id?: number
}

/** A numbered datagram of a guest. */
function talk(index: number, { from = A, to = B, vni = 100, ttl = 64, id = index & 0xffff }: Talk = {}): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(60).fill(index & 0xff)), 7000, 7001)
  const host = (vtep: string): number => Number(vtep.split('.')[3])
  const ends = { from: `192.168.0.${host(from)}`, to: `192.168.0.${host(to)}` }
  const macs = { from: `02:00:00:00:00:0${host(from)}`, to: `02:00:00:00:00:0${host(to)}` }
  return vxlan(ethernet(ipv4(payload, { ...ends, id }), macs), { from, to, vni, ttl })
}

const stream = (count: number, every: number, make: (index: number) => Uint8Array, from = 0): Sent[] =>
  Array.from({ length: count }, (_, index) => ({ time: from + index * every, bytes: make(index) }))

const wire = (options: Partial<Wire> = {}): Wire => ({
  random: new Random(1),
  delay: 200 * US,
  jitter: 100 * US,
  ...options,
})
type Treat = NonNullable<Wire['treat']>

const COUNT = 6_000
const FORTH = stream(COUNT, 5 * MS, (index) => talk(index))
const BACK = stream(COUNT, 5 * MS, (index) => talk(index, { from: B, to: A }), 2 * MS)

/** Traffic both ways between two places. */
function bothWays(treat?: Treat, back?: Treat, forth = FORTH): { near: Shot[]; far: Shot[] } {
  const there = carried(forth, wire(treat && { treat }))
  const here = carried(BACK, wire({ random: new Random(2), ...(back && { treat: back }) }))
  return { near: capturedAs(forth, here), far: capturedAs(there, BACK) }
}

const point = (name: string, shots: readonly Shot[]) => shotsPoint(name, shots, {}, START)

function fleetOf(points: readonly PointDocument[], options: FleetMergeOptions = {}): Fleet {
  const merge = new FleetMerge(options)
  for (const each of points) merge.add(each)
  return merge.fleet()
}

const two = async (near: readonly Shot[], far: readonly Shot[], options: FleetMergeOptions = {}) =>
  fleetOf([await point('a', near), await point('b', far)], options)

function way({ directions }: Fleet, from: string, to: string, vni = 100): FleetDirection {
  return directions.find((each) => each.from === from && each.to === to && each.vni === vni)!
}

const said = ({ findings }: Fleet) =>
  findings
    .filter(({ code }) => code === 'MISSING_BETWEEN_POINTS' || code === 'POINT_SAW_NOTHING')
    .map(({ code, severity, count }) => `${severity} ${code} ${count}`)

/** Loses those that the test names. */
const losing =
  (isLost: (index: number) => boolean): Treat =>
  ({ bytes: frame }, time, index) =>
    isLost(index) ? [] : [{ time, bytes: frame }]

describe('missing between two points', () => {
  it('is every lost packet, of many more than the sample holds, but for those at the very ends', async () => {
    const lost = (index: number): boolean => index % 97 === 60 || (index > 3_000 && index < 3_050)
    const { near, far } = bothWays(losing(lost))
    const fleet = await two(near, onClock(far, 3_600_000 * MS, 30))
    const missing = FORTH.filter((_, index) => lost(index)).length
    expect(fleet.directions[0]!.points[0]!.sampledOneIn).toBeGreaterThan(8)
    expect(way(fleet, A, B)).toMatchObject({ sender: 'a', receiver: 'b', judged: 'yes', by: 'packets' })
    // Behind the last packet that both samples hold, and before the first one, only whole steps tell.
    const told = way(fleet, A, B).missing!
    expect(told).toBeLessThanOrEqual(missing)
    expect(told).toBeGreaterThanOrEqual(missing - 2)
    expect(way(fleet, B, A)).toMatchObject({ sender: 'b', receiver: 'a', missing: 0 })
    expect(said(fleet)).toEqual([`error MISSING_BETWEEN_POINTS ${told}`])
  })

  it('is a warning below one in a hundred', async () => {
    const { near, far } = bothWays(losing((index) => index % 500 === 407))
    expect(said(await two(near, far))).toEqual(['warning MISSING_BETWEEN_POINTS 12'])
  })

  it('is nothing in a healthy pair, on whatever clocks and in whatever steps', async () => {
    const { near, far } = bothWays()
    for (const options of [{}, { mostSteps: 40 }]) {
      for (const other of [far, onClock(far, -90_000 * MS, 80), onClock(far, 400 * MS, -50)]) {
        const fleet = await two(near, other, options)
        expect(fleet.directions.map(({ judged, missing }) => [judged, missing])).toEqual([
          ['yes', 0],
          ['yes', 0],
        ])
        expect(said(fleet)).toEqual([])
      }
    }
  })

  it('is nothing where captures begin and end at other times, in the midst of traffic', async () => {
    const { near, far } = bothWays()
    for (const [from, to] of [
      [0, 5_000],
      [3_000, 9_000],
      [7_000, 12_000],
      [11_000, 11_500],
    ] as const) {
      for (const [one, other] of [
        [near.slice(from, to), far],
        [near, onClock(far.slice(from, to), 70 * MS)],
      ] as const) {
        expect(said(await two(one, other))).toEqual([])
        expect(said(await two(one, other, { mostSteps: 50 }))).toEqual([])
      }
    }
  })

  it('is nothing where packets overtake each other', async () => {
    const random = new Random(9)
    const { near, far } = bothWays(({ bytes: frame }, time) => [{ time: time + random.below(40) * MS, bytes: frame }])
    expect(said(await two(near, far))).toEqual([])
  })

  it('is all of a VNI of which nothing arrives, by the clock of another', async () => {
    const other = stream(400, 50 * MS, (index) => talk(index, { vni: 200 }), 1 * MS)
    const forth = [...FORTH, ...other].sort((left, right) => left.time - right.time)
    const isOther = new Set(other.map(({ time }) => time))
    const { near, far } = bothWays(
      ({ time: left, bytes: frame }, time) => (isOther.has(left) ? [] : [{ time, bytes: frame }]),
      undefined,
      forth,
    )
    const fleet = await two(near, onClock(far, 500 * MS))
    expect(way(fleet, A, B, 200)).toMatchObject({ judged: 'yes', received: 0 })
    // Steps at both ends are not judged.
    expect(way(fleet, A, B, 200).missing).toBeGreaterThan(394)
    expect(way(fleet, A, B)).toMatchObject({ missing: 0 })
  })

  it('is all from one VTEP to another, where only the way back passes and nothing is stated', async () => {
    const { near, far } = bothWays(losing(() => true))
    const fleet = await two(near, far)
    expect(way(fleet, A, B)).toMatchObject({ sender: 'a', receiver: 'b', received: 0 })
    // Clocks are known but for the delay: the last second before the end is not judged.
    expect(way(fleet, A, B).missing).toBeGreaterThan(COUNT * 0.9)
    expect(way(fleet, B, A)).toMatchObject({ missing: 0 })
  })

  it('is a note where the receiver’s captures lack as many of what it sent itself', async () => {
    const { near, far } = bothWays()
    const gap = far.filter((_, index) => index < 4_000 || index > 5_000)
    const fleet = await two(near, gap)
    expect(said(fleet).map((each) => each.split(' ')[0])).toEqual(['note'])
    expect(fleet.findings.find(({ code }) => code === 'MISSING_BETWEEN_POINTS')!.inferred).toContain(
      'that it sent and another point saw',
    )
  })

  it('is nothing where one capture has every packet twice', async () => {
    const { near, far } = bothWays()
    const twice = (shots: readonly Shot[]): Shot[] =>
      shots.flatMap((shot) => [shot, { ...shot, time: shot.time + 2 * US }]).sort((one, other) => one.time - other.time)
    expect(said(await two(twice(near), far))).toEqual([])
    expect(said(await two(near, twice(far)))).toEqual([])
  })

  it('is not judged between captures of other runs that have a few packets alike', async () => {
    const alike = (index: number): boolean => index < 6
    const other = stream(COUNT, 5 * MS, (index) => talk(alike(index) ? index : index + 1_000_000))
    const again = stream(COUNT, 5 * MS, (index) => talk(index + 2_000_000, { from: B, to: A }), 2 * MS)
    const { near } = bothWays()
    const far = capturedAs(carried(other, wire()), again)
    const fleet = await two(near, onClock(far, 7_200_000 * MS))
    expect(said(fleet)).toEqual([])
    expect(fleet.points.map(({ clock }) => clock)).toEqual([null, null])
  })
})

describe('segmentation offload', () => {
  /** One connection's segments; the receiver's machine joins four at a time. */
  const segment = (sequence: number, payload: number, id: number): Uint8Array =>
    vxlan(ethernet(ipv4(tcp({ sequence, payload, flags: ACK }), { protocol: 6, id })), { from: A, to: B })
  const acks = stream(
    300,
    10 * MS,
    (index) =>
      vxlan(
        ethernet(
          ipv4(tcp({ from: 80, to: 40_000, acknowledgment: index }), {
            protocol: 6,
            id: index + 1,
            from: '192.168.0.2',
            to: '192.168.0.1',
          }),
        ),
        { from: B, to: A },
      ),
    MS,
  )
  const sent = stream(2_000, MS, (index) => segment(index * 1_000, 1_000, (index % 60_000) + 1))
  const small = stream(100, 20 * MS, (index) => talk(index, { id: index + 1 }), 500 * US)

  function joined(isLost: (index: number) => boolean): { near: Shot[]; far: Shot[] } {
    const arrived = sent.flatMap((packet, index) =>
      isLost(index) ? [] : [{ ...packet, index, time: packet.time + 300 * US }],
    )
    const runs: Sent[] = []
    for (let at = 0; at < arrived.length; ) {
      let length = 1
      while (length < 4 && arrived[at + length]?.index === arrived[at]!.index + length) length++
      const { index, time } = arrived[at]!
      runs.push({ time: time + length * US, bytes: segment(index * 1_000, length * 1_000, (index % 60_000) + 1) })
      at += length
    }
    const there = carried(small, wire())
    const here = carried(acks, wire())
    return { near: capturedAs(sent, small, here), far: capturedAs(runs, there, acks) }
  }

  it('at the receiver is no loss', async () => {
    const { near, far } = joined(() => false)
    const fleet = await two(near, far)
    expect(way(fleet, A, B)).toMatchObject({ judged: 'yes', by: 'payload', missing: 0 })
    expect(said(fleet)).toEqual([])
  })

  it('does not hide what is lost', async () => {
    const { near, far } = joined((index) => index % 100 === 50)
    const fleet = await two(near, far)
    expect(way(fleet, A, B).by).toBe('payload')
    expect(way(fleet, A, B).missing).toBeGreaterThan(14)
    expect(way(fleet, A, B).missing).toBeLessThan(26)
  })
})

describe('which point a VTEP is at', () => {
  it('is told by packets alone in a mesh, and not where a VTEP has no point', async () => {
    const hosts = [A, B, C, '10.0.0.4']
    const ways = hosts.flatMap((from) => hosts.filter((to) => to !== from).map((to) => ({ from, to })))
    const captured = new Map<string, Sent[]>(hosts.map((host) => [host, []]))
    for (const [index, { from, to }] of ways.entries()) {
      const packets = stream(300, 20 * MS, (packet) => talk(packet, { from, to }), index * MS)
      captured.get(from)!.push(...packets)
      captured.get(to)!.push(...carried(packets, wire({ random: new Random(index) })))
    }
    const points = await Promise.all(
      hosts
        .slice(0, 3)
        .map((host, index) => point(`p${index + 1}`, onClock(capturedAs(captured.get(host)!), index * 900 * MS))),
    )
    const fleet = fleetOf(points)
    expect(fleet.points.map(({ vteps, ownership }) => [vteps, ownership])).toEqual([
      [[A], 'observed'],
      [[B], 'observed'],
      [[C], 'observed'],
    ])
    for (const { from, to, judged, missing } of fleet.directions) {
      const isKnown = from !== hosts[3] && to !== hosts[3]
      expect([from, to, judged, missing]).toEqual([from, to, isKnown ? 'yes' : 'no-owner', isKnown ? 0 : null])
    }
    const offsets = fleet.points.map(({ clock }) => clock!.offsetMs)
    for (const [index, offset] of offsets.entries()) expect(Math.abs(offset - index * 900)).toBeLessThan(0.2)
  })

  it('is the host and not the tap beside it, where their times differ, and neither where they do not', async () => {
    const { near, far } = bothWays()
    const isFrom = (shot: Shot, last: number): boolean => shot.bytes[29] === last
    const tap = near
      .map((shot) => ({ ...shot, time: shot.time + (isFrom(shot, 1) ? 5 : -5) * US }))
      .sort((left, right) => left.time - right.time)
    const fleet = fleetOf([
      await point('host', near),
      await point('tap', onClock(tap, 40 * MS)),
      await point('far', far),
    ])
    expect(way(fleet, A, B)).toMatchObject({ sender: 'host', receiver: 'far', missing: 0 })
    const same = fleetOf([await point('host', near), await point('tap', near), await point('far', far)])
    expect(way(same, A, B)).toMatchObject({ sender: null, receiver: 'far', judged: 'no-owner' })
    const merge = new FleetMerge({
      vteps: new Map([
        ['host', [A]],
        ['tap', []],
      ]),
    })
    for (const each of [await point('host', near), await point('tap', near), await point('far', far)]) merge.add(each)
    expect(way(merge.fleet(), A, B)).toMatchObject({ sender: 'host', receiver: 'far', missing: 0 })
  })

  it('is told by TTLs where routers lie between, whatever is lost', async () => {
    const lower = (packets: readonly Sent[]): Sent[] =>
      packets.map(({ time, bytes: frame }) => {
        const routed = frame.slice()
        routed[22] = 62
        return { time, bytes: routed }
      })
    const { near, far } = {
      near: capturedAs(FORTH, lower(carried(BACK, wire()))),
      far: capturedAs(
        lower(carried(FORTH, wire())).filter((_, index) => index % 10 !== 0),
        BACK,
      ),
    }
    const fleet = await two(near, far)
    expect(way(fleet, A, B)).toMatchObject({ sender: 'a', receiver: 'b' })
    const lost = FORTH.length / 10
    expect(way(fleet, A, B).missing).toBeLessThanOrEqual(lost)
    expect(way(fleet, A, B).missing).toBeGreaterThan(0.95 * lost)
    // A sender that begins with another TTL may be anywhere.
    const odd = near.map((shot) => {
      const frame = shot.bytes.slice()
      if (frame[29] === 1) frame[22] = 61
      return { ...shot, bytes: frame }
    })
    expect(way(fleetOf([await point('a', odd)]), A, B).sender).toBeNull()
  })
})

describe('a point that saw nothing', () => {
  it('is told where others saw something, and only there', async () => {
    const { near, far } = bothWays()
    const plain: Shot[] = [{ time: 0, bytes: ethernet(ipv4(udp(bytes(1, 2), 53, 53))), wireLength: 44 }]
    const fleet = fleetOf([
      await point('a', near),
      await point('b', far),
      await point('c', plain),
      await point('d', []),
    ])
    expect(said(fleet)).toEqual(['warning POINT_SAW_NOTHING 2'])
    expect(fleet.findings.find(({ code }) => code === 'POINT_SAW_NOTHING')).toMatchObject({
      points: ['c', 'd'],
      point: 'c',
    })
    expect(said(await two(near, far))).toEqual([])
    expect(said(fleetOf([await point('c', plain), await point('d', [])]))).toEqual([])
  })
})

it('a direction that very many points see is judged all the same', async () => {
  const { near, far } = bothWays(undefined, undefined, FORTH.slice(0, 300))
  const taps = await Promise.all(
    Array.from({ length: 30 }, (_, index) => point(`tap-${index + 10}`, onClock(near, index * MS))),
  )
  const stated = new Map([['a', [A]], ['z', [B]], ...taps.map(({ name }): [string, string[]] => [name, []])])
  const fleet = fleetOf([await point('a', near), ...taps, await point('z', far)], { vteps: stated })
  expect(way(fleet, A, B)).toMatchObject({ sender: 'a', receiver: 'z', judged: 'yes', missing: 0 })
  expect(fleet.points.every(({ clock }) => clock?.reference === 'a')).toBe(true)
})
