/** ECN_ILLEGAL: congestion marked on a packet whose sender does not support ECN. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { notEct } from '../words/inner-condition.ts'
import { linkCommand } from '../words/tunnel-command.ts'

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
    'The underlay marks congestion (CE) on packets whose inner sender does not support ECN, so the receiving VTEP drops them.',
  advice:
    'Have the sending VTEP copy the inner ECN field to the outer header, and the underlay mark only packets that allow it.',
  evidence:
    'The outer IP header says Congestion Experienced while the inner one says Not-ECT (RFC 6040 §4.2). Undamaged packets. Reliable on the wire and at the receiver.',
  title: ({ facts }) => `CE marks on packets of VNI ${facts.vni} from ${facts.from} whose senders do not support ECN`,
  observed: ({ count }) => `${amount(count, 'packet')} with CE in the outer header over Not-ECT in the inner one.`,
  inferred: ({ facts }) =>
    `The VTEP ${facts.from} sets ECT in the outer header whatever the inner header says, or a router marks Not-ECT packets. ${facts.to} must drop them (RFC 6040 §4.2).`,
  remedy: ({ facts }) =>
    `At ${facts.from}, let the outer header inherit the inner ECN field (${linkCommand(facts.tunnels, 'tos inherit')}; Open vSwitch: options:tos=inherit). If it does, look for the router towards ${facts.to} that marks Not-ECT packets.`,
  displayFilter: ({ facts }) =>
    within(facts.tunnels, and(fromTo(facts.from, facts.to), '(ip.dsfield.ecn == 3 || ipv6.tclass.ecn == 3)'), notEct),
}
