/** What is selected means the same packets at both sides, also where addresses or VNI are other ones at the other side. */
import { expect, it } from 'vitest'
import type { Selection } from '../../src/selection/selection.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import {
  alarmsOf,
  capturedAs,
  carried,
  compareShots,
  countsOf,
  directionOf,
  type Sent,
  type Shot,
} from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const OUTSIDE = '203.0.113.7'
const MS = 1_000_000

function talk(index: number, isBack: boolean, from: string, to: string, vni: number): Uint8Array {
  const ends = isBack ? { from: '192.168.0.2', to: '192.168.0.1' } : { from: '192.168.0.1', to: '192.168.0.2' }
  const payload = udp(bytes(number(index, 4), new Array<number>(100).fill(index & 0xff)), 7000, 7001)
  return vxlan(ethernet(ipv4(payload, { ...ends, id: index })), { from, to, vni })
}

const stream = (isBack: boolean, from: string, to: string, vni = 100): Sent[] =>
  Array.from({ length: 200 }, (_, index) => ({
    time: index * 10 * MS + (isBack ? 3 * MS : 0),
    bytes: talk(index, isBack, from, to, vni),
  }))

const gone = new Set([5, 60, 61])
const merged = (...lists: Shot[][]): Shot[] => lists.flat().sort((one, other) => one.time - other.time)

/** Both captures; near has A as it is, far as whom a translator, or with which VNI a gateway sends it on. */
function captured(there: string, vni: number): { near: Shot[]; far: Shot[] } {
  const wire = (seed: number) => ({ random: new Random(seed), delay: MS, jitter: MS / 5 })
  const arrives = carried(stream(false, A, B), wire(1)).flatMap(({ time }, index) =>
    gone.has(index) ? [] : [{ time, bytes: talk(index, false, there, B, vni) }],
  )
  const here = carried(stream(true, B, there, vni), wire(2)).map(({ time }, index) => ({
    time,
    bytes: talk(index, true, B, A, 100),
  }))
  const other = stream(false, A, B, 7)
  return {
    near: merged(capturedAs(stream(false, A, B), here), capturedAs(other)),
    far: merged(capturedAs(arrives, stream(true, B, there, vni)), capturedAs(carried(other, wire(3)))),
  }
}

it.each<[string, string, number, Selection]>([
  ['a VTEP behind a translator', OUTSIDE, 100, { vteps: [A], vnis: [100] }],
  ['the VNI of the near side', A, 300, { vnis: [100] }],
  ['the VNI of the far side', A, 300, { vnis: [300] }],
  ['a VNI that is the same', A, 100, { vnis: [100] }],
])('by %s', async (_, there, vni, selection) => {
  const { near, far } = captured(there, vni)
  const comparison = await compareShots(near, far, selection)
  // Of what is lost there is only the one end to be selected by.
  const isLostSelected = selection.vnis![0] === 100
  const lost = isLostSelected ? 3 : 0
  expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ matched: 197, lost, sent: 197 + lost })
  expect(alarmsOf(comparison)).toEqual(isLostSelected ? ['LOST_BETWEEN'] : [])
  expect(comparison.matched).toBe(397)
  expect(comparison.directions).toHaveLength(2)
})

it('by a VNI that neither has: nothing is there', async () => {
  const { near, far } = captured(A, 300)
  const { directions, near: side } = await compareShots(near, far, { vnis: [9] })
  expect(directions).toEqual([])
  expect(side.tunnelPackets).toBe(0)
})
