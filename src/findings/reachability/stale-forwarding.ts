/** STALE_FORWARDING: frames still go to the VTEP that a MAC has left, or to the MAC that an address has left. */

import { amount, type Words } from '../finding.ts'
import { family, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { sentTo } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** One MAC that moved, and frames that did not follow. */
export interface StaleForwarding {
  vni: number
  mac: string
  from: string
  to: string
  tunnels: Tunnel[]
}

export const staleForwarding: Words<StaleForwarding> = {
  code: 'STALE_FORWARDING',
  severity: 'warning',
  meaning:
    'Stale forwarding or ARP entry: frames still go to the VTEP that a MAC has left, or to the previous MAC of an IP address.',
  advice:
    'Let the guest announce itself, or remove the stale entry from the forwarding or neighbour tables of the senders.',
  evidence:
    'A MAC has moved, or an IP address has passed to another MAC, and three or more frames still go to the VTEP or MAC before, more than a second later. Reliable where the senders pass.',
  title: ({ facts }) =>
    `Stale forwarding entry: frames for ${facts.mac} in VNI ${facts.vni} still go to ${facts.from}, which it has left`,
  observed: ({ facts, count }) =>
    `${facts.mac} sends from ${facts.to} now; ${amount(count, 'frame')} for it went to ${facts.from} more than a second after its last frame from there.`,
  inferred: () => 'A forwarding table was not updated: the senders have not learned of the move, or ignore it.',
  remedy: ({ facts }) =>
    `Let the guest announce itself (gratuitous ARP), or remove the entry of ${facts.mac} from the senders' forwarding tables; with EVPN, look at the mobility sequence number of its route.`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.from)}.dst == ${facts.from}`, sentTo(facts.mac)),
}

/** One address that passed to another MAC, and packets that did not follow. */
export interface StaleNeighbor {
  vni: number
  ip: string
  former: string
  owner: { mac: string; vtep: string }
  /** Who still sends to the former MAC, ascending. */
  clients: string[]
  tunnels: Tunnel[]
}

/** The same of an IP address: clients that keep the former owner's MAC. */
export const staleNeighbor: Words<StaleNeighbor> = {
  ...staleForwarding,
  title: ({ facts }) =>
    `Stale ARP or neighbour ${facts.clients.length === 1 ? 'entry' : 'entries'}: ${listed(facts.clients, 3)} still ${facts.clients.length === 1 ? 'sends' : 'send'} to the previous MAC of ${facts.ip} in VNI ${facts.vni}`,
  observed: ({ facts, count }) =>
    `${facts.ip} is in use with ${facts.owner.mac} behind ${facts.owner.vtep} now; ${amount(count, 'packet')} from ${listed(facts.clients)} went to ${facts.former}, which had it before, more than a second later.`,
  inferred: ({ facts }) =>
    `${facts.clients.length === 1 ? 'This client keeps' : 'These clients keep'} a stale ARP or neighbour entry: the announcement of the new owner did not reach ${facts.clients.length === 1 ? 'it' : 'them'}, or was ignored. The new owner works as it should.`,
  remedy: ({ facts }) =>
    `Remove the entry of ${facts.ip} on ${listed(facts.clients)} (ip neigh del), and find out why the announcement had no effect: gratuitous ARP ignored (arp_accept), filtered, or not flooded to that VTEP.`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentTo(facts.former)),
}
