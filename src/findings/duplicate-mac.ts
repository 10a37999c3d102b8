/** DUPLICATE_MAC: one MAC address at two VTEPs at once. */
import type { Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'
import { sentBy } from './inner-condition.ts'

/** One MAC that alternates. */
export interface DuplicateMac {
  vni: number
  mac: string
  vlans: number[]
  /** VTEPs and the frames that came from each, ascending by address. */
  vteps: { vtep: string; frames: number }[]
  /** Changes of VTEP, and the most of them within 180 s. */
  moves: number
  burst: number
  /** Whether that is what an EVPN fabric freezes an address for by default. */
  isFrozen: boolean
  tunnels: Tunnel[]
}

export const duplicateMac: Words<DuplicateMac> = {
  code: 'DUPLICATE_MAC',
  severity: 'error',
  meaning: 'One MAC address sends from two VTEPs at once.',
  advice: 'Give one of the guests another MAC; if there is only one guest, look for a bridging loop between the VTEPs.',
  evidence:
    'One MAC of a VNI and VLAN sends from one VTEP, then from another, then from the first again, at least two undamaged frames from each. Sound wherever both VTEPs pass.',
  title: ({ facts }) =>
    `MAC ${facts.mac} is in use behind ${amount(facts.vteps.length, 'VTEP')} of VNI ${facts.vni} at once`,
  observed: ({ facts }) =>
    `${facts.mac} changed its VTEP ${amount(facts.moves, 'time')}${facts.isFrozen ? ` (${facts.burst} within 180 s)` : ''}: ` +
    `${facts.vteps.map(({ vtep, frames }) => `${amount(frames, 'frame')} from ${vtep}`).join(', ')}.`,
  inferred: ({ facts }) =>
    `Two guests share one MAC (a cloned machine, a fixed MAC used twice), or a bridging loop joins the VTEPs. Frames for it go to the VTEP that sent last, so both lose traffic${
      facts.isFrozen ? '; at 5 moves in 180 s an EVPN fabric freezes the address (RFC 7432 §15.1)' : ''
    }.`,
  remedy: ({ facts }) =>
    `Find the guests with ${facts.mac} behind ${facts.vteps.map(({ vtep }) => vtep).join(' and ')} and give one of them another address; if there is only one guest, look for a loop between the VTEPs.`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentBy(facts.mac)),
}
