/** STALE_FORWARDING: frames still go to the VTEP that a MAC has left. */
import { family, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { sentTo } from './inner-condition.ts'

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
  meaning: 'Frames still go to the VTEP that a MAC has left.',
  advice: 'Let the guest announce itself, or remove the stale entry from the forwarding tables of the senders.',
  evidence:
    'A MAC has moved once, and three or more frames for it still go to the VTEP it left, more than a second later. Sound where the senders pass.',
  title: ({ facts }) => `Frames for ${facts.mac} of VNI ${facts.vni} still go to ${facts.from}, which it has left`,
  observed: ({ facts, count }) =>
    `${facts.mac} sends from ${facts.to} now; ${amount(count, 'frame')} for it went to ${facts.from} more than a second after its last frame from there.`,
  inferred: () => 'A forwarding table was not updated: the senders have not heard of the move, or ignore it.',
  remedy: ({ facts }) =>
    `Let the guest announce itself (gratuitous ARP), or remove the entry of ${facts.mac} from the senders' forwarding tables; with EVPN, look at the mobility sequence number of its route.`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.from)}.dst == ${facts.from}`, sentTo(facts.mac)),
}
