/** What the first lines of a comparison say, each beside what looks like it and is not. */
import { expect, it } from 'vitest'
import type { Comparison } from '../../src/comparison.ts'
import { formatComparison } from '../../src/report/compare/text.ts'
import { bytes, ethernet, ipv4, type SegmentOptions, tcp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { talk } from './troubled.ts'
import { alarmsOf, capturedAs, carried, compareShots, directionOf, type Sent, type Wire } from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000

const stream = (isBack: boolean): Sent[] =>
  Array.from({ length: 400 }, (_, index) => ({
    time: index * 10 * MS + (isBack ? 3 * MS : 0),
    bytes: talk(index, isBack),
  }))

function captured(treat?: Wire['treat'], forth = stream(false)) {
  const wire = (seed: number): Wire => ({ random: new Random(seed), delay: MS, jitter: MS / 5 })
  const back = stream(true)
  const there = carried(forth, treat === undefined ? wire(1) : { ...wire(1), treat })
  return { near: capturedAs(forth, carried(back, wire(2))), far: capturedAs(there, back) }
}

/** The lines under the title, up to the findings. */
const headOf = (comparison: Comparison): string =>
  formatComparison(comparison, { width: 120 }).split('\n\n')[0]!.split('\n').slice(1).join(' ')

it('a delay spike is among them, against the usual delay that the table has', async () => {
  const { near, far } = captured(({ bytes: sent }, time, index) => [
    { time: time + (index > 200 && index < 230 ? (230 - index) * 9 * MS : 0), bytes: sent },
  ])
  const comparison = await compareShots(near, far)
  const { median } = directionOf(comparison, A, B).delayMs!
  expect(headOf(comparison)).toContain(`is usual`)
  expect(headOf(comparison)).toMatch(/Delay rises to 26\d ms from 10\.0\.0\.1 to 10\.0\.0\.2 in VNI 42/)
  expect(headOf(comparison)).toContain(`where ${Number(median.toPrecision(3))} ms is usual`)
  const healthy = captured()
  expect(headOf(await compareShots(healthy.near, healthy.far))).not.toContain('Delay rises')
})

it('most packets lost, with a few at the end among them, is no silence; a path that dies is', async () => {
  const random = new Random(4)
  const kept = new Set(Array.from({ length: 392 }, (_, index) => index).filter(() => random.chance(10)))
  const lossy = captured(({ bytes: sent }, time, index) => (kept.has(index) ? [{ time, bytes: sent }] : []))
  const most = await compareShots(lossy.near, lossy.far)
  expect(directionOf(most, A, B).lost).toBeGreaterThan(300)
  expect(directionOf(most, A, B).silentSince).toBeNull()
  const dead = captured(({ bytes: sent }, time, index) => (index < 300 ? [{ time, bytes: sent }] : []))
  expect(directionOf(await compareShots(dead.near, dead.far), A, B).silentSince).not.toBeNull()
  const healthy = captured()
  expect(directionOf(await compareShots(healthy.near, healthy.far), A, B).silentSince).toBeNull()
})

it('one capture given twice comes first; damage without loss is in the sentence about loss', async () => {
  const { near, far } = captured()
  expect(headOf(await compareShots(near, near))).toMatch(/^Both sides have the same packets/)
  expect(headOf(await compareShots(near, far))).toMatch(/^No packet was lost: all 800/)
  const damaged = captured(({ bytes: sent }, time, index) => {
    const other = sent.slice()
    if (index % 100 === 7) other[other.length - 9]! ^= 4
    return [{ time, bytes: other }]
  })
  expect(headOf(await compareShots(damaged.near, damaged.far))).toMatch(
    /^No packet was lost, but 4 of 800 packets that left while both were capturing arrived with other bits/,
  )
})

/** A SYN whose checksum is right. */
function syn(index: number, mss: number): Uint8Array {
  const ends = { from: '192.168.0.1', to: '192.168.0.2' }
  const options: SegmentOptions = { from: 41_000 + index, to: 80, sequence: index * 1000, flags: 2, mss }
  const segment = tcp(options)
  const summed = tcp(options)
  const sum = checksum(bytes(192, 168, 0, 1, 192, 168, 0, 2, 0, 6, 0, summed.length, summed))
  segment[16] = sum >> 8
  segment[17] = sum & 0xff
  return vxlan(ethernet(ipv4(segment, { ...ends, protocol: 6, id: index + 1 })), { from: A, to: B, vni: 42 })
}

/** RFC 1071. */
function checksum(data: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < data.length; at += 2) sum += data[at]! * 256 + (data[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

const syns: Sent[] = Array.from({ length: 40 }, (_, index) => ({
  time: index * 90 * MS + MS / 2,
  bytes: syn(index, 1460),
}))
const withSyns = [...stream(false), ...syns].sort((one, other) => one.time - other.time)
const clamped = (make: (index: number) => Uint8Array) =>
  captured(({ bytes: sent }, time) => {
    const index = syns.findIndex((each) => each.bytes === sent)
    return [{ time, bytes: index < 0 ? sent : make(index) }]
  }, withSyns)

it('an MSS that is clamped with its checksum is rewritten', async () => {
  const { near, far } = clamped((index) => syn(index, 1360))
  const comparison = await compareShots(near, far)
  expect(alarmsOf(comparison)).toEqual([])
  const direction = directionOf(comparison, A, B)
  expect(direction).toMatchObject({ sent: 440, matched: 440, altered: 0, lost: 0, unsent: 0, rewritten: 40 })
  expect(direction.rewrites).toEqual([{ field: 'inner TCP MSS', from: '1460', to: '1360', packets: 40 }])
})

it('an MSS that stays is nothing', async () => {
  const healthy = clamped((index) => syn(index, 1460))
  expect(directionOf(await compareShots(healthy.near, healthy.far), A, B)).toMatchObject({ matched: 440, rewritten: 0 })
})

it('frames that are padded to 60 bytes on the way, or stripped of it, are the same ones', async () => {
  const frame = ethernet(ipv4(tcp({ sequence: 7 }), { protocol: 6, id: 0 }))
  const small = (index: number, extra: number): Uint8Array => {
    const inner = ethernet(ipv4(tcp({ sequence: index, from: 43_000 }), { protocol: 6, id: index + 1 }))
    return vxlan(bytes(inner, new Uint8Array(extra)), { from: A, to: B, vni: 42 })
  }
  expect(frame.length).toBe(54)
  const bare = Array.from({ length: 60 }, (_, index) => ({ time: index * 50 * MS + MS / 3, bytes: small(index, 0) }))
  const gone = new Set([9, 30])
  const forth = [...stream(false), ...bare].sort((one, other) => one.time - other.time)
  const { near, far } = captured(({ bytes: sent }, time) => {
    const index = bare.findIndex((each) => each.bytes === sent)
    return gone.has(index) ? [] : [{ time, bytes: index < 0 ? sent : small(index, 6) }]
  }, forth)
  const comparison = await compareShots(near, far)
  expect(directionOf(comparison, A, B)).toMatchObject({ sent: 460, matched: 458, lost: 2, unsent: 0, altered: 0 })
})
