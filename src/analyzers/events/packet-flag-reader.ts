/** Takes the packet flags from its bytes: header bits, lengths, checksums, tunnels inside the tunnel. Allocates nothing. */

import { Fault, NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import { Ecn } from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as udp from '../../codecs/headers/udp.ts'
import * as vxlan from '../../codecs/headers/vxlan.ts'
import * as gpe from '../../codecs/headers/vxlan-gpe.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import { LinkType } from '../../codecs/link/linktype.ts'
import { dissect, type TunnelPorts } from '../../codecs/walk/dissect.ts'
import { type IpLayer, innerNetworkAt, Layer, Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { hasNextProtocol, hasPolicyOnly } from '../../codecs/walk/tunnel-header.ts'
import type { Observation } from '../lookup/observation.ts'
import { Checksums, isHeaderWrong } from './checksums.ts'
import { Field } from './event-fields.ts'
import { DEEPEST, depth, PacketFlag, TTL_BITS, withDepth, withLastReserved } from './packet-flags.ts'

/** EPB flags bit 9: the sender's card had yet to fill the checksums in (pcapng §4.3.1). */
const EPB_CHECKSUM_NOT_READY = 1 << 9
/** EPB flags bit 11: the frame is yet to be cut by segmentation offload. */
const EPB_TSO = 1 << 11

/** First word of a VXLAN header with nothing in it but the I flag. */
const PLAIN = vxlan.FLAG_I << 24
/** Bits of the first byte that are clear beside a vendor's group policy, which has its own of everything behind them. */
const POLICY_FREE = 0x3700_0000
/** Bits of the first word that GPE reserves: the first two, and the second and third byte (draft-ietf-nvo3-vxlan-gpe-12 §3.1). */
const GPE_RESERVED = 0xc0ff_ff00 | 0

/** The traffic class: DSCP in the upper six bits (RFC 2474 §3), ECN in the lower two (RFC 3168 §5). */
const ECN_BITS = 0x3
const DSCP_SHIFT = 2
/** Least traffic class with a DSCP. */
const FIRST_DSCP = 1 << DSCP_SHIFT

/** Writes the flags of one packet after another. */
export class PacketFlagReader {
  readonly #checksums = new Checksums()
  /** Layers of the tunnels inside the outermost one, made when first needed; the last is for foreign ports. */
  readonly #inside: Layers[] = []
  /** Kind and VNI of the tunnel just inside the outermost one, and where the innermost packet begins. */
  #kindVni = 0
  #innermostAt = NONE

  /** @param ports - Which UDP ports are a tunnel's. */
  constructor(private readonly ports: TunnelPorts) {}

  /** Writes `Field.PacketFlags` and what belongs to it. @returns The flags. */
  take(i32: Int32Array, at: number, o: Observation): number {
    const { layers, flags } = o
    let packetFlags = 0
    if (o.kept) {
      packetFlags = this.#takeTunnel(i32, at, layers, (flags & EPB_TSO) !== 0)
      if (layers.faultCount > 0 && isWhole(layers)) packetFlags |= innerCuts(layers)
    } else if (o.outside) {
      packetFlags = this.#takeOutside(i32, at, layers)
    }
    if ((flags & EPB_CHECKSUM_NOT_READY) !== 0) packetFlags = asPartial(packetFlags)
    if ((packetFlags & (PacketFlag.OuterChecksumWrong | PacketFlag.OuterHeaderWrong)) !== 0) {
      i32[at + Field.TunnelWord] = this.#checksums.difference
    }
    i32[at + Field.PacketFlags] = packetFlags
    return packetFlags
  }

  #takeTunnel(i32: Int32Array, at: number, layers: Layers, isSuperFrame: boolean): number {
    let packetFlags = isSuperFrame ? 0 : this.#judgeChecksums(layers, 0)
    if ((packetFlags & PacketFlag.Nested) !== 0) {
      i32[at + Field.Sequence] = this.#kindVni
      i32[at + Field.Acknowledgment] = this.#innermostAt - layers.innerIp.at
    }
    const { view, tunnelAt } = layers
    if (layers.tunnel === TunnelKind.Vxlan) {
      const word = view.getInt32(tunnelAt)
      const last = vxlan.reserved2(view, tunnelAt)
      if (word !== PLAIN || last !== 0) {
        i32[at + Field.TunnelWord] = word
        packetFlags |= hasPolicyOnly(word, last)
          ? PacketFlag.GroupPolicy
          : withLastReserved(PacketFlag.ReservedBits, last)
      }
    } else if (layers.tunnel === TunnelKind.Gpe) {
      const word = view.getInt32(tunnelAt)
      const last = vxlan.reserved2(view, tunnelAt)
      if ((word & GPE_RESERVED) !== 0 || last !== 0) {
        i32[at + Field.TunnelWord] = word
        packetFlags |= withLastReserved(PacketFlag.ReservedBits, last)
      }
    }
    if (layers.innerFrame.tagCount > 0) packetFlags |= PacketFlag.InnerTag
    const outer = trafficClass(view, layers.outerIp)
    if ((outer & ECN_BITS) === Ecn.Ce) packetFlags |= congestion(layers)
    if (outer < FIRST_DSCP && layers.innerIp.at !== NONE && !layers.outerIp.isFragment) {
      const inner = trafficClass(layers.innerView, layers.innerIp)
      if (inner >= FIRST_DSCP) {
        packetFlags |= PacketFlag.DscpLost
        i32[at + Field.TimeToLive]! |= (inner >>> DSCP_SHIFT) << TTL_BITS
      }
    }
    return packetFlags
  }

  /** Checksums of a tunnel packet and of the tunnels inside it, from the innermost one outwards. */
  #judgeChecksums(layers: Layers, level: number): number {
    const inside = level < DEEPEST ? this.#enterNested(layers, level) : null
    if (inside === null) return this.#checksums.judge(layers, NONE)
    if (level === 0) this.#innermostAt = NONE
    const nested = this.#judgeChecksums(inside, level + 1)
    if (this.#innermostAt === NONE) this.#innermostAt = innerNetworkAt(inside)
    this.#kindVni = (inside.tunnel << 24) | inside.vni
    return withDepth(this.#checksums.judge(layers, nested) | PacketFlag.Nested, depth(nested) + 1)
  }

  /** Takes the tunnel inside an inner packet apart. @returns Its layers, `null` when there is none. */
  #enterNested(layers: Layers, level: number): Layers | null {
    const { innerIp, innerFrame, innerTransport, innerView: view } = layers
    if (innerTransport === NONE || innerIp.protocol !== Protocol.Udp) return null
    if (this.ports[udp.destinationPort(view, innerTransport)] === TunnelKind.None) return null
    const inside = this.#layers(level)
    const hasFrame = innerFrame.at !== NONE
    const at = hasFrame ? innerFrame.at : innerIp.at
    const linkType = hasFrame ? LinkType.Ethernet : innerIp.version === 4 ? LinkType.Ipv4 : LinkType.Ipv6
    const wireLength = hasFrame ? layers.innerLength : innerIp.length
    dissect(inside, view, at, layers.innerEnd - at, wireLength, linkType, this.ports)
    return inside.tunnel === TunnelKind.None ? null : inside
  }

  /** A UDP datagram without a valid tunnel header. */
  #takeOutside(i32: Int32Array, at: number, layers: Layers): number {
    if (this.ports[layers.outerDestinationPort] !== TunnelKind.None) {
      const packetFlags = headerFaults(layers)
      if (packetFlags === 0 || (packetFlags & PacketFlag.NotATunnel) !== 0) return packetFlags
      return packetFlags | this.#checksums.judgeDatagram(layers)
    }
    const packetFlags = this.ports[layers.outerSourcePort] === TunnelKind.None ? 0 : PacketFlag.FromTunnelPort
    const form = foreignForm(layers)
    if (form === 0 || !this.#hasInner(layers, form)) return packetFlags
    i32[at + Field.Sequence] = vxlan.vni(layers.view, layers.outerTransport + udp.LENGTH)
    return packetFlags | form
  }

  /** Whether what lies behind a header at a port that is not a tunnel's is an inner packet, down to its lengths. */
  #hasInner({ view, outerIp, outerTransport, end }: Layers, form: number): boolean {
    const header = outerTransport + udp.LENGTH
    const at = header + vxlan.LENGTH
    const captured = Math.min(end, outerIp.payloadEnd)
    const next = (form & PacketFlag.ForeignGpe) === 0 ? gpe.NextProtocol.Ethernet : gpe.nextProtocol(view, header)
    let linkType: number = LinkType.Ethernet
    if (next === gpe.NextProtocol.Ipv4) linkType = LinkType.Ipv4
    else if (next === gpe.NextProtocol.Ipv6) linkType = LinkType.Ipv6
    else if (next !== gpe.NextProtocol.Ethernet || (view.getUint8(at + 6) & 1) !== 0 || isZeroMac(view, at))
      return false
    const frame = this.#layers(DEEPEST)
    dissect(frame, view, at, captured - at, outerIp.payloadEnd - at, linkType, this.ports)
    for (let i = 0; i < frame.faultCount; i++) if (frame.faultCodes[i] !== Fault.NotCaptured) return false
    if (frame.outerFrame.etherType === EtherType.Arp) {
      const arpAt = arp.enter(frame.cursor)
      const isArp = arpAt !== NONE && arp.hardwareType(view, arpAt) === arp.HARDWARE_ETHERNET
      return isArp && arp.protocolType(view, arpAt) === EtherType.IPv4
    }
    // Beside any flags the header's checksum must be right, and without Ethernet the length must be all that there is.
    const { outerIp: ip } = frame
    if (ip.at === NONE) return false
    if (form === PacketFlag.ForeignTunnel) return true
    if (ip.version === 4 && isHeaderWrong(view, ip.at)) return false
    return linkType === LinkType.Ethernet || ip.at + ip.length === outerIp.payloadEnd
  }

  #layers(index: number): Layers {
    let layers = this.#inside[index]
    if (layers === undefined) {
      layers = new Layers()
      this.#inside[index] = layers
    }
    return layers
  }
}

/** Whether a frame's source is the zero address; in halves, because 48 bits as one number may take an allocation. */
function isZeroMac(view: DataView, frame: number): boolean {
  return ethernet.sourceHigh16(view, frame) === 0 && ethernet.sourceLow32(view, frame) === 0
}

/** Which reading of the tunnel header failed, where the sender is to blame. */
function headerFaults(layers: Layers): number {
  let packetFlags = 0
  for (let i = 0; i < layers.faultCount; i++) {
    const layer = layers.faultLayers[i]
    const fault = layers.faultCodes[i]
    if (fault === Fault.LengthBeyondPacket) return 0
    if (fault === Fault.NotATunnel) {
      const isClear = (layers.view.getUint8(layers.outerTransport + udp.LENGTH) & vxlan.FLAG_I) === 0
      return layer !== Layer.Geneve && isClear ? PacketFlag.NotATunnel | PacketFlag.FlagClear : PacketFlag.NotATunnel
    }
    if (layer !== Layer.Vxlan && layer !== Layer.Gpe) continue
    if (fault === Fault.FlagMissing) packetFlags |= PacketFlag.FlagClear
    else if (fault === Fault.Truncated) packetFlags |= PacketFlag.HeaderShort
  }
  return packetFlags
}

/** Whether the capture holds all of the outer IP packet: what a snap length cut is not judged. */
function isWhole({ outerIp, end }: Layers): boolean {
  return end >= outerIp.payloadEnd
}

/** Which inner header or packet the tunnel carries in part, where the sender is to blame. */
function innerCuts(layers: Layers): number {
  let packetFlags = 0
  for (let i = 0; i < layers.faultCount; i++) {
    const layer = layers.faultLayers[i]!
    const fault = layers.faultCodes[i]
    const isOuterIp = layer === Layer.OuterIpv4 || layer === Layer.OuterIpv6
    // The record is shorter than its own outer IP packet: it is the capture that is cut.
    if (isOuterIp && fault === Fault.LengthBeyondPacket) return 0
    const isInnerIp = layer === Layer.InnerIpv4 || layer === Layer.InnerIpv6
    if (fault === Fault.Truncated) {
      if (layer === Layer.InnerEthernet) packetFlags |= PacketFlag.InnerHeaderCut
      else if (layer === Layer.InnerVlan || layer === Layer.InnerArp) packetFlags |= PacketFlag.InnerPacketCut
      else if (isInnerIp && layers.innerIp.at === NONE) packetFlags |= PacketFlag.InnerPacketCut
    } else if (isInnerIp && fault === Fault.LengthBeyondPacket) packetFlags |= PacketFlag.InnerPacketCut
  }
  return packetFlags
}

function congestion({ innerIp, innerView }: Layers): number {
  if (innerIp.at === NONE) return PacketFlag.OuterCongestion
  const inner = trafficClass(innerView, innerIp) & ECN_BITS
  if (inner === Ecn.Ce) return PacketFlag.OuterCongestion | PacketFlag.InnerCongestion
  return inner === Ecn.NotEct ? PacketFlag.OuterCongestion | PacketFlag.InnerNotCapable : PacketFlag.OuterCongestion
}

/** The whole byte of DSCP and ECN. */
function trafficClass(view: DataView, ip: IpLayer): number {
  return ip.version === 4 ? view.getUint8(ip.at + 1) : ipv6.trafficClass(view, ip.at)
}

/** The capture says that the checksums were not there yet: what looks wrong is not filled in. */
function asPartial(packetFlags: number): number {
  const isFinished = (packetFlags & PacketFlag.InnerChecksumPartial) === 0
  let partial = packetFlags & ~PacketFlag.Damaged & (isFinished ? -1 : ~PacketFlag.InnerChecksumUnset)
  if ((packetFlags & PacketFlag.OuterChecksumWrong) !== 0) partial |= PacketFlag.OuterChecksumPartial
  if ((packetFlags & PacketFlag.InnerChecksumWrong) !== 0) partial |= PacketFlag.InnerChecksumPartial
  return partial
}

/** Packet flags of a datagram at a port that is not a tunnel's, by the first word and last byte of what may be a header; 0 for none. */
function foreignForm({ view, outerIp, outerTransport, end }: Layers): number {
  const at = outerTransport + udp.LENGTH
  const captured = Math.min(end, outerIp.payloadEnd)
  if (outerIp.isFragment || captured - at < vxlan.LENGTH + ethernet.LENGTH + ipv4.LENGTH) return 0
  const word = view.getInt32(at)
  if ((word & PLAIN) === 0) return 0
  const last = vxlan.reserved2(view, at)
  if ((word === PLAIN && last === 0) || hasPolicyOnly(word, last)) return PacketFlag.ForeignTunnel
  if (hasNextProtocol(word, last)) return PacketFlag.ForeignTunnel | PacketFlag.ForeignGpe
  return (word & POLICY_FREE) === 0 ? PacketFlag.ForeignTunnel | PacketFlag.ForeignPolicy : 0
}
