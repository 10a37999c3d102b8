/** UNKNOWN_TUNNEL_PORT: what looks like VXLAN at a port that is not known as a tunnel's. */
import { amount, type Words } from './finding.ts'

/** A port with tunnel headers. */
export interface UnknownTunnelPort {
  port: number
  /** The known port of which this one has the bytes swapped, `null` when it is no such port. */
  swapped: number | null
  vnis: number[]
  from: string
  to: string
}

export const unknownTunnelPort: Words<UnknownTunnelPort> = {
  code: 'UNKNOWN_TUNNEL_PORT',
  severity: 'note',
  meaning: 'Datagrams to a port that is not known as a tunnel’s look like VXLAN.',
  advice:
    'Run again with --port, so that the traffic is taken apart; if the port was not meant, correct it at the sender.',
  evidence:
    'At least twice, a datagram to the port begins with a VXLAN header (I flag set, reserved bits clear or a group policy) and a plausible Ethernet frame whose IP version and lengths, or ARP header, are right. Sound at any capture point.',
  title: ({ facts }) =>
    facts.swapped === null
      ? `UDP port ${facts.port} carries what looks like VXLAN`
      : `UDP port ${facts.port} carries what looks like VXLAN: it is port ${facts.swapped} with its bytes swapped`,
  observed: ({ count, facts }) =>
    `${amount(count, 'datagram')} to port ${facts.port}, the first from ${facts.from} to ${facts.to}, with a VXLAN header (VNI ${facts.vnis.join(', ')}) and an Ethernet frame.`,
  inferred: ({ facts }) =>
    facts.swapped === null
      ? 'A VTEP uses a port of its own. These packets are counted as other traffic.'
      : `A program wrote the port in host byte order. The other VTEP listens on ${facts.swapped} and never sees these packets, which are counted as other traffic.`,
  remedy: ({ facts }) =>
    facts.swapped === null
      ? `Run again with --port ${facts.port} to see what they carry. If both VTEPs use the port, nothing else is to be done.`
      : `Set the destination port at ${facts.from} to ${facts.swapped} (in network byte order). Run again with --port ${facts.port} to see what the packets carry.`,
  displayFilter: ({ facts }) => `udp.dstport == ${facts.port} && (udp.payload[0:1] == 08 || udp.payload[0:1] == 88)`,
}
