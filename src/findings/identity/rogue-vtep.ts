/** ROGUE_VTEP: an unknown tunnel source announces what another VTEP owns. */

import { amount, type Words } from '../finding.ts'
import { family, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { listed } from '../words/list.ts'

/** One suspicious source. */
export interface RogueVtep {
  vni: number
  vtep: string
  /** What it announces, and who owns it: `192.168.1.1`, `02:00:…`. */
  addresses: string[]
  owners: string[]
  /** Whether it refuses tunnel data by ICMP, and whether anything was sent to it. */
  refuses: boolean
  reached: boolean
  tunnels: Tunnel[]
}

export const rogueVtep: Words<RogueVtep> = {
  code: 'ROGUE_VTEP',
  severity: 'warning',
  meaning: 'A tunnel source without any answered conversation announces addresses that another VTEP owns.',
  advice:
    'Block UDP from it at the edge of the underlay if it is not a VTEP; if it is, set its local tunnel address to the one that its peers use.',
  evidence:
    'A tunnel source that no broadcast goes to and behind which no conversation is answered announces a MAC or IP address that another VTEP uses, and the owner still speaks, or the source refuses tunnel data (ICMP port unreachable); or one MAC, alone behind the source, takes the addresses of three owners or more that still speak. Victims that send to it do not clear it. Needs a capture point that sees traffic towards it, if there is any.',
  title: ({ facts }) =>
    `Possible rogue VTEP ${facts.vtep}: it announces addresses of VNI ${facts.vni} that another VTEP owns, and ${
      facts.refuses ? 'rejects tunnel packets' : facts.reached ? 'answers nothing' : 'receives no tunnel traffic'
    }`,
  observed: ({ facts }) =>
    `${facts.vtep} announced ${listed(facts.addresses)}, in use behind ${listed(facts.owners)}; ` +
    `${
      facts.refuses
        ? `it answers tunnel packets with ICMP Port Unreachable`
        : facts.reached
          ? `packets sent to ${facts.vtep} are not answered`
          : `no tunnel packet goes to ${facts.vtep}`
    }.`,
  inferred: () =>
    'A host that does not belong to the overlay injects frames (VXLAN has no authentication, RFC 7348 §7), or a VTEP sends from another address than the one it is known by.',
  remedy: ({ facts, count }) =>
    `Find out whose address ${facts.vtep} is. If it is not a VTEP, block UDP from it at the underlay's edge (${amount(count, 'packet')} so far); if it is, set its local tunnel address to the one that its peers use.`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.vtep)}.src == ${facts.vtep}`),
}
