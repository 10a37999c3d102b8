/** One bulk transfer as the only traffic, with segmentation offload at one end: what leaves is in no packet of the other end. */
import { describe, expect, it } from 'vitest'
import type { Comparison } from '../../src/comparison.ts'
import { bytes, ethernet, ipv4, tcp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  countsOf,
  directionOf,
  onClock,
  type Sent,
  type Wire,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const US = 1_000
const SEGMENT = 1_000
const FRAMES = 60

/** TCP data of the transfer, and what confirms them. */
const data = (sequence: number, payload: number, id: number): Uint8Array =>
  vxlan(ethernet(ipv4(tcp({ sequence, payload }), { protocol: 6, id })), { sourcePort: 50_500 })

function confirmation(index: number, first = 0): Uint8Array {
  const segment = tcp({ from: 5201, to: 40_000, sequence: first + 1, acknowledgment: index, payload: 0 })
  const ends = { from: '192.168.0.2', to: '192.168.0.1' }
  return vxlan(ethernet(ipv4(segment, { ...ends, protocol: 6, id: index })), { from: B, to: A, sourcePort: 50_501 })
}

/** The transfer: super-frames of so many segments, the segments, and the confirmations. */
function transfer(segments: number, first = 0) {
  const supers: Sent[] = Array.from({ length: FRAMES }, (_, index) => ({
    time: index * 10 * MS,
    bytes: data(first + index * segments * SEGMENT, segments * SEGMENT, index * segments),
  }))
  const parts: Sent[] = supers.flatMap(({ time }, index) =>
    Array.from({ length: segments }, (_, part) => ({
      time: time + part * 10 * US,
      bytes: data(first + (index * segments + part) * SEGMENT, SEGMENT, index * segments + part),
    })),
  )
  const confirmed: Sent[] = supers.map(({ time }, index) => ({
    time: time + 5 * MS,
    bytes: confirmation(index, first),
  }))
  return { supers, parts, confirmed }
}

const wire = (treat?: Wire['treat']): Wire => ({
  random: new Random(1),
  delay: 2 * MS,
  jitter: 300 * US,
  ...(treat && { treat }),
})

/** Super-frames near and segments far, the far clock ahead; or level clocks. */
function compared(segments: number, ahead: number, treat?: Wire['treat']): Promise<Comparison> {
  const { supers, parts, confirmed } = transfer(segments)
  return compareShots(
    capturedAs(supers, carried(confirmed, wire())),
    onClock(capturedAs(carried(parts, wire(treat)), confirmed), ahead),
  )
}

describe('a transfer with offload at the sender', () => {
  for (const segments of [3, 10, 44]) {
    for (const ahead of [0, 1_000 * MS]) {
      it(`of ${segments} segments is in both captures, with clocks ${ahead / MS} ms apart`, async () => {
        const comparison = await compared(segments, ahead)
        expect(alarmsOf(comparison)).toEqual([])
        expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ matched: FRAMES, lost: 0, notJudged: 0 })
        expect(directionOf(comparison, A, B)).toMatchObject({ resegmented: FRAMES, unsent: 0 })
        expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ matched: FRAMES, lost: 0 })
        // Data of both directions tell of the clocks.
        expect(comparison.clock.errorMs).toBeGreaterThan(0)
        expect(Math.abs(comparison.clock.offsetMs! - ahead / MS)).toBeLessThan(comparison.clock.errorMs!)
      })
    }
  }

  it('and segments that are joined at the receiver is in both', async () => {
    const { supers, parts, confirmed } = transfer(12)
    const joined = supers.map(({ time, bytes }) => ({ time: time + 120 * US, bytes }))
    const near = capturedAs(parts, carried(confirmed, wire()))
    const comparison = await compareShots(near, onClock(capturedAs(carried(joined, wire()), confirmed), 500 * MS))
    expect(alarmsOf(comparison)).toEqual([])
    expect(directionOf(comparison, A, B)).toMatchObject({ lost: 0, resegmented: 12 * FRAMES, unsent: 0 })
  })

  it('some of whose segments are lost is not silent: what left later arrives', async () => {
    const comparison = await compared(4, 1_000 * MS, ({ bytes }, time, index) =>
      index % 24 === 13 || index % 24 === 14 ? [] : [{ time, bytes }],
    )
    const direction = directionOf(comparison, A, B)
    expect(direction).toMatchObject({ lost: 10, lostBytes: 20 * SEGMENT, silentSince: null })
    const lost = comparison.findings.find(({ code }) => code === 'LOST_BETWEEN')!
    expect(lost.title).not.toContain('Nothing arrives')
    expect(comparison.clock.errorMs).toBeGreaterThan(0)
  })

  it('of which nothing arrives from the middle on is silent since then', async () => {
    const comparison = await compared(4, 0, ({ bytes }, time, index) => (index >= 120 ? [] : [{ time, bytes }]))
    const direction = directionOf(comparison, A, B)
    expect(direction).toMatchObject({ lost: 30, lostTcpBytes: 120 * SEGMENT })
    expect(direction.silentSince).toContain('.300')
  })
})

describe('two transfers that are not the same', () => {
  it('have nothing in common, though a few packets are alike', async () => {
    const mine = transfer(12)
    const other = transfer(12, 5_000_000)
    const alike = Array.from({ length: 3 }, (_, index) => ({
      time: index * 100 * MS,
      bytes: vxlan(ethernet(ipv4(bytes(index, 1, 2, 3), { protocol: 17 }))),
    }))
    const comparison = await compareShots(
      capturedAs(mine.supers, carried(mine.confirmed, wire()), alike),
      capturedAs(carried(other.parts, wire()), other.confirmed, carried(alike, wire())),
    )
    expect(alarmsOf(comparison)).toEqual(['NOTHING_IN_COMMON'])
  })
})
