/** NESTED_TUNNEL: a tunnel inside a tunnel. */

import { amount, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { overUdp } from '../words/inner-condition.ts'
import { kindName } from '../words/kind-name.ts'

/** A tunnel that a VNI carries. */
export interface NestedTunnel {
  vni: number
  /** Kind and VNI of the tunnel just inside. */
  insideKind: string
  insideVni: number
  /** Most tunnels inside the outermost one, and the most that are counted. */
  depth: number
  deepest: number
  /** Bytes that the tunnels inside add, and the overhead of the outermost one where it is known. */
  inner: number
  outer: number | null
  tunnels: Tunnel[]
}

export const nestedTunnel: Words<NestedTunnel> = {
  code: 'NESTED_TUNNEL',
  severity: 'note',
  meaning: 'The overlay carries another tunnel, so the overheads of both come off the MTU.',
  advice: 'Set the innermost MTU to the path MTU less the sum of the overheads.',
  evidence:
    'An inner UDP packet goes to a tunnel port and holds a valid tunnel header with the lengths to match. Reliable at any capture point.',
  title: ({ facts }) =>
    `VNI ${facts.vni} carries ${facts.depth > 1 ? `${facts.depth} nested tunnels` : `another tunnel (${kindName(facts.insideKind)} VNI ${facts.insideVni})`}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} of VNI ${facts.vni} with ${kindName(facts.insideKind)} VNI ${facts.insideVni} inside` +
    `${facts.depth > 1 ? `, ${facts.depth >= facts.deepest ? 'at least ' : ''}${facts.depth + 1} tunnels deep` : ''}; ` +
    `the inner headers take ${amount(facts.inner, 'byte')}${facts.outer === null ? '' : ` on top of the outer ${facts.outer}`}.`,
  inferred: ({ facts }) =>
    facts.outer === null
      ? 'The overheads add up: both come off the innermost MTU. Tables and flows describe the outermost tunnel.'
      : `The overheads add up to ${facts.outer + facts.inner} bytes between the innermost IP packet and the underlay. Tables and flows describe the outermost tunnel.`,
  remedy: ({ facts }) =>
    facts.outer === null
      ? 'Set the innermost MTU to the path MTU less both overheads.'
      : `Set the innermost MTU to the path MTU less ${facts.outer + facts.inner} (${1500 - facts.outer - facts.inner} with a path MTU of 1500) and its TCP MSS to 40 less.`,
  displayFilter: ({ facts }) =>
    within(facts.tunnels, '', {
      // An inner tunnel at a port that Wireshark does not know has no fields of its own, but its UDP header is a second one.
      fields: `(${facts.insideKind === 'geneve' ? 'geneve' : 'vxlan'}.vni == ${facts.insideVni} || count(udp.srcport) > 1)`,
      bytes: overUdp.bytes,
    }),
}
