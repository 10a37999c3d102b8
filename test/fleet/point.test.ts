/** What one capture point says of itself. */
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { InnerKey } from '../../src/compare/reading/inner-key.ts'
import { Copies, MOST_RECENT } from '../../src/fleet/copies.ts'
import { type PointAnalyzers, pointAnalyzers, pointDocument, pointOf } from '../../src/fleet/point.ts'
import { PointAnalyzer, type PointCounts } from '../../src/fleet/point-analyzer.ts'
import { MOST_OF_DIRECTION, MOST_POINT_SIGHTINGS, PointSample } from '../../src/fleet/sampled.ts'
import { coarser, MOST_STEPS, Steps } from '../../src/fleet/steps.ts'
import type { PointDocument } from '../../src/fleet-document.ts'
import type { PacketInfo } from '../../src/packet.ts'
import type { PacketAnalyzer } from '../../src/packet-analyzer.ts'
import { emptyPacket } from '../../src/packet-meta.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { resumeState, saveState } from '../../src/states/node-state-file.ts'
import { captureOf, type Shot } from '../compare/two-places.ts'
import { because, LAB } from '../support/shared.ts'
import { LAB_START, labPoint, labShots, shotsPoint } from './points.ts'

/** Runs the analyzer over shots; after so many packets by way of its saved state. */
async function countsOf(shots: readonly Shot[], savedAfter = Number.POSITIVE_INFINITY): Promise<PointCounts> {
  let inner = new PointAnalyzer()
  let taken = 0
  const analyzer: PacketAnalyzer<PointCounts> = {
    observe(packet: PacketInfo, layers, joined) {
      if (taken++ === savedAfter) {
        const state = structuredClone(inner.save())
        inner = new PointAnalyzer()
        inner.restore(state)
      }
      inner.observe(packet, layers, joined)
    },
    finish: () => inner.finish(),
  }
  const summarizer = new Summarizer({ analyzers: { analyzer } })
  await summarizer.read('shots', bytesSource(captureOf(shots, LAB_START)))
  return summarizer.summary().extra.analyzer
}

describe.runIf(LAB)(`a point of the lab${because(LAB)}`, () => {
  it('counts each direction as the summary does, where the capture has each packet once', async () => {
    const { directions, summary, sample, stepMs, withoutDirection } = await labPoint('fault-loss-h1')
    const [pair] = summary.vtepPairs
    expect(directions.map(({ from, to, packets }) => ({ from, to, packets }))).toEqual([
      { from: pair!.a, to: pair!.b, packets: pair!.packetsAToB },
      { from: pair!.b, to: pair!.a, packets: pair!.packetsBToA },
    ])
    expect({ stepMs, withoutDirection, extra: summary.extra }).toEqual({
      stepMs: 100,
      withoutDirection: 0,
      extra: undefined,
    })
    for (const [index, { packets, payload, steps, ttl, sampledOneIn, inbound, outbound }] of directions.entries()) {
      expect(steps.reduce((sum, [, count]) => sum + count, 0)).toBe(packets)
      expect(steps.reduce((sum, [, , bytes]) => sum + bytes, 0)).toBe(payload)
      expect({ ttl, sampledOneIn, inbound, outbound }).toEqual({
        ttl: { min: 64, max: 64 },
        sampledOneIn: 1,
        inbound: 0,
        outbound: 0,
      })
      const ordinals = sample.filter(({ direction }) => direction === index).map((each) => each.packets)
      expect(ordinals.length).toBeGreaterThan(packets * 0.8)
      expect(ordinals).toEqual([...ordinals].sort((left, right) => left - right))
    }
  })

  it('is the same point again with the same captures, another one by another name or with others', async () => {
    const [once, again, renamed, other] = [
      await shotsPoint('a', labShots('fault-healthy-h1')),
      await shotsPoint('a', labShots('fault-healthy-h1')),
      await shotsPoint('b', labShots('fault-healthy-h1')),
      await shotsPoint('a', labShots('fault-healthy-h1').slice(1)),
    ]
    expect(again).toEqual(once)
    expect(new Set([once, again, renamed, other].map(({ id }) => id)).size).toBe(3)
    expect(once.id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('counts a packet once that the capture recorded at two interfaces or twice at one', async () => {
    const once = await labPoint('fault-healthy-h1')
    const shots = labShots('fault-healthy-h1')
    // Another link address makes another place.
    const elsewhere = shots.map(({ time, bytes, wireLength }) => {
      const copy = bytes.slice()
      copy[11] = copy[11]! ^ 1
      return { time: time + 5_000, bytes: copy, wireLength }
    })
    const twice = shots.map((shot) => ({ ...shot, time: shot.time + 2_000 }))
    for (const more of [elsewhere, twice]) {
      const both = [...shots, ...more].sort((left, right) => left.time - right.time)
      const point = await shotsPoint('fault-healthy-h1', both)
      const counts = ({ directions }: typeof once) =>
        directions.map(({ packets, bytes, payload }) => [packets, bytes, payload])
      expect(counts(point)).toEqual(counts(once))
      expect(point.summary.capture.packets).toBe(2 * shots.length)
    }
  })

  it('goes on with its next file from a state as bytes, and is the same point then', async () => {
    const shots = labShots('fault-loss-h1')
    const files = [shots.slice(0, 60), shots.slice(60, 61), shots.slice(61)]
    const sources = files.map((part, index) => ({
      name: `${index}.pcap`,
      open: async () => bytesSource(captureOf(part, LAB_START)),
    }))
    const whole = await pointOf('a', sources)
    let state: Uint8Array | null = null
    let point: PointDocument | null = null
    for (const { name, open } of sources) {
      const analyzers = pointAnalyzers()
      const summarizer: Summarizer<PointAnalyzers> =
        state === null ? new Summarizer({ analyzers }) : await resumeState(state, { analyzers })
      await summarizer.read(name, await open())
      state = await saveState(summarizer)
      point = pointDocument('a', summarizer.summary())
    }
    expect(point).toEqual(whole)
  })

  it('goes on from a saved state as if nothing had happened, after any packet', async () => {
    for (const name of ['fault-loss-h1', 'fault-dup-h2', 'mtu-frag-h1']) {
      const shots = labShots(name)
      const whole = await countsOf(shots)
      for (const after of [0, 1, 7, Math.floor(shots.length / 2), shots.length - 1]) {
        expect(await countsOf(shots, after)).toEqual(whole)
      }
    }
  })
})

describe('a point', () => {
  it('refuses a summary without its counts, and a state that is none', () => {
    const summarizer = new Summarizer({})
    expect(() => pointDocument('a', summarizer.summary())).toThrow('made with the analyzers of a point')
    const analyzer = new PointAnalyzer()
    const saved = analyzer.save()
    const { directions, copies, steps, sample } = saved
    for (const state of [
      undefined,
      null,
      7,
      {},
      { ...saved, tallies: new Float64Array(1) },
      { ...saved, taps: new Int32Array(40) },
      { ...saved, directions: { ...directions, count: 1e9 } },
      { ...saved, directions: { ...directions, count: -1, keys: new Int32Array(0) } },
      { ...saved, copies: { ...copies, heads: new Int32Array(3) } },
      { ...saved, copies: { ...copies, next: 1.5 } },
      { ...saved, steps: { ...steps, doublings: 1e6 } },
      { ...saved, steps: { ...steps, cells: Float64Array.of(7, 1, 1, 1, 0, 0) } },
      { ...saved, sample: { ...sample, most: 0 } },
      { ...saved, sample: { ...sample, halvings: new Uint8Array(9) } },
      { ...saved, sample: { ...sample, sightings: Float64Array.of(0, Number.NaN, 0, 0, 0, 0, 0, 0, 0) } },
    ]) {
      expect(() => analyzer.restore(state)).toThrow(TypeError)
    }
    expect(() => analyzer.restore(saved)).not.toThrow()
  })

  it('without a packet says so', async () => {
    const summarizer = new Summarizer({ analyzers: pointAnalyzers() })
    const point = pointDocument('a', summarizer.summary() as never, ['192.0.2.2', '192.0.2.1'])
    expect(point).toMatchObject({ directions: [], sample: [], stepMs: 100, vteps: ['192.0.2.1', '192.0.2.2'] })
    await expect(pointOf('a', [], { vteps: ['nowhere'] })).rejects.toThrow('vteps[0]')
  })
})

describe('copies', () => {
  const packet = (nanoseconds: number): PacketInfo => ({ ...emptyPacket(), seconds: 1, nanoseconds })
  const keyOf = (strictLow: number, isNumbered: boolean): InnerKey =>
    Object.assign(new InnerKey(), { strictHigh: 1, strictLow, isNumbered })

  it('of another place within a second, of the same only where a sender numbers them or most come twice', () => {
    const copies = new Copies()
    const numbered = keyOf(1, true)
    const plain = keyOf(2, false)
    expect(copies.take(numbered, 0, packet(0), 1)).toBe('none')
    expect(copies.take(numbered, 1, packet(0), 1)).toBe('none')
    expect(copies.take(numbered, 0, packet(900_000_000), 2)).toBe('copy')
    expect(copies.take(numbered, 0, packet(5_000_000), 1)).toBe('again')
    expect(copies.take(numbered, 0, packet(500_000_000), 1)).toBe('none')
    expect(copies.take(plain, 0, packet(0), 1)).toBe('none')
    expect(copies.take(plain, 0, packet(400_000), 1)).toBe('twin')
    expect(copies.take(plain, 0, packet(450_000), 1)).toBe('none')
  })

  it('forgets old ones', () => {
    const copies = new Copies()
    copies.take(keyOf(1, true), 0, packet(0), 1)
    for (let index = 0; index < MOST_RECENT; index++) copies.take(keyOf(2 + index, true), 0, packet(0), 1)
    expect(copies.take(keyOf(1, true), 0, packet(0), 2)).toBe('none')
    expect(copies.take(keyOf(2 + MOST_RECENT - 1, true), 0, packet(0), 2)).toBe('copy')
  })
})

describe('steps of time', () => {
  it('take twice the time when there are too many, and lose nothing', () => {
    const steps = new Steps()
    const seconds = 4_000
    for (let i = 0; i < seconds * 10; i++) {
      const cell = steps.at(i % 2, 1_700_000_000 + Math.floor(i / 10), (i % 10) * 100_000_000)
      cell.packets++
      cell.payload += 3
    }
    expect(steps.milliseconds).toBe(800)
    const cells = [...steps.of(0), ...steps.of(1)]
    expect(cells.length).toBeLessThanOrEqual(MOST_STEPS)
    expect(cells.reduce((sum, [, { packets }]) => sum + packets, 0)).toBe(seconds * 10)
    expect(steps.of(0)[0]![0]).toBe(Math.floor(1_700_000_000_000 / 800))
  })

  it('are the same made coarser afterwards', () => {
    expect(
      coarser(
        [
          [4, 1, 10],
          [5, 2, 20],
          [7, 4, 40],
        ],
        1,
      ),
    ).toEqual([
      [2, 3, 30],
      [3, 4, 40],
    ])
    expect(
      coarser(
        [
          [-1, 1, 1],
          [0, 1, 1],
        ],
        3,
      ),
    ).toEqual([
      [-1, 1, 1],
      [0, 1, 1],
    ])
  })

  it('on both sides of the epoch, in every direction, end', () => {
    const steps = new Steps()
    for (let direction = 0; direction <= MOST_STEPS; direction++) steps.at(direction, -1, 0).packets++
    expect(steps.of(MOST_STEPS)[0]![1].packets).toBe(1)
  })
})

describe('the sample of a point', () => {
  const sighting = () => ({
    again: false,
    seconds: 0,
    nanoseconds: 0,
    packets: 0,
    payload: 0,
    twins: 0,
    twinPayload: 0,
  })
  /** Digests, as good as random. */
  const key = (index: number): number => (Math.imul(index, 0x9e37_79b1) >>> 0) * 2 ** 20 + index

  it('is bounded in each direction and in all, and does not depend on the order', () => {
    const [forth, back] = [new PointSample(), new PointSample()]
    const packets = Array.from({ length: 60_000 }, (_, index) => index)
    for (const index of packets) forth.add(index % 40, key(index), sighting)
    for (const index of packets.reverse()) back.add(index % 40, key(index), sighting)
    const keysOf = (sample: PointSample) =>
      Array.from({ length: 40 }, (_, direction) => [...sample.of(direction).byKey.keys()].sort((one, two) => one - two))
    expect(keysOf(back)).toEqual(keysOf(forth))
    const sizes = keysOf(forth).map(({ length }) => length)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MOST_OF_DIRECTION)
    expect(Math.min(...sizes)).toBeGreaterThan(10)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST_POINT_SIGHTINGS)
  })
})
