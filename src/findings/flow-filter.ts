/** Display filters of tunnel packets that share a condition, and what the capture's own losses do to a claim. */
import { and, isDissected, or, type Tunnel, tunnel } from './display-filter.ts'
import { grouped } from './grouped.ts'

/**
 * Tunnel packets for which a condition holds.
 * @param tunnels - Those that carry the VNI.
 * @param outer - Condition on outer headers.
 * @param inner - Condition on inner fields, which exist only where Wireshark takes the tunnel apart; the others are selected whole.
 */
export function within(tunnels: readonly Tunnel[], outer: string, inner = ''): string {
  if (tunnels.length === 0) return outer
  return or(...tunnels.map((which) => and(tunnel(which), outer, isDissected(which) ? inner : '')))
}

/** Ends an inference from something missing, where the capture says that it lost packets itself. */
export function tempered(dropped: number | null): string {
  if (dropped === null || dropped === 0) return ''
  return ` The capture itself lost ${grouped(dropped)} packets, so what is missing may be missing only here.`
}
