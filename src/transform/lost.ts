/** The packets that left one side and never arrived at the other, as a capture: each record as it was, with a comment that says why. */
import type { CaptureInterface } from '../capture/formats/interface.ts'
import { PcapngWriter, type Sink } from '../capture/formats/writer.ts'
import type { CaptureReader } from '../capture/reader.ts'
import { formatIpv4, formatIpv6 } from '../codecs/core/address.ts'
import { NONE } from '../codecs/core/fault.ts'
import { dissectRecord, type TunnelPorts, tunnelPorts } from '../codecs/walk/dissect.ts'
import { Layers, TunnelKind } from '../codecs/walk/layers.ts'
import { PacketWalk } from '../codecs/walk/packet-walk.ts'
import { NO_TIME, type PacketInfo } from '../packet.ts'
import { Interfaces } from './interfaces.ts'

/** What is read: a capture reader. */
export type LostInput = Pick<CaptureReader, 'view' | 'packet' | 'interfaces' | 'sections' | 'comments'>

/** A set of packet numbers, a bit for each number up to the largest. */
export class PacketNumbers {
  #bits = new Uint8Array(1024)
  /** Numbers in it. */
  size = 0

  /** Adds a number, from 0. */
  add(number: number): void {
    const at = number >>> 3
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bits.length, at + 1))
      larger.set(this.#bits)
      this.#bits = larger
    }
    const bit = 1 << (number & 7)
    if ((this.#bits[at]! & bit) !== 0) return
    this.#bits[at]! |= bit
    this.size++
  }

  has(number: number): boolean {
    return ((this.#bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0
  }
}

/** Adds the other fragments of lost datagrams, which are known by the number of their first record: one reading of a side's captures. */
export class LostFragments {
  readonly #walk: PacketWalk

  constructor(
    private readonly lost: PacketNumbers,
    ports: TunnelPorts = tunnelPorts(),
  ) {
    this.#walk = new PacketWalk(ports, true)
  }

  /** Takes the packet at hand. @param number - Its number over all files. */
  observe({ view, packet }: Pick<LostInput, 'view' | 'packet'>, file: number, number: number): void {
    const walk = this.#walk
    walk.enter(view, packet, number, file)
    const [first] = walk.joined
    if (first !== undefined && this.lost.has(first)) for (const each of walk.joined) this.lost.add(each)
  }
}

/** Where lost packets left. */
export interface LostSide {
  /** What the side is called, and the one where they did not arrive. */
  name: string
  other: string
  /** Tells interfaces of one side from those of the other. */
  key: string
  /** Name of the capture that is read. */
  file: string
}

/** Writes the records of lost packets. */
export class LostWriter {
  readonly #writer: PcapngWriter
  readonly #interfaces: Interfaces
  readonly #layers = new Layers()
  readonly #ports: TunnelPorts
  /** Records that the format cannot hold, and why the first of them. */
  refused = 0
  refusal = ''

  constructor(sink: Sink, options: { application: string; ports?: TunnelPorts }) {
    const { application, ports = tunnelPorts() } = options
    this.#writer = new PcapngWriter(sink, { application })
    this.#interfaces = new Interfaces(this.#writer)
    this.#ports = ports
  }

  /** Records written so far. */
  get written(): number {
    return this.#writer.packets
  }

  /** Writes the packet at hand. */
  write(input: LostInput, file: number, side: LostSide): void {
    const { view, packet, interfaces } = input
    const info = interfaces[packet.interfaceId]
    // Without a time nothing is told lost.
    if (info === undefined || packet.nanoseconds === NO_TIME) return
    const comments = [...input.comments(), this.#reason(view, packet, side)]
    try {
      const id = this.#interfaces.id(`${side.key} ${file} ${packet.interfaceId}`, () => named(info, side))
      this.#writer.write(view, packet, id, comments)
    } catch (error) {
      // Only what the format cannot hold; a full disk is another error.
      if (!(error instanceof RangeError)) throw error
      this.refused++
      if (this.refusal === '') this.refusal = error.message
    }
  }

  /** Ends the output. */
  finish(): void {
    this.#writer.flush()
  }

  #reason(view: DataView, packet: PacketInfo, { name, other, file }: LostSide): string {
    const layers = this.#layers
    dissectRecord(layers, view, packet, this.#ports)
    const { outerIp } = layers
    const way =
      outerIp.sourceAt === NONE
        ? ''
        : ` from ${address(layers, outerIp.sourceAt)} to ${address(layers, outerIp.destinationAt)}`
    const vni = layers.tunnel === TunnelKind.None ? '' : `, VNI ${layers.vni}`
    const what = outerIp.isFragment ? 'Fragment of a packet that was lost' : 'Lost'
    return `${what}${way}${vni}: it left at the ${name} side and is not in the ${other} capture, which was running when it was due there. It is packet ${packet.number} of ${file}.`
  }
}

function address({ view, outerIp }: Layers, at: number): string {
  return outerIp.version === 4 ? formatIpv4(view.getInt32(at)) : formatIpv6(view, at)
}

/** The interface with the side in its name. */
function named(info: CaptureInterface, { name }: LostSide): CaptureInterface {
  return { ...info, name: info.name === undefined ? name : `${name} ${info.name}` }
}
