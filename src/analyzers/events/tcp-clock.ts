/**
 * What a sender's own clocks say about the order in which it sent: the IPv4 identification, which most systems count up within a
 * connection (RFC 6864 §4.1 asks for no order, so only small steps tell), and the TCP timestamp (RFC 7323 §4.1).
 */
import * as tcp from '../../codecs/headers/tcp.ts'

/** NOP, NOP, kind 8, length 10: how RFC 7323 appendix A lays the option out, and nearly all systems do. */
const ALIGNED = 0x0101_080a
const OPTIONS = tcp.LENGTH
const VALUE = OPTIONS + 4
/** Bytes of a header with that option alone. */
const LENGTH = 32

/** Identifications that lie further apart than this do not count up. */
const NEAREST = 1024

/**
 * TSval of a segment.
 * @param end - First offset past what was captured of its packet.
 * @returns 0 where the option is not there, or not laid out as usual.
 */
export function timestampOf(view: DataView, at: number, end: number): number {
  if (tcp.headerLength(view, at) < LENGTH || end < at + VALUE + 4) return 0
  return view.getInt32(at + OPTIONS) === ALIGNED ? view.getInt32(at + VALUE) : 0
}

/**
 * Whether a segment was sent before another one of its direction, by what both say; 0 in place of what one does not say.
 * @returns Below 0: before; above 0: later; 0: they do not tell.
 */
export function sentOrder(
  identification: number,
  timestamp: number,
  otherIdentification: number,
  otherTimestamp: number,
): number {
  if (timestamp !== 0 && otherTimestamp !== 0 && timestamp !== otherTimestamp) return (timestamp - otherTimestamp) | 0
  if (identification === 0 || otherIdentification === 0) return 0
  const ahead = ((identification - otherIdentification) << 16) >> 16
  return Math.abs(ahead) <= NEAREST ? ahead : 0
}
