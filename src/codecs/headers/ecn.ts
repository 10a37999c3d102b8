/**
 * Congestion marks across a tunnel: what the outer header starts with, and what becomes of both marks at the far end
 * (RFC 6040 §4; for tunnels with a shim between the IP headers, such as VXLAN and Geneve, RFC 9601).
 * Values are those of the two-bit field: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 §5).
 */
import { Ecn } from './ipv4.ts'

/** How the outer header's field is set on encapsulation (RFC 6040 §4.1). */
export const EcnMode = {
  /** The inner field is copied: the far end understands what RFC 6040 §4.2 asks of it. */
  Normal: 'normal',
  /** Not-ECT, whatever the inner field: the far end may not propagate marks. */
  Compatibility: 'compatibility',
} as const

/** One of the values of {@link EcnMode}. */
export type EcnMode = (typeof EcnMode)[keyof typeof EcnMode]

/** What {@link decapsulatedEcn} answers when the packet must be dropped: congestion that its sender could not be told of. */
export const ECN_DROP = -2

/** How unusual a pair of marks is (RFC 6040 §4.2, Figure 4). */
export const EcnAlarm = {
  /** A pair that is in use. */
  None: 0,
  /** Unused today and harmless: inner ECT(1), outer ECT(0). `(!)` in the figure. */
  Unused: 1,
  /** Unused today and possibly dangerous; worth a log entry or an alarm. `(!!!)` in the figure. */
  Dangerous: 2,
} as const

/** One of the codes of {@link EcnAlarm}. */
export type EcnAlarm = (typeof EcnAlarm)[keyof typeof EcnAlarm]

/** The outer field of a packet to be wrapped (RFC 6040 §4.1). @param inner - Its own field, 0 to 3. */
export function encapsulatedEcn(mode: EcnMode, inner: number): number {
  return mode === EcnMode.Normal ? inner : Ecn.NotEct
}

/**
 * The field that the inner packet leaves the tunnel with (RFC 6040 §4.2, Figure 4).
 * @param inner - Arriving inner field, 0 to 3.
 * @param outer - Arriving outer field, 0 to 3.
 * @returns 0 to 3, or {@link ECN_DROP}.
 */
export function decapsulatedEcn(inner: number, outer: number): number {
  if (inner === Ecn.NotEct) return outer === Ecn.Ce ? ECN_DROP : Ecn.NotEct
  if (outer === Ecn.Ce) return Ecn.Ce
  // ECT(1) is the stronger of the two ECTs where congestion has two levels.
  if (inner === Ecn.Ect0 && outer === Ecn.Ect1) return Ecn.Ect1
  return inner
}

/**
 * How unusual it is to see two fields together at the end of a tunnel (RFC 6040 §4.2, Figure 4).
 * @param inner - Arriving inner field, 0 to 3.
 * @param outer - Arriving outer field, 0 to 3.
 */
export function ecnAlarm(inner: number, outer: number): EcnAlarm {
  if (inner === Ecn.NotEct) return outer === Ecn.NotEct ? EcnAlarm.None : EcnAlarm.Dangerous
  if (inner === Ecn.Ce && outer === Ecn.Ect1) return EcnAlarm.Dangerous
  return inner === Ecn.Ect1 && outer === Ecn.Ect0 ? EcnAlarm.Unused : EcnAlarm.None
}
