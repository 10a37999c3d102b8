/**
 * Captures of the lab taken at both VTEPs, as two points of a fleet: what is missing by direction is what the wire wrote down, on whatever
 * clocks, cut wherever, in steps however long.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { FleetMerge } from '../../src/fleet/index.ts'
import type { Fleet, PointDocument } from '../../src/fleet-document.ts'
import { compareShots, onClock, type Shot } from '../compare/two-places.ts'
import { because, LAB } from '../support/shared.ts'
import { LAB_START, labPath, labPoint, labShots, shotsPoint } from './points.ts'

const OWN = new Set(['MISSING_BETWEEN_POINTS', 'POINT_SAW_NOTHING', 'POINT_FAILED'])

export function fleetOf(...points: readonly PointDocument[]): Fleet {
  const merge = new FleetMerge()
  for (const point of points) merge.add(point)
  return merge.fleet()
}

/** Codes that it takes a fleet to raise, above a note. */
const alarmsOf = ({ findings }: Fleet): string[] =>
  findings.filter(({ code, severity }) => OWN.has(code) && severity !== 'note').map(({ code }) => code)

const missingOf = ({ directions }: Fleet) => directions.map(({ missing }) => missing)

const pairs = existsSync(LAB ?? '')
  ? readdirSync(LAB ?? '').flatMap((name) => {
      const pair = name.replace(/-h1\.pcap$/, '')
      return pair !== name && existsSync(labPath(`${pair}-h2`)) ? [pair] : []
    })
  : []

/** What the wire dropped of each direction, those of h1 first. */
function droppedOf(pair: string): [number, number] {
  const { wire_log } = JSON.parse(readFileSync(labPath(pair).replace('.pcap', '.truth.json'), 'utf8'))
  const count = (dir: string): number =>
    wire_log.filter((done: { dir: string; action: string }) => done.dir === dir && done.action === 'drop').length
  return [count('ab'), count('ba')]
}

const pairOf = async (name: string) => fleetOf(await labPoint(`${name}-h1`), await labPoint(`${name}-h2`))

describe.runIf(LAB)(`pairs of the lab${because(LAB)}`, () => {
  it.each(['fault-loss', 'fault-oneway-wire'])('%s: missing is what the wire dropped', async (name) => {
    const fleet = await pairOf(name)
    const [{ from: first } = { from: '' }] = fleet.directions
    expect(first).toBe('10.0.10.101')
    expect(missingOf(fleet)).toEqual(droppedOf(name))
    expect(fleet.directions[0]).toMatchObject({ sender: `${name}-h1`, receiver: `${name}-h2`, judged: 'yes' })
    expect(fleet.vtepPairs[0]).toMatchObject({ missingAToB: droppedOf(name)[0], missingBToA: droppedOf(name)[1] })
    expect(alarmsOf(fleet).length).toBe(droppedOf(name).filter((count) => count > 0).length)
  })

  it('mtu-blackhole: all large packets, because of the black hole that its own point finds', async () => {
    const fleet = await pairOf('mtu-blackhole')
    // 18 ICMP messages that the router was kept from sending, and the first of two packets that share one (RFC 1812 §4.3.2.8).
    expect(missingOf(fleet)).toEqual([19, 0])
    const [missing] = fleet.findings.filter(({ code }) => code === 'MISSING_BETWEEN_POINTS')
    expect(missing).toMatchObject({
      because: ['PMTU_BLACK_HOLE'],
      points: ['mtu-blackhole-h1', 'mtu-blackhole-h2'],
      subject: { vni: 300, vteps: ['10.0.1.101', '10.0.2.102'] },
    })
  })

  it('fault-loss: what each point says alone follows from it', async () => {
    const { findings } = await pairOf('fault-loss')
    for (const code of ['ECHO_UNANSWERED', 'RETRANSMISSIONS']) {
      const [finding] = findings.filter((each) => each.code === code)
      expect(finding!.because, code).toContain('MISSING_BETWEEN_POINTS')
      expect(finding!.points).toContain(finding!.point)
    }
  })

  const LOSSY: Readonly<Record<string, number>> = {
    'fault-loss': 2,
    'fault-oneway-wire': 1,
    'mtu-blackhole': 1,
    // A router answers one packet that is too large.
    'mtu-dfset-router': 1,
    // The far capture is empty.
    'fault-ttl1': 1,
  }

  it.each(pairs)('%s: nothing is missing but what was lost', async (name) => {
    const fleet = await pairOf(name)
    expect(alarmsOf(fleet)).toHaveLength(LOSSY[name] ?? 0)
    for (const { sent, received, missing } of fleet.directions) expect((received ?? 0) + (missing ?? 0)).toBe(sent ?? 0)
  })

  it('a point that saw nothing is named', async () => {
    const { findings } = await pairOf('fault-ttl1')
    const [silent] = findings.filter(({ code }) => code === 'POINT_SAW_NOTHING')
    expect(silent).toMatchObject({
      points: ['fault-ttl1-h2'],
      count: 1,
      title: 'The point fault-ttl1-h2 saw no tunnel packet',
    })
  })
})

const TREATED = [
  'fault-healthy',
  'fault-loss',
  'fault-oneway-wire',
  'mtu-blackhole',
  'mtu-frag',
  'kv-offload-on',
  'kv-v6',
]

describe.runIf(LAB).each(TREATED)(`%s, treated${because(LAB)}`, (name) => {
  let near: Shot[]
  let far: Shot[]
  let before: Fleet

  beforeAll(async () => {
    near = labShots(`${name}-h1`)
    far = labShots(`${name}-h2`)
    before = await shots(near, far)
  })

  const shots = async (one: readonly Shot[], other: readonly Shot[]) =>
    fleetOf(await shotsPoint('h1', one), await shotsPoint('h2', other))

  it.each([
    [0.5e9, 0],
    [-3_600e9, 0],
    [86_400e9, 0],
    [2e9, 40],
    [-0.004e9, -80],
  ])('on a clock %d ns ahead and %d ppm faster the same is missing', async (ahead, ppm) => {
    const fleet = await shots(near, onClock(far, ahead, ppm))
    expect(missingOf(fleet)).toEqual(missingOf(before))
    const { clock } = fleet.points[1]!
    const span = (far.at(-1)!.time - far[0]!.time) / 2
    const wrong = Math.abs(clock!.offsetMs * 1e6 - ahead - (span * ppm) / 1e6)
    expect(wrong).toBeLessThan((clock!.errorMs ?? 0) * 1e6 + 250_000)
  })

  it.each([
    [0.3, 1, 0, 1],
    [0, 0.6, 0, 1],
    [0, 1, 0.4, 1],
    [0, 1, 0, 0.5],
    [0.2, 0.9, 0.3, 0.7],
    [0, 0.4, 0.6, 1],
  ])('cut to %d–%d and %d–%d no more is missing than was lost in between', async (a, b, c, d) => {
    const cut = (list: readonly Shot[], from: number, to: number) =>
      list.slice(Math.floor(list.length * from), Math.ceil(list.length * to))
    const [one, other] = [cut(near, a, b), cut(far, c, d)]
    const fleet = await shots(one, other)
    const { directions } = await compareShots(one, other)
    for (const { from, vni, missing } of fleet.directions) {
      const lost = directions.find((each) => each.from === from && each.vni === vni)?.lost ?? 0
      expect(missing ?? 0).toBeLessThanOrEqual(lost)
    }
    if (name === 'fault-healthy') expect(alarmsOf(fleet)).toEqual([])
  })

  it('is the same with stated VTEPs, and unknown where these are others', async () => {
    const vteps = before.vtepPairs[0]!
    const [one, other] = [await shotsPoint('h1', near), await shotsPoint('h2', far)]
    const stated = new FleetMerge({
      vteps: new Map([
        ['h1', [vteps.a]],
        ['h2', [vteps.b]],
      ]),
    })
    const wrong = new FleetMerge({
      vteps: new Map([
        ['h1', ['192.0.2.1']],
        ['h2', ['192.0.2.2']],
      ]),
    })
    for (const point of [one, other]) for (const merge of [stated, wrong]) merge.add(point)
    expect(missingOf(stated.fleet())).toEqual(missingOf(before))
    expect(stated.fleet().points.map(({ ownership }) => ownership)).toEqual(['stated', 'stated'])
    expect(new Set(wrong.fleet().directions.map(({ judged }) => judged))).toEqual(new Set(['no-owner']))
  })

  it('with the farther point alone nothing is judged', async () => {
    const fleet = fleetOf(await shotsPoint('h2', far, {}, LAB_START))
    expect(new Set(fleet.directions.map(({ judged }) => judged))).toEqual(new Set(['no-owner']))
  })
})
