/** ICMP_TOO_BIG: a router or host reports that packets exceed the path MTU. */

import { amount, type Words } from '../finding.ts'
import { and, family, fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { tooBigFor } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'
import { type PathSizes, setting } from '../words/mtu-setting.ts'

/** What all three kinds tell. */
interface TooBig {
  /** Who sends what is too big, and to whom. */
  from: string
  receivers: string[]
  /** Who says so. */
  reporters: string[]
  /** MTU that the errors name, 0 when none does. */
  mtu: number
  /** Largest quoted packet. */
  largest: number
}

/** What is too big. */
export type IcmpTooBig =
  | (TooBig & {
      /** A tunnel datagram. */
      kind: 'outer'
      /** Bytes of a carrier (GRE, IP in IP) around it, which the MTU holds as well; 0 without. */
      carried: number
      /** Inner conversations behind its VTEP pair and source port. */
      flows: string[]
      path: PathSizes
    })
  | (TooBig & {
      /** A packet inside the tunnel. */
      kind: 'inner'
      vni: number
      vteps: [string, string]
      tunnels: Tunnel[]
    })
  | (TooBig & {
      /** A packet outside any tunnel: the capture was taken at a guest or a bridge. */
      kind: 'plain'
    })

/** Bytes of the IP and TCP headers without options, by IP version. */
const HEADERS = { ip: 40, ipv6: 60 } as const

export const icmpTooBig: Words<IcmpTooBig> = {
  code: 'ICMP_TOO_BIG',
  severity: 'error',
  meaning: 'ICMP Fragmentation Needed or ICMPv6 Packet Too Big: packets exceed the MTU of a link on their path.',
  advice:
    'Set the MTU to the value that the error states (and clamp the TCP MSS), less the overhead of the tunnel if it is about the outer path.',
  evidence:
    'ICMP type 3 code 4 or ICMPv6 type 2, about a tunnel datagram, an inner packet, or plain traffic at a guest or bridge. Reliable wherever it is seen; it may be forged, and an MTU below what links must carry is not believed.',
  title: ({ facts }) => {
    const error = `${errorName(facts)}${facts.mtu > 0 ? `, ${mtuName(facts)} ${facts.mtu}` : ''}`
    if (facts.kind === 'outer')
      return `${error}: tunnel datagrams from ${facts.from} to ${listed(facts.receivers)} are too big`
    if (facts.kind === 'inner') return `${error}: packets from ${facts.from} in VNI ${facts.vni} are too big`
    return `${error}: packets from ${facts.from} are too big`
  },
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} answered ${amount(count, 'packet')} from ${facts.from} to ${listed(facts.receivers)} ` +
    `${facts.largest > 0 ? `(up to ${grouped(facts.largest)} bytes) ` : ''}with ${errorName(facts)}` +
    `${facts.mtu > 0 ? `, ${mtuName(facts)} ${facts.mtu}.` : '; the error does not state the MTU.'}` +
    (facts.kind === 'outer' && facts.carried > 0
      ? ` The datagrams travel inside GRE or IP in IP, which takes ${facts.carried} bytes${facts.mtu > facts.carried ? ` and leaves ${grouped(facts.mtu - facts.carried)} for them` : ''}.`
      : '') +
    (facts.kind === 'outer' && facts.flows.length > 0 ? ` Behind that tunnel flow: ${listed(facts.flows)}.` : ''),
  inferred: ({ facts }) =>
    facts.kind === 'outer'
      ? 'Guest packets plus the tunnel overhead exceed the path MTU of the underlay. The datagrams were dropped, and the guests learn of it only if the VTEP relays the error.'
      : facts.kind === 'inner'
        ? 'A router or VTEP in the overlay cannot forward the packets: the MTU of the sender is larger than that of the path.'
        : 'The MTU of the sender is larger than that of its path. At a guest, the error usually comes from the VTEP, because the tunnel overhead comes off the underlay MTU.',
  remedy: ({ facts }) => {
    if (facts.kind === 'outer') {
      const { path } = facts
      const wanted = path.setting === null ? 0 : facts.largest - path.setting.overhead
      return `${setting([facts.from, facts.receivers[0] ?? ''], path, wanted)}.`
    }
    if (facts.mtu === 0)
      return `Lower the MTU of ${facts.from}; the error does not state the value, so measure it (tracepath).`
    const mss = facts.mtu - HEADERS[family(facts.from)]
    return `Set the MTU of ${facts.from} to ${facts.mtu}, or clamp the TCP MSS in both directions to ${mss}.`
  },
  displayFilter: ({ facts }) => {
    const type = family(facts.from) === 'ipv6' ? 'icmpv6.type == 2' : 'icmp.type == 3 && icmp.code == 4'
    if (facts.kind === 'outer') return and(type, fromTo(facts.from, facts.receivers[0]!))
    // Either address: behind address translation only the quoted packet names the sender.
    const toSender = `${family(facts.from)}.addr == ${facts.from}`
    if (facts.kind === 'plain') return and(type, toSender)
    return within(facts.tunnels, '', tooBigFor(facts.from))
  },
}

/** The error by its name in RFC 792 or RFC 4443 §3.2; it is of the IP version of the packet that it is about. */
function errorName({ from }: IcmpTooBig): string {
  return family(from) === 'ipv6' ? 'ICMPv6 Packet Too Big' : 'ICMP Fragmentation Needed'
}

/** The field with the MTU: RFC 1191 §4, RFC 4443 §3.2. */
function mtuName({ from }: IcmpTooBig): string {
  return family(from) === 'ipv6' ? 'MTU' : 'next-hop MTU'
}
