/** Packets that take seconds, all of them or for a time, beside those that are lost and sent once more. */
import { expect, it } from 'vitest'
import { Random } from '../support/random.ts'
import { talk } from './troubled.ts'
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

const stream = (isBack: boolean): Sent[] =>
  Array.from({ length: 900 }, (_, index) => ({
    time: index * 10 * MS + (isBack ? 3 * MS : 0),
    bytes: talk(index, isBack),
  }))

/** Both captures of a path. */
function captured(delay: number, treat?: Wire['treat']) {
  const wire = (seed: number): Wire => ({ random: new Random(seed), delay, jitter: MS / 5 })
  const [forth, back] = [stream(false), stream(true)]
  const there = carried(forth, treat === undefined ? wire(1) : { ...wire(1), treat })
  return { near: capturedAs(forth, carried(back, wire(2))), far: capturedAs(there, back) }
}

it.each([0, 700, -4000])(
  'a path of three seconds each way has its losses told exactly, the far clock %i ms ahead',
  async (ahead) => {
    const gone = new Set([5, 90, 91, 400])
    const { near, far } = captured(3000 * MS, ({ bytes }, time, index) => (gone.has(index) ? [] : [{ time, bytes }]))
    const comparison = await compareShots(near, onClock(far, ahead * MS))
    expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ sent: 900, matched: 896, lost: 4, notJudged: 0 })
    expect(countsOf(directionOf(comparison, B, A))).toMatchObject({ sent: 900, matched: 900 })
    expect(alarmsOf(comparison)).toEqual(['LOST_BETWEEN'])
  },
)

it('a stall of three seconds loses nothing: what it holds is late', async () => {
  const { near, far } = captured(MS, ({ time: sent, bytes }, time) => [
    { time: sent >= 2000 * MS && sent < 5000 * MS ? 4990 * MS + (sent - 2000 * MS) / 300 : time, bytes },
  ])
  const comparison = await compareShots(near, far)
  expect(countsOf(directionOf(comparison, A, B))).toMatchObject({ sent: 900, matched: 900, lost: 0 })
  expect(directionOf(comparison, A, B).unsent).toBe(0)
  expect(alarmsOf(comparison)).toEqual(['DELAY_SPIKE'])
})

it('what is lost, and sent once more under a new number, was lost', async () => {
  const { near, far } = captured(MS, ({ bytes }, time, index) => (index >= 200 && index < 300 ? [] : [{ time, bytes }]))
  const comparison = await compareShots(near, far)
  expect(directionOf(comparison, A, B).lost).toBe(100)
  expect(comparison.window.waitingMs).toBe(2000)
})

it('a healthy path is waited for as usual', async () => {
  const { near, far } = captured(MS)
  const comparison = await compareShots(near, onClock(far, 900 * MS))
  expect(comparison.window.waitingMs).toBe(2000)
  expect(alarmsOf(comparison)).toEqual([])
})
