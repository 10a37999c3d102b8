/** SHARED_MAC: one MAC behind several VTEPs on purpose. */

import { amount, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { sentBy } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'

/** One MAC that several VTEPs share. */
export interface SharedMac {
  vni: number
  mac: string
  is: 'gateway' | 'multihomed'
  /** VTEPs and the frames that came from each, ascending by address. */
  vteps: { vtep: string; frames: number }[]
  /** Frames with a TTL that a router lowered, and router advertisements. */
  routed: number
  advertised: number
  /** IP addresses that it claims, ascending. */
  ips: string[]
  conversations: number
  /** Conversations with packets both ways. */
  answered: number
  tunnels: Tunnel[]
}

export const sharedMac: Words<SharedMac> = {
  code: 'SHARED_MAC',
  severity: 'note',
  meaning: 'One MAC address is behind several VTEPs on purpose: a distributed gateway, or a multihomed guest.',
  advice: 'No action needed if the fabric is designed this way; otherwise look for two guests with one MAC.',
  evidence:
    'One MAC of a VNI and VLAN sends from several VTEPs in turns within seconds, and either does what a gateway does (packets with the addresses of others and lowered TTLs, router advertisements, ARP from one address everywhere) or has conversations none of which fails. Reliable wherever the VTEPs pass.',
  title: ({ facts }) =>
    facts.is === 'gateway'
      ? `MAC ${facts.mac} of VNI ${facts.vni} is a distributed gateway shared by ${amount(facts.vteps.length, 'VTEP')}`
      : facts.answered === 0
        ? `MAC ${facts.mac} of VNI ${facts.vni} sends from ${amount(facts.vteps.length, 'VTEP')} in turns, as a multihomed guest does`
        : `MAC ${facts.mac} of VNI ${facts.vni} is a multihomed guest behind ${amount(facts.vteps.length, 'VTEP')}: ${facts.answered === facts.conversations ? 'all its conversations are answered' : 'none of its conversations fails'}`,
  observed: ({ facts }) =>
    `${facts.mac} sent ${facts.vteps.map(({ vtep, frames }) => `${amount(frames, 'frame')} from ${vtep}`).join(', ')}${
      facts.ips.length === 0
        ? ''
        : `, with the ${facts.ips.length === 1 ? 'address' : 'addresses'} ${listed(facts.ips)}`
    }${signs(facts)}.`,
  inferred: ({ facts }) =>
    facts.is === 'gateway'
      ? 'A distributed anycast gateway: every VTEP owns the gateway’s MAC and address and routes for its own guests (EVPN; VRRP and MLAG look alike). This is normal.'
      : 'A guest on two uplinks that are both active (EVPN multihoming, an Ethernet segment of RFC 7432 §8, or MLAG): its frames come from either VTEP. ' +
        (facts.answered === 0
          ? 'Two guests with one MAC look the same as long as they only send.'
          : 'Two guests with one MAC would lose answers.'),
  remedy: ({ facts }) =>
    facts.is === 'gateway'
      ? 'No action needed if these VTEPs are gateways of this VNI.'
      : 'No action needed if the guest is multihomed. If it has only one uplink, look for a second guest with its MAC.',
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentBy(facts.mac)),
}

function signs({ is, routed, advertised, conversations, answered }: SharedMac): string {
  const seen = [
    routed > 0 ? `${amount(routed, 'frame')} had a TTL lowered by a router` : '',
    advertised > 0 ? `${amount(advertised, 'router advertisement')}` : '',
    is === 'multihomed' && conversations > 0 && answered === 0
      ? `${amount(conversations, 'conversation goes', 'conversations go')} one way, and nothing comes back`
      : '',
    is === 'multihomed' && answered > 0
      ? `${conversations === 1 ? 'its conversation did not fail' : `none of its ${amount(conversations, 'conversation')} failed`}`
      : '',
  ].filter((sign) => sign !== '')
  return seen.length === 0 ? '' : `; ${seen.join(', ')}`
}
