/** MAC_MOVED: one MAC address went to another VTEP and stayed there. */

import { amount, times, type Words } from '../finding.ts'
import type { Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { sentBy } from '../words/inner-condition.ts'

/** One MAC that moved. */
export interface MacMoved {
  vni: number
  mac: string
  from: string
  to: string
  /** Changes of VTEP. */
  moves: number
  tunnels: Tunnel[]
}

export const macMoved: Words<MacMoved> = {
  code: 'MAC_MOVED',
  severity: 'note',
  meaning: 'One MAC address moved to another VTEP and stayed there.',
  advice: 'No action needed if the migration was intended; otherwise check on which host the guest runs.',
  evidence:
    'One MAC of a VNI and VLAN sends from one VTEP, then from another, and the former VTEP falls silent; a return more than three seconds later is another move.',
  title: ({ facts }) =>
    facts.moves > 1
      ? `MAC ${facts.mac} of VNI ${facts.vni} moved ${times(facts.moves)}, last from ${facts.from} to ${facts.to}`
      : `MAC ${facts.mac} of VNI ${facts.vni} moved from ${facts.from} to ${facts.to}`,
  observed: ({ facts }) =>
    `Frames from ${facts.mac} came from ${facts.from}, then from ${facts.to}${
      facts.moves > 1 ? `, ${amount(facts.moves, 'move')} in all` : ''
    }.`,
  inferred: () => 'A guest was migrated, or failed over to another host: normal if intended.',
  remedy: () => 'No action needed if the migration was intended. Otherwise check on which host the guest runs.',
  displayFilter: ({ facts }) => within(facts.tunnels, '', sentBy(facts.mac)),
}
