/** ECN_ILLEGAL: congestion marked on a packet whose sender does not understand it. */
import { and, fromTo, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { notEct } from './inner-condition.ts'
import { linkCommand } from './tunnel-command.ts'

/** Such packets of one VNI in one direction. */
export interface EcnIllegal {
  vni: number
  from: string
  to: string
  tunnels: Tunnel[]
}

export const ecnIllegal: Words<EcnIllegal> = {
  code: 'ECN_ILLEGAL',
  severity: 'warning',
  meaning:
    'The underlay marks congestion on packets whose inner sender does not understand the mark, so they are dropped.',
  advice:
    'Have the sending VTEP copy the inner ECN field to the outer header, and the underlay mark only packets that allow it.',
  evidence:
    'The outer IP header says Congestion Experienced while the inner one says Not-ECT (RFC 6040 §4.2). Undamaged packets. Sound on the wire and at the receiver.',
  title: ({ facts }) =>
    `Packets of VNI ${facts.vni} from ${facts.from} are marked for congestion though their senders do not understand ECN`,
  observed: ({ count }) => `${amount(count, 'packet')} with outer CE over inner Not-ECT.`,
  inferred: ({ facts }) =>
    `The VTEP ${facts.from} sends outer headers that allow marking whatever the inner packet says, or a router marks packets that do not allow it. ${facts.to} must drop them (RFC 6040 §4.2).`,
  remedy: ({ facts }) =>
    `At ${facts.from}, let the outer header inherit the inner ECN field (${linkCommand(facts.tunnels, 'tos inherit')}; Open vSwitch: options:tos=inherit). If it does, look for the router towards ${facts.to} that marks Not-ECT packets.`,
  displayFilter: ({ facts }) =>
    within(facts.tunnels, and(fromTo(facts.from, facts.to), '(ip.dsfield.ecn == 3 || ipv6.tclass.ecn == 3)'), notEct),
}
