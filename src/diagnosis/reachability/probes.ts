/** Questions that hope for no answer: a DHCP server makes sure that an address is free before it offers it (RFC 2131 §3.1). */
import type { Analysis } from '../../analyzers/analysis.ts'
import { NONE } from '../../codecs/core/fault.ts'

/**
 * Whether questions for an address (ARP, ping) are a DHCP server's own.
 * @param kindVni - Tunnel kind × 2^24 + VNI.
 * @param asker - Address id of who asks.
 * @param packets - Numbers of the questions.
 */
export function isProbe(
  { stateful: { clock, leases, queries } }: Analysis,
  kindVni: number,
  asker: number,
  address: number,
  packets: readonly number[],
): boolean {
  const lease = leases.of(address)
  const isServer = lease !== undefined && (lease.server === asker || lease.server === NONE)
  if (isServer && packets.every((number) => number < lease.last)) return true
  // At the end of a capture the offer is yet to come.
  const discover = queries.pendingDiscover(kindVni, clock)
  return discover !== NONE && packets.every((number) => number > discover)
}
