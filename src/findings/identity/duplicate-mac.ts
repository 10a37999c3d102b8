/** DUPLICATE_MAC: one MAC address at two VTEPs at once. */

import { amount, times, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { sentBy } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** One MAC that is in use twice. */
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
  /** Questions that were answered from two VTEPs. */
  answeredTwice: number
  conversations: number
  failing: number
  /** IP addresses that it claims, where different ones are claimed at different VTEPs. */
  ips: string[]
  tunnels: Tunnel[]
}

export const duplicateMac: Words<DuplicateMac> = {
  code: 'DUPLICATE_MAC',
  severity: 'error',
  meaning: 'One MAC address is in use behind two VTEPs at the same time.',
  advice:
    'Give one of the guests another MAC; if there is only one guest, configure its two uplinks as a bond or Ethernet segment, or look for a bridging loop.',
  evidence:
    'One MAC of a VNI and VLAN sends from two VTEPs in turns within seconds, two undamaged frames or more from each, or one question is answered from two VTEPs; and its conversations fail, it has an IP address of its own at each, or a ping or connection is answered twice. Not a distributed gateway, a multihomed guest or a completed move. Reliable wherever both VTEPs pass.',
  title: ({ facts }) =>
    `Duplicate MAC ${facts.mac} in VNI ${facts.vni}: in use behind ${amount(facts.vteps.length, 'VTEP')} at once`,
  observed: ({ facts }) =>
    `${facts.mac} changed VTEP ${times(facts.moves)}${facts.isFrozen ? ` (${facts.burst} within 180 s)` : ''}: ` +
    `${facts.vteps.map(({ vtep, frames }) => `${amount(frames, 'frame')} from ${vtep}`).join(', ')}${harm(facts)}.`,
  inferred: ({ facts }) =>
    `Two guests share one MAC (a cloned machine, a static MAC used twice), one guest has two active uplinks without multihoming, or a bridging loop joins the VTEPs. Frames for it go to the VTEP that sent last, so traffic is lost${
      facts.isFrozen ? '; at 5 moves in 180 s an EVPN fabric freezes the address (RFC 7432 §15.1)' : ''
    }.`,
  remedy: ({ facts }) =>
    `Find the guests with ${facts.mac} behind ${facts.vteps.map(({ vtep }) => vtep).join(' and ')} and give one of them another MAC; if there is only one guest, set up its uplinks as active/standby or as an Ethernet segment, or look for a loop between the VTEPs.`,
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentBy(facts.mac)),
}

function harm({ answeredTwice, conversations, failing, ips }: DuplicateMac): string {
  const signs = [
    answeredTwice > 0 ? `${amount(answeredTwice, 'request')} answered from two VTEPs` : '',
    failing > 0 ? `${grouped(failing)} of ${amount(conversations, 'conversation')} failed` : '',
    ips.length > 1 ? `it uses the addresses ${listed(ips)}` : '',
  ].filter((sign) => sign !== '')
  return signs.length === 0 ? '' : `; ${signs.join(', ')}`
}
