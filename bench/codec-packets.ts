/** The packets that the codec benchmark reads: a ring of tunnel packets that differ in addresses, ports and VNI. */

/** Packets of the ring: more than a branch predictor remembers, less than a cache holds. */
export const PACKETS = 256
/** Bytes of each. */
export const LENGTH = 128
/** Bytes in front of the inner frame: Ethernet, IPv4, UDP and VXLAN. */
export const HEADERS = 50

type Codecs = typeof import('../src/codecs/index.ts')

/** The tunnel of all packets, as `prepare` takes it. */
export const TUNNEL = {
  vni: 0x123456,
  source: '10.0.0.1',
  destination: '10.0.0.2',
  ethernet: { source: 0x0200_0000_0001, destination: 0x0200_0000_0002 },
} as const

/** The ring, in one view. */
export function packets({ Cursor, encapsulate, prepare }: Codecs): DataView {
  const view = new DataView(new ArrayBuffer(PACKETS * LENGTH))
  const frame = new DataView(new ArrayBuffer(LENGTH - HEADERS))
  const cursor = new Cursor()
  for (let i = 0; i < PACKETS; i++) {
    frame.setUint32(2, 0x0a00_0000 + i)
    frame.setUint32(8, 0x0b00_0000 + i)
    frame.setUint16(12, 0x0800)
    frame.setUint8(14, 0x45)
    frame.setUint16(16, frame.byteLength - 14)
    frame.setUint8(22, 64)
    frame.setUint8(23, 6)
    frame.setUint32(26, 0xc0a8_0001 + i)
    frame.setUint32(30, 0xc0a8_0101 + i)
    frame.setUint8(46, 0x50)
    cursor.reset(view, i * LENGTH, (i + 1) * LENGTH)
    encapsulate(prepare({ ...TUNNEL, vni: i * 7 }), cursor, frame, 0, frame.byteLength)
  }
  return view
}
