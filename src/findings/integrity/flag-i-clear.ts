/** FLAG_I_CLEAR: datagrams at a VXLAN port that are not valid VXLAN. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, isDissected, oneOf } from '../words/display-filter.ts'

/** Datagrams of one direction without a valid header. */
export interface FlagIClear {
  from: string
  to: string
  /** Destination ports. */
  ports: number[]
  /** Datagrams without the flag, and those that are too short for a header. */
  flagClear: number
  short: number
  /** Datagrams with the flag, whose header is invalid in every other respect. */
  broken: number
}

export const flagIClear: Words<FlagIClear> = {
  code: 'FLAG_I_CLEAR',
  severity: 'error',
  meaning:
    'Datagrams reach a VXLAN port without the flag that makes their VNI valid (I flag), or too short for a header.',
  advice: 'Find out which program sends them; a VTEP that does has a defect, anything else should use another port.',
  evidence:
    'A UDP datagram to a VXLAN port has the I flag clear, or fewer than the 8 bytes of the header, though its outer checksum does not say that it was damaged. Behind a clear flag lies a plausible inner frame, or such datagrams come from several source ports; anything else is NOT_A_TUNNEL. Reliable at any capture point.',
  title: ({ count, facts }) =>
    `${amount(count, 'datagram')} from ${facts.from} to VXLAN port ${facts.ports.join(', ')} of ${facts.to} ${count === 1 ? 'is' : 'are'} not valid VXLAN`,
  observed: ({ facts }) =>
    `${[
      facts.flagClear > 0 ? `${amount(facts.flagClear, 'datagram')} with the I flag clear` : '',
      facts.short > 0 ? `${amount(facts.short, 'datagram')} shorter than the 8-byte header` : '',
      facts.broken > 0 ? `${amount(facts.broken, 'datagram')} with the I flag set but an otherwise invalid header` : '',
    ]
      .filter((part) => part !== '')
      .join(', ')}.`,
  inferred: ({ facts }) =>
    `Every receiver drops them: RFC 7348 §5 requires the I flag for a valid VNI. A program on ${facts.from} sends other traffic to this port, or builds the header incorrectly.`,
  remedy: ({ facts }) =>
    `On ${facts.from}, find the sender (ss -uanp, or the VTEP’s configuration: a protocol other than VXLAN on port ${facts.ports.join(', ')}). If it is not a VTEP, move it to another port or block it.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      oneOf(...facts.ports.map((port) => and(`udp.dstport == ${port}`, invalid(port, facts)))),
    ),
}

/**
 * Wireshark has a field for the flag on the port that it knows, unless a service is known at the source port; then and elsewhere the byte
 * must do. Alone it would not: what is inside may be UDP with a payload of its own.
 */
function invalid(port: number, { flagClear, short, broken }: FlagIClear): string {
  const conditions: string[] = []
  if (broken > 0) conditions.push('udp.payload[0:1] != 08')
  if (flagClear > 0)
    conditions.push(...(isDissected({ kind: 'vxlan', port }) ? ['vxlan.flag_i == 0'] : []), '!(udp.payload[0:1] & 08)')
  if (short > 0) conditions.push('udp.length < 16')
  return conditions.length === 1 ? conditions[0]! : `(${conditions.join(' || ')})`
}
