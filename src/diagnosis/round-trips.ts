/**
 * How long an answer may take: what was sent nearer than that to the end of the capture may have been answered after it.
 *
 * Ten round trips, and 100 ms at least. The round trip is that of the flow's own pings, on average. While none of them was answered,
 * it is the longest one that anything between the same two VTEPs took: pings on average, the opening of a TCP connection or its end;
 * or what replies to requests from before the capture show, if that is more.
 *
 * Where nothing at all tells how far away the other side is, a second is waited for, not 100 ms: paths of that length exist
 * (satellites, full buffers), and the first pings of a capture over such a path look like pings that nobody answers.
 */
import type { Analysis } from '../analyzers/analysis.ts'
import type { IsAtEnd } from '../analyzers/stateful/answers/echo.ts'
import { NONE } from '../codecs/core/fault.ts'

/** Nanoseconds that an answer is always waited for, and how many round trips. */
const LEAST_WAIT = 100_000_000
const ROUND_TRIPS = 10
/** Nanoseconds that an answer is waited for while no round trip between its VTEPs is known. */
const UNTIMED_WAIT = 1_000_000_000

/** Round trips of a capture. */
export class RoundTrips {
  /** Longest one by pair row, and what a flow row's takes at least; made when first asked for. */
  #byPair: ReadonlyMap<number, number> | null = null
  #least: ReadonlyMap<number, number> | null = null

  constructor(private readonly analysis: Analysis) {}

  /**
   * Whether the answer to a packet may have come after the end of the capture.
   * @param route - Route row × 2 + direction of the packet, `NONE` without.
   */
  readonly isAtEnd: IsAtEnd = (flow, route, seconds, nanoseconds) =>
    this.analysis.stateful.clock.untilLatest(seconds, nanoseconds) <= this.#wait(flow, route)

  #wait(flow: number, route: number): number {
    const { echo } = this.analysis.stateful
    if (echo.isTimed(flow)) return Math.max(LEAST_WAIT, ROUND_TRIPS * echo.averageTrip(flow))
    this.#byPair ??= longestByPair(this.analysis)
    this.#least ??= echo.leastTrips()
    const pair = route === NONE ? NONE : this.analysis.keys.pairOfRoute(route >> 1)
    const trip = Math.max(this.#byPair.get(pair) ?? NONE, this.#least.get(flow) ?? NONE)
    return trip === NONE ? UNTIMED_WAIT : Math.max(LEAST_WAIT, ROUND_TRIPS * trip)
  }
}

/** The longest round trip between two VTEPs, in nanoseconds by pair row. */
function longestByPair({ keys, flows, stateful: { tcp, echo } }: Analysis): Map<number, number> {
  const longest = new Map<number, number>()
  for (let flow = 0; flow < keys.flows.count; flow++) {
    const connection = tcp.longestTrip(flow)
    if (connection === 0 && !echo.isTimed(flow)) continue
    const from = flows.firstVtep(flow, 0)
    const to = flows.firstVtep(flow, 1)
    const pair = from === NONE || to === NONE ? NONE : keys.pairBetween(from, to)
    if (pair === NONE) continue
    longest.set(pair, Math.max(longest.get(pair) ?? 0, connection, echo.averageTrip(flow)))
  }
  return longest
}
