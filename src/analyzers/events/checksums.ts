/**
 * The checksums of a tunnel packet, outer and inner, in one pass over its bytes. A partial checksum of the sending host is recognised, and
 * whatever encloses it is judged as if it were filled in already, as the network card will do. Evidence: packets captured whole; none of
 * super-frames, and of fragments those of fragment-sums.ts. What misleads: anonymised captures, whose addresses were changed without the
 * checksums.
 */
import { fold, pseudoHeaderSum4, pseudoHeaderSum6, sum } from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import * as ipv6 from '../../codecs/headers/ipv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as udp from '../../codecs/headers/udp.ts'
import { type IpLayer, type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { PacketFlag } from './packet-flags.ts'

/** What the words of a valid packet add up to, checksum included (RFC 1071 §1). */
const ALL_ONES = 0xffff

const TCP_CHECKSUM = tcp.LAYOUT.offsets.checksum
const UDP_CHECKSUM = udp.LAYOUT.offsets.checksum
const ICMP_CHECKSUM = icmp.LAYOUT.offsets.checksum

/** Largest outer IP packet that a link carries; what is larger never was on a wire as it was captured. */
const LARGEST_MTU = 9216

/** Judges one packet after another; allocates nothing. */
export class Checksums {
  /**
   * By how much the wrong checksums of the outer headers differ from what they ought to be, modulo 65 535: IPv4's × 65 536 + UDP's.
   * What a rewritten address leaves is the same in both, and in every packet.
   */
  difference = 0
  /** What to add to a sum over the bytes at hand, so that a partial checksum in them counts as filled in. */
  #fill = 0
  /** The window of the inner transport, and the sum over it; `NONE` when it was not summed. */
  #from = NONE
  #to = NONE
  #sum = 0

  /**
   * Packet flags of a tunnel packet.
   * @param nested - Packet flags of the tunnel inside it, judged just before; `NONE` without one.
   */
  judge(layers: Layers, nested: number): number {
    this.#from = NONE
    let packetFlags: number
    if (nested === NONE) {
      this.#fill = 0
      packetFlags = this.#judgeInner(layers)
    } else packetFlags = asInner(nested)
    return packetFlags | this.#judgeOuter(layers)
  }

  /** Packet flags of a datagram whose payload is not taken apart. */
  judgeDatagram(layers: Layers): number {
    this.#from = NONE
    this.#fill = 0
    return this.#judgeOuter(layers)
  }

  #judgeInner(layers: Layers): number {
    const { innerIp: ip, innerView: view, innerTransport: at } = layers
    if (ip.at === NONE || ip.lengthUnstated) return 0
    const header = innerHeader(view, ip)
    const isWhole = layers.innerEnd >= ip.payloadEnd && ip.at + ip.length === ip.payloadEnd
    if (at === NONE || ip.isFragment || !isWhole) return header
    let end = ip.payloadEnd
    let field: number
    switch (ip.protocol) {
      case Protocol.Tcp:
        field = at + TCP_CHECKSUM
        break
      case Protocol.Udp: {
        field = at + UDP_CHECKSUM
        const stated = udp.length(view, at)
        if (view.getUint16(field) === 0 || stated < udp.LENGTH || at + stated > end) return header
        end = at + stated
        break
      }
      case Protocol.Icmp:
      case Protocol.IcmpV6:
        field = at + ICMP_CHECKSUM
        break
      default:
        return header
    }
    const pseudo = ip.protocol === Protocol.Icmp ? 0 : pseudoSum(view, ip, end - at)
    if (ip.isFinalUnknown) return header
    if (layers.outerIp.length > LARGEST_MTU) {
      return header | (view.getUint16(field) === pseudo && pseudo !== 0 ? PacketFlag.InnerChecksumPartial : 0)
    }
    const total = sum(view, at, end)
    if (layers.innerView === layers.view) {
      this.#from = at
      this.#to = end
      this.#sum = total
    }
    if (fold(total + pseudo) === ALL_ONES || isRightUnderway(view, ip, total, end - at)) return header
    if (ip.protocol !== Protocol.Icmp && isPartial(view, ip, field, pseudo)) {
      this.#fill = filling(pseudo, total)
      // Whoever leaves the transport's checksum to the card may leave the header's too.
      return PacketFlag.InnerChecksumPartial | (header & ~PacketFlag.InnerChecksumUnset)
    }
    return header | (view.getUint16(field) === 0 ? PacketFlag.InnerChecksumUnset : PacketFlag.InnerChecksumWrong)
  }

  #judgeOuter(layers: Layers): number {
    const { view, outerIp: ip, outerTransport: at } = layers
    if (ip.lengthUnstated) return 0
    const isUnfilled = ip.version === 6 || ipv4.checksum(view, ip.at) === 0
    const header = !isUnfilled && isHeaderWrong(view, ip.at) ? PacketFlag.OuterHeaderWrong : 0
    this.difference = header === 0 ? 0 : (sum(view, ip.at, ip.payloadAt) % ALL_ONES) << 16
    // NVGRE has no checksum of its own.
    if (layers.tunnel === TunnelKind.Nvgre) return header
    const field = at + UDP_CHECKSUM
    if (view.getUint16(field) === 0) {
      return header | (ip.version === 6 && layers.tunnel !== TunnelKind.None ? PacketFlag.ZeroChecksumIpv6 : 0)
    }
    if (ip.isFragment) return header
    const stated = udp.length(view, at)
    const end = at + stated
    if (stated < udp.LENGTH || end > ip.payloadEnd || end > layers.end || ip.isFinalUnknown) return header
    const pseudo = pseudoSum(view, ip, stated)
    const isSuperFrame = ip.length > LARGEST_MTU
    if (isSuperFrame) return header | (view.getUint16(field) === pseudo ? PacketFlag.OuterChecksumPartial : 0)
    const total = this.#sumAround(view, at, end)
    // Final over an inner checksum that is not: nobody will finish that one. Local checksum offload has the outer one computed
    // as if the inner one were there.
    if (fold(total + pseudo) === ALL_ONES) return this.#fill === 0 ? header : header | PacketFlag.InnerChecksumUnset
    if (fold(total + pseudo + this.#fill) === ALL_ONES || isRightUnderway(view, ip, total + this.#fill, stated))
      return header
    if (isPartial(view, ip, field, pseudo)) {
      this.#fill = filling(pseudo, total)
      return header | PacketFlag.OuterChecksumPartial
    }
    this.difference |= (total + pseudo) % ALL_ONES
    return header | PacketFlag.OuterChecksumWrong
  }

  /** The sum of a datagram of which the inner transport is summed already. */
  #sumAround(view: DataView, at: number, end: number): number {
    const from = this.#from
    const to = this.#to
    // What precedes the inner transport is of even length in every tunnel: headers come in pairs of bytes.
    if (from === NONE || ((from - at) & 1) !== 0) return sum(view, at, end)
    const tail = sum(view, to, end)
    const isSwapped = ((to - at) & 1) !== 0
    return sum(view, at, from, this.#sum + (isSwapped ? ((tail & 0xff) << 8) | (tail >>> 8) : tail))
  }
}

/** Packet flags of what is inside a tunnel. */
const INNER =
  PacketFlag.InnerChecksumPartial |
  PacketFlag.InnerChecksumWrong |
  PacketFlag.InnerHeaderWrong |
  PacketFlag.InnerChecksumUnset

/** Packet flags of a nested tunnel as flags of what the tunnel around it carries. */
function asInner(nested: number): number {
  let packetFlags = nested & INNER
  if ((nested & PacketFlag.OuterChecksumPartial) !== 0) packetFlags |= PacketFlag.InnerChecksumPartial
  if ((nested & PacketFlag.OuterChecksumWrong) !== 0) packetFlags |= PacketFlag.InnerChecksumWrong
  if ((nested & PacketFlag.OuterHeaderWrong) !== 0) packetFlags |= PacketFlag.InnerHeaderWrong
  return packetFlags
}

/** From the sum of a packet with a partial checksum to the sum of that packet filled in, in one's-complement arithmetic. */
function filling(pseudo: number, total: number): number {
  return fold(ALL_ONES - pseudo + (ALL_ONES - total))
}

/** Whether a checksum is the pseudo header's sum; segmentation offload leaves the length out of it. */
function isPartial(view: DataView, ip: IpLayer, field: number, pseudo: number): boolean {
  const value = view.getUint16(field)
  return value === pseudo || (ip.protocol === Protocol.Tcp && value === pseudoSum(view, ip, 0))
}

/** Whether a checksum is right for the addresses of the header: some senders of segment lists compute it so. */
function isRightUnderway(view: DataView, ip: IpLayer, total: number, length: number): boolean {
  if (!ip.isRouted || ip.version !== 6) return false
  const pseudo = pseudoHeaderSum6(view, ip.at + ipv6.SOURCE, ip.at + ipv6.DESTINATION, ip.protocol, length)
  return fold(total + pseudo) === ALL_ONES
}

function pseudoSum(view: DataView, ip: IpLayer, length: number): number {
  const { sourceAt: from, destinationAt: to, version, protocol } = ip
  if (version === 4) return pseudoHeaderSum4(view.getInt32(from), view.getInt32(to), protocol, length)
  return pseudoHeaderSum6(view, from, to, protocol, length)
}

/** Packet flag of an inner IPv4 header, 0 when its checksum is right. */
function innerHeader(view: DataView, { version, at }: IpLayer): number {
  if (version !== 4 || !isHeaderWrong(view, at)) return 0
  return ipv4.checksum(view, at) === 0 ? PacketFlag.InnerChecksumUnset : PacketFlag.InnerHeaderWrong
}

/** Whether the checksum of an IPv4 header is wrong; most headers have no options, and five words need no loop. */
export function isHeaderWrong(view: DataView, at: number): boolean {
  const length = ipv4.headerLength(view, at)
  if (length !== ipv4.LENGTH) return sum(view, at, at + length) !== ALL_ONES
  // As the machine has them: all ones read the same in either byte order.
  const first = view.getInt32(at, true)
  const second = view.getInt32(at + 4, true)
  const third = view.getInt32(at + 8, true)
  const fourth = view.getInt32(at + 12, true)
  const fifth = view.getInt32(at + 16, true)
  const upper = (first >>> 16) + (second >>> 16) + (third >>> 16) + (fourth >>> 16) + (fifth >>> 16)
  const lower = (first & 0xffff) + (second & 0xffff) + (third & 0xffff) + (fourth & 0xffff) + (fifth & 0xffff)
  return fold(upper + lower) !== ALL_ONES
}
