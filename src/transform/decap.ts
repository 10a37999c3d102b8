/**
 * A capture of an underlay to a capture of what its tunnels carry: every inner frame of the outermost tunnel, one interface for
 * each VNI, with a comment that names the outer packet and the tunnel endpoints. Datagrams in outer fragments are joined first;
 * what the snap length cut off the outer packet is missing from the inner one too, and its length on the wire says so.
 */

import { PcapngWriter, type Sink, type WritableInterface, type WritablePacket } from '../capture/formats/writer.ts'
import type { CaptureReader } from '../capture/reader.ts'
import { Decapsulation, decapsulate, decapsulateRecord } from '../codecs/build/decapsulate.ts'
import { formatIpv4, formatIpv6 } from '../codecs/core/address.ts'
import { NONE } from '../codecs/core/fault.ts'
import * as ipv4 from '../codecs/headers/ipv4.ts'
import * as ipv6 from '../codecs/headers/ipv6.ts'
import { EtherType } from '../codecs/link/ethernet.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import { type TunnelPorts, tunnelPorts } from '../codecs/walk/dissect.ts'
import type { Layers } from '../codecs/walk/layers.ts'
import { Reassembler, type ReassemblyCounts } from '../codecs/walk/reassembly.ts'
import { checkObject, checkPorts, checkString } from '../option.ts'
import { Criteria } from '../selection/criteria.ts'
import type { Selection } from '../selection/selection.ts'
import { Interfaces, MOST_INTERFACES } from './interfaces.ts'

/** What is read: a capture reader. */
export type DecapInput = Pick<CaptureReader, 'view' | 'packet' | 'interfaces' | 'comments'>

/** How a capture is taken apart. */
export interface DecapOptions {
  /** Which UDP ports are a tunnel's, from `tunnelPorts`; the known ones unless told otherwise. */
  ports?: TunnelPorts
  /** Program that the output names as its writer. */
  application?: string
  /** What is taken out; everything unless told otherwise. */
  selection?: Selection
}

/** What was found. */
export interface DecapCounts {
  /** Records read. */
  records: number
  /** Inner frames and packets written. */
  written: number
  /** Inner frames that came in outer fragments, among those written. */
  fromFragments: number
  /** Datagrams in outer fragments that never became whole: what they carried is not written. */
  incomplete: number
  /** Packets of a tunnel's own (O bit of GPE and Geneve). */
  control: number
  /** Payloads that are neither Ethernet nor IP (NSH, MPLS …): no link type says what they are. */
  unsupported: number
  /** Frames that the format cannot hold. */
  refused: number
  /** Why the first of those cannot be held; empty where there is none. */
  refusal: string
  /** What became of outer fragments. */
  reassembly: Readonly<ReassemblyCounts>
}

const KIND_NAMES = ['', 'VXLAN', 'VXLAN-GPE', 'Geneve', 'NVGRE'] as const
const KIND_KEYS = ['', 'vxlan', 'gpe', 'geneve', 'nvgre'] as const

/** Direction of an enhanced packet block (draft-ietf-opsawg-pcapng §4.3.1): all that an inner frame inherits of the flags. */
const DIRECTION = 0x3
/** Last second that nanoseconds since 1970 in 64 bits can state. */
const LAST_SECOND = 18_446_744_072
/** VNIs that there can be (RFC 7348 §5). */
const VNIS = 2 ** 24
/** Packet numbers named in a comment; of more the first and how many. */
const MOST_NAMED = 8

/**
 * Writes what tunnels carry.
 *
 * ```ts
 * const decap = new Decap(sink)
 * for await (const reader of batches(source)) while (reader.next()) decap.observe(reader, 0)
 * decap.finish()
 * ```
 */
export class Decap {
  /** The file being read, as comments name it; empty when there is only one. */
  file = ''
  readonly #writer: PcapngWriter
  readonly #interfaces: Interfaces
  /** Ids of interfaces in nanoseconds, by VNI, kind and link type. */
  readonly #usual = new Map<number, number>()
  readonly #ports: TunnelPorts
  readonly #criteria: Criteria
  readonly #found = new Decapsulation()
  readonly #reassembler = new Reassembler()
  /** A bit for each VNI, by kind: made when a kind is first seen. */
  readonly #vniBits: (Uint8Array | undefined)[] = []
  #vnis = 0
  #records = 0
  #fromFragments = 0
  #control = 0
  #unsupported = 0
  #refused = 0
  #refusal = ''

  /**
   * @param sink - Takes the output's bytes.
   * @throws RangeError for a selection out of range, TypeError for an option of a wrong type.
   */
  constructor(sink: Sink, options: DecapOptions = {}) {
    checkObject('options', options)
    checkPorts('ports', options.ports)
    checkString('application', options.application)
    const { ports = tunnelPorts(), application = 'vxpcap decap', selection = {} } = options
    this.#ports = ports
    this.#criteria = new Criteria(selection)
    this.#writer = new PcapngWriter(sink, { application })
    this.#interfaces = new Interfaces(this.#writer)
  }

  /** VNIs seen, each kind of tunnel for itself. */
  get vnis(): number {
    return this.#vnis
  }

  /** What was read, written and left out so far. */
  get counts(): DecapCounts {
    return {
      records: this.#records,
      written: this.#writer.packets,
      fromFragments: this.#fromFragments,
      incomplete: this.#reassembler.incomplete,
      control: this.#control,
      unsupported: this.#unsupported,
      refused: this.#refused,
      refusal: this.#refusal,
      reassembly: this.#reassembler.counts,
    }
  }

  /**
   * Takes the packet at hand.
   * @param file - Index of the capture file: fragments of different files and interfaces do not belong together.
   */
  observe(input: DecapInput, file: number): void {
    const { view, packet } = input
    this.#records++
    const { number } = packet
    const isTunnel = decapsulateRecord(this.#found, view, packet, this.#ports)
    const { layers } = this.#found
    if (!layers.outerIp.isFragment) {
      if (isTunnel) this.#write(input, view, `outer packet ${this.#place(number)}`)
      return
    }
    const scope = file * 65_536 + packet.interfaceId + layers.linkInterface * 2 ** 32
    const joined = this.#reassembler.add(layers, scope, number, packet.seconds, packet.nanoseconds)
    if (joined === null) return
    const { view: whole, capturedLength: captured, wireLength: length, numbers } = joined
    if (!decapsulate(this.#found, whole, 0, captured, length, LinkType.Raw, this.#ports)) return
    const written = this.#writer.packets
    this.#write(input, whole, `outer packets ${this.#places(numbers)}`)
    this.#fromFragments += this.#writer.packets - written
  }

  /** Ends the output. */
  finish(): void {
    this.#reassembler.finish()
    this.#writer.flush()
  }

  #write(input: DecapInput, view: DataView, where: string): void {
    const found = this.#found
    const { kind, vni, protocol, policyId } = found
    const { seconds, nanoseconds } = input.packet
    if (!this.#criteria.acceptsTime(seconds, nanoseconds) || !this.#criteria.accepts(found.layers)) return
    this.#noteVni(kind, vni)
    if (found.control) {
      this.#control++
      return
    }
    const linkType =
      protocol === EtherType.TransparentEthernet
        ? LinkType.Ethernet
        : protocol === EtherType.IPv4 || protocol === EtherType.IPv6
          ? LinkType.Raw
          : NONE
    if (linkType === NONE) {
      this.#unsupported++
      return
    }
    const { packet } = input
    const inner: WritablePacket = {
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
      at: found.at,
      capturedLength: found.capturedLength,
      wireLength: found.length,
      flags: packet.flags & DIRECTION,
    }
    const policy = policyId === NONE ? '' : `, group policy ${policyId}`
    const comment = `${where}, ${endpoints(found.layers)}, ${KIND_NAMES[kind]} VNI ${vni}${policy}`
    try {
      this.#writer.write(view, inner, this.#interface(input, linkType), [comment, ...input.comments()])
    } catch (error) {
      // Only what the format cannot hold; a full disk is another error.
      if (!(error instanceof RangeError)) throw error
      this.#refused++
      if (this.#refusal === '') this.#refusal = error.message
    }
  }

  /** The interface of a VNI. */
  #interface(input: DecapInput, linkType: number): number {
    const { kind, vni } = this.#found
    const { seconds } = input.packet
    const fits = seconds >= 0 && seconds <= LAST_SECOND
    const key = (kind * VNIS + vni) * 2 + (linkType === LinkType.Raw ? 1 : 0)
    const known = fits ? this.#usual.get(key) : undefined
    if (known !== undefined) return known
    const id = this.#describe(input, linkType, fits)
    if (fits && this.#usual.size < MOST_INTERFACES) this.#usual.set(key, id)
    return id
  }

  /** Describes an interface for a VNI; one for all further VNIs when there are as many as a reader takes back. */
  #describe({ packet, interfaces }: DecapInput, linkType: number, fits: boolean): number {
    const { kind, vni } = this.#found
    const origin = interfaces[packet.interfaceId]
    // A time that nanoseconds cannot state keeps the clock that stated it.
    const clock = fits || origin === undefined ? {} : { tsresol: origin.tsresol, tsoffset: origin.tsoffset }
    const clockKey = fits || origin === undefined ? '' : `${origin.tsresol} ${origin.tsoffset}`
    const isIp = linkType === LinkType.Raw
    const key = `${kind} ${vni} ${linkType} ${clockKey}`
    const describe = (name: string, description: string): WritableInterface => ({
      linkType,
      tsresol: 9,
      ...clock,
      name,
      description,
    })
    const known = this.#interfaces.find(key)
    if (known !== undefined) return known
    if (this.#interfaces.size >= MOST_INTERFACES - 64) {
      const rest = `rest ${linkType} ${clockKey}`
      if (this.#interfaces.find(rest) === undefined && this.#interfaces.size >= MOST_INTERFACES) {
        throw new RangeError('more interfaces than a capture file can describe')
      }
      return this.#interfaces.id(rest, () => describe('vni-others', 'further VNIs, named in each comment'))
    }
    return this.#interfaces.id(key, () =>
      describe(
        `vni-${vni}-${KIND_KEYS[kind]}${isIp ? '-ip' : ''}`,
        `${KIND_NAMES[kind]} VNI ${vni}${isIp ? ', IP without Ethernet' : ''}`,
      ),
    )
  }

  #noteVni(kind: number, vni: number): void {
    this.#vniBits[kind] ??= new Uint8Array(VNIS / 8)
    const bits = this.#vniBits[kind]
    const bit = 1 << (vni & 7)
    if ((bits[vni >> 3]! & bit) !== 0) return
    bits[vni >> 3]! |= bit
    this.#vnis++
  }

  #place(number: number): string {
    return this.file === '' ? String(number) : `${this.file}:${number}`
  }

  #places(numbers: readonly number[]): string {
    const named = numbers.slice(0, MOST_NAMED).map((number) => this.#place(number))
    return named.join(' + ') + (numbers.length > MOST_NAMED ? ` + ${numbers.length - MOST_NAMED} more` : '')
  }
}

function endpoints({ view, outerIp: { at, version } }: Layers): string {
  if (version === 4) return `${formatIpv4(ipv4.source(view, at))} > ${formatIpv4(ipv4.destination(view, at))}`
  return `${formatIpv6(ipv6.source(view, at))} > ${formatIpv6(ipv6.destination(view, at))}`
}
