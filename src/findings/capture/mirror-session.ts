/** MIRROR_SESSION: a tunnel that carries both directions of its conversations one way, as traffic mirrors do. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { listed } from '../words/list.ts'

/** What one VTEP sends in one VNI. */
export interface MirrorSession {
  vni: number
  from: string
  to: string[]
  /** Conversations of which both directions come from it. */
  conversations: number
  /** Conversations of which one direction comes from it, and the sources of the other direction. */
  halves: number
  partners: string[]
  /** Frames that it cut: the tunnel carries less of them than their IP length says. */
  cut: number
  /** Other sources that mirror into the same VNI to the same receivers. */
  twins: string[]
  tunnels: Tunnel[]
}

export const mirrorSession: Words<MirrorSession> = {
  code: 'MIRROR_SESSION',
  severity: 'note',
  meaning:
    'A VNI carries both directions of its conversations one way and nothing back: a traffic mirror, not an overlay.',
  advice: 'No action needed: a mirror session is one-way by design. Judge the copied conversations, not the tunnel.',
  evidence:
    'Both directions of inner conversations, at least four packets, come from one VTEP, or one direction each from two VTEPs to one receiver that sends nothing, and not one packet of the VNI goes back to them. What the VTEP had received in another VNI is relayed where its receivers talk to it. Reliable at any capture point that would see the way back.',
  title: ({ facts }) =>
    `VNI ${facts.vni} from ${facts.from} to ${listed(facts.to)} is a traffic mirror: one-way by design`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} from ${facts.from} to ${listed(facts.to)} in VNI ${facts.vni}, none back${inside(facts)}.${facts.cut === 0 ? '' : ` ${amount(facts.cut, 'frame is', 'frames are')} truncated: shorter than their IP length.`}${
      facts.twins.length === 0
        ? ''
        : ` ${listed(facts.twins)} mirrors into this VNI too: packets that both see are in the capture twice, and are judged once.`
    }`,
  inferred: ({ facts }) =>
    `${facts.from} copies the traffic of other hosts to ${listed(facts.to)} (cloud traffic mirroring, a port mirror into a tunnel, a tap): the VNI names the session. Nothing comes back, and nothing is missing. ` +
    'Overhead and MTU of this tunnel are those of the copies; a packet that is missing here may have been lost by the mirror alone.' +
    (facts.cut === 0
      ? ''
      : ' The mirror truncates frames to its packet length or to the MTU of its target; the hosts themselves received them whole.'),
  remedy: ({ facts }) =>
    facts.cut === 0
      ? 'No action needed. A mirror drops or truncates copies that are too large for its path: raise the MTU of that path by the tunnel overhead, or set a packet length for the session.'
      : 'No action needed if headers are enough. For whole frames raise the packet length of the mirror session, and the MTU of its target to that of the source plus the tunnel header.',
  displayFilter: ({ facts }) =>
    facts.to.length === 1
      ? within(facts.tunnels, fromTo(facts.from, facts.to[0]!))
      : within(facts.tunnels, `${facts.from.includes(':') ? 'ipv6' : 'ip'}.src == ${facts.from}`),
}

/** Of which conversations it sends both directions, and of which one. */
function inside({ conversations, halves, partners }: MirrorSession): string {
  const both = `yet ${amount(conversations, 'conversation')} inside ${conversations === 1 ? 'runs' : 'run'} in both directions`
  const one = `${amount(halves, 'conversation')} ${halves === 1 ? 'has its' : 'have their'} other direction from ${listed(partners)} to the same receiver`
  if (halves === 0) return `, ${both}`
  return conversations === 0 ? `, and ${one}` : `, ${both}, and ${one}`
}
