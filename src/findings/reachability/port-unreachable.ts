/**
 * PORT_UNREACHABLE: nobody listens at a tunnel port. NVGRE has no port: a host without GRE answers with “protocol unreachable”, and
 * Linux answers with “port unreachable” where GRE is running and no tunnel has that key and these ends.
 */
import type { TunnelKind } from '../../summary.ts'
import { amount, type Words } from '../finding.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { listed } from '../words/list.ts'
import { type Program, sendsLike } from '../words/sender.ts'

/** One direction of a VTEP pair. */
export interface PortUnreachable {
  from: string
  to: string
  kind: TunnelKind
  /** Whether the receiver knows no such IP protocol (ICMP 3/2; ICMPv6: unrecognized next header), rather than no such port or tunnel. */
  isProtocol: boolean
  /** Tunnel ports that were quoted, none of NVGRE. */
  ports: number[]
  /** VNIs that were quoted. */
  vnis: number[]
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
  meaning:
    'A host answers tunnel datagrams with ICMP “port unreachable” (NVGRE: also “protocol unreachable”): nothing accepts the tunnel there.',
  advice:
    'Configure the same tunnel port on both VTEPs (NVGRE: the same virtual subnet, and each other’s addresses) and start the tunnel on the receiver.',
  evidence:
    'ICMP 3/3 or ICMPv6 1/4 quoting a tunnel datagram, or ICMP 3/2 (ICMPv6: unrecognized next header) quoting one of NVGRE. An error when nothing gets through that way afterwards; a note when traffic does, which is the kernel answering beside a userspace switch, and where the capture contains nothing sent that way after the error, or ends at once. Reliable wherever it is seen.',
  title: ({ facts }) =>
    facts.getsThrough
      ? `${facts.to} sends ICMP ${nameOf(facts)} for tunnel datagrams that it accepts`
      : !facts.isTried
        ? `ICMP ${nameOf(facts)} from ${facts.to} for ${aimOf(facts)}`
        : `ICMP ${nameOf(facts)}: ${lackOf(facts)}`,
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} answered ${amount(count, 'tunnel datagram')} from ${facts.from} to ${targetOf(facts)} with ICMP “${nameOf(facts).toLowerCase()}”` +
    (facts.getsThrough
      ? ', yet traffic in that direction is answered.'
      : facts.isTried
        ? ', and no traffic in that direction is answered.'
        : '; the capture does not show whether later datagrams get through.'),
  inferred: ({ facts }) =>
    facts.getsThrough
      ? `A userspace switch (Open vSwitch with its own datapath) owns the tunnel, and the kernel of ${facts.to}, which sees the same packets, has no ${facts.kind === 'nvgre' ? 'such tunnel' : 'socket on that port'}.${sendsLike(facts.to, facts.program)} Harmless, except that it uses up the ICMP rate limit.`
      : !facts.isTried
        ? `Either ${facts.to} has no ${facts.kind === 'nvgre' ? 'such tunnel' : 'tunnel on that port'}, or its kernel sends the errors while a userspace switch accepts the datagrams. A longer capture would tell.`
        : facts.isProtocol
          ? `${facts.to} has no ${protocolOf(facts)} at all: its tunnel is down or was never set up (Linux: the module ip_gre is not loaded), or its virtual switch is not running.`
          : facts.kind === 'nvgre'
            ? `GRE is running on ${facts.to}, but none of its tunnels has this virtual subnet (key) with ${facts.from} as its far end.`
            : `${facts.to} has no tunnel on that port: it uses another port, its tunnel interface is down or missing, or its virtual switch is not running.`,
  remedy: ({ facts }) =>
    facts.kind === 'nvgre'
      ? facts.getsThrough
        ? `Drop GRE in the input path of ${facts.to}'s kernel, for example iptables -A INPUT -p gre -j DROP on that interface, or move the address to the switch's internal port.`
        : `Set the same virtual subnet (GRE key) at ${facts.from} and ${facts.to}, each with the other's address as the far end (Linux: ip link … type gretap … key; Open vSwitch: options:key and options:remote_ip), and check that the tunnel interface of ${facts.to} is up.`
      : facts.getsThrough
        ? `Drop the tunnel port in the input path of ${facts.to}'s kernel, for example iptables -A INPUT -p udp --dport ${facts.ports[0]} -j DROP on that interface, or move the address to the switch's internal port.`
        : `Set the same tunnel port at ${facts.from} and ${facts.to} (Linux: dstport when the interface is created; Open vSwitch: options:dst_port), and check that the tunnel interface of ${facts.to} is up.`,
  displayFilter: ({ facts }) => and(errorOf(facts), fromTo(facts.from, facts.to)),
}

/** What to do where the receiver is a rogue: a tunnel with it would make it a VTEP. @param vteps - Sender and receiver. */
export function remedyAtRogue([from = '', to = '']: readonly string[]): string {
  return `Set up no tunnel at ${to} before it is known whose address that is (ROGUE_VTEP). If it is not a VTEP, ${from} sends to it because of what it announced, and stops once those entries are removed or learned again.`
}

/** The error by its name in RFC 792 or RFC 4443 §3.4. */
function nameOf({ isProtocol, from }: PortUnreachable): string {
  if (!isProtocol) return 'Port Unreachable'
  return family(from) === 'ipv6' ? 'Unrecognized Next Header' : 'Protocol Unreachable'
}

/** Which errors are meant. */
function errorOf({ isProtocol, from }: PortUnreachable): string {
  if (family(from) === 'ipv6')
    return isProtocol ? 'icmpv6.type == 4 && icmpv6.code == 1' : 'icmpv6.type == 1 && icmpv6.code == 4'
  return `icmp.type == 3 && icmp.code == ${isProtocol ? 2 : 3}`
}

function protocolOf({ kind }: PortUnreachable): string {
  return kind === 'nvgre' ? 'GRE (IP protocol 47)' : 'UDP'
}

/** `tunnel port 4789`, or what NVGRE has in place of it. */
function aimOf(facts: PortUnreachable): string {
  if (facts.isProtocol) return protocolOf(facts)
  if (facts.kind !== 'nvgre') return `tunnel port ${listed(facts.ports.map(String))}`
  return facts.vnis.length === 0 ? 'NVGRE' : `NVGRE with VSID ${listed(facts.vnis.map(String))}`
}

/** What the receiver lacks, as a sentence. */
function lackOf(facts: PortUnreachable): string {
  const { to, isProtocol, kind } = facts
  if (isProtocol) return `${to} does not accept ${protocolOf(facts)}`
  return kind === 'nvgre' ? `${to} has no tunnel for ${aimOf(facts)}` : `nothing listens on ${aimOf(facts)} of ${to}`
}

/** Where the datagrams went. */
function targetOf(facts: PortUnreachable): string {
  if (facts.kind !== 'nvgre') return `UDP port ${listed(facts.ports.map(String))}`
  return facts.vnis.length === 0 ? `${facts.to} (NVGRE)` : `${facts.to} (NVGRE, VSID ${listed(facts.vnis.map(String))})`
}
