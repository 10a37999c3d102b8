/**
 * Whether a TCP segment that comes again unchanged, from which no identification tells it, was recorded twice: a mirror of both
 * directions of a port, or of two ports of one switch, records every frame twice within a millisecond or two.
 *
 * A sender repeats a segment when a timer runs out, the shortest of which takes longer than {@link TIMER}, or when acknowledgments
 * tell of a loss: three that repeat the last one (RFC 5681 §3.2), which takes a round trip. What repeats sooner and without them was
 * recorded twice. A bare acknowledgment may be repeated at once while something is missing: then it counts where that direction is
 * known to be recorded twice.
 *
 * Evidence: any capture point. What misleads: acknowledgments that go another way; then only the last segment sent tells.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import type { Tcp } from '../tcp/tcp.ts'
import type { RecentFrames } from './recent-frames.ts'

/** Nanoseconds below which no timer makes a sender repeat: tail loss probes wait two ticks of 1 ms and more (RFC 8985 §7.2). */
export const TIMER = 2_000_000
/** Packets of the receiver that may tell of a loss, the first of them being the acknowledgment that is repeated. */
const LOSS_REPORTS = 3

/**
 * Whether the segment at hand is a second record.
 * @param tcpState - Has not observed the segment.
 * @param entry - The newest frame with the same outer and inner headers, on the same interface and hop.
 * @param apart - Nanoseconds since.
 * @param isDoubled - Whether other frames of this direction between the VTEPs were recorded twice.
 */
export function isRecordedTwice(
  log: EventLog,
  at: number,
  tcpState: Tcp,
  frames: RecentFrames,
  entry: number,
  apart: number,
  isDoubled: boolean,
): boolean {
  const { i32 } = log
  const bits = i32[at + Field.Bits]!
  const flow = i32[at + Field.Flow]!
  if ((bits & Bit.Tcp) === 0 || flow === NONE || apart >= TIMER) return false
  const direction = (bits & Bit.FlowForward) !== 0 ? 0 : 1
  const other = direction === 0 ? 1 : 0
  const flags = i32[at + Field.TcpFlags]!
  if ((flags & (tcp.FLAG_SYN | tcp.FLAG_RST)) !== 0) return true
  const payload = i32[at + Field.Payload]!
  if (payload === 0 && (flags & tcp.FLAG_FIN) === 0) {
    const missing = tcpState.sentBehind(flow, other, i32[at + Field.Acknowledgment]!)
    return isDoubled || (missing !== null && missing <= 0)
  }
  if (apart * 2 < tcpState.roundTrip(flow)) return true
  const later = tcpState.sentBehind(flow, direction, (i32[at + Field.Sequence]! + payload) | 0)
  const isLast = later !== null && later <= 0
  if (!isLast && tcpState.sentBehind(flow, other, 0) === null) return false
  return frames.countOtherWay(log, at, entry, LOSS_REPORTS) < LOSS_REPORTS
}
