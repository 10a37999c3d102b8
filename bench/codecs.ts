/**
 * `npm run bench:codecs`: nanoseconds and heap bytes a packet for reading the fields of an Ethernet, IPv4, UDP, VXLAN, Ethernet,
 * IPv4 packet and for encapsulating one: this package's build beside hand-written DataView code, buffer-layout, binary-parser
 * and @netkitty/codec. The last two are found if installed (here, or in the folder that BENCH_PEERS names) and named as absent
 * if not. BENCH_SAMPLES (15) and BENCH_MS (40, of one sample) set how long it takes.
 */
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import * as wire from 'buffer-layout'

const ROOT = process.cwd()
const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 15)
const SAMPLE_MS = Number(process.env.BENCH_MS ?? 40)
/** Packets of the ring that is read: more than a branch predictor remembers, less than a cache. */
const PACKETS = 256
const LENGTH = 128
/** Bytes in front of the inner frame. */
const HEADERS = 50
/** Packets whose heap use is measured. */
const HEAP_PACKETS = 20_000

type Cursor = import('../src/codecs/cursor.ts').Cursor
type Codecs = typeof import('../src/codecs/index.ts')
type Encapsulate = typeof import('../src/codecs/encapsulate.ts')

/** One way of doing the work, on the packet that begins at `at`; what it returns keeps the work from being optimised away. */
interface Subject {
  readonly name: string
  readonly run: (at: number) => number | Promise<number>
  readonly isAsync?: boolean
}

interface Row {
  readonly name: string
  readonly minimum: number
  readonly median: number
  readonly heap: number
}

const load = (name: string): Promise<unknown> => import(join(ROOT, 'dist/codecs', name))
const codecs = (await load('index.js')) as Codecs
const { encapsulate, prepare } = (await load('encapsulate.js')) as Encapsulate

const bytes = new Uint8Array(PACKETS * LENGTH)
const view = new DataView(bytes.buffer)
const buffer = Buffer.from(bytes.buffer)
const out = new Uint8Array(LENGTH)
const outView = new DataView(out.buffer)
const tunnel = { vni: 0x123456, source: '10.0.0.1', destination: '10.0.0.2' }
const outer = { source: 0x0200_0000_0001, destination: 0x0200_0000_0002 }
const prepared = prepare({ ...tunnel, ethernet: outer, sourcePort: 50_000 })
fill()

/** Fills the ring with packets that differ in addresses, ports and VNI. */
function fill(): void {
  const frame = new Uint8Array(LENGTH - HEADERS)
  const frameView = new DataView(frame.buffer)
  for (let i = 0; i < PACKETS; i++) {
    frameView.setUint32(2, 0x0a00_0000 + i)
    frameView.setUint32(8, 0x0b00_0000 + i)
    frameView.setUint16(12, 0x0800)
    frame[14] = 0x45
    frameView.setUint16(16, frame.length - 14)
    frame[22] = 64
    frame[23] = 6
    frameView.setUint32(26, 0xc0a8_0001 + i)
    frameView.setUint32(30, 0xc0a8_0101 + i)
    const cursor = new codecs.Cursor().reset(view, i * LENGTH, (i + 1) * LENGTH)
    encapsulate(prepare({ ...tunnel, vni: i * 7, ethernet: outer }), cursor, frameView, 0, frame.length)
  }
}

/** The fields that every subject reads, added up so that all of them count. */
function readers(): Subject[] {
  const { Cursor, NONE, dissect, describePacket, ethernet, ipv4, Layers, tunnelPorts, udp, vxlan } = codecs
  const cursor: Cursor = new Cursor()
  const layers = new Layers()
  const ports = tunnelPorts()
  return [
    {
      name: 'vxpcap codecs (enter and accessors)',
      run(at) {
        cursor.reset(view, at, at + LENGTH)
        const ether = ethernet.enter(cursor)
        if (ether === NONE || ethernet.etherType(view, ether) !== 0x0800) return 0
        const ip = ipv4.enter(cursor)
        if (ip === NONE || ipv4.protocol(view, ip) !== 17) return 0
        const datagram = udp.enter(cursor)
        if (datagram === NONE || udp.destinationPort(view, datagram) !== vxlan.PORT) return 0
        const header = vxlan.enter(cursor)
        if (header === NONE) return 0
        const inner = ethernet.enter(cursor)
        if (inner === NONE || ethernet.etherType(view, inner) !== 0x0800) return 0
        const innerIp = ipv4.enter(cursor)
        if (innerIp === NONE) return 0
        return (
          ipv4.source(view, ip) +
          ipv4.destination(view, ip) +
          udp.sourcePort(view, datagram) +
          vxlan.vni(view, header) +
          ethernet.sourceLow32(view, inner) +
          ethernet.destinationLow32(view, inner) +
          ipv4.source(view, innerIp) +
          ipv4.destination(view, innerIp) +
          ipv4.protocol(view, innerIp) +
          ipv4.totalLength(view, innerIp)
        )
      },
    },
    {
      name: 'vxpcap dissect (the whole walk)',
      run(at) {
        dissect(layers, view, at, LENGTH, LENGTH, 1, ports)
        return layers.vni + layers.innerIp.length + layers.outerSourcePort
      },
    },
    { name: 'hand-written DataView', run: byHand },
    { name: 'buffer-layout', run: byLayout() },
    {
      name: 'vxpcap describePacket (every field, as objects)',
      run: (at) => describePacket(view, at, LENGTH, LENGTH, 1, { ports }).layers.length,
    },
  ]
}

/** The same checks and fields, written for this stack of headers alone. */
function byHand(at: number): number {
  const end = at + LENGTH
  if (end - at < 14 || view.getUint16(at + 12) !== 0x0800) return 0
  const ip = at + 14
  if (end - ip < 20) return 0
  const first = view.getUint8(ip)
  const headerLength = (first & 15) << 2
  if (first >> 4 !== 4 || headerLength < 20 || end - ip < headerLength || view.getUint8(ip + 9) !== 17) return 0
  const datagram = ip + headerLength
  if (end - datagram < 16 || view.getUint16(datagram + 2) !== 4789) return 0
  const header = datagram + 8
  if ((view.getUint8(header) & 8) === 0) return 0
  const inner = header + 8
  if (end - inner < 34 || view.getUint16(inner + 12) !== 0x0800) return 0
  const innerIp = inner + 14
  if (view.getUint8(innerIp) >> 4 !== 4) return 0
  return (
    view.getInt32(ip + 12) +
    view.getInt32(ip + 16) +
    view.getUint16(datagram) +
    (view.getUint32(header + 4) >>> 8) +
    view.getInt32(inner + 8) +
    view.getInt32(inner + 2) +
    view.getInt32(innerIp + 12) +
    view.getInt32(innerIp + 16) +
    view.getUint8(innerIp + 9) +
    view.getUint16(innerIp + 2)
  )
}

const ETHERNET = [wire.blob(6, 'destination'), wire.blob(6, 'source'), wire.u16be('etherType')]
const IPV4 = [
  ...[wire.u8('versionIhl'), wire.u8('dscpEcn'), wire.u16be('totalLength'), wire.u16be('identification')],
  ...[wire.u16be('flagsOffset'), wire.u8('timeToLive'), wire.u8('protocol'), wire.u16be('checksum')],
  ...[wire.u32be('source'), wire.u32be('destination')],
]
const UDP = [wire.u16be('sourcePort'), wire.u16be('destinationPort'), wire.u16be('length'), wire.u16be('checksum')]
const VXLAN = [wire.u8('flags'), wire.u24be('reserved1'), wire.u24be('vni'), wire.u8('reserved2')]

interface Stack {
  ip: { source: number; destination: number }
  udp: { sourcePort: number }
  vxlan: { vni: number }
  innerIp: { source: number; destination: number; protocol: number; totalLength: number }
}

function byLayout(): (at: number) => number {
  const stack = wire.struct([
    wire.struct(ETHERNET, 'ethernet'),
    wire.struct(IPV4, 'ip'),
    wire.struct(UDP, 'udp'),
    wire.struct(VXLAN, 'vxlan'),
    wire.struct(ETHERNET, 'inner'),
    wire.struct(IPV4, 'innerIp'),
  ])
  return (at) => {
    const { ip, udp, vxlan, innerIp } = stack.decode(buffer, at) as Stack
    return ip.source + ip.destination + udp.sourcePort + vxlan.vni + innerIp.source + innerIp.totalLength
  }
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

/** Looks for a package here, then in BENCH_PEERS. */
function peer(name: string): Record<string, unknown> | undefined {
  const folders = [ROOT, ...(process.env.BENCH_PEERS === undefined ? [] : [process.env.BENCH_PEERS])]
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'index.js'))(name) as Record<string, unknown>
    } catch {
      // Not there.
    }
  }
  return undefined
}

function byBinaryParser(): Subject | undefined {
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
  return {
    name: 'binary-parser',
    run(at) {
      const { ip, udp, vxlan, innerIp } = stack.parse(bytes.subarray(at, at + LENGTH))
      return ip.source + ip.destination + udp.sourcePort + vxlan.vni + innerIp.source + innerIp.totalLength
    },
  }
}

function byNetkitty(): Subject | undefined {
  const found = peer('@netkitty/codec')
  if (found === undefined) return undefined
  const Codec = found.Codec as new () => { decode(packet: Uint8Array): Promise<unknown[]> }
  const codec = new Codec()
  return {
    name: '@netkitty/codec',
    isAsync: true,
    run: async (at) => (await codec.decode(buffer.subarray(at, at + LENGTH))).length,
  }
}

/** Writing 50 bytes in front of a frame of 78: lengths and IPv4 checksum included, UDP checksum zero. */
function writers(): Subject[] {
  const cursor = new codecs.Cursor()
  const hashed = prepare({ ...tunnel, ethernet: outer })
  const frame = HEADERS
  const length = LENGTH - HEADERS
  return [
    {
      name: 'vxpcap encapsulate (source port hashed)',
      run: (at) => encapsulate(hashed, cursor.reset(outView, 0, LENGTH), view, at + frame, length),
    },
    {
      name: 'vxpcap encapsulate (source port given)',
      run: (at) => encapsulate(prepared, cursor.reset(outView, 0, LENGTH), view, at + frame, length),
    },
    { name: 'hand-written DataView', run: (at) => wrapByHand(at + frame, length) },
  ]
}

function wrapByHand(at: number, length: number): number {
  outView.setUint16(0, 0x0200)
  outView.setUint32(2, 2)
  outView.setUint16(6, 0x0200)
  outView.setUint32(8, 1)
  outView.setUint16(12, 0x0800)
  outView.setUint16(14, 0x4500)
  outView.setUint16(16, length + 36)
  outView.setUint32(18, 0x4000)
  outView.setUint16(22, 0x4011)
  outView.setUint16(24, 0)
  outView.setUint32(26, 0x0a00_0001)
  outView.setUint32(30, 0x0a00_0002)
  let sum = 0
  for (let i = 14; i < 34; i += 2) sum += outView.getUint16(i)
  sum = (sum >>> 16) + (sum & 0xffff)
  outView.setUint16(24, ~(sum + (sum >>> 16)) & 0xffff)
  outView.setUint16(34, 50_000)
  outView.setUint16(36, 4789)
  outView.setUint16(38, length + 16)
  outView.setUint16(40, 0)
  outView.setUint32(42, 0x0800_0000)
  outView.setUint32(46, 0x123456 << 8)
  for (let i = 0; i < length; i++) out[HEADERS + i] = bytes[at + i]!
  return LENGTH
}

/** What a subject adds up to over the ring: subjects that read the same fields must agree. */
function total(subject: Subject): number | undefined {
  if (subject.isAsync) return undefined
  let sum = 0
  for (let i = 0; i < PACKETS; i++) sum += subject.run(i * LENGTH) as number
  return sum
}

/** Both must have written the same bytes before their times mean anything. */
function checkWriters(subjects: readonly Subject[]): void {
  const written = subjects.slice(1).map(({ run }) => {
    out.fill(0)
    void run(0)
    return Buffer.from(out).toString('hex')
  })
  if (new Set(written).size !== 1) throw new Error('the writers do not write the same bytes')
}

let sink = 0

async function timed({ run, isAsync }: Subject, packets: number): Promise<number> {
  const begun = process.hrtime.bigint()
  if (isAsync) for (let i = 0; i < packets; i++) sink += await run((i % PACKETS) * LENGTH)
  else for (let i = 0; i < packets; i++) sink += run((i % PACKETS) * LENGTH) as number
  return Number(process.hrtime.bigint() - begun)
}

async function measured(subject: Subject): Promise<Row> {
  let packets = PACKETS
  let took = await timed(subject, packets)
  while (took < SAMPLE_MS * 1e6) {
    packets *= took < SAMPLE_MS * 1e5 ? 8 : 2
    took = await timed(subject, packets)
  }
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(subject, packets)) / packets)
  samples.sort((left, right) => left - right)
  const heapPackets = Math.min(HEAP_PACKETS, packets)
  globalThis.gc?.()
  const before = process.memoryUsage().heapUsed
  await timed(subject, heapPackets)
  const heap = Math.max(0, process.memoryUsage().heapUsed - before) / heapPackets
  return { name: subject.name, minimum: samples[0]!, median: samples[SAMPLES >> 1]!, heap }
}

async function table(title: string, subjects: readonly Subject[], absent: readonly string[]): Promise<void> {
  console.log(`\n${title}`)
  console.log('  ns/packet min   median   heap B/packet')
  let fastest = Number.POSITIVE_INFINITY
  for (const subject of subjects) {
    const { name, minimum, median, heap } = await measured(subject)
    fastest = Math.min(fastest, median)
    const cells = [minimum.toFixed(1).padStart(15), median.toFixed(1).padStart(9), heap.toFixed(1).padStart(16)]
    console.log(`${cells.join('')}   ${name}${median > fastest ? ` (${(median / fastest).toFixed(1)}×)` : ''}`)
  }
  for (const name of absent) console.log(`         absent                            ${name}`)
}

if (globalThis.gc === undefined) console.log('without --expose-gc the heap figures include what other code left behind')
console.log(`${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${SAMPLES} samples of ${SAMPLE_MS} ms`)
const reading = readers()
if (total(reading[0]!) !== total(reading[2]!)) throw new Error('the readers do not read the same fields')
const others = [byBinaryParser(), byNetkitty()]
const absent = ['binary-parser', '@netkitty/codec'].filter((_, index) => others[index] === undefined)
await table(
  'Reading Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4',
  [...reading, ...others.filter((subject) => subject !== undefined)],
  absent,
)
const writing = writers()
checkWriters(writing)
await table('Encapsulating a frame of 78 bytes', writing, [])
if (Number.isNaN(sink)) console.log(sink)
