/**
 * Pings that are lost while a guest moves: a live migration pauses it, and a failover takes until the new owner announces itself.
 * Such losses lie between the last answer from the old place and the first ones from the new place.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { FLAP_MOVES } from '../../analyzers/stateful/addresses/mac-places.ts'
import type { Unanswered } from '../../analyzers/stateful/answers/echo.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { hasPassed } from '../identity/seen-owners.ts'

const DIRECTIONS = [0, 1] as const

/** Seconds without an answer beyond which a move is no cause but a remedy, somebody's or the cluster's. */
const LONGEST = 30

/** The code of the move during which all of these requests were lost; `null` where not all of them were. */
export function blackoutOf(analysis: Analysis, list: readonly Unanswered[]): 'MAC_MOVED' | 'IP_MOVED' | null {
  if (list.every((unanswered) => isWithin(unanswered, macMoves(analysis, unanswered.flow)))) return 'MAC_MOVED'
  if (list.every((unanswered) => isWithin(unanswered, addressMoves(analysis, unanswered.flow)))) return 'IP_MOVED'
  return null
}

/** Whether each stretch of lost requests has one of these packets in it. */
function isWithin({ gaps, count }: Unanswered, moves: readonly number[]): boolean {
  if (moves.length === 0 || gaps.reduce((sum, gap) => sum + gap.count, 0) < count) return false
  return gaps.every(
    // Answered before and after: what never answered, or does so no more, did not only move.
    ({ after, before, seconds }) =>
      after > 0 &&
      before < Number.POSITIVE_INFINITY &&
      seconds <= LONGEST &&
      moves.some((number) => number > after && number < before),
  )
}

/** Numbers of the packets by which the MACs of a flow's guests came from another VTEP. */
function macMoves({ stateful: { requests, macPlaces } }: Analysis, flow: number): number[] {
  return DIRECTIONS.flatMap((direction) => {
    const mac = requests.sender(flow, direction)
    const moved = mac === NONE ? undefined : macPlaces.moved.get(mac)
    // Who goes to and fro does not move.
    return moved === undefined || moved.figures.burst >= FLAP_MOVES ? [] : moved.packets
  })
}

/** Numbers of the packets by which a flow's addresses passed to other MACs. */
function addressMoves({ keys: { flows }, stateful: { addressClaims } }: Analysis, flow: number): number[] {
  const vni = flows.word(flow, 0) & 0xff_ffff
  return DIRECTIONS.flatMap((direction) => {
    const address = flows.word(flow, 3 + direction)
    const passes = addressClaims.passes(vni, flows.word(flow, 1), address)
    const contest = passes.length > 0 ? null : addressClaims.contest(vni, flows.word(flow, 1), address)
    return contest !== null && hasPassed(contest) ? contest.packets.slice(0, 1) : passes
  })
}
