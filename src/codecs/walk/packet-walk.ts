/**
 * Records of a capture to layers, one after the other, with datagrams in outer fragments joined: what every loop over packets
 * needs before it can ask what a tunnel carries.
 */
import type { PacketInfo } from '../../packet.ts'
import { LinkType } from '../link/linktype.ts'
import { dissect, dissectRecord, forgetTunnel, type TunnelPorts } from './dissect.ts'
import { Layers } from './layers.ts'
import { Reassembler, type ReassemblyCounts } from './reassembly.ts'

const NO_NUMBERS: readonly number[] = []

/**
 * Takes packets apart. `layers` is one object that every packet overwrites.
 *
 * With fragments joined, a datagram's tunnel is in `layers` once: at the record that makes it whole, whose layers are those of the
 * whole datagram in a view of its own. The other records of it have `outerIp.isFragment` and no tunnel, as has every record of a
 * datagram that never becomes whole. Without, a first fragment shows what is in it, and later ones show nothing.
 */
export class PacketWalk {
  /** The packet at hand, taken apart. */
  readonly layers = new Layers()
  /** Numbers of the packets whose fragments were joined into what is at hand, in order of arrival; empty for a whole packet. */
  joined: readonly number[] = NO_NUMBERS
  readonly #ports: TunnelPorts
  readonly #reassembler: Reassembler | null

  /**
   * Begins before the first record.
   * @param ports - Which UDP ports are a tunnel's, from `tunnelPorts`.
   * @param joinFragments - Whether datagrams in outer fragments are joined.
   */
  constructor(ports: TunnelPorts, joinFragments: boolean) {
    this.#ports = ports
    this.#reassembler = joinFragments ? new Reassembler() : null
  }

  /** Datagrams in outer fragments of which something is missing so far; 0 where they are not joined. */
  get incomplete(): number {
    return this.#reassembler?.incomplete ?? 0
  }

  /** What became of the fragments; `null` where they are not joined. */
  get reassembly(): Readonly<ReassemblyCounts> | null {
    return this.#reassembler?.counts ?? null
  }

  /**
   * Takes a record apart.
   * @param view - Holds the record at `packet.at`.
   * @param number - Its number in the capture.
   * @param file - Index of the capture file: fragments of different files and interfaces do not belong together.
   */
  enter(view: DataView, packet: PacketInfo, number: number, file: number): void {
    const { layers } = this
    this.joined = NO_NUMBERS
    dissectRecord(layers, view, packet, this.#ports)
    if (this.#reassembler !== null && layers.outerIp.isFragment) this.#join(this.#reassembler, packet, number, file)
  }

  #join(reassembler: Reassembler, packet: PacketInfo, number: number, file: number): void {
    const { layers } = this
    const scope = file * 65_536 + packet.interfaceId + layers.linkInterface * 2 ** 32
    const whole = reassembler.add(layers, scope, number, packet.seconds, packet.nanoseconds)
    if (whole === null) {
      forgetTunnel(layers)
      return
    }
    this.joined = whole.numbers
    dissect(layers, whole.view, 0, whole.capturedLength, whole.wireLength, LinkType.Raw, this.#ports)
    // What a fragmented carrier holds may be a fragment itself.
    if (layers.outerIp.isFragment) this.#join(reassembler, packet, number, file)
  }
}
