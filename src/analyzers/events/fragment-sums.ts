/**
 * Checksums of a datagram in fragments, without its bytes: a checksum is a sum, and the sums of the fragments add up to the
 * datagram's (RFC 1071 §2). Each fragment's event carries its sum; that of the first one also what the headers say it must come to.
 * Evidence: fragments captured whole. None of super-frames and of tunnels inside the tunnel.
 */
import { fold, pseudoHeaderSum4, pseudoHeaderSum6, sum } from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as udp from '../../codecs/headers/udp.ts'
import type { IpLayer, Layers } from '../../codecs/walk/layers.ts'
import { dataAt } from '../../codecs/walk/reassembly.ts'
import type { Observation } from '../lookup/observation.ts'
import { PacketFlag } from './packet-flags.ts'

/** EPB flags: checksum not ready, segmentation offload (pcapng §4.3.1). */
const EPB_OFFLOADED = (1 << 9) | (1 << 11)
/** Sums are taken modulo this. */
const ALL_ONES = 0xffff

/** Bits above a fragment's sum. */
export const Summed = {
  /** The sum is there. */
  Yes: 1 << 16,
  /** The outer checksum must come out. */
  Outer: 1 << 17,
  /** The inner checksum must come out. */
  Inner: 1 << 18,
  /** The inner checksum's field is 0. */
  InnerUnset: 1 << 19,
  /** No sum: the fragment is a carrier's, around a whole datagram. */
  Carried: 1 << 20,
} as const

const UDP_CHECKSUM = udp.LAYOUT.offsets.checksum

/** Sums of one fragment after another; allocates nothing. */
export class FragmentSums {
  /** {@link Summed} above the sum of the fragment's part of the datagram, the outer pseudo header included in a first one. */
  word = 0
  /** Of a first fragment: what to add for the inner transport's sum alone, above the length of the datagram. */
  expected = 0
  #adjust = 0

  /** Takes a fragment as it was read. */
  take(o: Observation, packetFlags: number): void {
    this.word = 0
    this.expected = 0
    const { layers } = o
    const { outerIp: ip, view } = layers
    const from = dataAt(layers)
    if (ip.protocol !== Protocol.Udp || from === NONE || layers.end < ip.payloadEnd) return
    if (ip.moreFragments && ((ip.payloadEnd - from) & 7) !== 0) return
    const own = sum(view, from, ip.payloadEnd)
    if (ip.fragmentOffset > 0) {
      this.word = Summed.Yes | own
      return
    }
    const at = layers.outerTransport
    const isJudged =
      o.kept && (packetFlags & (PacketFlag.Nested | PacketFlag.Damaged)) === 0 && (o.flags & EPB_OFFLOADED) === 0
    if (!isJudged || at !== from) return
    const length = udp.length(view, at)
    const field = view.getUint16(at + UDP_CHECKSUM)
    const pseudo = pseudoSum(view, ip, length)
    // A partial checksum is nobody's yet; whoever leaves the inner one to the card has the outer one computed as if it were there.
    const inner = this.#takeInner(layers, at, at + length)
    if (inner === NONE || field === pseudo) return
    this.word = Summed.Yes | inner | (field === 0 ? 0 : Summed.Outer) | fold(own + pseudo)
    this.expected = (fold(this.#adjust + negative(pseudo)) << 16) | length
  }

  /** Bits for the inner checksum; `NONE` when it is partial. */
  #takeInner({ innerIp: ip, innerView: view, innerTransport: at }: Layers, from: number, end: number): number {
    this.#adjust = 0
    if (at === NONE || ip.isFragment || ip.lengthUnstated || ip.payloadEnd !== end || ((at - from) & 1) !== 0) return 0
    if (ip.at + ip.length !== end || ip.isFinalUnknown) return 0
    let offset: number
    switch (ip.protocol) {
      case Protocol.Tcp:
        offset = tcp.LAYOUT.offsets.checksum
        break
      case Protocol.Udp:
        if (udp.length(view, at) !== end - at || view.getUint16(at + UDP_CHECKSUM) === 0) return 0
        offset = UDP_CHECKSUM
        break
      case Protocol.Icmp:
      case Protocol.IcmpV6:
        offset = icmp.LAYOUT.offsets.checksum
        break
      default:
        return 0
    }
    const field = view.getUint16(at + offset)
    const pseudo = ip.protocol === Protocol.Icmp ? 0 : pseudoSum(view, ip, end - at)
    if (ip.protocol !== Protocol.Icmp && field === pseudo) return NONE
    if (ip.protocol === Protocol.Tcp && field === pseudoSum(view, ip, 0)) return NONE
    this.#adjust = fold(pseudo + negative(sum(view, from, at)))
    return Summed.Inner | (field === 0 ? Summed.InnerUnset : 0)
  }
}

/** Length of the datagram that its own header states, from `expected` of its first fragment. */
export function statedLength(expected: number): number {
  return expected & 0xffff
}

/**
 * Packet flags of a datagram.
 * @param word - Of its first fragment.
 * @param expected - Of its first fragment.
 * @param total - Sum of all fragments' sums.
 */
export function checksumFlags(word: number, expected: number, total: number): number {
  const isOuterWrong = (word & Summed.Outer) !== 0 && total % ALL_ONES !== 0
  const isInnerWrong = (word & Summed.Inner) !== 0 && (total + (expected >>> 16)) % ALL_ONES !== 0
  const inner = (word & Summed.InnerUnset) !== 0 ? PacketFlag.InnerChecksumUnset : PacketFlag.InnerChecksumWrong
  return (isOuterWrong ? PacketFlag.OuterChecksumWrong : 0) | (isInnerWrong ? inner : 0)
}

/** What takes a sum away when it is added, in one's-complement arithmetic. */
function negative(sum: number): number {
  return ALL_ONES - sum
}

function pseudoSum(view: DataView, ip: IpLayer, length: number): number {
  const { sourceAt: from, destinationAt: to, version, protocol } = ip
  if (version === 4) return pseudoHeaderSum4(view.getInt32(from), view.getInt32(to), protocol, length)
  return pseudoHeaderSum6(view, from, to, protocol, length)
}
