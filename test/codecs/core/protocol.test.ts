import { expect, it } from 'vitest'
import { Protocol, protocolName } from '../../../src/codecs/core/protocol.ts'

it.each([
  [6, 'TCP'],
  [17, 'UDP'],
  [1, 'ICMP'],
  [58, 'ICMPv6'],
  [2, 'IGMP'],
  [132, 'SCTP'],
  [47, 'IP 47'],
  [0, 'IP 0'],
  [255, 'IP 255'],
])('names protocol %i %s', (protocol, name) => {
  expect(protocolName(protocol)).toBe(name)
})

it('has the numbers of the registry', () => {
  const { Gre, Esp, Ah, IcmpV6, Ipv6, NoNextHeader, DestinationOptions, Routing, Fragment, HopByHop } = Protocol
  expect([HopByHop, Ipv6, Routing, Fragment, Gre, Esp, Ah, IcmpV6, NoNextHeader, DestinationOptions]).toEqual([
    0, 41, 43, 44, 47, 50, 51, 58, 59, 60,
  ])
})
