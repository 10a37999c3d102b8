/**
 * Ways of reading the fields of an Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4 packet: outer addresses and source port, VNI, the low
 * halves of both inner MAC addresses, inner addresses, protocol and total length, added up so that all of them count.
 */
import * as wire from 'buffer-layout'
import { LENGTH } from './codec-packets.ts'
import { peer } from './codec-peers.ts'

type Codecs = typeof import('../src/codecs/index.ts')

/**
 * One way of doing the work, on the packet at `at`. What it returns keeps the work from being optimised away, and is an integer
 * of 32 bits, which takes no heap.
 */
export interface Subject {
  readonly name: string
  readonly run: (at: number) => number | Promise<number>
  readonly isAsync?: boolean
}

/** Reads the packet that lies in `[at, end)`. @returns The sum of the fields, 0 for what is not such a packet. */
export type Reader = (view: DataView, at: number, end: number) => number

/** This package's codecs, as their documents show them. */
export function withCodecs({ Cursor, NONE, ethernet, ipv4, udp, vxlan }: Codecs): Reader {
  const cursor = new Cursor()
  return (view, at, end) => {
    cursor.reset(view, at, end)
    const ether = ethernet.enter(cursor)
    if (ether === NONE || ethernet.etherType(view, ether) !== 0x0800) return 0
    const ip = ipv4.enter(cursor)
    if (ip === NONE || ipv4.protocol(view, ip) !== 17) return 0
    const datagram = udp.enter(cursor)
    if (datagram === NONE || udp.destinationPort(view, datagram) !== 4789) return 0
    const header = vxlan.enter(cursor)
    if (header === NONE) return 0
    const inner = ethernet.enter(cursor)
    if (inner === NONE || ethernet.etherType(view, inner) !== 0x0800) return 0
    const innerIp = ipv4.enter(cursor)
    if (innerIp === NONE) return 0
    return (
      (ipv4.source(view, ip) +
        ipv4.destination(view, ip) +
        udp.sourcePort(view, datagram) +
        vxlan.vni(view, header) +
        ethernet.sourceLow32(view, inner) +
        ethernet.destinationLow32(view, inner) +
        ipv4.source(view, innerIp) +
        ipv4.destination(view, innerIp) +
        ipv4.protocol(view, innerIp) +
        ipv4.totalLength(view, innerIp)) |
      0
    )
  }
}

/**
 * The same by hand, for this stack of headers alone, with the checks that a careful author makes: every header within what was
 * captured, both EtherTypes, both IP versions, header lengths and total lengths (which narrow what follows), protocol, port and
 * the I flag. `sameAnswers` holds the two against each other.
 */
export function byHand(view: DataView, at: number, captured: number): number {
  let end = captured
  if (end - at < 14 || view.getUint16(at + 12) !== 0x0800) return 0
  const ip = at + 14
  if (end - ip < 20) return 0
  const first = view.getUint8(ip)
  const headerLength = (first & 15) << 2
  if (first >> 4 !== 4 || headerLength < 20 || end - ip < headerLength) return 0
  const totalLength = view.getUint16(ip + 2)
  if (totalLength !== 0) {
    if (totalLength < headerLength) return 0
    if (ip + totalLength < end) end = ip + totalLength
  }
  if (view.getUint8(ip + 9) !== 17) return 0
  const datagram = ip + headerLength
  if (end - datagram < 8 || view.getUint16(datagram + 2) !== 4789) return 0
  const header = datagram + 8
  if (end - header < 8 || (view.getUint8(header) & 8) === 0) return 0
  const inner = header + 8
  if (end - inner < 14 || view.getUint16(inner + 12) !== 0x0800) return 0
  const innerIp = inner + 14
  if (end - innerIp < 20) return 0
  const innerFirst = view.getUint8(innerIp)
  const innerHeaderLength = (innerFirst & 15) << 2
  if (innerFirst >> 4 !== 4 || innerHeaderLength < 20 || end - innerIp < innerHeaderLength) return 0
  const innerTotalLength = view.getUint16(innerIp + 2)
  if (innerTotalLength !== 0 && innerTotalLength < innerHeaderLength) return 0
  return (
    (view.getInt32(ip + 12) +
      view.getInt32(ip + 16) +
      view.getUint16(datagram) +
      (view.getUint32(header + 4) >>> 8) +
      view.getInt32(inner + 8) +
      view.getInt32(inner + 2) +
      view.getInt32(innerIp + 12) +
      view.getInt32(innerIp + 16) +
      view.getUint8(innerIp + 9) +
      innerTotalLength) |
    0
  )
}

/**
 * Whether two readers give the same answer for every length to which the first packet could have been cut and for every value of
 * every byte in it: the same fields, and the same refusals.
 */
export function sameAnswers(one: Reader, other: Reader, view: DataView): boolean {
  for (let end = 0; end <= LENGTH; end++) if (one(view, 0, end) !== other(view, 0, end)) return false
  for (let at = 0; at < LENGTH; at++) {
    const byte = view.getUint8(at)
    for (let value = 0; value < 256; value++) {
      view.setUint8(at, value)
      if (one(view, 0, LENGTH) !== other(view, 0, LENGTH)) return false
    }
    view.setUint8(at, byte)
  }
  return true
}

/** All readers that can be had; those whose package is absent are named without a subject. */
export function readers(codecs: Codecs, view: DataView): Map<string, Subject | undefined> {
  const { dissect, describePacket, Layers, tunnelPorts } = codecs
  const codec = withCodecs(codecs)
  const layers = new Layers()
  const ports = tunnelPorts()
  const subjects: Subject[] = [
    { name: 'the loop alone', run: (at) => at },
    { name: 'hand-written DataView', run: (at) => byHand(view, at, at + LENGTH) },
    { name: 'vxpcap codecs (enter and accessors)', run: (at) => codec(view, at, at + LENGTH) },
    {
      name: 'vxpcap dissect (the whole walk, inner TCP included)',
      run(at) {
        dissect(layers, view, at, LENGTH, LENGTH, 1, ports)
        return (layers.vni + layers.innerIp.length + layers.outerSourcePort) | 0
      },
    },
    { name: 'buffer-layout', run: byLayout(view) },
    {
      name: 'vxpcap describePacket (every field, as objects)',
      run: (at) => describePacket(view, at, LENGTH, LENGTH, 1, { ports }).layers.length,
    },
  ]
  const found = new Map<string, Subject | undefined>(subjects.map((subject) => [subject.name, subject]))
  found.set('binary-parser', byBinaryParser(view))
  found.set('@netkitty/codec', byNetkitty(view))
  return found
}

const ETHERNET = [wire.blob(6, 'destination'), wire.blob(6, 'source'), wire.u16be('etherType')]
const IPV4 = [
  ...[wire.u8('versionIhl'), wire.u8('dscpEcn'), wire.u16be('totalLength'), wire.u16be('identification')],
  ...[wire.u16be('flagsOffset'), wire.u8('timeToLive'), wire.u8('protocol'), wire.u16be('checksum')],
  ...[wire.u32be('source'), wire.u32be('destination')],
]
const UDP = [wire.u16be('sourcePort'), wire.u16be('destinationPort'), wire.u16be('length'), wire.u16be('checksum')]
const VXLAN = [wire.u8('flags'), wire.u24be('reserved1'), wire.u24be('vni'), wire.u8('reserved2')]

/** What the declarative packages decode all packets into; none of them checks anything. */
interface Stack {
  ip: { source: number; destination: number }
  udp: { sourcePort: number }
  vxlan: { vni: number }
  innerIp: { source: number; destination: number; protocol: number; totalLength: number }
}

function sumOf({ ip, udp, vxlan, innerIp }: Stack): number {
  return (ip.source + ip.destination + udp.sourcePort + vxlan.vni + innerIp.source + innerIp.totalLength) | 0
}

function byLayout(view: DataView): (at: number) => number {
  const buffer = Buffer.from(view.buffer)
  const stack = wire.struct([
    wire.struct(ETHERNET, 'ethernet'),
    wire.struct(IPV4, 'ip'),
    wire.struct(UDP, 'udp'),
    wire.struct(VXLAN, 'vxlan'),
    wire.struct(ETHERNET, 'inner'),
    wire.struct(IPV4, 'innerIp'),
  ])
  return (at) => sumOf(stack.decode(buffer, at) as Stack)
}

interface ParserLike {
  endianess(order: 'big'): ParserLike
  endianness?(order: 'big'): ParserLike
  uint8(name: string): ParserLike
  uint16(name: string): ParserLike
  uint32(name: string): ParserLike
  bit24(name: string): ParserLike
  bit8(name: string): ParserLike
  array(name: string, options: { type: string; length: number }): ParserLike
  nest(name: string, options: { type: ParserLike }): ParserLike
  parse(bytes: Uint8Array): Stack
}

function byBinaryParser(view: DataView): Subject | undefined {
  const found = peer('binary-parser')
  if (found === undefined) return undefined
  const Parser = found.Parser as new () => ParserLike
  const big = (): ParserLike => {
    const parser = new Parser()
    return parser.endianness === undefined ? parser.endianess('big') : parser.endianness('big')
  }
  const mac = { type: 'uint8', length: 6 }
  const ether = (): ParserLike => big().array('destination', mac).array('source', mac).uint16('etherType')
  const ip = (): ParserLike =>
    big()
      .uint8('versionIhl')
      .uint8('dscpEcn')
      .uint16('totalLength')
      .uint16('identification')
      .uint16('flagsOffset')
      .uint8('timeToLive')
      .uint8('protocol')
      .uint16('checksum')
      .uint32('source')
      .uint32('destination')
  const stack = big()
    .nest('ethernet', { type: ether() })
    .nest('ip', { type: ip() })
    .nest('udp', { type: big().uint16('sourcePort').uint16('destinationPort').uint16('length').uint16('checksum') })
    .nest('vxlan', { type: big().bit8('flags').bit24('reserved1').bit24('vni').bit8('reserved2') })
    .nest('inner', { type: ether() })
    .nest('innerIp', { type: ip() })
  const bytes = new Uint8Array(view.buffer)
  return { name: 'binary-parser', run: (at) => sumOf(stack.parse(bytes.subarray(at, at + LENGTH))) }
}

function byNetkitty(view: DataView): Subject | undefined {
  const found = peer('@netkitty/codec')
  if (found === undefined) return undefined
  const Codec = found.Codec as new () => { decode(packet: Uint8Array): Promise<unknown[]> }
  const codec = new Codec()
  const buffer = Buffer.from(view.buffer)
  return {
    name: '@netkitty/codec',
    isAsync: true,
    run: async (at) => (await codec.decode(buffer.subarray(at, at + LENGTH))).length,
  }
}
