/**
 * The lab's pairs of captures, one at each VTEP: what the impairment wire wrote down is what the comparison says, packet by packet, on
 * whatever clocks, cut wherever, and whichever side is called near.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileSource } from '../../src/capture/node.ts'
import { type CompareOptions, compareCaptures } from '../../src/compare/index.ts'
import type { ComparedDirection, Comparison, Place } from '../../src/comparison.ts'
import { recordsOf } from '../support/parts.ts'
import { because, LAB } from '../support/shared.ts'
import { alarmsOf, compareShots, countsOf, onClock, shotsOf } from './two-places.ts'

const folder = LAB ?? ''
const path = (name: string, side: 'h1' | 'h2'): string => join(folder, `${name}-${side}.pcap`)
const file = (from: string) => [{ name: from, open: () => fileSource(from) }]
const compared = (name: string, options: CompareOptions = {}): Promise<Comparison> =>
  compareCaptures(file(path(name, 'h1')), file(path(name, 'h2')), options)

const pairs = existsSync(folder)
  ? readdirSync(folder).flatMap((name) => {
      const pair = name.replace(/-h1\.pcap$/, '')
      return pair !== name && existsSync(path(pair, 'h2')) ? [pair] : []
    })
  : []

/** What the wire did to a frame. */
interface Done {
  dir: 'ab' | 'ba'
  action: string
  ip_id: number
  offset: number
  bit: number
}

/** What the wire wrote down; `null` where there was none. */
function logOf(name: string): Done[] | null {
  const written = join(folder, `${name}.truth.json`)
  if (!existsSync(written)) return null
  const truth = JSON.parse(readFileSync(written, 'utf8'))
  return truth.wire_log?.filter(({ action }: Done) => action !== undefined) ?? null
}

/** Numbers of tunnel packets by what their sender numbered them, in one direction; those of copies behind the first one. */
function numbersOf(capture: string, from: 'ab' | 'ba'): Map<number, number[]> {
  const numbers = new Map<number, number[]>()
  for (const { view, packet } of recordsOf(capture)) {
    if (view.byteLength < 42 || view.getUint16(12) !== 0x0800 || view.getUint8(23) !== 17) continue
    if (view.getUint16(36) !== 4789 || view.getUint8(29) !== (from === 'ab' ? 101 : 102)) continue
    const id = view.getUint16(18)
    numbers.set(id, [...(numbers.get(id) ?? []), packet.number])
  }
  return numbers
}

/** Directions in the order of the wire's names. */
function wayOf({ directions }: Comparison, dir: 'ab' | 'ba'): ComparedDirection {
  return directions.find(({ sentAt }) => sentAt === (dir === 'ab' ? 'near' : 'far'))!
}

/** Frames begin behind outer Ethernet, IPv4, UDP and VXLAN. */
const INNER = 50

describe.runIf(LAB)(`pairs with a wire between them${because(LAB)}`, () => {
  describe.each(pairs.filter((name) => logOf(name) !== null))('%s', (name) => {
    const log = logOf(name)!
    const of = (dir: string, action: string) => log.filter((done) => done.dir === dir && done.action === action)

    it.each(['ab', 'ba'] as const)('%s: lost, altered and duplicated are what the wire did', async (dir) => {
      const direction = wayOf(await compared(name), dir)
      const [at, other]: [Place, Place] = dir === 'ab' ? ['near', 'far'] : ['far', 'near']
      const [left, right] = (dir === 'ab' ? (['h1', 'h2'] as const) : (['h2', 'h1'] as const)).map((side) =>
        numbersOf(path(name, side), dir),
      )
      const first = (done: Done) => left!.get(done.ip_id)![0]!
      expect(direction.packets.lost.map((packet) => packet[at])).toEqual(of(dir, 'drop').map(first))
      expect(direction.lost).toBe(of(dir, 'drop').length)
      const altered = of(dir, 'corrupt').map((done) => ({
        [at]: first(done),
        [other]: right!.get(done.ip_id)![0]!,
        bits: [{ offset: done.offset - INNER, bit: done.bit }],
      }))
      expect([...direction.packets.altered].sort((one, two) => one[at]! - two[at]!)).toEqual(altered)
      const duplicated = of(dir, 'duplicate').map((done) => {
        const [one, two] = right!.get(done.ip_id)!
        return { [at]: first(done), [other]: two, firstArrival: one }
      })
      expect([...direction.packets.duplicated].sort((one, two) => one[at]! - two[at]!)).toEqual(duplicated)
    })
  })
})

/** What it takes two captures to say of each pair; nothing of all others. */
const ALARMS: Readonly<Record<string, string[]>> = {
  'fault-corrupt': ['ALTERED_BETWEEN'],
  'fault-corrupt-nocsum': ['ALTERED_BETWEEN'],
  'fault-dup': ['DUPLICATED_BETWEEN', 'DUPLICATED_BETWEEN'],
  'fault-loss': ['LOST_BETWEEN', 'LOST_BETWEEN'],
  'fault-oneway-wire': ['LOST_BETWEEN'],
  // The far capture is empty.
  'fault-ttl1': ['NOTHING_IN_COMMON'],
  'mtu-blackhole': ['SIZE_CLIFF'],
  // A router answers one packet that is too large.
  'mtu-dfset-router': ['LOST_BETWEEN'],
}

describe.runIf(LAB)(`all pairs${because(LAB)}`, () => {
  it('are some', () => expect(pairs.length).toBeGreaterThan(25))

  it.each(pairs)('%s: what is wrong is said, and nothing else', async (name) => {
    const comparison = await compared(name)
    expect(alarmsOf(comparison)).toEqual(ALARMS[name] ?? [])
    for (const { sent, matched, lost, altered, notJudged } of comparison.directions) {
      expect(matched + lost + altered + notJudged).toBe(sent)
    }
  })

  it('mtu-blackhole: the cliff, where the router has it', async () => {
    const { directions } = await compared('mtu-blackhole')
    expect(directions[0]!.sizeCliff).toEqual({ passed: 1400, lost: 1500 })
  })

  it('fault-ecn: the marks that the router put on', async () => {
    const marks = (side: 'h1' | 'h2'): number =>
      recordsOf(path('fault-ecn', side)).filter(({ view }) => (view.getUint8(15) & 3) === 3).length
    expect(marks('h2')).toBe(11)
    const comparison = await compared('fault-ecn')
    expect(wayOf(comparison, 'ab').congestionMarked).toBe(marks('h2') - marks('h1'))
    expect(wayOf(comparison, 'ba').congestionMarked).toBe(0)
  })

  it('fault-loss: no cliff', async () => {
    for (const { sizeCliff } of (await compared('fault-loss')).directions) expect(sizeCliff).toBeNull()
  })

  it('fault-delay: delays as configured, on one clock', async () => {
    const { directions, clock } = await compared('fault-delay', { sameClock: true })
    expect(clock).toMatchObject({ offsetMs: 0, errorMs: 0, sameClock: true })
    const [forth, back] = directions.map(({ delayMs }) => delayMs!.min)
    expect(forth).toBeGreaterThan(20)
    expect(forth).toBeLessThan(21)
    expect(back).toBeGreaterThan(5)
    expect(back).toBeLessThan(6)
  })
})

/** Pairs whose counts must stay whatever is done to them. */
const TREATED = [
  'fault-healthy',
  'fault-loss',
  'fault-dup',
  'fault-corrupt',
  'fault-oneway-wire',
  'mtu-blackhole',
  'mtu-frag',
  'kv-offload-on',
  'kv-v6',
]

describe.runIf(LAB)(`pairs on other clocks, cut and swapped${because(LAB)}`, () => {
  describe.each(TREATED)('%s', (name) => {
    const start = Math.floor(recordsOf(path(name, 'h1'))[0]!.packet.seconds)
    const near = shotsOf(path(name, 'h1'), start)
    const far = shotsOf(path(name, 'h2'), start)
    const counts = ({ directions }: Comparison) =>
      directions.map((direction) => [direction.from, direction.vni, countsOf(direction)])

    it.each([
      ['3.7 s ahead', 3_700_000_000, 0],
      ['an hour behind', -3_600_000_000_000, 0],
      ['100 ppm fast', 250_000_000, 100],
      ['200 ppm slow', 0, -200],
    ])('the far clock is %s', async (_, ahead, ppm) => {
      const before = await compareShots(near, far)
      const after = await compareShots(near, onClock(far, ahead, ppm))
      expect(counts(after)).toEqual(counts(before))
      const moved = after.clock.offsetMs! - before.clock.offsetMs!
      if (ppm === 0) expect(Math.abs(moved - ahead / 1e6)).toBeLessThan(0.002)
      // What arrives of the one direction is over at once, so that no drift shows.
      else if (name !== 'fault-oneway-wire') expect(Math.sign(after.clock.driftPpm)).toBe(Math.sign(ppm))
    })

    it('swapped, the roles are', async () => {
      const before = await compareShots(near, far)
      const after = await compareShots(far, near)
      const byFrom = (comparison: Comparison) => counts(comparison).toSorted()
      expect(byFrom(after)).toEqual(byFrom(before))
      for (const { from, sentAt, packets } of after.directions) {
        const was = before.directions.find((direction) => direction.from === from)!
        expect(sentAt).not.toBe(was.sentAt)
        expect(packets.lost).toEqual(was.packets.lost.map((packet) => ({ near: packet.far, far: packet.near })))
      }
    })

    it('cut to any third, nothing more is lost', async () => {
      const before = await compareShots(near, far)
      const lost = new Set(
        before.directions.flatMap(({ packets }) => packets.lost.map((each) => each.near ?? -each.far!)),
      )
      const third = Math.ceil(far.length / 3)
      for (const from of [0, third, 2 * third]) {
        const { directions } = await compareShots(near, far.slice(from, from + third))
        for (const { packets, sentAt, duplicated, altered } of directions) {
          const numbers = packets.lost.map((each) => (sentAt === 'near' ? each.near! : -(each.far! + from)))
          expect(numbers.filter((number) => !lost.has(number))).toEqual([])
          expect(duplicated + altered).toBeLessThanOrEqual(20)
        }
      }
    })

    it('cut at any twentieth of either side, at either end, nothing more is altered', async () => {
      const before = await compareShots(near, far)
      const key = (each: { near: number | null; far: number | null }) => `${each.near}/${each.far}`
      const altered = new Set(before.directions.flatMap(({ packets }) => packets.altered.map(key)))
      for (let twentieth = 1; twentieth < 20; twentieth++) {
        const at = (shots: readonly unknown[]): number => Math.round((shots.length * twentieth) / 20)
        for (const [one, other, nearCut, farCut] of [
          [near.slice(0, at(near)), far, 0, 0],
          [near.slice(at(near)), far, at(near), 0],
          [near, far.slice(0, at(far)), 0, 0],
          [near, far.slice(at(far)), 0, at(far)],
        ] as const) {
          const { directions } = await compareShots(one, other)
          const found = directions.flatMap(({ packets }) => packets.altered)
          const moved = found.map((each) => key({ near: each.near! + nearCut, far: each.far! + farCut }))
          expect(moved.filter((each) => !altered.has(each))).toEqual([])
        }
      }
    })

    it('against itself, nothing is lost and nothing takes time', async () => {
      const { directions, clock } = await compareShots(near, near)
      expect(clock.offsetMs).toBe(0)
      for (const { lost, altered, duplicated, delayMs, reordered } of directions) {
        expect([lost, altered, duplicated, reordered]).toEqual([0, 0, 0, 0])
        if (delayMs !== null) expect([delayMs.min, delayMs.max]).toEqual([0, 0])
      }
    })
  })
})
