/** PORT_MISMATCH: the two directions of a VTEP pair use different tunnel ports. */

import { amount, type Words } from '../finding.ts'
import { and, between } from '../words/display-filter.ts'

/** What each direction sends to. */
export interface PortMismatch {
  a: string
  b: string
  vnis: number[]
  packetsAToB: number
  packetsBToA: number
  /** UDP destination ports, ascending. */
  portsAToB: number[]
  portsBToA: number[]
}

export const portMismatch: Words<PortMismatch> = {
  code: 'PORT_MISMATCH',
  severity: 'error',
  meaning: 'The two directions of a VTEP pair send the same VNI to different UDP ports.',
  advice: 'Configure the same destination port on both VTEPs: 4789 is the standard one, 8472 an old default of Linux.',
  evidence:
    'Both directions of a VTEP pair carry a VNI, and no UDP destination port is common to them. Reliable wherever both directions pass.',
  title: ({ facts }) =>
    `Tunnel port mismatch: ${facts.a} sends to UDP port ${facts.portsAToB.join(', ')}, ${facts.b} to ${facts.portsBToA.join(', ')}`,
  observed: ({ facts }) =>
    `VNI ${facts.vnis.join(', ')}: ${amount(facts.packetsAToB, 'packet')} from ${facts.a} to ${facts.b} went to UDP port ${facts.portsAToB.join(', ')}, ` +
    `${amount(facts.packetsBToA, 'packet')} from ${facts.b} to ${facts.a} to UDP port ${facts.portsBToA.join(', ')}.`,
  inferred: ({ facts }) =>
    `A VTEP listens on the port that it sends to: ${facts.b} does not listen on ${facts.portsAToB.join(', ')}, nor ${facts.a} on ${facts.portsBToA.join(', ')}, so each drops what the other sends.`,
  remedy: ({ facts }) =>
    `Set the same port on both: ${standard(facts)} on ${facts.a} and ${facts.b} (Linux: ip link … type ${standard(facts) === 6081 ? 'geneve' : 'vxlan'} … dstport ${standard(facts)}; Open vSwitch: options:dst_port=${standard(facts)}).`,
  displayFilter: ({ facts }) => {
    const ports = [...new Set([...facts.portsAToB, ...facts.portsBToA])].sort((left, right) => left - right)
    return and(between(facts.a, facts.b), `udp.dstport in {${ports.join(', ')}}`)
  },
}

/** The port that both should use: the standard one where either does. */
function standard({ portsAToB, portsBToA }: PortMismatch): number {
  const ports = [...portsAToB, ...portsBToA]
  return ports.find((port) => port === 4789 || port === 6081 || port === 4790) ?? ports[0]!
}
