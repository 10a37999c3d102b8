/** TUNNEL_KIND_MISMATCH: the two directions of a VTEP pair use different encapsulations. */

import { amount, type Words } from '../finding.ts'
import { fromTo, or, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { kindName } from '../words/kind-name.ts'

/** What each direction sends. */
export interface TunnelKindMismatch {
  vni: number
  a: string
  b: string
  kindAToB: string
  kindBToA: string
  packetsAToB: number
  packetsBToA: number
  tunnelsAToB: Tunnel[]
  tunnelsBToA: Tunnel[]
}

/** Kinds as people write them. */
export const tunnelKindMismatch: Words<TunnelKindMismatch> = {
  code: 'TUNNEL_KIND_MISMATCH',
  severity: 'error',
  meaning: 'The two directions of a VTEP pair use different encapsulations for one VNI, and nothing is answered.',
  advice: 'Configure the same encapsulation on both VTEPs.',
  evidence:
    'One VNI between two VTEPs goes one way in one encapsulation (VXLAN, VXLAN-GPE, Geneve, NVGRE) and the other way in another one, at least two packets each, and no request of either is answered in the other. Reliable where both directions pass.',
  title: ({ facts }) =>
    `Encapsulation mismatch in VNI ${facts.vni}: ${facts.a} sends ${kindName(facts.kindAToB)}, ${facts.b} sends ${kindName(facts.kindBToA)}`,
  observed: ({ facts }) =>
    `VNI ${facts.vni}: ${amount(facts.packetsAToB, `${kindName(facts.kindAToB)} packet`)} from ${facts.a} to ${facts.b}, ` +
    `${amount(facts.packetsBToA, `${kindName(facts.kindBToA)} packet`)} from ${facts.b} to ${facts.a}; no request was answered.`,
  inferred: ({ facts }) =>
    `The tunnels are of different types: ${facts.b} does not accept ${kindName(facts.kindAToB)}, nor ${facts.a} ${kindName(facts.kindBToA)}.`,
  remedy: ({ facts }) =>
    `Configure the same encapsulation on ${facts.a} and ${facts.b}, ${kindName(facts.kindAToB)} or ${kindName(facts.kindBToA)} (Linux: ip link add … type; Open vSwitch: the type of the interface).`,
  displayFilter: ({ facts }) =>
    or(within(facts.tunnelsAToB, fromTo(facts.a, facts.b)), within(facts.tunnelsBToA, fromTo(facts.b, facts.a))),
}
