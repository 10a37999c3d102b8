/** LOOP: frames come back to the VTEP that sent them. */

import { amount, times, type Words } from '../finding.ts'
import { and, fromTo, oneOf, type Tunnel, tunnel } from '../words/display-filter.ts'

/** The way back in one VNI. */
export interface Loop {
  vni: number
  from: string
  to: string
  /** Whether packets passed this way a third time; otherwise they came back once, and nothing was answered. */
  isRound: boolean
  /** Whether their inner TTL fell meanwhile: routers send them round, no bridges. */
  isRouted: boolean
  tunnels: Tunnel[]
}

export const loop: Words<Loop> = {
  code: 'LOOP',
  severity: 'error',
  meaning: 'Forwarding loop: frames come back over the tunnel to the VTEP that sent them, or circulate.',
  advice:
    'Find the VTEP that forwards frames back into the overlay, and remove one of its two links: a bridge with a second link into the same segment, or a tunnel port without split horizon.',
  evidence:
    'Three or more times an inner packet passes one way a third time within a second and was elsewhere in between, or the same inner frame returns unchanged, in its VNI, to the VTEP from which it came, and no conversation returns in both directions (a service chain returns them all: RELAYED). Frames without a number of their own count only from fifty on, because gateways that share an address ask alike. Reliable where both directions pass.',
  title: ({ facts }) =>
    facts.isRouted
      ? `Routing loop in VNI ${facts.vni}: ${facts.from} sends packets back to ${facts.to}`
      : `Forwarding loop in VNI ${facts.vni}: ${facts.from} sends frames back to ${facts.to}`,
  observed: ({ count, facts }) =>
    facts.isRound
      ? `${times(count, 'Once', 'Twice')}, a packet of VNI ${facts.vni} passed from ${facts.from} to ${facts.to} for at least the third time, with another hop in between${facts.isRouted ? ' and a lower inner TTL' : ''}.`
      : `${amount(count, 'frame')} of VNI ${facts.vni} that ${facts.to} had just sent came back from ${facts.from}, unchanged.`,
  inferred: ({ facts }) =>
    facts.isRouted
      ? `A router behind ${facts.from} and one behind ${facts.to} send these packets to each other until their TTL has expired: two default routes that point at each other, or a summary route for a prefix that no longer exists.`
      : `Behind ${facts.from}, or at it, something bridges the segment back into the tunnel: a second link between two bridges, or a tunnel port that floods into other tunnel ports (no split horizon). ` +
        'Broadcast and multicast frames circulate until something drops them, and forwarding tables learn the wrong VTEP meanwhile.',
  remedy: ({ facts }) =>
    facts.isRouted
      ? `Look up the destination of these packets in the routing tables behind ${facts.from} and ${facts.to} (ip route get), and correct the route that points back; a summary needs a discard route (blackhole, Null0) beside it.`
      : `At ${facts.from}, look for a port of the bridge of VNI ${facts.vni} that leads back into the segment, and remove it (or isolate it: bridge link set dev … isolated on; no flooding between tunnel ports); spanning tree towards the guests prevents the loop from returning.`,
  displayFilter: ({ facts }) => and(fromTo(facts.from, facts.to), oneOf(...facts.tunnels.map(tunnel))),
}
