/** TUNNEL_KIND_MISMATCH: the two directions of a VTEP pair use different encapsulations. */
import { fromTo, or, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'

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
const NAMES: Readonly<Record<string, string>> = {
  vxlan: 'VXLAN',
  'vxlan-gpe': 'VXLAN-GPE',
  geneve: 'Geneve',
  nvgre: 'NVGRE',
}

export const tunnelKindMismatch: Words<TunnelKindMismatch> = {
  code: 'TUNNEL_KIND_MISMATCH',
  severity: 'error',
  meaning: 'The two directions of a VTEP pair use different encapsulations for one VNI, and nothing is answered.',
  advice: 'Configure the same type of tunnel on both VTEPs.',
  evidence:
    'One VNI between two VTEPs goes one way in one encapsulation (VXLAN, VXLAN-GPE, Geneve, NVGRE) and the other way in another one, at least two packets each, and no request of either is answered in the other. Sound where both directions pass.',
  title: ({ facts }) =>
    `${facts.a} sends VNI ${facts.vni} in ${name(facts.kindAToB)}, ${facts.b} in ${name(facts.kindBToA)}`,
  observed: ({ facts }) =>
    `VNI ${facts.vni}: ${amount(facts.packetsAToB, `${name(facts.kindAToB)} packet`)} from ${facts.a} to ${facts.b}, ` +
    `${amount(facts.packetsBToA, `${name(facts.kindBToA)} packet`)} from ${facts.b} to ${facts.a}; no request was answered.`,
  inferred: ({ facts }) =>
    `Their tunnels are of different types: ${facts.b} does not take ${name(facts.kindAToB)}, nor ${facts.a} ${name(facts.kindBToA)}.`,
  remedy: ({ facts }) =>
    `Configure one type on both: ip link add … type ${facts.kindAToB === 'geneve' ? 'geneve' : 'vxlan'} (or the other one) at ${facts.a} and ${facts.b}; type= of the interface in Open vSwitch.`,
  displayFilter: ({ facts }) =>
    or(within(facts.tunnelsAToB, fromTo(facts.a, facts.b)), within(facts.tunnelsBToA, fromTo(facts.b, facts.a))),
}

function name(kind: string): string {
  return NAMES[kind] ?? kind
}
