/** VNI_BY_DIRECTION: the two directions of a conversation travel in different VNIs. */

import { amount, type Words } from '../finding.ts'
import { and, family, oneOf, type Tunnel, tunnel } from '../words/display-filter.ts'
import { listed } from '../words/list.ts'

/** Conversations of one VTEP pair. */
export interface VniByDirection {
  a: string
  b: string
  conversations: number
  /** VNIs that carry them, ascending. */
  vnis: number[]
  /** Whose the VNI is, as far as the conversations tell: every sender has one, or every receiver. */
  follows: 'sender' | 'receiver' | null
  tunnels: Tunnel[]
}

/** VNIs that a display filter lists. */
const MOST_LISTED = 8

export const vniByDirection: Words<VniByDirection> = {
  code: 'VNI_BY_DIRECTION',
  severity: 'note',
  meaning: 'Conversations go in one VNI and come back in another: the VNI does not name a tenant there.',
  advice:
    'No action needed where the VNI carries an identity or a routed segment; elsewhere configure the same VNI on both VTEPs for one network.',
  evidence:
    'A TCP or UDP conversation with two packets in each direction, of which one VNI carries one direction alone and another VNI the other, from different VTEPs. Reliable where both directions pass.',
  title: ({ facts }) => `Different VNI in each direction between ${facts.a} and ${facts.b}`,
  observed: ({ facts }) =>
    `${amount(facts.conversations, 'conversation')} between ${facts.a} and ${facts.b} ${facts.conversations === 1 ? 'goes' : 'go'} in one VNI and ${facts.conversations === 1 ? 'comes' : 'come'} back in another (${listed(facts.vnis.map(String), MOST_LISTED)}).${
      facts.follows === null ? '' : ` Each ${facts.follows} has one VNI in all of them.`
    }`,
  inferred: ({ facts }) =>
    ({
      sender:
        'The VNI follows the sender: it carries a security identity, as Cilium’s does. One-way VNIs are normal then, and every flow here is half a conversation.',
      receiver:
        'The VNI follows the receiver: the sending VTEP routes into the receiver’s segment (asymmetric integrated routing and bridging, RFC 9135 §4.2). One-way VNIs are normal then.',
      neither:
        'Normal where the VNI carries the sender’s identity (Cilium), or where each VTEP routes into the receiver’s segment (asymmetric integrated routing and bridging, RFC 9135 §4.2). Anywhere else the two VTEPs disagree about the VNI of one network.',
    })[facts.follows ?? 'neither'],
  remedy: ({ facts }) =>
    facts.follows === null
      ? `No action needed in those two cases. Otherwise use one VNI for the network at ${facts.a} and ${facts.b}.`
      : 'No action needed. To see a whole conversation, filter by its inner addresses and not by VNI.',
  displayFilter: ({ facts }) =>
    and(
      // By sender: what one sends to the other's guests may go by a third VTEP, a gateway.
      oneOf(...[facts.a, facts.b].map((vtep) => `${family(vtep)}.src == ${vtep}`)),
      facts.vnis.length > MOST_LISTED
        ? oneOf(...new Set(facts.tunnels.map(({ kind, port }) => tunnel({ kind, port }))))
        : oneOf(...facts.tunnels.map(tunnel)),
    ),
}
