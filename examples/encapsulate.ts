/** Wraps a tenant's frames in VXLAN and writes them as a capture: node encapsulate.js out.pcap */
import { Cursor, encapsulate, prepare } from 'vxpcap/codecs'
import { build, ethernet, ipv4, payload, udp } from 'vxpcap/codecs/builder'
import { openOutput, PcapWriter } from 'vxpcap/node'

const FRAMES = 1000

const tunnel = prepare({
  vni: 5001,
  source: '10.0.0.1',
  destination: '10.0.0.2',
  ethernet: { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' },
})
const frame = build([
  ethernet({ source: '02:00:00:00:01:01', destination: '02:00:00:00:01:02' }),
  ipv4({ source: '192.168.0.1', destination: '192.168.0.2' }),
  udp({ sourcePort: 40_000, destinationPort: 9 }),
  payload(new Uint8Array(1000)),
])
const file = openOutput(process.argv[2] ?? 'out.pcap')
const writer = new PcapWriter(file.sink, { linkType: 1, nanoseconds: true })
const view = new DataView(new ArrayBuffer(frame.bytes.length + tunnel.headerLength))
const cursor = new Cursor()
for (let number = 0; number < FRAMES; number++) {
  cursor.reset(view, 0, view.byteLength)
  const length = encapsulate(tunnel, cursor, new DataView(frame.bytes.buffer), 0, frame.bytes.length)
  const time = { seconds: 1_800_000_000, nanoseconds: number * 1_000_000 }
  writer.write(view, { ...time, at: 0, capturedLength: length, wireLength: length })
}
writer.flush()
await file.drain()
file.commit()
console.log(`${writer.packets} packets, ${tunnel.headerLength} bytes of encapsulation each`)
