/** REPLICATION_INCOMPLETE: a VTEP is missing from the replica set of another. */

import { amount, type Words } from '../finding.ts'
import { family, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'

/** Whom one VTEP floods a VNI to, and whom not. */
export interface ReplicationIncomplete {
  vni: number
  vtep: string
  peers: string[]
  missing: string[]
  tunnels: Tunnel[]
  dropped: number | null
}

export const replicationIncomplete: Words<ReplicationIncomplete> = {
  code: 'REPLICATION_INCOMPLETE',
  severity: 'note',
  meaning: 'A VTEP that replicates frames to its peers leaves out one that takes part in the VNI.',
  advice: 'Complete the flood list of the VTEP: every other VTEP of the VNI must be in it.',
  evidence:
    'A VTEP sends at least three frames of a VNI to two or more peers, each to all of them, but never one to a VTEP that had sent it frames of this VNI before. Reliable at the replicating VTEP and on its link, where its replicas show.',
  title: ({ facts }) => `${facts.vtep} does not flood VNI ${facts.vni} to ${facts.missing.join(', ')}`,
  observed: ({ count, facts }) =>
    `${facts.vtep} replicated ${amount(count, 'frame')} of VNI ${facts.vni} to ${facts.peers.join(', ')}, none to ${facts.missing.join(', ')}, although frames of this VNI had come from there.`,
  inferred: ({ facts }) =>
    `The flood list of ${facts.vtep} is incomplete: guests behind ${facts.missing.join(', ')} miss its broadcasts, so ARP requests for them fail until their own traffic has been learned.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    `Add ${facts.missing.join(', ')} to the flood list of VNI ${facts.vni} on ${facts.vtep} (Linux: bridge fdb append 00:00:00:00:00:00 dst ${facts.missing[0]}; EVPN: check its type 3 routes).`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.vtep)}.src == ${facts.vtep}`),
}
