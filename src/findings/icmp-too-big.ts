/** ICMP_TOO_BIG: a router or host says that packets are larger than the path carries. */
import { and, family, fromTo, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { tooBigFor } from './inner-condition.ts'
import { listed } from './list.ts'
import { type PathSizes, setting } from './mtu-setting.ts'

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
  meaning: 'An ICMP error says that packets are larger than a link on their path carries.',
  advice:
    'Set the MTU (and clamp the TCP MSS) to what the error names, less the overhead of the tunnel if it is about the outer path.',
  evidence:
    'ICMP type 3 code 4 or ICMPv6 type 2, about a tunnel datagram, an inner packet, or plain traffic at a guest or bridge. Sound wherever it is seen; it may be forged, and an MTU below what links must carry is not believed.',
  title: ({ facts }) => {
    const limit = facts.mtu > 0 ? `: the path carries ${facts.mtu} bytes` : ''
    if (facts.kind === 'outer')
      return `Tunnel datagrams from ${facts.from} to ${listed(facts.receivers)} are too big${limit}`
    if (facts.kind === 'inner') return `Packets of ${facts.from} in VNI ${facts.vni} are too big${limit}`
    return `${facts.from} is told that its packets are too big${limit}`
  },
  observed: ({ count, facts }) =>
    `${listed(facts.reporters)} answered ${amount(count, 'packet')} from ${facts.from} to ${listed(facts.receivers)} with ICMP “too big”` +
    `${facts.largest > 0 ? ` (up to ${facts.largest} bytes long)` : ''}` +
    `${facts.mtu > 0 ? `, the next link carries ${facts.mtu}.` : '; the error names no MTU.'}` +
    (facts.kind === 'outer' && facts.flows.length > 0 ? ` Behind that tunnel flow: ${listed(facts.flows)}.` : ''),
  inferred: ({ facts }) =>
    facts.kind === 'outer'
      ? 'What the guests send does not fit the underlay once the tunnel has added its overhead; the packet was dropped, and the guest that sent it is told only if the VTEP passes it on.'
      : facts.kind === 'inner'
        ? 'A host inside the overlay, or a VTEP on its behalf, cannot pass the packet on; the sender has a larger MTU than the path.'
        : 'The sender has a larger MTU than its path. At a guest this is the VTEP speaking: its tunnel takes its overhead from the underlay.',
  remedy: ({ facts }) => {
    if (facts.kind === 'outer') {
      const { path } = facts
      const wanted = path.setting === null ? 0 : facts.largest - path.setting.overhead
      return `${setting([facts.from, facts.receivers[0] ?? ''], path, wanted)}.`
    }
    if (facts.mtu === 0) return `Lower the MTU of ${facts.from}; the error does not say to what.`
    const mss = facts.mtu - HEADERS[family(facts.from)]
    return `Set the MTU of ${facts.from} to ${facts.mtu}, or clamp the TCP MSS towards it and from it to ${mss}.`
  },
  displayFilter: ({ facts }) => {
    const type = family(facts.from) === 'ipv6' ? 'icmpv6.type == 2' : 'icmp.type == 3 && icmp.code == 4'
    if (facts.kind === 'outer') return and(type, fromTo(facts.from, facts.receivers[0]!))
    const toSender = `${family(facts.from)}.dst == ${facts.from}`
    if (facts.kind === 'plain') return and(type, toSender)
    return within(facts.tunnels, '', tooBigFor(facts.from))
  },
}
