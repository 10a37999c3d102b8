/**
 * What lies below an MPLS label stack: no field says it (RFC 3031 §3.1), only the label's owner knows. IP begins with its
 * version, a pseudowire's control word with 0 (RFC 4385 §2, RFC 4928 §3), and a frame on a pseudowire without one with whatever
 * its destination address begins with: what is plausible decides.
 */

import * as pseudowire from '../carriers/pseudowire.ts'
import { sum } from '../core/checksum.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import { Fit, frameFit, ipFit } from './inner-frame.ts'

/** What the words of a valid IPv4 header add up to, checksum included (RFC 1071 §1). */
const ALL_ONES = 0xffff

/** What can lie below a label stack. */
export const Below = {
  /** Nothing that is read. */
  Unknown: 0,
  /** An IPv4 packet. */
  Ipv4: 1,
  /** An IPv6 packet. */
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
  const frame = frameFit(view, at, end, wireEnd)
  switch (view.getUint8(at) >> 4) {
    case 4:
      return frame === Fit.Sure && !isIpv4(view, at, end, wireEnd) ? Below.Frame : Below.Ipv4
    case 6:
      // A packet that ends just where the frame does looks like one by more than chance.
      return frame === Fit.Sure && ipFit(view, at, end, wireEnd, EtherType.IPv6) !== Fit.Sure ? Below.Frame : Below.Ipv6
    case pseudowire.NIBBLE_DATA: {
      if (end - at < pseudowire.LENGTH + ethernet.LENGTH) return Below.ControlWord
      const behind = frameFit(view, at + pseudowire.LENGTH, end, wireEnd)
      return behind >= frame ? Below.ControlWord : Below.Frame
    }
    case pseudowire.NIBBLE_CHANNEL:
      return frame === Fit.Sure ? Below.Frame : Below.Unknown
    default:
      return frame < Fit.Likely && end - at >= ethernet.LENGTH ? Below.Unknown : Below.Frame
  }
}

/** Whether an IPv4 header begins at an offset: lengths that fit, and a right checksum where all of it was captured. */
function isIpv4(view: DataView, at: number, end: number, wireEnd: number): boolean {
  if (ipFit(view, at, end, wireEnd, EtherType.IPv4) === Fit.None) return false
  const length = ipv4.headerLength(view, at)
  return at + length > end || ipv4.checksum(view, at) === 0 || sum(view, at, at + length) === ALL_ONES
}
