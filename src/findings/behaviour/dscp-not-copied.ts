/** DSCP_NOT_COPIED: inner packets ask for a class of service, and the outer header does not. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { someDscp } from '../words/inner-condition.ts'
import { command, type Program, sendsLike } from '../words/sender.ts'
import { linkCommand } from '../words/tunnel-command.ts'

/** Such packets of one VNI in one direction. */
export interface DscpNotCopied {
  vni: number
  from: string
  to: string
  /** Inner DSCPs, the first few, ascending. */
  codepoints: number[]
  /** Packets of the VNI that went this way in all. */
  total: number
  program: Program | null
  tunnels: Tunnel[]
}

/** Names that operators know: expedited forwarding, class selectors, assured forwarding (RFC 3246, RFC 2474 §4.2.2, RFC 2597 §6). */
function codepoint(value: number): string {
  if (value === 46) return '46 (EF)'
  if (value % 8 === 0) return `${value} (CS${value / 8})`
  const drop = (value % 8) / 2
  const group = value >>> 3
  return Number.isInteger(drop) && group <= 4 ? `${value} (AF${group}${drop})` : `${value}`
}

export const dscpNotCopied: Words<DscpNotCopied> = {
  code: 'DSCP_NOT_COPIED',
  severity: 'note',
  meaning: 'Inner packets carry a DSCP and the outer header does not, so the underlay treats them all as best effort.',
  advice:
    'Where the underlay has queues by class, let the VTEP copy the inner DSCP or set one for the tunnel; otherwise no action is needed.',
  evidence:
    'At least three unicast inner packets of a VNI in one direction have a DSCP other than 0 while their outer DSCP is 0 (RFC 2983 §3.1). ICMP errors and what goes to many do not count. Reliable at the sending VTEP; behind a router that clears the field, the router is to blame.',
  title: ({ facts }) => `DSCP not copied to the outer header: packets from ${facts.from} in VNI ${facts.vni}`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.total, 'packet')} from ${facts.from} to ${facts.to} in VNI ${facts.vni} with outer DSCP 0 and inner DSCP ${facts.codepoints.map(codepoint).join(', ')}.`,
  inferred: ({ facts }) =>
    `${facts.from} does not copy the inner DSCP, which is the default of Linux and Open vSwitch (the pipe model of RFC 2983), or a router before the capture point cleared it. ` +
    `The underlay queues these packets as best effort, whatever the guest requested.${sendsLike(facts.from, facts.program)}`,
  remedy: ({ facts }) =>
    `No action needed if the underlay has no queues by class. Otherwise let ${facts.from} copy the field (${command(facts.program, linkCommand(facts.tunnels, 'tos inherit'), 'options:tos=inherit')}), or set one for the whole tunnel.`,
  displayFilter: ({ facts }) =>
    // In Wireshark a field of several layers meets a condition when one of them does.
    within(
      facts.tunnels,
      and(fromTo(facts.from, facts.to), '(ip.dsfield.dscp == 0 || ipv6.tclass.dscp == 0)'),
      someDscp,
    ),
}
