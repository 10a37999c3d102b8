/** PORT_UNREACHABLE: nobody listens at a tunnel port. */
import { and, family, fromTo } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { listed } from './list.ts'
import { type Program, sendsLike } from './sender.ts'

/** One direction of a VTEP pair. */
export interface PortUnreachable {
  from: string
  to: string
  ports: number[]
  reporters: string[]
  /** Whether datagrams get through that way all the same. */
  getsThrough: boolean
  /** Whether the capture shows datagrams that way after the errors, and time for their answers. */
  isTried: boolean
  /** What the receiver sends like. */
  program: Program | null
}

export const portUnreachable: Words<PortUnreachable> = {
  code: 'PORT_UNREACHABLE',
  severity: 'error',
  meaning: 'A host answers tunnel datagrams with ICMP “port unreachable”: nothing listens on the tunnel port.',
  advice: 'Configure the same tunnel port on both VTEPs and start the tunnel on the receiver.',
  evidence:
    'ICMP 3/3 or ICMPv6 1/4 quoting a datagram to a tunnel port. An error when nothing gets through that way afterwards; a note when traffic does, which is the kernel answering beside a userspace switch, and where the capture contains nothing sent that way after the error, or ends at once. Reliable wherever it is seen.',
  title: ({ facts }) =>
    facts.getsThrough
      ? `${facts.to} sends ICMP Port Unreachable for tunnel datagrams that it accepts`
      : !facts.isTried
        ? `ICMP Port Unreachable from ${facts.to} for tunnel port ${listed(facts.ports.map(String))}`
        : `ICMP Port Unreachable: nothing listens on tunnel port ${listed(facts.ports.map(String))} of ${facts.to}`,
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} answered ${amount(count, 'tunnel datagram')} from ${facts.from} to UDP port ${listed(facts.ports.map(String))} with ICMP “port unreachable”` +
    (facts.getsThrough
      ? ', yet traffic in that direction is answered.'
      : facts.isTried
        ? ', and no traffic in that direction is answered.'
        : '; the capture does not show whether later datagrams get through.'),
  inferred: ({ facts }) =>
    facts.getsThrough
      ? `A userspace switch (Open vSwitch with its own datapath) owns the tunnel, and the kernel of ${facts.to}, which sees the same packets, has no socket on that port.${sendsLike(facts.to, facts.program)} Harmless, except that it uses up the ICMP rate limit.`
      : !facts.isTried
        ? `Either ${facts.to} has no tunnel on that port, or its kernel sends the errors while a userspace switch accepts the datagrams. A longer capture would tell.`
        : `${facts.to} has no tunnel on that port: it uses another port, its tunnel interface is down or missing, or its virtual switch is not running.`,
  remedy: ({ facts }) =>
    facts.getsThrough
      ? `Drop the tunnel port in the input path of ${facts.to}'s kernel, for example iptables -A INPUT -p udp --dport ${facts.ports[0]} -j DROP on that interface, or move the address to the switch's internal port.`
      : `Set the same tunnel port at ${facts.from} and ${facts.to} (Linux: dstport when the interface is created; Open vSwitch: options:dst_port), and check that the tunnel interface of ${facts.to} is up.`,
  displayFilter: ({ facts }) =>
    and(
      family(facts.from) === 'ipv6' ? 'icmpv6.type == 1 && icmpv6.code == 4' : 'icmp.type == 3 && icmp.code == 3',
      fromTo(facts.from, facts.to),
    ),
}
