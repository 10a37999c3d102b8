/** VNI_MISMATCH: each side of one network sends in another VNI. */

import { amount, type Words } from '../finding.ts'
import { family, or, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'

/** One side: who asks for whom, and in which VNI. */
export interface MismatchSide {
  vtep: string
  vni: number
  /** Inner addresses. */
  asker: string
  sought: string
  requests: number
  tunnels: Tunnel[]
}

/** Both sides. */
export interface VniMismatch {
  sides: [MismatchSide, MismatchSide]
  dropped: number | null
}

export const vniMismatch: Words<VniMismatch> = {
  code: 'VNI_MISMATCH',
  severity: 'error',
  meaning: 'Two VTEPs carry the same inner network in different VNIs, and nothing is answered in either.',
  advice: 'Give the segment the same VNI on both VTEPs.',
  evidence:
    'A guest behind one VTEP asks for another in one VNI, that other one asks for the first in another VNI from another VTEP, and neither is answered. Reliable wherever both pass. VNIs that differ by direction are normal where they carry identities (Cilium): there the requests are answered.',
  title: ({ facts: { sides } }) =>
    `VNI mismatch: ${sides[0].vtep} uses VNI ${sides[0].vni}, ${sides[1].vtep} VNI ${sides[1].vni} for the same network`,
  observed: ({ facts: { sides } }) =>
    sides
      .map(
        ({ vtep, vni, asker, sought, requests }) =>
          `${vtep} sent ${amount(requests, 'request')} from ${asker} for ${sought} in VNI ${vni}, unanswered`,
      )
      .join('; ')
      .concat('.'),
  inferred: ({ facts: { sides, dropped } }) =>
    `${sides[0].asker} and ${sides[1].asker} belong to one segment, but ${sides[0].vtep} has it as VNI ${sides[0].vni} and ${sides[1].vtep} as VNI ${sides[1].vni}. Each VTEP silently drops packets of a VNI that it does not have.${tempered(dropped)}`,
  remedy: ({ facts: { sides } }) =>
    `Decide on one VNI, ${sides[0].vni} or ${sides[1].vni}, and set it on both ${sides[0].vtep} and ${sides[1].vtep}.`,
  displayFilter: ({ facts: { sides } }) =>
    or(...sides.map(({ vtep, tunnels }) => within(tunnels, `${family(vtep)}.src == ${vtep}`))),
}
