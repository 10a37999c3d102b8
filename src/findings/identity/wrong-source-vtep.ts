/** WRONG_SOURCE_VTEP: guests answer from behind another outer address than the one at which they are reached. */

import { amount, type Words } from '../finding.ts'
import { family, oneOf, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { listed } from '../words/list.ts'
import { localAddressCommand } from '../words/tunnel-command.ts'

/** One VTEP with two addresses in one VNI. */
export interface WrongSourceVtep {
  vni: number
  /** The address that it sends from, and the one that others send to. */
  source: string
  reached: string
  peers: string[]
  conversations: number
  tunnels: Tunnel[]
}

export const wrongSourceVtep: Words<WrongSourceVtep> = {
  code: 'WRONG_SOURCE_VTEP',
  severity: 'warning',
  meaning: 'Guests are reached at one tunnel address and answer from another one, to which no VTEP sends.',
  advice:
    'Give the VTEP the local tunnel address under which its peers know it, unless one address is shared on purpose (anycast, a load balancer).',
  evidence:
    'At least three packets each way of conversations whose requests go to an outer address that never sends, and whose answers come from an outer address that nobody sends to; not where the requests go to an inner MAC that nobody sends from (a load balancer whose servers answer directly, a router for each direction). Reliable where both directions pass.',
  title: ({ facts }) =>
    `VTEP ${facts.reached} answers from another source address, ${facts.source}, in VNI ${facts.vni}`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} of ${amount(facts.conversations, 'conversation')} of VNI ${facts.vni} came from ${facts.source}, while ${listed(facts.peers)} ${facts.peers.length === 1 ? 'sends' : 'send'} the other direction to ${facts.reached}; ${facts.reached} sends nothing, and nothing goes to ${facts.source}.`,
  inferred: ({ facts }) =>
    `One VTEP with two addresses uses the wrong one as its source, or address translation on the way changes it. A peer that accepts only ${facts.reached} drops packets from ${facts.source}, although a capture in front of it still shows them; a peer that learns addresses replaces ${facts.reached}.`,
  remedy: ({ facts }) =>
    `Set the local tunnel address to ${facts.reached} (${localAddressCommand(facts.tunnels, facts.reached)}; Open vSwitch: options:local_ip), or remove the address translation. No action needed if ${facts.reached} is shared on purpose (an anycast VTEP, a load balancer).`,
  displayFilter: ({ facts }) =>
    within(
      facts.tunnels,
      oneOf(`${family(facts.source)}.src == ${facts.source}`, `${family(facts.reached)}.dst == ${facts.reached}`),
    ),
}
