/**
 * What lies below an MPLS label stack: no field says it (RFC 3031 §3.1), only the label's owner knows. IP begins with its
 * version, a pseudowire's control word with 0 (RFC 4385 §2, RFC 4928 §3), and a frame on a pseudowire without one with whatever
 * its destination address begins with: what is plausible decides.
 */
import * as ethernet from './ethernet.ts'
import * as ipv6 from './ipv6.ts'
import { frameLikeness, isIpv4, isIpv6, Likeness } from './plausible.ts'
import * as pseudowire from './pseudowire.ts'

/** What can lie below a label stack. */
export const Below = {
  /** Nothing that is read. */
  Unknown: 0,
  Ipv4: 1,
  Ipv6: 2,
  /** An Ethernet frame on a pseudowire without control word. */
  Frame: 3,
  /** A control word, and an Ethernet frame behind it. */
  ControlWord: 4,
} as const

/**
 * What begins at an offset, right behind the last label: one of {@link Below}.
 * @param end - First offset past what was captured.
 * @param wireEnd - First offset past what the wire carried.
 */
export function below(view: DataView, at: number, end: number, wireEnd: number): number {
  if (at >= end) return Below.Unknown
  const frame = frameLikeness(view, at, end, wireEnd)
  switch (view.getUint8(at) >> 4) {
    case 4:
      return frame === Likeness.Sure && !isIpv4(view, at, end, wireEnd) ? Below.Frame : Below.Ipv4
    case 6:
      return frame === Likeness.Sure && !fills(view, at, end, wireEnd) ? Below.Frame : Below.Ipv6
    case pseudowire.NIBBLE_DATA: {
      if (end - at < pseudowire.LENGTH + ethernet.LENGTH) return Below.ControlWord
      const behind = frameLikeness(view, at + pseudowire.LENGTH, end, wireEnd)
      return behind >= frame ? Below.ControlWord : Below.Frame
    }
    case pseudowire.NIBBLE_CHANNEL:
      return frame === Likeness.Sure ? Below.Frame : Below.Unknown
    default:
      return frame === Likeness.None && end - at >= ethernet.LENGTH ? Below.Unknown : Below.Frame
  }
}

/** Whether an IPv6 packet ends just where the frame does: then it is not by chance that it looks like one. */
function fills(view: DataView, at: number, end: number, wireEnd: number): boolean {
  if (!isIpv6(view, at, end, wireEnd)) return false
  return at + ipv6.LENGTH > end || at + ipv6.LENGTH + ipv6.payloadLength(view, at) === wireEnd
}
