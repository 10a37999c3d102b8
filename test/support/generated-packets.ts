/** Overlay packets of every kind that the builder can make, some of them with something wrong. */
import * as b from '../../src/codecs/build/builder.ts'
import * as geneve from '../../src/codecs/headers/geneve.ts'
import * as icmp from '../../src/codecs/headers/icmp.ts'
import * as icmpv6 from '../../src/codecs/headers/icmpv6.ts'
import * as ipv4 from '../../src/codecs/headers/ipv4.ts'
import * as neighbor from '../../src/codecs/headers/neighbor.ts'
import * as tcp from '../../src/codecs/headers/tcp.ts'
import * as vxlan from '../../src/codecs/headers/vxlan.ts'
import * as gbp from '../../src/codecs/headers/vxlan-gbp.ts'
import type { Random } from './random.ts'

/** A neighbour of a tunnel port or of nothing in particular, but no tunnel port itself. */
function port(random: Random): number {
  for (;;) {
    const value = random.chance(10) ? random.pick([0, 53, 80, 443, 4788, 65535]) : random.below(65536)
    if (![4789, 8472, 4790, 6081].includes(value)) return value
  }
}

function mac(random: Random): number {
  return random.below(2 ** 16) * 2 ** 32 + random.below(2 ** 32)
}

/** Left to the builder nearly always, otherwise random: mostly wrong. */
function sum(random: Random): { checksum?: number } {
  return random.chance(4) ? { checksum: random.below(65536) } : {}
}

function tags(random: Random): b.Part[] {
  return Array.from({ length: random.pick([0, 0, 0, 1, 1, 2]) }, () =>
    b.dot1q({ vlanId: random.below(4096), priority: random.below(8), dropEligible: random.below(2) }),
  )
}

function ip4(random: Random, options: boolean): b.Part {
  const listed = [
    [{ type: ipv4.OptionType.RouterAlert, data: Uint8Array.from([0, 0]) }],
    [
      { type: 1, data: new Uint8Array(0) },
      { type: ipv4.OptionType.RecordRoute, data: Uint8Array.from([4, 0, 0, 0, 0]) },
    ],
  ]
  return b.ipv4({
    source: random.below(2 ** 32),
    destination: random.below(2 ** 32),
    dscp: random.below(64),
    ecn: random.below(4),
    identification: random.below(65536),
    flags: random.pick([0, ipv4.FLAG_DF, ipv4.FLAG_DF, ipv4.FLAG_RESERVED]),
    timeToLive: random.below(256),
    ...(options && random.chance(10) ? { options: random.pick(listed) } : {}),
    ...sum(random),
  })
}

function ip6(random: Random): b.Part[] {
  const between: b.Part[] = []
  if (random.chance(10)) between.push(b.hopByHop())
  if (random.chance(10))
    between.push(b.destinationOptions({ options: [{ type: 0x1e, data: random.bytes(random.below(12)) }] }))
  const header = b.ipv6({
    source: random.bytes(16),
    destination: random.bytes(16),
    dscp: random.below(64),
    ecn: random.below(4),
    flowLabel: random.below(2 ** 20),
    hopLimit: random.below(256),
  })
  return [header, ...between]
}

function tcpPart(random: Random): b.Part {
  const syn = random.chance(30)
  const options = syn
    ? [
        { type: tcp.OptionKind.MaximumSegmentSize, data: random.bytes(2) },
        { type: tcp.OptionKind.SackPermitted, data: new Uint8Array(0) },
        { type: tcp.OptionKind.NoOperation, data: new Uint8Array(0) },
        { type: tcp.OptionKind.WindowScale, data: Uint8Array.from([random.below(15)]) },
      ]
    : random.chance(50)
      ? [{ type: tcp.OptionKind.Timestamps, data: random.bytes(8) }]
      : []
  return b.tcp({
    sourcePort: port(random),
    destinationPort: port(random),
    sequence: random.below(2 ** 32),
    acknowledgment: random.below(2 ** 32),
    reserved: random.chance(5) ? random.below(16) : 0,
    flags: syn ? tcp.FLAG_SYN : random.below(256),
    window: random.below(65536),
    urgentPointer: random.below(65536),
    options,
    ...sum(random),
  })
}

function data(random: Random): b.Part[] {
  const length = random.pick([0, 0, 1, random.below(40), random.below(300), 1000 + random.below(400)])
  return length === 0 ? [] : [b.payload(random.bytes(length))]
}

/** What an IP header carries. */
function upper(random: Random, version: 4 | 6): b.Part[] {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return [tcpPart(random), ...data(random)]
    case 4:
    case 5:
    case 6: {
      const none = random.chance(10) ? { checksum: 0 } : sum(random)
      return [b.udp({ sourcePort: port(random), destinationPort: port(random), ...none }), ...data(random)]
    }
    case 7:
      if (version === 6) return neighbours(random)
      return [b.icmp({ type: icmp.Type.EchoReply, rest: random.below(2 ** 32), ...sum(random) }), ...data(random)]
    default: {
      const rest = random.below(2 ** 32)
      if (version === 4) return [b.icmp({ type: icmp.Type.EchoRequest, rest, ...sum(random) }), ...data(random)]
      return [b.icmpv6({ type: icmpv6.Type.EchoRequest, rest, ...sum(random) }), ...data(random)]
    }
  }
}

function neighbours(random: Random): b.Part[] {
  const type = random.pick([icmpv6.Type.NeighborSolicitation, icmpv6.Type.NeighborAdvertisement])
  const options = random.chance(70) ? [{ type: neighbor.OptionType.TargetLinkLayerAddress, data: random.bytes(6) }] : []
  return [b.icmpv6({ type, ...sum(random) }), b.neighbor({ target: random.bytes(16), options })]
}

function packet(random: Random): b.Part[] {
  if (random.chance(60)) return [ip4(random, true), ...upper(random, 4)]
  return [...ip6(random), ...upper(random, 6)]
}

/** A MAC address that a station may send from: no group's. */
function station(random: Random): number {
  const address = mac(random)
  return Math.floor(address / 2 ** 40) % 2 === 1 ? address - 2 ** 40 : address
}

function frame(random: Random, depth: number): b.Part[] {
  const header = b.ethernet({ destination: mac(random), source: station(random) })
  const before = [header, ...tags(random)]
  if (depth < 2 && random.chance(5)) return [...before, ...tunnel(random, depth + 1)]
  if (random.chance(15)) {
    const asked = b.arp({
      operation: random.between(1, 2),
      senderHardware: mac(random),
      senderProtocol: random.below(2 ** 32),
      targetHardware: mac(random),
      targetProtocol: random.below(2 ** 32),
    })
    return random.chance(50) ? [...before, asked, b.padding(18)] : [...before, asked]
  }
  return [...before, ...packet(random)]
}

function tunnel(random: Random, depth: number): b.Part[] {
  const six = random.chance(30)
  const underlay = six ? ip6(random) : [ip4(random, true)]
  // Zero over IPv6 is an exception, and tshark has a verdict of its own for it.
  const sums = random.chance(40) ? { checksum: 0 } : sum(random)
  const vni = random.chance(20) ? random.pick([0, 1, 0xffffff]) : random.below(2 ** 24)
  const ports = { sourcePort: random.between(49152, 65535), ...sums }
  switch (random.below(6)) {
    case 0:
    case 1: {
      const odd = random.chance(5)
      const reserved = odd ? { reserved2: random.below(256) } : {}
      const destinationPort = random.pick([vxlan.PORT, vxlan.PORT, vxlan.PORT_LINUX])
      return [...underlay, b.udp({ ...ports, destinationPort }), b.vxlan({ vni, ...reserved }), ...frame(random, depth)]
    }
    case 2: {
      const policyFlags = random.pick([0, gbp.POLICY_FLAG_A, gbp.POLICY_FLAG_D, gbp.POLICY_FLAG_A | gbp.POLICY_FLAG_D])
      const header = b.vxlanGbp({ vni, policyId: random.below(65536), policyFlags })
      return [...underlay, b.udp(ports), header, ...frame(random, depth)]
    }
    case 3: {
      const inside = random.chance(50) ? packet(random) : frame(random, depth)
      return [...underlay, b.udp(ports), b.vxlanGpe({ vni }), ...inside]
    }
    default: {
      const options: geneve.Option[] = Array.from({ length: random.pick([0, 0, 1, 2, 3]) }, () => ({
        class: random.below(65536),
        type: random.below(256),
        reserved: 0,
        data: random.bytes(4 * random.below(6)),
      }))
      const flags = random.chance(10) ? { flags: geneve.FLAG_O } : {}
      const inside = random.chance(20) ? packet(random) : frame(random, depth)
      return [...underlay, b.udp(ports), b.geneve({ vni, options, ...flags }), ...inside]
    }
  }
}

/** The parts of a packet that begins with an Ethernet header; nine in ten are tunnel datagrams. */
export function generatedParts(random: Random): b.Part[] {
  const outer = [b.ethernet({ destination: mac(random), source: mac(random) }), ...tags(random)]
  return random.chance(90) ? [...outer, ...tunnel(random, 0)] : [...outer, ...packet(random)]
}
