/** Who rejects requests of guests by ICMP, and why: in the words of every finding that tells it. */
import { amount } from '../finding.ts'
import { listed } from './list.ts'

/** What ICMP errors say of requests. */
export interface RejectionFacts {
  /** Who sent the errors. */
  reporters: string[]
  /** As the RFC says it: `communication prohibited`. */
  reason: string
  /** Nobody takes the requests at that port; a filter forbids them; there is no way to the server; their TTL ran out. */
  kind: 'port' | 'prohibited' | 'unreachable' | 'expired'
  count: number
}

/** `A rejects`, `A and B reject`. */
export function rejects({ reporters }: RejectionFacts): string {
  return `${listed(reporters, 2)} ${reporters.length === 1 ? 'rejects' : 'reject'}`
}

/** What was seen, as a sentence. */
export function rejectedText(
  { reporters, reason, count }: RejectionFacts,
  one: string,
  many: string = `${one}s`,
): string {
  return `${listed(reporters, 3)} answered ${amount(count, one, many)} with ICMP “${reason}”.`
}

/** Why, as sentences. @param requests - What is rejected, in the plural. */
export function whyRejected(
  { reporters, kind }: RejectionFacts,
  requests: string,
  servers: readonly string[],
  ports: readonly number[],
): string {
  const who = listed(reporters, 3)
  const whose = listed(servers, 3)
  switch (kind) {
    case 'prohibited':
      return `A packet filter at ${who} (a firewall, a security group, an access list) rejects the ${requests}: they are not lost, and the tunnel carries them.`
    case 'port':
      return requests === 'SYNs'
        ? `A rule at ${who} rejects the SYNs (REJECT of iptables and nftables answers so by default); a closed port would answer with RST. They are not lost, and the tunnel carries them.`
        : `Nothing listens on UDP port ${listed(ports.map(String), 5)} of ${whose}, or a rule at ${who} rejects the ${requests}. They are not lost, and the tunnel carries them.`
    case 'unreachable':
      return `${who} ${reporters.length === 1 ? 'has' : 'have'} no route to ${whose}, or ${reporters.length === 1 ? 'gets' : 'get'} no answer to ARP requests or neighbour solicitations: ${servers.length === 1 ? 'the server is' : 'the servers are'} down, or in another network. The tunnel carries the ${requests} as far as ${who}.`
    case 'expired':
      return `The ${requests} circle among routers of the overlay until their TTL runs out at ${who}: a routing loop.`
  }
}

/** What to do. */
export function acceptAgain(
  { reporters, kind }: RejectionFacts,
  protocol: 'TCP' | 'UDP',
  servers: readonly string[],
  ports: readonly number[],
): string {
  const who = listed(reporters, 3)
  const where = `${protocol} port ${listed(ports.map(String), 5)} of ${listed(servers, 3)}`
  switch (kind) {
    case 'prohibited':
      return `Permit ${where} in the packet filter of ${who}, or leave it as it is where that is meant.`
    case 'port':
      return protocol === 'TCP'
        ? `Look for the rule at ${who} that rejects ${where} (iptables -S or nft list ruleset; in Kubernetes a service without endpoints).`
        : `Start the service on ${where}, and look for a rule at ${who} that rejects it (in Kubernetes a service without endpoints).`
    case 'unreachable':
      return `Check that ${listed(servers, 3)} ${servers.length === 1 ? 'is up and has this address' : 'are up and have these addresses'}, and the routes and the ARP or neighbour table of ${who}.`
    case 'expired':
      return `Trace the route to ${listed(servers, 3)} from the client, and correct the routes of ${who}.`
  }
}
