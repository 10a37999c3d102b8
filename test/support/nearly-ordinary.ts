/**
 * VXLAN packets at and around what the fast path takes for ordinary: such packets with every field drawn, and then one thing changed,
 * mostly with lengths or checksums made right again, so that the change alone decides.
 */
import * as b from '../../src/codecs/build/builder.ts'
import * as checksum from '../../src/codecs/core/checksum.ts'
import { Protocol } from '../../src/codecs/core/protocol.ts'
import * as ipv4 from '../../src/codecs/headers/ipv4.ts'
import * as ipv6 from '../../src/codecs/headers/ipv6.ts'
import * as tcp from '../../src/codecs/headers/tcp.ts'
import * as udp from '../../src/codecs/headers/udp.ts'
import { LinkType } from '../../src/codecs/link/linktype.ts'
import { NO_TIME } from '../../src/packet.ts'
import { emptyPacket } from '../../src/packet-meta.ts'
import type { Recorded } from './parts.ts'
import type { Random } from './random.ts'

const ETHERNET = 14
const TAG = 4
const UDP_VXLAN = 16
const TAGGED = [0x8100, 0x88a8]

/** Options of TCP: those that a segment may have to be ordinary, laid out as usual and not, and others. */
const OPTIONS = [
  '0101080a0000000700000002',
  '0101080affffffff00000000',
  '080a00000007000000020101',
  '01010101',
  '020405b4',
  '02040001',
  '0204ffff0402080a000000010000000001030307',
  '020405b40402080a000000010000000001030307',
  '0101050a0000000100000002',
  '0101080a00000001000000020101050a0000000100000002',
  '03010101',
  '01010204',
  '00000000',
].map((text) => Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16)))

/** Ports of services whose questions are followed, those of tunnels, and others. */
const PORTS = [53, 67, 68, 123, 161, 443, 500, 546, 547, 1812, 4500, 65_535, 0, 4788, 8471, 4789, 6081]
/** Those of most packets: few, so that paths recur. */
const FEW_PORTS = [8080, 50_000]

/** A tunnel inside the tunnel, from its header on. */
const NESTED = b
  .build([
    b.ethernet({ destination: 0, source: 0 }),
    b.ipv4({ source: 0, destination: 0 }),
    b.udp(),
    b.vxlan({ vni: 9 }),
    b.ethernet({ destination: '02:00:00:00:02:01', source: '02:00:00:00:02:02' }),
    b.ipv4({ source: '172.16.0.1', destination: '172.16.0.2' }),
    b.udp({ sourcePort: 1, destinationPort: 2 }),
  ])
  .bytes.slice(ETHERNET + 28)

/** A packet in which everything is right. */
function eligible(random: Random): Uint8Array {
  // Mostly the same two, so that paths recur.
  const host = (): number => (random.chance(75) ? 0 : random.below(3))
  const [from, to, near, far] = [host(), host(), host(), host()]
  const dscp = random.pick([0, 0, 10, 46, 63])
  // CE in front of the tunnel is eligible, on it is not.
  const header = (): { dscp: number; ecn: number; identification: number; flags: number; timeToLive: number } => ({
    dscp,
    ecn: random.pick([0, 1, 2]),
    identification: random.pick([0, 0, 1, random.below(65536)]),
    flags: random.pick([0, ipv4.FLAG_DF, ipv4.FLAG_RESERVED, ipv4.FLAG_DF | ipv4.FLAG_RESERVED]),
    timeToLive: random.below(256),
  })
  const header6 = (): { dscp: number; ecn: number; hopLimit: number; flowLabel: number } => ({
    dscp,
    ecn: random.pick([0, 1, 2]),
    hopLimit: random.below(256),
    flowLabel: random.below(2 ** 20),
  })
  const tag = (vlanId: number): b.Part => b.dot1q({ vlanId, priority: random.below(8), dropEligible: random.below(2) })
  const tags = (): b.Part[] => (random.chance(30) ? [tag(random.pick([0, 7, 4095]))] : [])
  const port = (): number => random.pick(random.chance(70) ? FEW_PORTS : PORTS)
  const ports = { sourcePort: port(), destinationPort: port() }
  const toGroup = random.chance(8)
  const unsummed = (): { checksum?: number } => (random.chance(30) ? { checksum: 0 } : {})
  const syn = random.chance(25)
  return b.build([
    b.ethernet({ destination: `02:00:00:00:00:0${to}`, source: `02:00:00:00:${random.below(2)}0:0${from}` }),
    ...tags(),
    random.chance(65)
      ? b.ipv4({ source: `10.0.0.${from}`, destination: toGroup ? '239.1.1.1' : `10.0.0.${to}`, ...header() })
      : b.ipv6({ source: `fd00::${from}:0:1`, destination: toGroup ? 'ff05::1' : `fd00:${to}::1`, ...header6() }),
    b.udp({ sourcePort: random.pick([50_000, 50_001, 0]), ...unsummed() }),
    b.vxlan({ vni: random.pick([0, 5, 0xffffff]) }),
    b.ethernet({
      destination: `02:00:${far}0:00:01:0${far}`,
      source: `02:00:00:00:01:${random.chance(80) ? near : host()}0`,
    }),
    ...tags(),
    random.chance(65)
      ? b.ipv4({ source: `192.168.0.${near}`, destination: `192.168.${far}.1`, ...header() })
      : b.ipv6({ source: `fd01::${near}:0:1`, destination: `fd01:${far}::1`, ...header6() }),
    ...(random.chance(55)
      ? [
          b.tcp({
            ...ports,
            sequence: random.below(2 ** 32),
            acknowledgment: random.below(2 ** 32),
            flags: syn ? tcp.FLAG_SYN | random.pick([0, 0, random.below(256)]) : random.below(256) & ~tcp.FLAG_SYN,
            window: random.below(65536),
            urgentPointer: random.below(2),
            ...(random.chance(60)
              ? { options: random.pick(syn || random.chance(20) ? OPTIONS : OPTIONS.slice(0, 7)) }
              : {}),
          }),
        ]
      : [b.udp({ ...ports, ...unsummed() })]),
    b.payload(
      random.chance(10)
        ? NESTED
        : random.bytes(random.pick([0, 1, 2, 12, 29, 48, 60, 61, random.below(300), random.chance(5) ? 9150 : 9])),
    ),
    ...(random.chance(25) ? [b.padding(random.pick([1, 2, 7, 18]))] : []),
  ]).bytes
}

/** Where the headers of such a packet lie. */
interface Headers {
  readonly ip: number
  readonly udp: number
  readonly frame: number
  readonly innerIp: number
  readonly transport: number
}

function headersOf(view: DataView): Headers {
  const ipBehind = (frame: number): number => {
    let at = frame + ETHERNET
    while (TAGGED.includes(view.getUint16(at - 2))) at += TAG
    return at
  }
  const behindIp = (ip: number): number => ip + (view.getUint8(ip) >> 4 === 6 ? ipv6.LENGTH : ipv4.LENGTH)
  const ip = ipBehind(0)
  const frame = behindIp(ip) + UDP_VXLAN
  const innerIp = ipBehind(frame)
  return { ip, udp: behindIp(ip), frame, innerIp, transport: behindIp(innerIp) }
}

function pseudoSum(view: DataView, ip: number, protocol: number, length: number): number {
  if (view.getUint8(ip) >> 4 === 6) return checksum.pseudoHeaderSum6(view, ip + 8, ip + 24, protocol, length)
  return checksum.pseudoHeaderSum4(ipv4.source(view, ip), ipv4.destination(view, ip), protocol, length)
}

/** Makes every checksum right that is there, as far as the stated lengths lie within the bytes. */
function repair(view: DataView, { ip, udp: outer, innerIp, transport }: Headers): void {
  const protocol = view.getUint8(innerIp) >> 4 === 6 ? ipv6.nextHeader(view, innerIp) : ipv4.protocol(view, innerIp)
  const innerEnd =
    innerIp +
    (view.getUint8(innerIp) >> 4 === 6
      ? ipv6.LENGTH + ipv6.payloadLength(view, innerIp)
      : ipv4.totalLength(view, innerIp))
  const isVersion4 = (at: number): boolean => view.getUint8(at) >> 4 === 4
  if (isVersion4(innerIp)) {
    view.setUint16(innerIp + 10, 0)
    view.setUint16(innerIp + 10, checksum.ipv4HeaderChecksum(view, innerIp, ipv4.LENGTH))
  }
  if (innerEnd <= view.byteLength && innerEnd >= transport + tcp.LENGTH && protocol === Protocol.Tcp) {
    view.setUint16(transport + 16, 0)
    const pseudo = pseudoSum(view, innerIp, protocol, innerEnd - transport)
    view.setUint16(transport + 16, checksum.tcpChecksum(view, transport, innerEnd, pseudo))
  }
  const sumUdp = (at: number, header: number): void => {
    const end = at + udp.length(view, at)
    if (end > view.byteLength || end < at + udp.LENGTH || udp.checksum(view, at) === 0) return
    view.setUint16(at + 6, 0)
    view.setUint16(at + 6, checksum.udpChecksum(view, at, end, pseudoSum(view, header, Protocol.Udp, end - at)))
  }
  if (innerEnd <= view.byteLength && protocol === Protocol.Udp && transport + udp.LENGTH <= view.byteLength)
    sumUdp(transport, innerIp)
  sumUdp(outer, ip)
  if (isVersion4(ip)) {
    view.setUint16(ip + 10, 0)
    view.setUint16(ip + 10, checksum.ipv4HeaderChecksum(view, ip, ipv4.LENGTH))
  }
}

/** Offsets of the five lengths that a packet states. */
function lengthsOf(view: DataView, { ip, udp: outer, innerIp, transport }: Headers): number[] {
  const lengthOf = (at: number): number => at + (view.getUint8(at) >> 4 === 6 ? 4 : 2)
  return [lengthOf(ip), outer + 4, lengthOf(innerIp), transport + 4]
}

/** The bytes of a record, and what it says beside them. */
interface Changed {
  readonly bytes: Uint8Array
  readonly packet: Partial<Recorded['packet']>
}

/** A record of a packet with one thing about it changed, or two, or none. */
function changed(random: Random, whole: Uint8Array): Changed {
  const once = change(random, whole)
  if (once.bytes.length < whole.length || random.chance(80)) return once
  const twice = change(random, once.bytes)
  return { bytes: twice.bytes, packet: { ...once.packet, ...twice.packet } }
}

function change(random: Random, whole: Uint8Array): Changed {
  const bytes = whole.slice()
  const view = new DataView(bytes.buffer)
  const headers = headersOf(view)
  const mend = (percent: number): void => {
    if (random.chance(percent)) repair(view, headers)
  }
  const as = (cut: number, packet: Changed['packet'] = {}): Changed => ({
    bytes: bytes.slice(0, cut),
    packet: { wireLength: bytes.length, ...packet },
  })
  const headersEnd = Math.min(bytes.length, headers.transport + 32)
  switch (random.below(15)) {
    case 0: {
      // Any byte of the headers.
      const at = random.below(headersEnd)
      bytes[at] = random.pick([random.below(256), bytes[at]! ^ (1 << random.below(8)), 0, 0xff])
      mend(85)
      return as(bytes.length)
    }
    case 1: {
      // What decides how the headers are read.
      const { ip, udp: outer, frame, innerIp, transport } = headers
      const flag = random.pick([ip, ip + 1, ip + 6, ip + 7, ip + 9, outer + 3, outer + 8, outer + 15, frame, innerIp])
      const at = random.chance(70) ? flag : random.pick([innerIp + 1, innerIp + 6, innerIp + 7, transport + 12])
      bytes[at]! ^= 1 << random.below(8)
      mend(90)
      return as(bytes.length)
    }
    case 2:
    case 3: {
      // A length, by little or by much; or all of those around it, too.
      const lengths = lengthsOf(view, headers)
      const by = random.pick([-1, 1, -2, 2, -4, 4, -8, 8, 20, -20, random.between(-400, 400), 9000])
      const at = random.pick(lengths)
      for (const other of lengths)
        if (other === at || (other < at && random.chance(20)))
          view.setUint16(other, Math.max(0, view.getUint16(other) + by) & 0xffff)
      mend(90)
      return as(bytes.length)
    }
    case 4: {
      // A length at its edge: just the header, one less, nothing.
      const at = random.pick(lengthsOf(view, headers))
      view.setUint16(at, random.pick([0, 1, 7, 8, 9, 19, 20, 21, 27, 28, 39, 40, 41, 48, 52, 65535]))
      mend(90)
      return as(bytes.length)
    }
    case 5: {
      // A wrong checksum.
      const { ip, udp: outer, innerIp, transport } = headers
      const at = random.pick([ip + 10, outer + 6, innerIp + 10, transport + random.pick([6, 16])])
      if (at + 2 <= bytes.length) view.setUint16(at, random.pick([0, 0xffff, random.below(65536)]))
      return as(bytes.length)
    }
    case 6: {
      // Anything behind the headers.
      const at = random.between(headers.transport, bytes.length - 1)
      bytes[at] = random.below(256)
      mend(50)
      return as(bytes.length)
    }
    case 7:
      // A snap length, here and there at the end of a header.
      return as(
        random.pick([
          random.below(bytes.length + 1),
          Math.min(bytes.length, headers.transport + random.pick([0, 3, 4, 7, 8, 9, 13, 19, 20, 21, 28, 31, 32])),
        ]),
      )
    case 8: {
      // A record that claims more than was captured, by a trailer or by more.
      const more = random.pick([0, 1, 4, 63, 64, 65, 66, 1000, 0xff_ffff, 0x100_0000])
      return as(random.pick([bytes.length, bytes.length - random.below(20)]), { wireLength: bytes.length + more })
    }
    case 9:
      // Or less.
      return as(bytes.length, { wireLength: Math.max(0, bytes.length - random.pick([1, 2, 4, 40, bytes.length])) })
    case 10:
      return as(
        bytes.length,
        random.pick<Changed['packet']>([
          { nanoseconds: NO_TIME },
          { nanoseconds: NO_TIME, seconds: 0 },
          { nanoseconds: NO_TIME, seconds: 1_700_000_001 },
          { flags: 1 },
          { flags: 1 << 9 },
          { flags: 1 << 11 },
          { fcsLength: 4 },
          { linkType: LinkType.Raw },
          { linkType: LinkType.LinuxSll },
          { interfaceId: 3 },
          { seconds: -1 },
          { seconds: 0, nanoseconds: 0 },
          { nanoseconds: 0 },
        ]),
      )
    case 11: {
      // An inner packet that says it is too short for its transport header, of which the record holds as little.
      const { innerIp, transport } = headers
      const isVersion4 = view.getUint8(innerIp) >> 4 === 4
      view.setUint16(innerIp + (isVersion4 ? 2 : 4), random.between(4, 20) + (isVersion4 ? ipv4.LENGTH : 0))
      mend(100)
      return as(Math.min(bytes.length, transport + random.between(4, 20)))
    }
    default:
      return as(bytes.length)
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A packet with some bytes more at an offset behind its inner Ethernet addresses; the lengths around them are right. */
function inserted(packet: Uint8Array, at: number, more: readonly number[]): Uint8Array {
  const bytes = joined(packet.subarray(0, at), Uint8Array.from(more), packet.subarray(at))
  const view = new DataView(bytes.buffer)
  const headers = headersOf(new DataView(packet.slice().buffer))
  const [outer, datagram, inner] = lengthsOf(view, headers) as [number, number, number]
  for (const length of at > headers.innerIp ? [outer, datagram, inner] : [outer, datagram])
    view.setUint16(length, view.getUint16(length) + more.length)
  return bytes
}

/** Nearly the path of a packet: all that tells it from another one is what few packets have. */
function retouched(random: Random, packet: Uint8Array): Uint8Array {
  const bytes = packet.slice()
  const view = new DataView(bytes.buffer)
  const { ip, frame, innerIp, transport } = headersOf(view)
  const isOuterVersion4 = view.getUint8(ip) >> 4 === 4
  const isTagged = innerIp - frame > ETHERNET
  switch (random.below(6)) {
    case 0:
      // Another source MAC, or another tag.
      bytes[random.between(frame + 7, isTagged ? frame + 15 : frame + 11)]! ^= 1 << random.below(8)
      return bytes
    case 1:
      // A tag, of VLAN 0 or another; or a second one behind the first.
      if (innerIp - frame > ETHERNET + TAG) return bytes
      return inserted(bytes, isTagged ? frame + 16 : frame + 12, [0x81, 0, 0, random.pick([0, 7, 9])])
    case 2: {
      // By way of another node: its addresses are a path's that it is not of.
      if (view.getUint8(innerIp) >> 4 !== 6 || view.getUint8(innerIp + 6) === 43) return bytes
      const next = view.getUint8(innerIp + 6)
      view.setUint8(innerIp + 6, 43)
      return inserted(bytes, transport, [next, 2, 0, 1, ...new Uint8Array(20).fill(9)])
    }
    case 3:
      if (isOuterVersion4) view.setInt32(ip + 16, 0xef010101 | 0)
      else view.setUint16(ip + 24, 0xff05)
      return bytes
    case 4:
      // Another outer source port.
      view.setUint16(ip + (isOuterVersion4 ? ipv4.LENGTH : ipv6.LENGTH), random.between(50_000, 50_009))
      return bytes
    default:
      return bytes
  }
}

/** So many records, by what is drawn or by changing given ones. */
export function nearlyEligible(random: Random, count: number, given: readonly Recorded[] = []): Recorded[] {
  const recent: Uint8Array[] = []
  /** Often a packet of a path that there was, or of one that can hardly be told from it. */
  const next = (): Uint8Array => {
    if (recent.length > 0 && random.chance(55)) {
      const one = random.pick(recent)
      if (random.chance(50)) return one
      const other = retouched(random, one)
      repair(new DataView(other.buffer), headersOf(new DataView(other.buffer)))
      return other
    }
    return given.length > 0 && random.chance(25) ? new Uint8Array(random.pick(given).view.buffer) : eligible(random)
  }
  return Array.from({ length: count }, (_, index) => {
    const whole = next()
    recent[random.below(8)] = whole
    for (let place = 0; place < 8; place++) recent[place] ??= whole
    // Frames have trailers behind the outer IP packet: padding, time stamps.
    const framed = random.chance(15) ? joined(whole, random.bytes(random.pick([1, 4, 8, 64, 65]))) : whole
    const { bytes, packet } = changed(random, framed)
    return {
      view: new DataView(bytes.buffer),
      packet: {
        ...emptyPacket(),
        number: index + 1,
        seconds: 1_700_000_000,
        nanoseconds: index * 1000,
        capturedLength: bytes.length,
        linkType: LinkType.Ethernet,
        ...packet,
      },
    }
  })
}
