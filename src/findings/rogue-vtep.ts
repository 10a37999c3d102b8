/** ROGUE_VTEP: a source that nobody sends to announces what another VTEP owns. */
import { family, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { within } from './flow-filter.ts'

/** One suspicious source. */
export interface RogueVtep {
  vni: number
  vtep: string
  /** What it announces, and who owns it: `192.168.1.1`, `02:00:…`. */
  addresses: string[]
  owners: string[]
  tunnels: Tunnel[]
}

export const rogueVtep: Words<RogueVtep> = {
  code: 'ROGUE_VTEP',
  severity: 'warning',
  meaning: 'A tunnel source that nobody sends to announces addresses that another VTEP owns.',
  advice:
    'Block UDP from it at the edge of the underlay if it is no VTEP; if it is one, set its local tunnel address to the one that its peers use.',
  evidence:
    'A tunnel source to which no packet of the capture goes announces a MAC or IP address that another VTEP uses. Needs a capture point that sees traffic towards it, if there is any.',
  title: ({ facts }) =>
    `${facts.vtep} announces addresses of VNI ${facts.vni} that another VTEP owns, and nobody sends to it`,
  observed: ({ facts }) =>
    `${facts.vtep} announced ${facts.addresses.join(', ')}, in use behind ${facts.owners.join(', ')}; ` +
    `no tunnel packet goes to ${facts.vtep}.`,
  inferred: () =>
    'A host that does not belong to the overlay injects frames (VXLAN has no authentication, RFC 7348 §7), or a VTEP sends from another address than the one it is known by.',
  remedy: ({ facts, count }) =>
    `Find out whose address ${facts.vtep} is. If it is no VTEP, block UDP from it at the underlay's edge (${amount(count, 'packet')} so far); if it is one, set its local tunnel address to the one that its peers use.`,
  displayFilter: ({ facts }) => within(facts.tunnels, `${family(facts.vtep)}.src == ${facts.vtep}`),
}
