/**
 * Ways of writing 50 bytes in front of a frame of 78, into another buffer: lengths and IPv4 checksum included, UDP checksum zero; and
 * of writing outer headers one by one from plain objects.
 */
import { HEADERS, LENGTH, TUNNEL } from './codec-packets.ts'
import type { Subject } from './codec-readers.ts'
import { EncodeBench } from './encode-case.ts'

type Codecs = typeof import('../src/codecs/index.ts')

/** All writers; `out` is where they write. */
export function writers(codecs: Codecs, view: DataView, out: DataView): Subject[] {
  const { Cursor, encapsulate, prepare } = codecs
  const cursor = new Cursor()
  const given = prepare({ ...TUNNEL, sourcePort: 50_000 })
  const hashed = prepare(TUNNEL)
  const frame = LENGTH - HEADERS
  const encode = new EncodeBench(codecs)
  const layers = new codecs.Layers()
  codecs.dissect(layers, view, 0, LENGTH, LENGTH, 1, codecs.tunnelPorts())
  return [
    { name: 'hand-written DataView', run: (at) => wrapByHand(view, at + HEADERS, frame, out) },
    {
      name: 'vxpcap encapsulate (source port given)',
      run: (at) => encapsulate(given, cursor.reset(out, 0, LENGTH), view, at + HEADERS, frame),
    },
    {
      name: 'vxpcap encapsulate (source port hashed)',
      run: (at) => encapsulate(hashed, cursor.reset(out, 0, LENGTH), view, at + HEADERS, frame),
    },
    {
      name: 'vxpcap encode, Ethernet to VXLAN from plain objects',
      run(at) {
        encode.encode(layers)
        return at
      },
    },
  ]
}

/**
 * The same datagram by hand, for one tunnel alone. It checks what a careful author checks: that the frame lies in its view and has a
 * header, that the datagram fits what an IPv4 header can state and the buffer it goes into; and it copies the inner ECN (RFC 6040).
 */
function wrapByHand(view: DataView, at: number, length: number, out: DataView): number {
  if (at < 0 || length < 14 || at + length > view.byteLength) throw new RangeError('frame')
  const total = length + HEADERS
  if (length + 36 > 0xffff || total > out.byteLength) throw new RangeError('room')
  const isIpv4 = length >= 34 && view.getUint16(at + 12) === 0x0800
  const ecn = isIpv4 ? view.getUint8(at + 15) & 3 : 0
  out.setUint16(0, 0x0200)
  out.setUint32(2, 2)
  out.setUint16(6, 0x0200)
  out.setUint32(8, 1)
  out.setUint16(12, 0x0800)
  out.setUint16(14, 0x4500 | ecn)
  out.setUint16(16, length + 36)
  out.setUint32(18, 0x4000)
  out.setUint16(22, 0x4011)
  out.setUint16(24, 0)
  out.setUint32(26, 0x0a00_0001)
  out.setUint32(30, 0x0a00_0002)
  let sum = 0
  for (let i = 14; i < 34; i += 2) sum += out.getUint16(i)
  sum = (sum >>> 16) + (sum & 0xffff)
  out.setUint16(24, ~(sum + (sum >>> 16)) & 0xffff)
  out.setUint16(34, 50_000)
  out.setUint16(36, 4789)
  out.setUint16(38, length + 16)
  out.setUint16(40, 0)
  out.setUint32(42, 0x0800_0000)
  out.setUint32(46, 0x123456 << 8)
  const words = length & ~3
  for (let i = 0; i < words; i += 4) out.setInt32(HEADERS + i, view.getInt32(at + i))
  for (let i = words; i < length; i++) out.setUint8(HEADERS + i, view.getUint8(at + i))
  return total
}

/** Whether the first two, which write the same datagram, do. */
export function writeTheSame(subjects: readonly Subject[], out: DataView): boolean {
  const written = subjects.slice(0, 2).map(({ run }) => {
    const bytes = new Uint8Array(out.buffer)
    bytes.fill(0)
    void run(0)
    return Buffer.from(bytes).toString('hex')
  })
  return new Set(written).size === 1
}
