/**
 * Captures made to exhaust whoever reads them: floods of flows, VNIs, MACs, fragments, interfaces, names, and a compressed desert.
 * Each is a stream of chunks that is never held as a whole, and knows the exact totals that must be counted all the same.
 */
import { gzipSync } from 'node:zlib'
import { block, fields, idb, join, option, pcapHeader, shb } from '../capture/files.ts'
import { arp, bytes, echo, ethernet, ipv4, ipv6, tcp, udp, vxlan } from './packets.ts'

/** Exact totals of an attack, whatever the tables had room for. */
export interface Totals {
  packets: number
  wireBytes: number
  vxlanPackets: number
  firsts?: number
  others?: number
  incomplete?: number
}

/** One hostile capture. */
export interface Attack {
  name: string
  /** What it is full of. */
  what: string
  /** How many of it at full scale. */
  full: number
  /** What is to be written, and the totals that must come out. */
  make(count: number): { chunks: Iterable<Uint8Array>; totals: Totals }
  /** Tables that have no room for all of it at full scale. */
  fills: readonly string[]
  /** Whether the capture is refused somewhere on the way, with everything before counted. */
  damaged?: boolean
}

const CHUNK = 256 * 1024
const RECORD_HEADER = 16
/** Second in which every attack begins. */
const EPOCH = 1_700_000_000

/** Offsets in a frame of `vxlan(ethernet(ipv4(…)))`. */
const OUTER_ID = 18
const OUTER_SOURCE = 26
const OUTER_PORT = 34
const VNI = 46
const INNER_SOURCE_MAC = 56
const INNER_SOURCE = 76
const INNER_DESTINATION = 80

type Patch = (view: DataView, index: number) => void

/** Records of one frame again and again, each patched by its index; `microseconds` apart. */
function* records(
  frames: readonly Uint8Array[],
  count: number,
  patch: Patch,
  microseconds = 10,
): Generator<Uint8Array> {
  yield pcapHeader()
  const largest = Math.max(...frames.map((frame) => frame.length)) + RECORD_HEADER
  const room = Math.max(1, Math.floor(CHUNK / largest)) * largest
  let chunk = new Uint8Array(room)
  let view = new DataView(chunk.buffer)
  let at = 0
  for (let index = 0; index < count; index++) {
    const frame = frames[index % frames.length]!
    if (at + RECORD_HEADER + frame.length > room) {
      yield chunk.subarray(0, at)
      chunk = new Uint8Array(room)
      view = new DataView(chunk.buffer)
      at = 0
    }
    const time = index * microseconds
    view.setUint32(at, EPOCH + Math.floor(time / 1e6), true)
    view.setUint32(at + 4, Math.floor(time % 1e6), true)
    view.setUint32(at + 8, frame.length, true)
    view.setUint32(at + 12, frame.length, true)
    chunk.set(frame, at + RECORD_HEADER)
    patch(new DataView(chunk.buffer, at + RECORD_HEADER, frame.length), index)
    at += RECORD_HEADER + frame.length
  }
  yield chunk.subarray(0, at)
}

function bytesOf(frames: readonly Uint8Array[], count: number): number {
  let sum = 0
  for (const [index, frame] of frames.entries()) {
    sum += frame.length * Math.floor((count - index + frames.length - 1) / frames.length)
  }
  return sum
}

/** An attack of tunnel packets. */
function tunnelled(
  name: string,
  what: string,
  full: number,
  fills: readonly string[],
  frames: readonly Uint8Array[],
  patch: Patch,
  microseconds?: number,
): Attack {
  return {
    name,
    what,
    full,
    fills,
    make: (count) => ({
      chunks: records(frames, count, patch, microseconds),
      totals: { packets: count, wireBytes: bytesOf(frames, count), vxlanPackets: count },
    }),
  }
}

const inner = (payload: Uint8Array, protocol: number): Uint8Array => ethernet(ipv4(payload, { protocol }))

/** Another VNI, VTEP pair, MAC and flow with every packet. */
const everythingNew: Patch = (view, index) => {
  view.setUint32(OUTER_SOURCE, 0x0a000000 + index)
  view.setUint16(VNI, index >> 8)
  view.setUint8(VNI + 2, index & 0xff)
  view.setUint32(INNER_SOURCE_MAC + 2, index)
  view.setUint32(INNER_SOURCE, 0xac100000 + index)
  view.setUint32(INNER_DESTINATION, 0xc0000000 + index)
}

/** Another flow of one VNI and VTEP pair with every `packets` packets. */
const flowsNew =
  (packets: number): Patch =>
  (view, index) => {
    const flow = Math.floor(index / packets)
    view.setUint16(OUTER_PORT, 49_152 + (flow & 0x3fff))
    view.setUint32(INNER_SOURCE, 0xac100000 + flow)
    view.setUint32(INNER_SOURCE_MAC + 2, flow)
  }

/** Offset of the inner IPv6 addresses in a frame of `vxlan(ethernet(ipv6(…)))`; further words of an address stand every four bytes. */
const INNER_IPV6 = 72
/** Uppermost bits of two words of an address that {@link aimed} varies: 4 ^ 10 addresses. */
const AIMED_BITS = 10

/** Both inner addresses of a packet, from the two words in the middle of each. */
function addresses(middle: (address: number) => readonly [number, number]): Patch {
  return (view, index) => {
    for (const end of [0, 1]) {
      const [second, third] = middle(index * 2 + end)
      view.setInt32(INNER_IPV6 + end * 16 + 4, second)
      view.setInt32(INNER_IPV6 + end * 16 + 8, third)
    }
  }
}

/**
 * Words whose differences a hash that multiplies running hash and word together keeps in its uppermost bits, and the fold that the
 * next word then undoes: whatever the seed, so many addresses fall on the square root of as many hashes.
 */
function aimed(address: number): readonly [number, number] {
  const shift = 32 - AIMED_BITS
  const upper = (address >>> AIMED_BITS) << shift
  return [address << shift, upper ^ (upper >>> 15)]
}

/** As many addresses without a pattern that a hash could be weak to. */
function unaimed(address: number): readonly [number, number] {
  const word = Math.imul(address + 1, 0x9e37_79b1)
  return [word, Math.imul(word ^ (word >>> 16), 0x85eb_ca6b)]
}

/** Fragments of one outer IPv4 datagram each, at an offset; a first one of 96 bytes has every header. */
function fragments(name: string, what: string, offset: number, moreFragments: boolean, length: number): Attack {
  const whole = bytes(udp(bytes(8, 0, 0, 0, 0, 0, 5, 0, inner(udp(new Uint8Array(40), 1, 2), 17)), 50_000, 4789))
  const payload = whole.subarray(0, length)
  const hasHeaders = offset === 0 && length === 96
  const frame = ethernet(ipv4(payload, { from: '10.0.0.1', to: '10.0.0.2', offset, moreFragments }))
  return {
    name,
    what,
    full: 2_000_000,
    fills: hasHeaders ? [] : ['fragments'],
    make: (count) => ({
      // Identifications are 16 bits: sources change with every 65 536 datagrams.
      chunks: records([frame], count, (view, index) => {
        view.setUint16(OUTER_ID, index & 0xffff)
        view.setUint16(OUTER_SOURCE, index >> 16)
      }),
      totals: {
        packets: count,
        wireBytes: bytesOf([frame], count),
        vxlanPackets: hasHeaders ? count : 0,
        firsts: offset === 0 ? count : 0,
        others: offset === 0 ? 0 : count,
        incomplete: count,
      },
    }),
  }
}

/** pcapng blocks made by index, in chunks. */
function* blocks(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  let pending: Uint8Array[] = []
  let length = 0
  for (let index = 0; index < count; index++) {
    const bytes = make(index)
    pending.push(bytes)
    length += bytes.length
    if (length > CHUNK) {
      yield join(...pending)
      pending = []
      length = 0
    }
  }
  yield join(...pending)
}

const FRAME = vxlan(inner(udp(new Uint8Array(20), 1, 2), 17))
const IPV6_FRAME = vxlan(
  ethernet(ipv6(udp(new Uint8Array(20), 1, 2), { from: 'fd00::1', to: 'fd00::2', protocol: 17 }), { type: 0x86dd }),
)

function packetBlock(interfaceId: number): Uint8Array {
  const head = fields(true, [32, interfaceId], [32, 0], [32, 0], [32, FRAME.length], [32, FRAME.length])
  return block(6, join(head, FRAME, new Uint8Array(-FRAME.length & 3)))
}

/** Interfaces that a reader describes before it gives up: see `MAX_INTERFACES`. */
const MOST_INTERFACES = 65_536
const NAME = option(2, 'n'.repeat(60_000))

/** Every attack. */
export const ATTACKS: readonly Attack[] = [
  tunnelled(
    'everything-new',
    'packets, each with a VNI, VTEP pair, MAC and flow of its own',
    2_000_000,
    ['flows', 'macs', 'vnis', 'vtepPairs', 'routes', 'addresses'],
    [vxlan(inner(udp(new Uint8Array(20), 1, 2), 17))],
    everythingNew,
  ),
  tunnelled(
    'everything-mixed',
    'the same with TCP, echo requests and UDP in turn, so that all that is kept of a row is kept of each',
    2_000_000,
    ['flows', 'macs', 'vnis', 'vtepPairs', 'routes', 'addresses'],
    [
      vxlan(inner(tcp({ flags: 2, mss: 1400 }), 6)),
      vxlan(inner(echo('request', 7, 1), 1)),
      vxlan(inner(tcp({ payload: 60, sequence: 1 }), 6)),
      vxlan(inner(udp(new Uint8Array(20), 1, 2), 17)),
    ],
    everythingNew,
  ),
  tunnelled(
    'tcp-flows',
    'packets of TCP flows with two packets each',
    4_000_000,
    ['flows', 'macs'],
    [vxlan(inner(tcp({ flags: 2, mss: 1400 }), 6)), vxlan(inner(tcp({ payload: 60, sequence: 1 }), 6))],
    flowsNew(2),
  ),
  tunnelled(
    'echo-requests',
    'echo requests that nobody answers, each of a flow of its own',
    2_000_000,
    ['flows', 'macs'],
    [vxlan(inner(echo('request', 7, 1), 1))],
    flowsNew(1),
  ),
  tunnelled(
    'arp-claims',
    'ARP requests, each from a MAC and address of its own',
    2_000_000,
    ['macs'],
    [vxlan(ethernet(arp(1, { mac: '02:00:00:00:00:01', ip: '1.0.0.1' }, { ip: '1.0.0.2' }), { type: 0x0806 }))],
    (view, index) => {
      view.setUint32(INNER_SOURCE_MAC + 2, index)
      // Sender's hardware and protocol address, then the target's protocol address.
      view.setUint32(64 + 10, index)
      view.setUint32(64 + 14, 0x01000000 + index)
      view.setUint32(64 + 24, 0x02000000 + index)
    },
  ),
  tunnelled(
    'aimed-addresses',
    'packets between IPv6 addresses that were made to fall on few hashes',
    524_288,
    [],
    [IPV6_FRAME],
    addresses(aimed),
  ),
  tunnelled(
    'unaimed-addresses',
    'as many between IPv6 addresses at random',
    524_288,
    [],
    [IPV6_FRAME],
    addresses(unaimed),
  ),
  {
    name: 'icmp-errors',
    what: 'ICMP errors, each about a packet of a VTEP pair of its own',
    full: 2_000_000,
    fills: [],
    make(count) {
      const quoted = ipv4(udp(new Uint8Array(8), 50_000, 4789), { from: '10.0.0.1', to: '10.0.0.2', protocol: 17 })
      const frame = ethernet(
        ipv4(bytes(3, 4, 0, 0, 0, 0, 5, 0x78, quoted), { from: '10.9.9.9', to: '10.0.0.1', protocol: 1 }),
      )
      return {
        chunks: records([frame], count, (view, index) => {
          view.setUint32(42 + 12, 0x0a000000 + index)
          view.setUint32(42 + 16, 0x0b000000 + index)
        }),
        totals: { packets: count, wireBytes: bytesOf([frame], count), vxlanPackets: 0 },
      }
    },
  },
  tunnelled('years', 'packets, each a day after the one before', 40_000, [], [FRAME], everythingNew, 86_400e6),
  fragments('first-fragments', 'first fragments whose datagrams never become whole', 0, true, 96),
  fragments('small-firsts', 'first fragments of eight bytes, whose datagrams never become whole', 0, true, 8),
  fragments('later-fragments', 'later fragments without a first one', 1480, false, 64),
  {
    name: 'long-waits',
    what: 'fragments of datagrams that lack their first one, a thousand each, more bytes than can wait',
    full: 2_000_000,
    fills: [],
    make(count) {
      const frame = ethernet(
        ipv4(new Uint8Array(64), { from: '10.0.0.1', to: '10.0.0.2', offset: 8, moreFragments: true }),
      )
      const each = 1000
      return {
        chunks: records([frame], count, (view, index) => {
          view.setUint16(OUTER_ID, Math.floor(index / each))
          view.setUint16(OUTER_ID + 2, 0x2000 | (8 * (1 + (index % each))))
        }),
        totals: {
          packets: count,
          wireBytes: bytesOf([frame], count),
          vxlanPackets: 0,
          others: count,
          incomplete: Math.ceil(count / each),
        },
      }
    },
  },
  {
    name: 'interfaces',
    what: 'pcapng interfaces, each with a packet',
    full: 100_000,
    fills: [],
    damaged: true,
    make(count) {
      const packets = Math.min(count, MOST_INTERFACES)
      const description = idb()
      return {
        chunks: [
          shb(),
          ...(function* () {
            yield* blocks(count, (index) => join(description, packetBlock(index)))
          })(),
        ],
        totals: { packets, wireBytes: packets * FRAME.length, vxlanPackets: packets },
      }
    },
  },
  {
    name: 'names',
    what: 'pcapng sections and interfaces with names of 60 000 characters, each with a packet',
    full: 20_000,
    fills: [],
    make: (count) => {
      const section = join(
        shb({ opts: join(NAME, new Uint8Array(4)) }),
        idb({ opts: join(NAME, new Uint8Array(4)) }),
        packetBlock(0),
      )
      return {
        chunks: blocks(count, () => section),
        totals: { packets: count, wireBytes: count * FRAME.length, vxlanPackets: count },
      }
    },
  },
  {
    name: 'gzip-desert',
    what: 'packets of 1 500 bytes, a thousand of them compressed to one',
    full: 6_500_000,
    fills: [],
    make(count) {
      const frame = vxlan(inner(udp(new Uint8Array(1408), 1, 2), 17))
      const member = 5000
      const whole = (packets: number): Uint8Array => {
        const pieces = [...records([frame], packets, () => {})]
        return new Uint8Array(gzipSync(join(...pieces.slice(1)), { level: 9 }))
      }
      const members = Math.floor(count / member)
      return {
        chunks: (function* () {
          yield new Uint8Array(gzipSync(pcapHeader()))
          const one = members > 0 ? whole(member) : new Uint8Array(0)
          for (let index = 0; index < members; index++) yield one
          if (count % member > 0) yield whole(count % member)
        })(),
        totals: { packets: count, wireBytes: count * frame.length, vxlanPackets: count },
      }
    },
  },
]
