/**
 * Directions that one side does not record: a capture with `-Q out`, or with a filter on VNIs, shows nothing of what arrives all the same.
 * Two things tell it from loss: what arrives from that side in the VNI is in the other capture and not in its own, or what the side with
 * both directions holds shows that the packets are answered.
 */
import type { Place } from '../../comparison.ts'
import type { Plan } from '../plan/plan.ts'
import { nearTime } from '../plan/plan.ts'
import { Answers } from '../reading/answers.ts'
import type { Directions } from '../reading/directions.ts'
import { type Reading, SideReader } from '../reading/side.ts'
import type { Surveyed } from '../reading/survey.ts'
import type { Span } from './judgement.ts'

/** Packets of the way back that show that their side does not record them. */
const LEAST_UNSEEN = 3
/** Packets of a direction of which not one arrives before the captures are read once more for answers: one or two may be lost by chance. */
const LEAST_MISSING = 3

/** What is needed to tell. */
export interface UnrecordedOptions {
  surveyed: Surveyed
  plan: Plan
  directions: Directions
  /** When each side was capturing, by the near clock. */
  spans: Record<Place, Span>
}

/** Rows of directions that are not recorded by the side that they are missing from. */
export async function unrecordedRows(
  readings: Record<Place, Reading>,
  options: UnrecordedOptions,
): Promise<Set<number>> {
  const { plan, directions } = options
  const rows = new Set<number>()
  const asked = { near: new Map<number, number>(), far: new Map<number, number>() }
  if (plan.clock === null || plan.timeless.length > 0) return rows
  for (let row = 0; row < directions.count; row++) {
    const place = leavesAt(row, options)
    const back = directions.back(row)
    if (back < 0 || !isSeen(row, place, options) || isSeen(row, otherOf(place), options)) continue
    if (!isSeen(back, place, options)) continue
    if (!isSeen(back, otherOf(place), options)) {
      if (isUnseen(back, place, options)) rows.add(row).add(back)
    } else if ((options.surveyed[place].seen[row]?.packets ?? 0) >= LEAST_MISSING) asked[place].set(row, back)
  }
  for (const place of ['near', 'far'] as const) {
    for (const row of await answered(readings[place], asked[place], place, options)) rows.add(row)
  }
  return rows
}

/** Which directions of a side are answered while the other one was capturing. */
async function answered(
  reading: Reading,
  ways: ReadonlyMap<number, number>,
  place: Place,
  { plan, spans }: UnrecordedOptions,
): Promise<number[]> {
  if (ways.size === 0) return []
  const answers = new Answers(ways)
  const { from, to } = spans[otherOf(place)]
  const reader = new SideReader(reading)
  try {
    for (;;) {
      while (reader.next()) {
        const { direction, time } = reader.datagram
        const when = place === 'near' ? time : nearTime(plan.clock!, time)
        if (when >= from && when <= to) answers.take(direction, reader.walk.layers)
      }
      if (!(await reader.fill())) break
    }
  } finally {
    await reader.close()
  }
  return answers.rows
}

function leavesAt(row: number, { plan }: UnrecordedOptions): Place {
  return plan.channels[plan.channelOf[row]!]!.isForth ? 'near' : 'far'
}

/** Whether a side has packets of a direction, under whatever addresses it has them there. */
function isSeen(row: number, place: Place, { plan, surveyed }: UnrecordedOptions): boolean {
  return plan.channels[plan.channelOf[row]!]!.rows.some((each) => surveyed[place].seen[each] !== undefined)
}

/** Whether what arrives at a side, and is not in the capture of the other, arrives while that is capturing. */
function isUnseen(row: number, place: Place, { surveyed, plan, spans }: UnrecordedOptions): boolean {
  const { from, to } = spans[otherOf(place)]
  const times = surveyed[place].seen[row]
  if (times === undefined || times.packets < LEAST_UNSEEN) return false
  const [first, last] = [times.first, times.last].map((time) => (place === 'near' ? time : nearTime(plan.clock!, time)))
  return (first! > from && first! <= to) || (last! > from && last! <= to)
}

function otherOf(place: Place): Place {
  return place === 'near' ? 'far' : 'near'
}
