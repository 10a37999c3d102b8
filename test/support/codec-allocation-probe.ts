/**
 * Measures the heap that reading and writing headers takes; bundled and run in a process of its own with `--expose-gc`. Prints bytes a
 * turn by name as JSON, `planted` with one small object a turn.
 */
import { heapPerTurn } from '../../bench/heap-meter.ts'
import { encapsulate, prepare } from '../../src/codecs/build/encapsulate.ts'
import { Cursor } from '../../src/codecs/core/cursor.ts'
import * as arp from '../../src/codecs/headers/arp.ts'
import * as icmp from '../../src/codecs/headers/icmp.ts'
import * as ipv4 from '../../src/codecs/headers/ipv4.ts'
import * as ipv6 from '../../src/codecs/headers/ipv6.ts'
import * as tcp from '../../src/codecs/headers/tcp.ts'
import * as udp from '../../src/codecs/headers/udp.ts'
import * as vxlan from '../../src/codecs/headers/vxlan.ts'
import * as ethernet from '../../src/codecs/link/ethernet.ts'

const ROOM = 256
/** Turns before the first measure: the compiler's last word comes late. */
const WARM_UP = 100_000

const view = new DataView(new ArrayBuffer(ROOM))
const other = new DataView(new ArrayBuffer(ROOM))
const cursor = new Cursor()

// Numbers beyond 31 bits throughout: those are what may end up on the heap.
const frame = { destination: 0x5254_00e7_30fc, source: 0xfe54_ffff_fffe, etherType: 0x0800 }
const v4 = ipv4.header({ source: 0xc0a8_c701, destination: 0xff00_0001, protocol: 6, options: new Uint8Array(8) })
const address = new Uint8Array(16).fill(0xfd)
const v6 = ipv6.header({ source: address, destination: address, nextHeader: 6, payloadLength: 0 })
const segment = tcp.header({
  sourcePort: 1,
  destinationPort: 2,
  sequence: 0xffff_fff0,
  acknowledgment: 0xf000_0000,
  options: new Uint8Array(12),
})
const datagram = udp.header(50_000, 4789, 100)
const tunnel = vxlan.header(0xff_ffff)
const request = arp.request(0xfe54_ffff_fffe, 0xc0a8_c701, 0xc0a8_c702)
const echo = { type: 8, code: 0, checksum: 0, rest: 0xffff_0001 }
const addresses = { source: '10.0.0.1', destination: '10.0.0.2' }
const hashed = prepare({ vni: 1, ...addresses, ethernet: frame, udpChecksum: 'compute', dontFragment: false })
const outer6 = prepare({ vni: 1, source: 'fd00::1', destination: 'fd00::2', flowLabel: 'hash' })
ethernet.encode(cursor.reset(other, 0, ROOM), frame)
ipv4.encode(cursor, v4)

let sink: unknown = null

const WORK: Readonly<Record<string, () => unknown>> = {
  nothing: () => 0,
  planted: () => {
    sink = { cursor }
  },
  ethernet: () => ethernet.encode(cursor.reset(view, 0, ROOM), frame),
  arp: () => arp.encode(cursor.reset(view, 0, ROOM), request),
  ipv4: () => ipv4.encode(cursor.reset(view, 0, ROOM), v4),
  ipv6: () => ipv6.encode(cursor.reset(view, 0, ROOM), v6),
  udp: () => udp.encode(cursor.reset(view, 0, ROOM), datagram),
  tcp: () => tcp.encode(cursor.reset(view, 0, ROOM), segment),
  icmp: () => icmp.encode(cursor.reset(view, 0, ROOM), echo),
  vxlan: () => vxlan.encode(cursor.reset(view, 0, ROOM), tunnel),
  'all headers': () => {
    cursor.reset(view, 0, ROOM)
    ethernet.encode(cursor, frame)
    ipv4.encode(cursor, v4)
    udp.encode(cursor, datagram)
    vxlan.encode(cursor, tunnel)
    ethernet.encode(cursor, frame)
    ipv4.encode(cursor, v4)
    tcp.encode(cursor, segment)
  },
  'encapsulate over IPv4': () => encapsulate(hashed, cursor.reset(view, 0, ROOM), other, 0, 100),
  'encapsulate over IPv6': () => encapsulate(outer6, cursor.reset(view, 0, ROOM), other, 0, 100),
}

/** One kind of work, chosen by the command line, so that none is compiled for the others' sake; all names without one. */
function main(name: string | undefined): unknown {
  if (name === undefined) return Object.keys(WORK)
  const work = WORK[name]
  if (work === undefined) throw new Error(`no ${name}`)
  const repeat = (turns: number): void => {
    for (let i = 0; i < turns; i++) work()
  }
  for (let i = 0; i < 10; i++) repeat(WARM_UP / 10)
  return heapPerTurn(repeat)
}

console.log(JSON.stringify(main(process.argv[2])))
if (sink === undefined) console.log(sink)
