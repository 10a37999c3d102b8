/** TCP_UNANSWERED: connections that never open. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { checkPaths, type PathShare, portsApart, somePathsDrop } from '../words/equal-cost-paths.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { opening } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'
import { acceptAgain, type RejectionFacts, rejectedText, rejects, whyRejected } from '../words/rejection.ts'

/** Connections of one direction of a VTEP pair and VNI that never opened, as far as they have something in common. */
export interface TcpUnanswered {
  vni: number
  /** VTEPs behind which the repeating side and the silent one are. */
  from: string
  to: string
  /** What repeats: SYNs of clients, or SYN-ACKs of servers. */
  repeats: 'SYN' | 'SYN-ACK'
  connections: number
  /** Who opens the connections, and whom to: addresses in print, ports. */
  clients: string[]
  servers: string[]
  ports: number[]
  /** Connections of the same VTEPs to the same server and port that opened. */
  opened: number
  /** What sets the outer source ports of unanswered SYNs apart from those that were answered. */
  paths: PathShare | null
  /** What ICMP errors say of the SYNs; `null` where none came. */
  rejection: RejectionFacts | null
  tunnels: Tunnel[]
  dropped: number | null
}

export const tcpUnanswered: Words<TcpUnanswered> = {
  code: 'TCP_UNANSWERED',
  severity: 'error',
  meaning: 'TCP connections never open: SYNs, or SYN-ACKs, are retransmitted and stay unanswered.',
  advice:
    'Capture at the far VTEP: SYNs that do not arrive are lost on the way, SYNs that arrive without an answer are dropped by the server or its firewall. Where only some outer source ports fail, look for one dead link or router among the equal-cost paths.',
  evidence:
    'Three SYNs or more to one server or port, one of them a repetition, or one SYN-ACK sent three times, with no SYN-ACK, reset or later segment of the initiator anywhere in the capture, whatever the VNI or VTEP pair, and time enough for an answer. ICMP errors about the SYNs are no answer of the server; they say who rejects them, and why. Copies count once. Captures of one direction are not judged. Reliable where both directions pass.',
  title: ({ facts }) =>
    facts.rejection !== null
      ? `${amount(facts.connections, 'TCP connection')} to ${target(facts)} in VNI ${facts.vni} never ${facts.connections === 1 ? 'opens' : 'open'}: ${rejects(facts.rejection)} the SYNs (ICMP ${facts.rejection.reason})`
      : facts.repeats === 'SYN'
        ? `${amount(facts.connections, 'TCP connection')} to ${target(facts)} in VNI ${facts.vni} never ${facts.connections === 1 ? 'opens' : 'open'}: SYNs unanswered`
        : `${amount(facts.connections, 'TCP connection')} to ${target(facts)} in VNI ${facts.vni} never ${facts.connections === 1 ? 'opens' : 'open'}: SYN-ACKs unanswered`,
  observed: ({ count, facts }) =>
    `${amount(count, facts.repeats)} of ${amount(facts.connections, 'connection')} from ${listed(facts.clients, 3)} to ${listed(facts.servers, 3)}, TCP port ${listed(facts.ports.map(String), 5)}, ` +
    (facts.repeats === 'SYN'
      ? 'got neither SYN-ACK nor RST'
      : 'were retransmitted, and the client never completed the handshake') +
    `${facts.opened === 0 ? '.' : `; ${amount(facts.opened, 'other connection')} to the same server and port opened.`}` +
    portsApart(facts.paths, 'SYNs') +
    (facts.rejection === null ? '' : ` ${rejectedText(facts.rejection, 'SYN')}`),
  inferred: ({ facts }) =>
    facts.rejection === null
      ? `${cause(facts)}${tempered(facts.dropped)}`
      : whyRejected(facts.rejection, 'SYNs', facts.servers, facts.ports),
  remedy: ({ facts }) =>
    facts.rejection !== null
      ? acceptAgain(facts.rejection, 'TCP', facts.servers, facts.ports)
      : facts.paths !== null
        ? checkPaths(facts.from, facts.to)
        : facts.repeats === 'SYN'
          ? `Capture at ${facts.to}: if the SYNs arrive, check that ${listed(facts.servers, 3)} ${facts.servers.length === 1 ? 'listens' : 'listen'} on port ${listed(facts.ports.map(String), 5)}, and what ${facts.servers.length === 1 ? 'its firewall or security group drops' : 'their firewalls or security groups drop'}; if not, look for a filter on the way that matches inner TCP.`
          : `Capture at ${facts.to}: if the SYN-ACKs arrive there, check the client's firewall and its route back; if not, look for loss from ${facts.from} to ${facts.to}.`,
  displayFilter: ({ facts }) =>
    within(facts.tunnels, fromTo(facts.from, facts.to), opening(facts.repeats === 'SYN' ? 'SYN' : 'SYN-ACK')),
}

/** Server and port in a title, as far as the connections share them. */
function target({ servers, ports }: TcpUnanswered): string {
  if (servers.length === 1 && ports.length === 1) return end(servers[0]!, ports[0]!)
  if (servers.length === 1) return servers[0]!
  if (ports.length === 1) return `TCP port ${ports[0]} of ${amount(servers.length, 'server')}`
  return amount(servers.length, 'server')
}

function end(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function cause(facts: TcpUnanswered): string {
  if (facts.paths !== null) {
    return facts.paths.modulus !== 0
      ? somePathsDrop('a SYN')
      : 'The same server answers other connections: some of the equal-cost paths, which the underlay chooses by outer source port, may drop packets, or the server drops some connections (a full backlog, a rate limit).'
  }
  if (facts.repeats === 'SYN-ACK')
    return 'The server answers, but its SYN-ACKs do not reach the client, or the client drops them.'
  const whose = facts.servers.length === 1 ? facts.servers[0]! : 'the servers'
  return (
    `The SYNs do not reach ${whose}, ${whose} ${facts.servers.length === 1 ? 'drops' : 'drop'} them (a firewall, a security group, a full backlog), or the answers are lost on the way back; ` +
    'a closed port would answer with RST.'
  )
}
