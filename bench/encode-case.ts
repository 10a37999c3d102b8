/** Encoding as a tunnel endpoint does it: Ethernet, IPv4, UDP and VXLAN headers in front of each frame, checksum included. */
import type { Build } from './build.ts'

type Codecs = Build['codecs']

const ROOM = 64

/** Encodes outer headers into one buffer again and again. */
export class EncodeBench {
  readonly #codecs: Codecs
  readonly #cursor
  readonly #view = new DataView(new ArrayBuffer(ROOM))
  readonly #ethernet
  readonly #ipv4
  readonly #udp
  readonly #vxlan

  constructor(codecs: Codecs) {
    this.#codecs = codecs
    this.#cursor = new codecs.Cursor()
    this.#ethernet = {
      destination: 0x0200_5e00_0001,
      source: 0x0200_5e00_0002,
      etherType: codecs.ethernet.EtherType.IPv4,
    }
    this.#ipv4 = codecs.ipv4.decode(new DataView(new ArrayBuffer(20)), 0)
    Object.assign(this.#ipv4, { version: 4, headerLength: 20, timeToLive: 64, protocol: codecs.Protocol.Udp })
    Object.assign(this.#ipv4, { source: 0xac10_0001, destination: 0xac10_0002, options: new Uint8Array(0) })
    this.#udp = { sourcePort: 0, destinationPort: codecs.vxlan.PORT, length: 0, checksum: 0 }
    this.#vxlan = codecs.vxlan.header(0)
  }

  /** Writes the headers that would carry this packet's inner frame. */
  encode(layers: InstanceType<Codecs['Layers']>): void {
    const { ethernet, ipv4, udp, vxlan, checksum } = this.#codecs
    const cursor = this.#cursor
    const view = this.#view
    this.#ipv4.totalLength = layers.innerLength + 36
    this.#ipv4.identification = (this.#ipv4.identification + 1) & 0xffff
    this.#udp.sourcePort = layers.outerSourcePort
    this.#udp.length = layers.innerLength + 16
    this.#vxlan.vni = layers.vni
    cursor.reset(view, 0, ROOM)
    ethernet.encode(cursor, this.#ethernet)
    ipv4.encode(cursor, this.#ipv4)
    udp.encode(cursor, this.#udp)
    vxlan.encode(cursor, this.#vxlan)
    view.setUint16(14 + 10, checksum.ipv4HeaderChecksum(view, 14, 20))
  }
}
