/** Commands that set up a tunnel, in the words of the encapsulation at hand: what a remedy for Geneve says must not be VXLAN's. */
import type { Tunnel } from './display-filter.ts'

/** Names that iproute2 has for the kinds; NVGRE is a GRE tunnel that carries Ethernet. */
const DEVICES: Readonly<Record<Tunnel['kind'], string>> = {
  vxlan: 'vxlan …',
  'vxlan-gpe': 'vxlan … gpe',
  geneve: 'geneve …',
  nvgre: 'gretap …',
}

/** The kind of the tunnels that a finding is about, by its first one; VXLAN where none is known. */
function kindOf(tunnels: readonly Tunnel[]): Tunnel['kind'] {
  return tunnels[0]?.kind ?? 'vxlan'
}

/** The Linux command that gives a tunnel device an option: `ip link … type geneve … ttl 64`. */
export function linkCommand(tunnels: readonly Tunnel[], option: string): string {
  const kind = kindOf(tunnels)
  // GRE has a checksum of its own (RFC 2784 §2.1), and no UDP.
  return `ip link … type ${DEVICES[kind]} ${kind === 'nvgre' ? option.replace('udpcsum', 'csum') : option}`
}

/** How a Linux VTEP is given its local address: a Geneve device has none and follows the route. */
export function localAddressCommand(tunnels: readonly Tunnel[], address: string): string {
  return kindOf(tunnels) === 'geneve' ? `ip route … src ${address}` : linkCommand(tunnels, `local ${address}`)
}

/** How a Linux VTEP is given its range of outer source ports: a Geneve device has none and uses that of the host. */
export function sourcePortCommand(tunnels: readonly Tunnel[]): string {
  return kindOf(tunnels) === 'geneve'
    ? 'sysctl net.ipv4.ip_local_port_range="49152 65535"'
    : linkCommand(tunnels, 'srcport 49152 65535')
}
