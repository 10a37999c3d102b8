/** NOT_A_TUNNEL: a client happens to use a tunnel's port, and a service answers it. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, oneOf } from '../words/display-filter.ts'

/** What one service sends to a tunnel's port. */
export interface NotATunnel {
  /** The service: address and UDP ports. */
  from: string
  sourcePorts: number[]
  /** The client: addresses, and the tunnel's port that it uses. */
  clients: string[]
  port: number
  /** Encapsulation that the port is registered for. */
  kind: 'VXLAN' | 'VXLAN-GPE' | 'Geneve'
  /** Datagrams that the client sent the other way, from that port to the service. */
  asked: number
}

export const notATunnel: Words<NotATunnel> = {
  code: 'NOT_A_TUNNEL',
  severity: 'note',
  meaning:
    'Datagrams to a tunnel port are not tunnel packets: a service answers a client that happens to use the port.',
  advice:
    'No action needed; to keep clients off the port, reserve it on the host (Linux: net.ipv4.ip_local_reserved_ports).',
  evidence:
    'The header breaks the rules of the encapsulation and what follows cannot be an inner frame: no EtherType, IP version or length fits. All such datagrams of the sender come from one source port, or the client is seen to send from the tunnel port to it. A VTEP that breaks the header before a plausible inner frame is reported as FLAG_I_CLEAR or RESERVED_BITS. Reliable at any capture point.',
  title: ({ count, facts }) =>
    `${amount(count, 'datagram')} from ${facts.from} to UDP port ${facts.port} of ${listed(facts.clients)} ${count === 1 ? 'is' : 'are'} not ${facts.kind}${isStray(count, facts) ? '' : ': another program uses the port'}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'datagram')} from ${facts.from}, UDP port ${facts.sourcePorts.join(', ')}, to port ${facts.port} of ${listed(facts.clients)}; ${count === 1 ? 'it has no' : 'none has a'} valid ${facts.kind} header and inner frame.` +
    (facts.asked > 0
      ? ` ${listed(facts.clients)} sent ${amount(facts.asked, 'datagram')} the other way, from port ${facts.port}.`
      : ''),
  inferred: ({ count, facts }) =>
    isStray(count, facts)
      ? `No VTEP sends this. ${count === 1 ? 'One datagram does' : `${amount(count, 'datagram')} do`} not show what does: a port scan, a misdirected packet, or an answer to a program that uses port ${facts.port} itself. Counted as other traffic.`
      : `${listed(facts.clients)} probably uses ${facts.port} as an ephemeral port, and ${service(facts.sourcePorts)} at ${facts.from} answers. The datagrams are counted as other traffic and say nothing about a VTEP.`,
  remedy: ({ count, facts }) =>
    isStray(count, facts)
      ? 'No action needed: VTEPs drop it.'
      : `No action needed. To keep clients of ${listed(facts.clients)} off the port, reserve it there (Linux: add ${facts.port} to sysctl net.ipv4.ip_local_reserved_ports).`,
  displayFilter: ({ facts }) =>
    and(
      oneOf(...facts.clients.map((client) => fromTo(facts.from, client))),
      oneOf(...facts.sourcePorts.map((port) => `udp.srcport == ${port}`)),
      `udp.dstport == ${facts.port}`,
    ),
}

/** Datagrams below which a source port that no service is known for says nothing. */
const LEAST_ANSWERS = 3

/** Whether nothing tells what sent the datagrams: too few, from no service's port, and not asked for. */
function isStray(count: number, { asked, sourcePorts }: NotATunnel): boolean {
  return count < LEAST_ANSWERS && asked === 0 && !sourcePorts.some((port) => SERVICES[port] !== undefined)
}

/** Clients that a sentence names. */
const MOST_LISTED = 3

function listed(clients: readonly string[]): string {
  const named = clients.slice(0, MOST_LISTED).join(', ')
  return clients.length > MOST_LISTED ? `${named} and ${clients.length - MOST_LISTED} more` : named
}

/** Services by the port that IANA assigned. */
const SERVICES: Readonly<Record<number, string>> = {
  53: 'DNS',
  123: 'NTP',
  161: 'SNMP',
  443: 'QUIC',
  514: 'syslog',
  1701: 'L2TP',
  3478: 'STUN',
  4500: 'IPsec NAT traversal',
  5060: 'SIP',
  5353: 'multicast DNS',
  51820: 'WireGuard',
}

function service(ports: readonly number[]): string {
  const name = ports.length === 1 ? SERVICES[ports[0]!] : undefined
  return name === undefined ? 'a service' : `a service (${name} by its port)`
}
