/** Kinds of trouble between two places, made by hand, each beside what looks like it and is not. */
import { describe, expect, it } from 'vitest'
import { compareCaptures } from '../../src/compare/index.ts'
import { arp, bytes, echo, ethernet, ipv4, number, tcp, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  captureOf,
  carried,
  compareShots,
  countsOf,
  directionOf,
  onClock,
  type Sent,
  START,
  side,
  type Wire,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const US = 1_000

/** What guests say to each other: a numbered datagram of so many bytes. */
function talk(
  index: number,
  options: { back?: boolean; size?: number; vni?: number; id?: number; port?: number; outer?: [string, string] } = {},
): Uint8Array {
  const { back = false, size = 100, vni = 100, id = index & 0xffff, port = 50_000 } = options
  const [from, to] = options.outer ?? (back ? [B, A] : [A, B])
  const payload = udp(bytes(number(index, 4), new Array<number>(size).fill(index & 0xff)), 7000, 7001)
  const ends = back ? { from: '192.168.0.2', to: '192.168.0.1' } : { from: '192.168.0.1', to: '192.168.0.2' }
  const macs = back
    ? { from: '02:00:00:00:00:02', to: '02:00:00:00:00:01' }
    : { from: '02:00:00:00:00:01', to: '02:00:00:00:00:02' }
  return vxlan(ethernet(ipv4(payload, { ...ends, id }), macs), { from, to, vni, sourcePort: port })
}

/** Packets at even distances. */
function stream(count: number, every: number, make: (index: number) => Uint8Array, from = 0): Sent[] {
  return Array.from({ length: count }, (_, index) => ({ time: from + index * every, bytes: make(index) }))
}

const wire = (options: Partial<Wire> = {}): Wire => ({
  random: new Random(1),
  delay: 2 * MS,
  jitter: 300 * US,
  ...options,
})

/** Traffic both ways, with what happens to that from A to B. */
function bothWays(
  forth: Sent[],
  treat?: Wire['treat'],
  back = stream(forth.length + 5, 10 * MS, (index) => talk(index, { back: true }), 3 * MS),
) {
  const there = carried(forth, wire(treat && { treat }))
  const here = carried(back, wire({ random: new Random(2) }))
  return { near: capturedAs(forth, here), far: capturedAs(there, back) }
}

const STREAM = stream(400, 10 * MS, (index) => talk(index))

describe('loss', () => {
  it('is told packet by packet, with its runs', async () => {
    const gone = new Set([7, 50, 51, 52, 53, 399 - 100, 380])
    const { near, far } = bothWays(STREAM, ({ bytes }, time, index) => (gone.has(index) ? [] : [{ time, bytes }]))
    const comparison = await compareShots(near, onClock(far, 3_700 * MS))
    const direction = directionOf(comparison, A, B)
    expect(countsOf(direction)).toEqual({
      sent: 400,
      matched: 393,
      lost: 7,
      altered: 0,
      duplicated: 0,
      reordered: 0,
      notJudged: 0,
    })
    expect(direction.lossPattern).toEqual({ periods: 4, longest: 4 })
    expect(direction.sizeCliff).toBeNull()
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
    expect(comparison.clock.offsetMs).toBeCloseTo(3_700, 0)
    expect(comparison.findings[0]!.packets).toEqual(direction.packets.lost.map(({ near: packet }) => packet))
  })

  it('is none in a healthy pair', async () => {
    const { near, far } = bothWays(STREAM)
    const comparison = await compareShots(near, onClock(far, -90_000 * MS, 60))
    expect(alarmsOf(comparison)).toEqual([])
    expect(comparison.matched).toBe(805)
    expect(Math.abs(comparison.clock.driftPpm - 60)).toBeLessThan(20)
  })

  it('is not judged where the far capture was not running', async () => {
    const { near, far } = bothWays(STREAM)
    const comparison = await compareShots(near, onClock(far, 77 * MS).slice(300, 500))
    expect(alarmsOf(comparison)).toEqual([])
    expect(directionOf(comparison, A, B).notJudged).toBeGreaterThan(200)
  })

  it('of a direction of which nothing arrives is all of it, by the clock of another', async () => {
    const other = stream(400, 10 * MS, (index) => talk(index, { vni: 200 }), 5 * MS)
    const { near, far } = bothWays(
      [...STREAM, ...other].sort((a, b) => a.time - b.time),
      ({ bytes }, time, index) => (index % 2 === 1 ? [] : [{ time, bytes }]),
    )
    const comparison = await compareShots(near, onClock(far, 5_000 * MS))
    expect(countsOf(directionOf(comparison, A, B, 200))).toMatchObject({ sent: 400, matched: 0, lost: 400 })
    expect(countsOf(directionOf(comparison, A, B, 100))).toMatchObject({ sent: 400, matched: 400, lost: 0 })
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })

  it('is tempered where the capture that misses packets missed others', async () => {
    const { near, far } = bothWays(STREAM)
    // The far tap drops records of both directions: those that it is the first to see arrive all the same.
    const comparison = await compareShots(
      near,
      far.filter((_, index) => index % 21 !== 3),
    )
    expect(directionOf(comparison, A, B).lost).toBeGreaterThan(10)
    expect(alarmsOf(comparison)).toEqual([])
  })

  it('is not claimed of packets to a VTEP that the other capture never sees', async () => {
    const elsewhere = stream(100, 40 * MS, (index) => talk(index, { outer: [A, '10.0.0.3'] }))
    const { near, far } = bothWays(STREAM)
    const comparison = await compareShots(
      [...near, ...capturedAs(elsewhere)].sort((a, b) => a.time - b.time),
      far,
    )
    expect(directionOf(comparison, A, '10.0.0.3')).toMatchObject({ judged: 'not-on-path', lost: 0, notJudged: 100 })
    expect(alarmsOf(comparison)).toEqual([])
  })

  it('of frames that a VTEP replicates is told for each copy', async () => {
    const request = (index: number): Uint8Array =>
      arp(1, { mac: '02:00:00:00:00:01', ip: '192.168.0.1' }, { ip: `192.168.0.${index % 250}` })
    const copies = (to: string) =>
      stream(50, 20 * MS, (index) =>
        vxlan(ethernet(request(index), { to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 }), { from: A, to }),
      )
    const { near, far } = bothWays(STREAM)
    const flood = copies(B)
    const arrived = carried(flood, wire({ treat: ({ bytes }, time, index) => (index === 9 ? [] : [{ time, bytes }]) }))
    const comparison = await compareShots(
      [...near, ...capturedAs(flood, copies('10.0.0.3'))].sort((a, b) => a.time - b.time),
      [...far, ...capturedAs(arrived)].sort((a, b) => a.time - b.time),
    )
    expect(directionOf(comparison, A, B).lost).toBe(1)
    expect(directionOf(comparison, A, '10.0.0.3').judged).toBe('not-on-path')
  })
})

describe('size', () => {
  const sizes = [40, 90, 600, 1200, 1300, 1390, 1400]
  const mixed = stream(280, 10 * MS, (index) => talk(index, { size: sizes[index % sizes.length]! }))

  it('a cliff is where nothing larger arrives', async () => {
    const { near, far } = bothWays(mixed, ({ bytes }, time) => (bytes.length > 1450 ? [] : [{ time, bytes }]))
    const comparison = await compareShots(near, far)
    const { sizeCliff, lossBySize } = directionOf(comparison, A, B)
    expect(sizeCliff).toEqual({ passed: 1300 + 4 + 28 + 50, lost: 1390 + 4 + 28 + 50 })
    expect(lossBySize.reduce((sum, { lost }) => sum + lost, 0)).toBe(80)
    expect(alarmsOf(comparison)).toEqual(['SIZE_CLIFF'])
  })

  it('random loss of the same share has none', async () => {
    const random = new Random(5)
    const { near, far } = bothWays(mixed, ({ bytes }, time) => (random.chance(28) ? [] : [{ time, bytes }]))
    const comparison = await compareShots(near, far)
    expect(directionOf(comparison, A, B).sizeCliff).toBeNull()
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  })
})

describe('paths', () => {
  const flows = stream(400, 10 * MS, (index) => talk(index, { port: 50_000 + (index % 8) }))

  it('a bad one is told by its source ports', async () => {
    const { near, far } = bothWays(flows, ({ bytes }, time, index) => (index % 8 === 3 ? [] : [{ time, bytes }]))
    const comparison = await compareShots(near, far)
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN', 'PATH_LOSS'])
    const path = comparison.findings.find(({ code }) => code === 'PATH_LOSS')!
    expect(path.title).toContain('1 outer source port')
    expect(comparison.findings.find(({ code }) => code === 'LOST_BETWEEN')!.because).toContain('PATH_LOSS')
    expect(directionOf(comparison, A, B).lossBySourcePort[0]).toEqual({ port: 50_003, sent: 50, lost: 50 })
  })

  it('loss of all alike is none', async () => {
    const random = new Random(6)
    const { near, far } = bothWays(flows, ({ bytes }, time) => (random.chance(12) ? [] : [{ time, bytes }]))
    expect(alarmsOf(await compareShots(near, far))).toEqual(['LOST_BETWEEN'])
  })

  it('loss of the busy flows alone, as a policer makes it, is none; of half of the busy ones it is', async () => {
    const random = new Random(7)
    // Four busy flows, and four of few packets.
    const uneven = stream(800, 5 * MS, (index) =>
      talk(index, { port: index % 10 < 8 ? 50_000 + (index % 4) : 50_010 + Math.floor((index % 40) / 10) }),
    )
    const portOf = (data: Uint8Array): number => data[34]! * 256 + data[35]!
    const policed = bothWays(uneven, ({ bytes }, time) =>
      portOf(bytes) < 50_004 && random.chance(30) ? [] : [{ time, bytes }],
    )
    expect(alarmsOf(await compareShots(policed.near, policed.far))).toEqual(['LOST_BETWEEN'])
    const failing = bothWays(uneven, ({ bytes }, time) =>
      portOf(bytes) < 50_002 && random.chance(40) ? [] : [{ time, bytes }],
    )
    expect(alarmsOf(await compareShots(failing.near, failing.far))).toEqual(['LOST_BETWEEN', 'PATH_LOSS'])
  })

  it('flows that end before everything is lost are none', async () => {
    const late = stream(200, 10 * MS, (index) => talk(index + 400, { port: index < 100 ? 50_000 : 50_009 }))
    const { near, far } = bothWays(late, ({ bytes }, time, index) => (index >= 100 ? [] : [{ time, bytes }]))
    expect(alarmsOf(await compareShots(near, far))).toEqual(['LOST_BETWEEN'])
  })
})

describe('order, copies and damage', () => {
  it('packets that are overtaken are reordered, in their flow only', async () => {
    const { near, far } = bothWays(STREAM, ({ bytes }, time, index) => [
      { time: index % 50 === 7 ? time + 45 * MS : time, bytes },
    ])
    const comparison = await compareShots(near, far)
    const direction = directionOf(comparison, A, B)
    expect(direction).toMatchObject({ reordered: 8, reorderingExtent: 4, lost: 0 })
    expect(alarmsOf(comparison)).toEqual(['REORDERED_BETWEEN'])
    const flows = stream(400, 10 * MS, (index) => talk(index, { port: 50_000 + index }))
    const apart = bothWays(flows, ({ bytes }, time, index) => [
      { time: index % 50 === 7 ? time + 45 * MS : time, bytes },
    ])
    expect(directionOf(await compareShots(apart.near, apart.far), A, B).reordered).toBe(0)
  })

  it('what arrives again is duplicated', async () => {
    const { near, far } = bothWays(STREAM, ({ bytes }, time, index) =>
      index % 40 === 5
        ? [
            { time, bytes },
            { time: time + 200 * US, bytes },
          ]
        : [{ time, bytes }],
    )
    const comparison = await compareShots(near, far)
    expect(directionOf(comparison, A, B)).toMatchObject({ duplicated: 10, lost: 0, matched: 400 })
    expect(alarmsOf(comparison)).toEqual(['DUPLICATED_BETWEEN'])
  })

  it('a mirror that records everything twice duplicates nothing', async () => {
    const { near, far } = bothWays(STREAM)
    const twice = far.flatMap((shot) => [shot, { ...shot, time: shot.time + 3 * US }])
    const comparison = await compareShots(near, twice)
    expect(alarmsOf(comparison)).toEqual([])
    expect(comparison.far.copies).toBe(805)
    expect(alarmsOf(await compareShots(twice, near))).toEqual([])
  })

  it('bits that were changed are named', async () => {
    const flips = new Map([
      [10, 60],
      [77, 14],
      [200, 25],
      [301, 36],
      [302, 13],
    ])
    const { near, far } = bothWays(STREAM, ({ bytes }, time, index) => {
      const at = flips.get(index)
      if (at === undefined) return [{ time, bytes }]
      const other = bytes.slice()
      other[50 + at]! ^= 0x10
      return [{ time, bytes: other }]
    })
    const comparison = await compareShots(near, far)
    const direction = directionOf(comparison, A, B)
    expect(direction.packets.altered.map(({ bits }) => bits)).toEqual(
      expect.arrayContaining([...flips.values()].map((offset) => [{ offset, bit: 4 }])),
    )
    expect(countsOf(direction)).toMatchObject({ altered: 5, lost: 0, matched: 395 })
    expect(alarmsOf(comparison)).toEqual(['ALTERED_BETWEEN'])
  })

  it('packets that hardly have anything in common are lost and others', async () => {
    const noise = new Random(9)
    const { near, far } = bothWays(STREAM, ({ bytes: sent }, time, index) =>
      index % 100 === 50
        ? [{ time, bytes: bytes(sent.slice(0, 92), noise.bytes(sent.length - 92)) }]
        : [{ time, bytes: sent }],
    )
    expect(countsOf(directionOf(await compareShots(near, far), A, B))).toMatchObject({ altered: 0, lost: 4 })
  })
})

describe('what repeats', () => {
  /** A heartbeat: the same bytes each time. */
  const beat = talk(1, { id: 0 })

  it('is paired in its order, within the usual delay', async () => {
    const random = new Random(3)
    let time = 0
    const beats: Sent[] = Array.from({ length: 900 }, () => {
      time += 40 * MS + random.below(20 * MS)
      return { time, bytes: beat }
    })
    const gone = new Set([100, 101, 250, 600, 899 - 50])
    const there = carried(
      beats,
      wire({ treat: ({ bytes }, at, index) => (gone.has(index) ? [] : [{ time: at, bytes }]) }),
    )
    const comparison = await compareShots(capturedAs(beats), onClock(capturedAs(there), 12_345 * MS))
    const direction = comparison.directions[0]!
    expect(countsOf(direction)).toMatchObject({ sent: 900, lost: gone.size, matched: 900 - gone.size, duplicated: 0 })
    expect(direction.packets.lost.map(({ near }) => near! - 1)).toEqual([...gone].sort((a, b) => a - b))
    expect(comparison.clock.errorMs).toBeNull()
  })

  it('has exact counts where it comes faster than the delay varies', async () => {
    const beats = stream(500, MS, () => beat)
    const mark = stream(60, 9 * MS, (index) => talk(index + 9))
    const gone = new Set([40, 41, 300])
    const slow = wire({ jitter: 6 * MS })
    const there = carried(beats, {
      ...slow,
      treat: ({ bytes }, at, index) => (gone.has(index) ? [] : [{ time: at, bytes }]),
    })
    const flags = carried(mark, { ...slow, random: new Random(8) })
    const comparison = await compareShots(capturedAs(beats, mark), capturedAs(there, flags))
    const direction = directionOf(comparison, A, B)
    expect(countsOf(direction)).toMatchObject({ sent: 560, lost: 3, matched: 557, duplicated: 0 })
  })

  it('retransmissions of what was lost are what arrives', async () => {
    const segment = (index: number): Uint8Array =>
      vxlan(ethernet(ipv4(tcp({ sequence: index * 100, payload: 100 }), { protocol: 6, id: 0 })))
    const first = stream(200, 10 * MS, segment)
    const again = [20, 70, 71].map((index) => ({ time: index * 10 * MS + 200 * MS, bytes: segment(index) }))
    const sent = [...first, ...again].sort((a, b) => a.time - b.time)
    const gone = new Set(
      sent.flatMap(({ time, bytes }, index) =>
        again.some((each) => each.bytes.join() === bytes.join() && each.time !== time) ? [index] : [],
      ),
    )
    expect(gone.size).toBe(3)
    const { near, far } = bothWays(sent, ({ bytes }, time, index) => (gone.has(index) ? [] : [{ time, bytes }]))
    const direction = directionOf(await compareShots(near, far), A, B)
    expect(direction.lost).toBe(3)
    const numbers = near.flatMap((shot, index) =>
      sent.some((each, at) => gone.has(at) && each.bytes === shot.bytes) ? [index + 1] : [],
    )
    expect(direction.packets.lost.map(({ near: packet }) => packet)).toEqual(numbers)
  })
})

describe('offload', () => {
  const SEGMENT = 1_000
  const inner = (sequence: number, payload: number, id: number): Uint8Array =>
    vxlan(ethernet(ipv4(tcp({ sequence, payload }), { protocol: 6, id })), { sourcePort: 50_500 })
  const supers = stream(60, 10 * MS, (index) => inner(index * 8 * SEGMENT, 8 * SEGMENT, index * 8))
  const segments = supers.flatMap(({ time }, index) =>
    Array.from({ length: 8 }, (_, part) => ({
      time: time + part * 10 * US,
      bytes: inner((index * 8 + part) * SEGMENT, SEGMENT, index * 8 + part),
    })),
  )

  it('at the sender only: nothing is lost', async () => {
    const there = carried(segments, wire())
    const { near, far } = bothWays(STREAM)
    const merge = (...lists: { time: number }[][]) => lists.flat().sort((a, b) => a.time - b.time) as typeof near
    const comparison = await compareShots(merge(near, capturedAs(supers)), merge(far, capturedAs(there)))
    expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ lost: 0, altered: 0, notJudged: 0 })
    expect(directionOf(comparison, A, B)).toMatchObject({ resegmented: 60, unsent: 0 })
    expect(alarmsOf(comparison)).toEqual([])
    const joined = await compareShots(
      merge(near, capturedAs(segments)),
      merge(far, capturedAs(carried(supers, wire()))),
    )
    expect(directionOf(joined, A, B)).toMatchObject({ lost: 0, resegmented: 480, unsent: 0 })
  })

  it('segments that are taken out are missing byte by byte', async () => {
    const gone = new Set([8, 9, 100, 301])
    const there = carried(
      segments,
      wire({ treat: ({ bytes }, time, index) => (gone.has(index) ? [] : [{ time, bytes }]) }),
    )
    const { near, far } = bothWays(STREAM)
    const merge = (...lists: { time: number }[][]) => lists.flat().sort((a, b) => a.time - b.time) as typeof near
    const comparison = await compareShots(merge(near, capturedAs(supers)), merge(far, capturedAs(there)))
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 3, lostBytes: 4 * SEGMENT, lostTcpBytes: 4 * SEGMENT })
    expect(directionOf(comparison, A, B).sizeCliff).toBeNull()
  })
})

describe('offload and loss', () => {
  it('super-frames that are lost whole make no cliff', async () => {
    const inner = (sequence: number, payload: number): Uint8Array =>
      vxlan(ethernet(ipv4(tcp({ sequence, payload }), { protocol: 6, id: sequence & 0xffff })), { sourcePort: 50_500 })
    const supers = stream(100, 10 * MS, (index) => inner(index * 2_000, 2_000))
    const segments = supers.flatMap(({ time }, index) =>
      [0, 1].map((part) => ({ time: time + part * 10 * US, bytes: inner(index * 2_000 + part * 1_000, 1_000) })),
    )
    const gone = new Set([30, 31, 32, 50, 51])
    const there = carried(
      segments,
      wire({ treat: ({ bytes }, time, index) => (gone.has(index >> 1) ? [] : [{ time, bytes }]) }),
    )
    const { near, far } = bothWays(STREAM)
    const merge = (...lists: { time: number }[][]) => lists.flat().sort((a, b) => a.time - b.time) as typeof near
    const comparison = await compareShots(merge(near, capturedAs(supers)), merge(far, capturedAs(there)))
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 5, lostTcpBytes: 10_000, sizeCliff: null })
    expect(alarmsOf(comparison)).not.toContain('SIZE_CLIFF')
  })
})

describe('rewriting', () => {
  it('of outer addresses is reported, and no loss', async () => {
    const there = carried(STREAM, wire()).map(({ time }, index) => ({
      time,
      bytes: talk(index, { outer: ['203.0.113.7', B], port: 40_000 }),
    }))
    const back = stream(400, 10 * MS, (index) => talk(index, { back: true, outer: [B, '203.0.113.7'] }), 3 * MS)
    const here = carried(back, wire()).map(({ time }, index) => ({ time, bytes: talk(index, { back: true }) }))
    const comparison = await compareShots(capturedAs(STREAM, here), onClock(capturedAs(there, back), 44 * MS))
    expect(alarmsOf(comparison)).toEqual([])
    const direction = directionOf(comparison, A, B)
    expect(countsOf(direction)).toMatchObject({ sent: 400, matched: 400 })
    expect(direction.rewrites).toEqual(
      expect.arrayContaining([{ field: 'outer source', from: A, to: '203.0.113.7', packets: 400 }]),
    )
    expect(comparison.findings.filter(({ code }) => code === 'REWRITTEN')).toHaveLength(2)
  })

  it('by a router inside the overlay, with another VNI, MACs and TTL, is reported', async () => {
    const routed = (index: number): Uint8Array =>
      vxlan(
        ethernet(
          ipv4(udp(bytes(number(index, 4), new Array<number>(100).fill(index & 0xff)), 7000, 7001), {
            id: index & 0xffff,
            from: '192.168.0.1',
            to: '192.168.0.2',
            ttl: 63,
          }),
          { from: '02:00:00:00:00:99', to: '02:00:00:00:00:55' },
        ),
        { from: '10.0.0.9', to: B, vni: 999 },
      )
    const gone = new Set([33, 34])
    const there = carried(STREAM, wire()).flatMap(({ time }, index) =>
      gone.has(index) ? [] : [{ time, bytes: routed(index) }],
    )
    const comparison = await compareShots(capturedAs(STREAM), capturedAs(there))
    const direction = directionOf(comparison, A, B)
    expect(countsOf(direction)).toMatchObject({ sent: 400, matched: 398, lost: 2 })
    expect(direction.rewrites.map(({ field }) => field).sort()).toEqual([
      'inner macs',
      'inner ttl',
      'outer source',
      'vni',
    ])
  })
})

describe('captures that cannot be compared', () => {
  const { near, far } = bothWays(STREAM)

  it('of other traffic have nothing in common, and nothing lost', async () => {
    const other = bothWays(
      stream(400, 10 * MS, (index) => talk(index + 1_000_000)),
      undefined,
      stream(400, 10 * MS, (index) => talk(index + 2_000_000, { back: true })),
    )
    const comparison = await compareShots(near, other.far)
    expect(alarmsOf(comparison)).toEqual(['NOTHING_IN_COMMON'])
    expect(comparison.clock.offsetMs).toBeNull()
    for (const { lost, sent, notJudged } of comparison.directions) expect([lost, notJudged]).toEqual([0, sent])
  })

  it('of which one is empty, or has headers only', async () => {
    for (const [left, right] of [
      [near, []],
      [[], far],
    ] as const) {
      const comparison = await compareShots(left, right)
      expect(alarmsOf(comparison)).toEqual(['NOTHING_IN_COMMON'])
      for (const { lost } of comparison.directions) expect(lost).toBe(0)
    }
    expect((await compareShots([], [])).findings).toEqual([])
  })

  it('of which one cannot be read: it is named, and the other one is summarized', async () => {
    const told: string[] = []
    const broken = [{ name: 'broken.pcap', open: side(new Uint8Array(30))[0]!.open }]
    const comparison = await compareCaptures(side(captureOf(near)), broken, {
      onUnreadable: (place, { name }) => told.push(`${place} ${name}`),
    })
    expect(told).toEqual(['far broken.pcap'])
    expect(comparison.near.packets).toBe(805)
    await expect(compareCaptures(broken, broken)).rejects.toThrow()
  })
})

describe('sides', () => {
  const { near, far } = bothWays(STREAM, ({ bytes }, time, index) => (index % 37 === 5 ? [] : [{ time, bytes }]))

  it('of several files, in whatever order, are one', async () => {
    const whole = await compareShots(near, far)
    const parts = [near.slice(0, 300), near.slice(300, 310), near.slice(310)]
    const inTurn = await compareCaptures(side(...parts.map((part) => captureOf(part))), side(captureOf(far)))
    expect(inTurn.directions).toEqual(whole.directions)
    const turned = await compareCaptures(
      side(captureOf(parts[2]!), captureOf(parts[0]!), captureOf(parts[1]!)),
      side(captureOf(far)),
    )
    const moved = directionOf(whole, A, B).packets.lost.map(({ near: packet, far: none }) => ({
      near: packet! > 310 ? packet! - 310 : packet! + near.length - 310,
      far: none,
    }))
    expect(directionOf(turned, A, B).packets.lost).toEqual(moved)
  })

  it('of files of several places on one way are one: what both have is a copy', async () => {
    const whole = await compareShots(near, far)
    const before = far.map((shot) => ({ ...shot, time: shot.time - 20 * US }))
    const comparison = await compareCaptures(side(captureOf(near)), side(captureOf(far), captureOf(before)))
    expect(comparison.directions.map(countsOf)).toEqual(whole.directions.map(countsOf))
    expect(comparison.far.copies).toBe(far.length)
  })

  it('with a small window say what was not held', async () => {
    const comparison = await compareShots(near, far, { window: 64 })
    for (const { sent, matched, lost, altered, notJudged } of comparison.directions)
      expect(matched + lost + altered + notJudged).toBe(sent)
    expect(comparison.limits.map(({ table }) => table)).toContain('window')
    expect(directionOf(comparison, A, B).packets.lost).toEqual(
      directionOf(await compareShots(near, far), A, B).packets.lost,
    )
  })

  it('cut by different snap lengths are compared by what both have', async () => {
    const cut = (shots: typeof near, length: number) =>
      shots.map((shot) => ({ ...shot, bytes: shot.bytes.slice(0, length) }))
    const whole = await compareShots(near, far)
    for (const [one, two] of [
      [96, 65_535],
      [128, 110],
      [65_535, 120],
    ] as const) {
      const comparison = await compareShots(cut(near, one), cut(far, two))
      expect(comparison.directions.map(countsOf)).toEqual(whole.directions.map(countsOf))
    }
  })

  it.each([
    ['the far side', 65_535, 64, 'The far capture is cut too short to be compared'],
    ['the near side', 80, 65_535, 'The near capture is cut too short to be compared'],
    ['both', 64, 80, 'Both captures are cut too short to be compared'],
  ])('cut too short to tell packets, %s, no loss is told, on one clock neither', async (_, one, two, title) => {
    const cut = (shots: typeof near, length: number) =>
      shots.map((shot) => ({ ...shot, bytes: shot.bytes.slice(0, length) }))
    for (const sameClock of [false, true]) {
      const { directions, findings } = await compareShots(cut(near, one), cut(far, two), { sameClock })
      expect(directions.map(({ lost, altered, duplicated }) => lost + altered + duplicated)).toEqual(
        directions.map(() => 0),
      )
      expect(findings.filter(({ code }) => code === 'NOTHING_IN_COMMON').map((finding) => finding.title)).toEqual([
        title,
      ])
    }
  })

  it('of which a time is selected are judged in it, on whatever clocks', async () => {
    const from = START + 1
    const to = START + 3
    const comparison = await compareShots(near, onClock(far, 700 * MS), { from, to })
    const { lost, sent } = directionOf(comparison, A, B)
    expect(sent).toBeLessThan(205)
    const whole = directionOf(await compareShots(near, far), A, B)
    expect(lost).toBeLessThanOrEqual(whole.lost)
    const known = new Set(whole.packets.lost.map(({ near: packet }) => packet))
    expect(directionOf(comparison, A, B).packets.lost.filter(({ near: packet }) => !known.has(packet))).toEqual([])
  })

  it('are read to the end with a signal, or not at all', async () => {
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(compareShots(near, far, { signal: stop.signal })).rejects.toThrow('enough')
  })

  it('tell every packet with its fate', async () => {
    const fates: Record<string, number> = {}
    await compareShots(near, far, {
      onPacket({ fate }) {
        fates[fate] = (fates[fate] ?? 0) + 1
      },
    })
    const { matched, lost } = directionOf(await compareShots(near, far), A, B)
    expect(fates).toEqual({ matched: matched + 405, lost })
  })
})

describe('delay', () => {
  it('a spike is told without synchronized clocks', async () => {
    const { near, far } = bothWays(STREAM, ({ bytes }, time, index) => [
      { time: time + (index > 200 && index < 230 ? (230 - index) * 9 * MS : 0), bytes },
    ])
    const comparison = await compareShots(near, onClock(far, 999_000 * MS))
    expect(alarmsOf(comparison)).toEqual(['DELAY_SPIKE'])
    expect(directionOf(comparison, A, B).delayMs!.max).toBeGreaterThan(255)
    expect(directionOf(comparison, A, B).lost).toBe(0)
  })

  it('of pings both ways on clocks apart has an error bar', async () => {
    const pings = stream(50, 100 * MS, (index) =>
      vxlan(ethernet(ipv4(echo('request', 7, index), { protocol: 1, id: index }))),
    )
    const { near, far } = bothWays(pings)
    const { clock } = await compareShots(near, onClock(far, 3_700 * MS))
    expect(Math.abs(clock.offsetMs! - 3_700)).toBeLessThan(clock.errorMs!)
    expect(clock.errorMs!).toBeLessThan(3)
  })
})

describe('clocks', () => {
  it('that are set in the middle make no loss and no spike', async () => {
    const { near, far } = bothWays(STREAM)
    for (const step of [1_500 * MS, -400 * MS]) {
      const set = far.map((shot, index) => (index > 500 ? { ...shot, time: shot.time + step } : shot))
      const comparison = await compareShots(near, onClock(set, 60_000 * MS))
      expect(alarmsOf(comparison)).toEqual([])
    }
  })

  it('that are one need no estimate', async () => {
    const { near, far } = bothWays(STREAM, () => [])
    const apart = await compareShots(near, far.slice(0, 0), { sameClock: true })
    expect(apart.directions.every(({ lost }) => lost === 0)).toBe(true)
    const back = directionOf(await compareShots(near, far, { sameClock: true }), A, B)
    // The first one was due before anything else was captured there.
    expect(countsOf(back)).toMatchObject({ sent: 400, lost: 399, notJudged: 1 })
  })
})
