/** LOOP: frames come back to the VTEP that sent them. */
import { and, fromTo, oneOf, type Tunnel, tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'

/** The way back in one VNI. */
export interface Loop {
  vni: number
  from: string
  to: string
  /** Whether packets passed this way a third time; otherwise they came back once, and nothing was answered. */
  isRound: boolean
  tunnels: Tunnel[]
}

export const loop: Words<Loop> = {
  code: 'LOOP',
  severity: 'error',
  meaning: 'Frames come back over the tunnel to the VTEP that sent them, or go round: a loop.',
  advice:
    'Find the VTEP that sends on what it received, and take it off one of the two ways: a bridge with a second link into the same segment, or a tunnel port without split horizon.',
  evidence:
    'Three or more times an inner packet passes one way a third time within a second and was elsewhere in between, or the same inner frame returns unchanged, in its VNI, to the VTEP from which it came, and no conversation returns in both directions (a service chain returns them all: RELAYED). Frames without a number of their own count only from fifty on, because gateways that share an address ask alike. Sound where both directions pass.',
  title: ({ facts }) => `A loop: ${facts.from} sends frames of VNI ${facts.vni} back to ${facts.to}`,
  observed: ({ count, facts }) =>
    facts.isRound
      ? `${amount(count, 'time')} a packet of VNI ${facts.vni} passed from ${facts.from} to ${facts.to} a third time or more, and had been elsewhere in between.`
      : `${amount(count, 'frame')} of VNI ${facts.vni} that ${facts.to} had just sent came back from ${facts.from}, unchanged.`,
  inferred: ({ facts }) =>
    `Behind ${facts.from}, or at it, something bridges the segment back into the tunnel: a second link between two bridges, or a tunnel port that floods into other tunnel ports (no split horizon). ` +
    'Frames to many go round until something drops them, and forwarding tables point the wrong way meanwhile.',
  remedy: ({ facts }) =>
    `At ${facts.from}, look for a port of the bridge of VNI ${facts.vni} that leads back into the segment, and take it out (bridge link set dev … isolated on, or no flooding between tunnel ports); spanning tree towards the guests keeps it from coming back.`,
  displayFilter: ({ facts }) => and(fromTo(facts.from, facts.to), oneOf(...facts.tunnels.map(tunnel))),
}
