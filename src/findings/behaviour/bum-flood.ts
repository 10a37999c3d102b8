/** BUM_FLOOD: a large share of a VNI is broadcast, multicast or replicated. */

import { amount, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { toMany } from '../words/inner-condition.ts'

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
    'Use ARP suppression or EVPN to answer address requests locally, enable IGMP and MLD snooping, and look for hosts that request addresses that do not exist.',
  evidence:
    'At least five frames and a quarter of a VNI are broadcast, multicast, sent to a group, or the same inner frame to a further peer within 100 ms. Reliable at any capture point for what passes there.',
  title: ({ count, facts }) =>
    `${Math.round((100 * count) / facts.packets)} % of the packets in VNI ${facts.vni} are broadcast, multicast or replicated`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.packets, 'packet')} in VNI ${facts.vni}: ${parts(facts)}. ${mode(facts)}`,
  inferred: ({ facts }) =>
    `Every such frame reaches every VTEP and guest of the segment${facts.replicators.length > 0 ? ', and head-end replication sends it once for each peer' : ''}.${
      facts.groups.length > 0 && facts.replicators.length > 0
        ? ' Some VTEPs flood to a group while others replicate: broadcast and multicast frames reach only VTEPs of their own kind.'
        : ''
    }`,
  remedy: ({ facts }) =>
    `Check which frames VNI ${facts.vni} floods: ARP suppression (EVPN) answers ARP requests at the VTEP, and IGMP or MLD snooping limits multicast${
      facts.groups.length > 0 && facts.replicators.length > 0 ? '; use one way of flooding on all its VTEPs' : ''
    }.`,
  // Unknown unicast that is replicated has no mark of its own.
  displayFilter: ({ count, facts }) =>
    within(facts.tunnels, '', facts.broadcast + facts.multicast === count ? toMany : undefined),
}

/** What makes up the share; what there is none of is left out. */
function parts({ broadcast, multicast, replicated, toGroup }: BumFlood): string {
  const said = [
    broadcast === 0 ? '' : `${grouped(broadcast)} broadcast`,
    multicast === 0 ? '' : `${grouped(multicast)} multicast`,
    replicated === 0 ? '' : `${grouped(replicated)} replicated to a further peer`,
  ].filter((part) => part !== '')
  return said.length === 0 ? `${grouped(toGroup)} sent to a group` : said.join(', ')
}

function mode({ groups, replicators }: BumFlood): string {
  const ways = [
    groups.length === 0 ? '' : `by multicast to ${groups.join(', ')}`,
    replicators.length === 0 ? '' : `by head-end replication at ${replicators.join(', ')}`,
  ].filter((way) => way !== '')
  return ways.length === 0 ? 'This capture does not show how they are flooded.' : `Flooded ${ways.join(' and ')}.`
}
