/** LOW_ENTROPY: many inner conversations share few outer source ports. */

import { amount, type Words } from '../finding.ts'
import { and, fromTo, type Tunnel } from '../words/display-filter.ts'
import { type Program, sendsLike } from '../words/sender.ts'
import { sourcePortCommand } from '../words/tunnel-command.ts'

/** One direction of a VTEP pair. */
export interface LowEntropy {
  from: string
  to: string
  /** Inner conversations with ports, and distinct outer source ports. */
  conversations: number
  sourcePorts: number
  program: Program | null
  tunnels: Tunnel[]
}

export const lowEntropy: Words<LowEntropy> = {
  code: 'LOW_ENTROPY',
  severity: 'note',
  meaning: 'Many inner conversations share few outer source ports, so equal-cost paths (ECMP) are loaded unevenly.',
  advice:
    'Let the VTEP hash the inner headers into a wide range of source ports (49152 to 65535, RFC 7348 §5), or let the underlay hash inner headers.',
  evidence:
    'At least eight inner TCP or UDP conversations in one direction of a VTEP pair, and not more than one outer source port for every eight. Reliable at any capture point.',
  title: ({ facts }) =>
    `${amount(facts.conversations, 'conversation')} from ${facts.from} to ${facts.to} share ${amount(facts.sourcePorts, 'outer source port')}`,
  observed: ({ facts }) =>
    `${amount(facts.conversations, 'inner TCP or UDP conversation')} from ${facts.from} to ${facts.to} use ${amount(facts.sourcePorts, 'distinct UDP source port')}.`,
  inferred: ({ facts }) =>
    `Routers and bonds that spread tunnels by their outer addresses and ports send all of this traffic over the same few links: one may be overloaded while others are idle.${sendsLike(facts.from, facts.program)}`,
  remedy: ({ facts }) =>
    `Widen the source-port range on ${facts.from} (Linux: ${sourcePortCommand(facts.tunnels)}), or hash on inner headers in the underlay.`,
  displayFilter: ({ facts }) => {
    const ports = [...new Set(facts.tunnels.map(({ port }) => port))]
    return and(fromTo(facts.from, facts.to), ports.length === 0 ? '' : `udp.dstport in {${ports.join(', ')}}`)
  },
}
