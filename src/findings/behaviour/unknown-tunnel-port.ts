/** UNKNOWN_TUNNEL_PORT: what looks like VXLAN at a port that is not known as a tunnel's. */
import { amount, type Words } from '../finding.ts'

/** A port with tunnel headers. */
export interface UnknownTunnelPort {
  port: number
  /** The known port of which this one has the bytes swapped, `null` otherwise. */
  swapped: number | null
  vnis: number[]
  from: string
  to: string
  /** What kind of header it is: plain or with a group policy, VXLAN-GPE, or with a vendor's own flags around a group policy. */
  form: 'plain' | 'gpe' | 'policy'
}

const NAMES = { plain: 'VXLAN', gpe: 'VXLAN-GPE', policy: 'VXLAN with a vendor’s group policy' } as const

export const unknownTunnelPort: Words<UnknownTunnelPort> = {
  code: 'UNKNOWN_TUNNEL_PORT',
  severity: 'note',
  meaning: 'Datagrams to a port that is not a known tunnel port look like VXLAN.',
  advice: 'Run again with --port, so that the traffic is decoded; if the port is a mistake, correct it at the sender.',
  evidence:
    'At least twice, a datagram to the port begins with a VXLAN header (I flag set; reserved bits clear, a group policy, a vendor’s variant of it, or a next protocol as in VXLAN-GPE) and a plausible Ethernet frame or IP packet whose IP version, lengths and header checksum, or ARP header, are right. Reliable at any capture point.',
  title: ({ facts }) =>
    facts.swapped === null
      ? `UDP port ${facts.port} carries what looks like ${NAMES[facts.form]}`
      : `UDP port ${facts.port} carries what looks like ${NAMES[facts.form]}: it is port ${facts.swapped} with its bytes swapped`,
  observed: ({ count, facts }) =>
    `${amount(count, 'datagram')} to port ${facts.port}, the first from ${facts.from} to ${facts.to}, with a ${facts.form === 'gpe' ? 'VXLAN-GPE' : 'VXLAN'} header (${facts.vnis.length === 1 ? 'VNI' : 'VNIs'} ${facts.vnis.join(', ')}) and ${facts.form === 'gpe' ? 'an inner packet' : 'an Ethernet frame'}.`,
  inferred: ({ facts }) =>
    facts.swapped === null
      ? `${facts.form === 'policy' ? 'The switches of a vendor’s fabric carry their policy groups in the flags and reserved bits, at a port of their own (iVXLAN uses 48879)' : 'A VTEP uses a port of its own'}. These packets are counted as other traffic.`
      : `A program wrote the port in host byte order. The other VTEP listens on ${facts.swapped} and never sees these packets, which are counted as other traffic.`,
  remedy: ({ facts }) =>
    facts.swapped === null
      ? `Run again with --port ${facts.port} to see what they carry. If both VTEPs use this port, no other action is needed.`
      : `Set the destination port at ${facts.from} to ${facts.swapped} (in network byte order). Run again with --port ${facts.port} to see what the packets carry.`,
  displayFilter: ({ facts }) => `udp.dstport == ${facts.port} && udp.payload[0:1] & 08`,
}
