/** BUM_FLOOD: a large share of a VNI is broadcast, multicast or replicated. */
import type { Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { grouped } from './grouped.ts'
import { toMany } from './inner-condition.ts'

/** Frames of one VNI, copies aside. */
export interface BumFlood {
  vni: number
  packets: number
  broadcast: number
  multicast: number
  /** Frames that followed the same frame to another peer, and frames sent to a group. */
  replicated: number
  toGroup: number
  /** Groups that VTEPs flood to; VTEPs that replicate to every peer themselves. */
  groups: string[]
  replicators: string[]
  tunnels: Tunnel[]
}

export const bumFlood: Words<BumFlood> = {
  code: 'BUM_FLOOD',
  severity: 'note',
  meaning: 'Broadcast, unknown unicast and multicast make up a large share of a VNI.',
  advice:
    'Use ARP suppression or EVPN to answer address requests locally, snoop multicast, and look for hosts that ask for addresses that do not exist.',
  evidence:
    'At least five frames and a quarter of a VNI are broadcast, multicast, sent to a group, or the same inner frame to a further peer within 100 ms. Sound at any capture point for what passes there.',
  title: ({ count, facts }) =>
    `${Math.round((100 * count) / facts.packets)} % of the packets in VNI ${facts.vni} are broadcast, multicast or replicas`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.packets, 'packet')} in VNI ${facts.vni}: ${amount(facts.broadcast, 'broadcast')}, ${amount(facts.multicast, 'multicast')}, ` +
    `${amount(facts.replicated, 'replica')} of a frame that had gone to another peer. ${mode(facts)}`,
  inferred: ({ facts }) =>
    `Every such frame reaches every VTEP and guest of the segment${facts.replicators.length > 0 ? ', and head-end replication sends it once for each peer' : ''}.${
      facts.groups.length > 0 && facts.replicators.length > 0
        ? ' Some VTEPs flood to a group while others replicate: frames to many reach only those of their own kind.'
        : ''
    }`,
  remedy: ({ facts }) =>
    `Look at what VNI ${facts.vni} floods (mostly address requests: ARP suppression or EVPN answers them at the VTEP)${
      facts.groups.length > 0 && facts.replicators.length > 0
        ? ', and choose one way of flooding for all its VTEPs'
        : ''
    }.`,
  // Unknown unicast that is replicated has no mark of its own.
  displayFilter: ({ count, facts }) =>
    within(facts.tunnels, '', facts.broadcast + facts.multicast === count ? toMany : undefined),
}

function mode({ groups, replicators }: BumFlood): string {
  const ways = [
    groups.length === 0 ? '' : `by multicast to ${groups.join(', ')}`,
    replicators.length === 0 ? '' : `by head-end replication at ${replicators.join(', ')}`,
  ].filter((way) => way !== '')
  return ways.length === 0 ? 'How it is flooded does not show here.' : `Flooded ${ways.join(' and ')}.`
}
