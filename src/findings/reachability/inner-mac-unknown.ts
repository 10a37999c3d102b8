/** INNER_MAC_UNKNOWN: frames go to an inner MAC that nobody has. */

import { amount, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { sentTo } from '../words/inner-condition.ts'

/** Frames to one MAC. */
export interface InnerMacUnknown {
  vni: number
  /** The MAC that the frames go to, and the one that the address is in use with. */
  mac: string
  inUse: string
  ip: string
  /** VTEPs that the frames come from and go to. */
  from: string
  to: string
  tunnels: Tunnel[]
}

export const innerMacUnknown: Words<InnerMacUnknown> = {
  code: 'INNER_MAC_UNKNOWN',
  severity: 'warning',
  meaning: 'Frames go to an inner MAC address that no guest uses, while their IP address is in use with another MAC.',
  advice:
    'Correct the stale entry: the neighbour or ARP-suppression table of the sending side, or the forwarding entry that was set by hand or by a network plugin.',
  evidence:
    'Three or more unicast questions (echo, ARP, SYN, TCP data, DNS and the like) go to an inner MAC that sends nothing in the capture, none is answered, and behind the VTEP they go to an IP address of theirs is in use with another MAC. What asks nothing (syslog, BFD), virtual routers and captures of one direction are not judged.',
  title: ({ count, facts }) =>
    `${amount(count, 'frame')} of VNI ${facts.vni} sent to MAC ${facts.mac}, which no guest uses`,
  observed: ({ count, facts }) =>
    `${amount(count, 'frame')} from ${facts.from} to ${facts.to} had the inner destination ${facts.mac}; no frame came from that MAC and none was answered, while ${facts.ip} is in use with ${facts.inUse} behind ${facts.to}.`,
  inferred: ({ facts }) =>
    `A stale neighbour or ARP-suppression entry names ${facts.mac}: the guest or node behind ${facts.to} has another MAC now (it was rebuilt or restarted), and drops frames for the old one.`,
  remedy: ({ facts }) =>
    `Remove the entry behind ${facts.from} (ip neigh, bridge fdb, ARP suppression; Flannel and other plugins keep the MAC of each node's VXLAN interface) so that it is learned again as ${facts.inUse}.`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentTo(facts.mac)),
}
