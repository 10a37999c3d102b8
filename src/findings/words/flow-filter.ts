/** Display filters of tunnel packets that share a condition, and what the capture's own losses do to a claim. */

import { amount } from '../finding.ts'
import { and, isDissected, oneOf, or, type Tunnel, tunnel } from './display-filter.ts'
import type { Inner } from './inner-condition.ts'

/** Bytes of a VXLAN header with an inner Ethernet header behind it (RFC 7348 §5), and of a VLAN tag (IEEE 802.1Q-2018 §9.6). */
const TO_NETWORK = 22
const TAG_LENGTH = 4

/**
 * Tunnel packets for which a condition holds.
 * @param tunnels - Those that carry the VNI.
 * @param outer - Condition on outer headers.
 * @param inner - Condition on what is inside: by field where Wireshark takes the tunnel apart, by bytes elsewhere. A tunnel whose
 * inner header has no fixed place (a Geneve header has options) is selected whole where Wireshark does not know its port.
 */
export function within(tunnels: readonly Tunnel[], outer: string, inner?: Inner): string {
  if (tunnels.length === 0) return outer
  return or(...tunnels.map((which) => and(tunnel(which), outer, inner === undefined ? '' : inside(which, inner))))
}

/** An inner condition as a tunnel's port allows to say it; empty where it does not. */
function inside(which: Tunnel, inner: Inner): string {
  if (isDissected(which)) return inner.fields
  if (which.kind !== 'vxlan') return ''
  const depths = which.tags === undefined || which.tags.length === 0 ? [0] : which.tags
  const conditions = new Set(depths.map((tags) => inner.bytes(TO_NETWORK + TAG_LENGTH * tags)))
  return conditions.has('') ? '' : oneOf(...conditions)
}

/** Ends an inference from something missing, where the capture says that it lost packets itself. */
export function tempered(dropped: number | null): string {
  if (dropped === null || dropped === 0) return ''
  return ` The capture itself lost ${amount(dropped, 'packet')}, so the missing packets may be missing only from the capture.`
}
