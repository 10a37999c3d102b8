/** Clocks, owners and what is missing, of all points together. */

import { milliseconds } from '../analyzers/tables/time.ts'
import type { FleetDirection, FleetPoint } from '../fleet-document.ts'
import { type Clock, clocksOf, convert } from './clocks.ts'
import type { HeldDirection, HeldPoint } from './held.ts'
import { account, type Way } from './missing.ts'
import { type Owners, ownersOf } from './owners.ts'
import { Passages } from './passage.ts'
import { type Both, type Sharing, sharingOf } from './shared.ts'
import { timeAt } from './times.ts'
import { type FleetView, type PointView, viewOf } from './view.ts'

/** What is judged of a direction. */
export type JudgedDirection = Pick<
  FleetDirection,
  'sender' | 'receiver' | 'judged' | 'by' | 'sent' | 'received' | 'missing' | 'fromTime' | 'toTime'
>

/** What a point's captures lack of what it sent itself. */
export interface Missed {
  missed: number
  of: number
}

/** What is judged of all. */
export interface Judged {
  points: Pick<FleetPoint, 'vteps' | 'ownership' | 'clock'>[]
  directions: JudgedDirection[]
  /** By point: packets that it sent and other points saw, and how many of them are not in its captures. */
  missed: Map<string, Missed>
}

/** Judges them. @param points - In order of names. */
export function judge(points: readonly HeldPoint[], directions: readonly HeldDirection[], stepMs: number): Judged {
  const view = viewOf(points, directions, stepMs)
  const sharings = sharingOf(view)
  const passages = new Passages(view, sharings)
  const clocks = clocksOf(view.points, sharings, passages)
  const owners = ownersOf(view, passages)
  const byPair = new Map(sharings.map((sharing) => [`${sharing.x.index} ${sharing.y.index}`, sharing]))
  const missed = new Map<string, Missed>()
  return {
    points: view.points.map((point) => toldOf(point, clocks[point.index]!, owners)),
    directions: directions.map((_, index) => judgeOne(view, index, owners, clocks, byPair, missed)),
    missed,
  }
}

function toldOf(point: PointView, clock: Clock | null, { byPoint }: Owners): Judged['points'][number] {
  const vteps = [...byPoint[point.index]!]
  const ownership = point.held.vteps !== null ? 'stated' : vteps.length > 0 ? 'observed' : 'unknown'
  if (clock === null) return { vteps, ownership, clock: null }
  const { span } = point
  const middle = span === null ? 0 : (span.from + span.to) / 2
  const there = (middle - clock.ahead) / clock.rate
  return {
    vteps,
    ownership,
    clock: {
      reference: clock.reference.name,
      offsetMs: milliseconds(middle - there) || 0,
      errorMs: clock.error === null ? null : milliseconds(clock.error),
    },
  }
}

function judgeOne(
  view: FleetView,
  index: number,
  { byVtep }: Owners,
  clocks: readonly (Clock | null)[],
  byPair: ReadonlyMap<string, Sharing>,
  missed: Map<string, Missed>,
): JudgedDirection {
  const { name, sights } = view.directions[index]!
  const sender = byVtep.get(name.from)
  const receiver = byVtep.get(name.to)
  const told = { sender: sender?.name ?? null, receiver: receiver?.name ?? null }
  const not = (judged: JudgedDirection['judged']): JudgedDirection => {
    return { ...told, judged, by: 'packets', sent: null, received: null, missing: null, fromTime: null, toTime: null }
  }
  if (sender === undefined || receiver === undefined) return not('no-owner')
  if (sender === receiver) return not('same-point')
  if (sender.span === null || receiver.span === null) return not('no-overlap')
  const isForth = sender.index < receiver.index
  const sharing = byPair.get(isForth ? `${sender.index} ${receiver.index}` : `${receiver.index} ${sender.index}`)
  const [from, to] = [clocks[sender.index] ?? null, clocks[receiver.index] ?? null]
  const error = convert(0, from, to)?.error
  const way: Way = {
    sender: { sight: sights.get(sender.name), span: sender.span },
    receiver: { sight: sights.get(receiver.name), span: receiver.span },
    shared: inOrder(sharing?.byDirection.get(index) ?? [], isForth),
    step: view.stepMs * 1_000_000,
    origin: -view.base * 1_000_000_000,
    clock:
      error === undefined
        ? null
        : {
            toSender: (time) => convert(time, to, from)!.time,
            toReceiver: (time) => convert(time, from, to)!.time,
            error,
          },
  }
  const found = account(way)
  if (typeof found === 'string') return not(found)
  const { by, sent, received, missing } = found
  const known = missed.get(sender.name) ?? { missed: 0, of: 0 }
  missed.set(sender.name, { missed: known.missed + found.missed, of: known.of + received + found.missed })
  return {
    ...told,
    judged: 'yes',
    by,
    sent,
    received,
    missing,
    fromTime: timeAt(found.from, view.base),
    toTime: timeAt(found.to, view.base),
  }
}

/** As the sender saw them, itself first. */
function inOrder(shared: readonly Both[], isForth: boolean): Both[] {
  const list = isForth ? [...shared] : shared.map(({ x, y }) => ({ x: y, y: x }))
  return list.sort((left, right) => left.x.packets - right.x.packets)
}
