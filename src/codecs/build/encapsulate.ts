/**
 * Wraps an Ethernet frame into a complete tunnel datagram: outer Ethernet (optional), IPv4 or IPv6, UDP, then VXLAN, VXLAN
 * with group policy, VXLAN-GPE or Geneve (RFC 7348 §5, RFC 8926 §3). What every packet has in common is encoded once, by
 * {@link prepare}; per packet, {@link encapsulate} copies that and the frame and fills in what differs, without allocating.
 */
import { isUint16 } from '../core/bytes.ts'
import * as checksum from '../core/checksum.ts'
import { copy, copyForwards } from '../core/copy.ts'
import type { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import { checkRoom, refuseUint } from '../core/range.ts'
import { encapsulatedEcn } from '../headers/ecn.ts'
import * as geneve from '../headers/geneve.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as udp from '../headers/udp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import type { Encapsulation, EncapsulationKind } from './encapsulation.ts'
import * as entropy from './entropy.ts'

export {
  Encapsulation,
  type EncapsulationKind,
  type EncapsulationOptions,
  type OuterTag,
  prepare,
} from './encapsulation.ts'

/** Bytes that an IPv4 total length or IPv6 payload length can state. */
const LENGTH_MAX = 0xffff

const SOURCE_PORT = udp.LAYOUT.offsets.sourcePort
const DATAGRAM_LENGTH = udp.LAYOUT.offsets.length
const UDP_CHECKSUM = udp.LAYOUT.offsets.checksum
const TRAFFIC_CLASS_4 = ipv4.LAYOUT.offsets.dscp
const TOTAL_LENGTH = ipv4.LAYOUT.offsets.totalLength
const IDENTIFICATION = ipv4.LAYOUT.offsets.identification
const FLAGS = ipv4.LAYOUT.offsets.flags
const HEADER_CHECKSUM = ipv4.LAYOUT.offsets.checksum
const PAYLOAD_LENGTH = ipv6.LAYOUT.offsets.payloadLength
const NEXT_PROTOCOL = gpe.LAYOUT.offsets.nextProtocol
const PROTOCOL_TYPE = geneve.LAYOUT.offsets.protocolType

/**
 * Writes one tunnel datagram and steps the cursor over it. Nothing is allocated. The frame may lie in the buffer that is
 * written to, also where it will end up: then it is not copied, and only the headers in front of it are written.
 * @param encapsulation - From {@link prepare}.
 * @param cursor - Where to write; needs room for {@link Encapsulation.headerLength} more bytes than the frame has.
 * @param view - Holds the frame.
 * @param at - Offset of its first byte.
 * @param length - Its bytes, without frame check sequence.
 * @returns Bytes written.
 * @throws RangeError when the frame does not lie in the view, is shorter than an Ethernet header (or is not an IP packet, where
 * those are wrapped), makes the datagram longer than 65 535 bytes, or does not fit the window; nothing is written then.
 */
export function encapsulate(
  encapsulation: Encapsulation,
  cursor: Cursor,
  view: DataView,
  at: number,
  length: number,
): number {
  const { headerLength, identification, version } = encapsulation
  const total = headerLength + length
  const ipLength = total - encapsulation.ipAt
  checkFrame(encapsulation, view, at, length)
  if (ipLength > LENGTH_MAX + (version === 4 ? 0 : ipv6.LENGTH)) {
    throw new RangeError(
      `a frame of ${length} bytes makes a datagram of ${ipLength} bytes, longer than its header can state`,
    )
  }
  if (!isUint16(identification)) refuseUint('identification', identification, 16)
  if (encapsulation.sourcePort !== NONE && !isUint16(encapsulation.sourcePort)) {
    refuseUint('sourcePort', encapsulation.sourcePort, 16)
  }
  if (cursor.end - cursor.position < total) checkRoom('encapsulation', cursor, total)

  // All that is read of the frame comes before the first byte written: the two may overlap.
  const end = at + length
  const network = encapsulation.wrapsIp ? at : entropy.networkAt(view, at, end)
  const innerVersion = network === NONE ? 0 : ipv4.version(view, network)
  const hashed = encapsulation.sourcePort === NONE || encapsulation.hashesFlowLabel
  let hash = 0
  if (hashed) hash = network === NONE ? entropy.frameHash(view, at, end) : entropy.packetHash(view, network, end)
  const innerDf = innerVersion === 4 && ipv4.dontFragment(view, network) ? 1 : 0
  const innerClass = trafficClass(view, network, innerVersion)
  const df = encapsulation.dontFragment === NONE ? innerDf : encapsulation.dontFragment
  const dscp = encapsulation.dscp === NONE ? innerClass >> 2 : encapsulation.dscp
  const outerClass = (dscp << 2) | encapsulatedEcn(encapsulation.ecn, innerClass & 0x03)

  const out = cursor.view
  const start = cursor.claim(total)
  const ipAt = start + encapsulation.ipAt
  const udpAt = start + encapsulation.udpAt
  const tunnelAt = start + encapsulation.tunnelAt
  copy(view, at, length, out, start + headerLength)
  copyForwards(encapsulation.template, 0, headerLength, out, start)
  if (encapsulation.wrapsIp) setPayloadVersion(encapsulation.kind, out, tunnelAt, innerVersion)
  const datagramLength = total - encapsulation.udpAt
  const sourcePort =
    encapsulation.sourcePort === NONE
      ? entropy.portOf(hash, encapsulation.portMin, encapsulation.portMax)
      : encapsulation.sourcePort
  out.setUint16(udpAt + SOURCE_PORT, sourcePort)
  out.setUint16(udpAt + DATAGRAM_LENGTH, datagramLength)
  if (version === 4) {
    out.setUint8(ipAt + TRAFFIC_CLASS_4, outerClass)
    out.setUint16(ipAt + TOTAL_LENGTH, ipLength)
    out.setUint16(ipAt + IDENTIFICATION, identification)
    const flags = df === 1 ? ipv4.FLAG_DF << 13 : 0
    out.setUint16(ipAt + FLAGS, flags)
    const sum = encapsulation.headerSum + outerClass + ipLength + identification + flags
    out.setUint16(ipAt + HEADER_CHECKSUM, checksum.complement(sum))
    if (df === 0) encapsulation.identification = (identification + 1) & 0xffff
  } else {
    const label = encapsulation.hashesFlowLabel
      ? entropy.flowLabelOf(hash)
      : ipv6.flowLabel(encapsulation.template, encapsulation.ipAt)
    out.setInt32(ipAt, (ipv6.VERSION << 28) | (outerClass << 20) | label)
    out.setUint16(ipAt + PAYLOAD_LENGTH, datagramLength)
  }
  if (encapsulation.computesChecksum) {
    const pseudoSum =
      version === 4
        ? encapsulation.pseudoSum + datagramLength
        : checksum.pseudoHeaderSum6(out, ipAt + ipv6.SOURCE, ipAt + ipv6.DESTINATION, Protocol.Udp, datagramLength)
    out.setUint16(udpAt + UDP_CHECKSUM, checksum.udpChecksum(out, udpAt, start + total, pseudoSum))
  }
  return total
}

function checkFrame({ wrapsIp }: Encapsulation, view: DataView, at: number, length: number): void {
  if (!Number.isInteger(at) || !Number.isInteger(length) || at < 0 || length < 0 || at + length > view.byteLength) {
    throw new RangeError(`a frame at ${at} of ${length} bytes does not lie in a view of ${view.byteLength} bytes`)
  }
  if (wrapsIp) {
    if (entropy.ipVersion(view, at, at + length) === 0) {
      throw new RangeError(`what is wrapped must be an IPv4 or IPv6 packet; the ${length} bytes at ${at} are none`)
    }
  } else if (length < ethernet.LENGTH) {
    throw new RangeError(`a frame must have at least ${ethernet.LENGTH} bytes, not ${length}`)
  }
}

/** DSCP and ECN of an inner IP header in one byte, 0 without one. */
function trafficClass(view: DataView, at: number, version: number): number {
  if (version === 4) return view.getUint8(at + TRAFFIC_CLASS_4)
  return version === 6 ? ipv6.trafficClass(view, at) : 0
}

function setPayloadVersion(kind: EncapsulationKind, view: DataView, tunnelAt: number, version: number): void {
  if (kind === 'vxlan-gpe') {
    view.setUint8(tunnelAt + NEXT_PROTOCOL, version === 4 ? gpe.NextProtocol.Ipv4 : gpe.NextProtocol.Ipv6)
  } else {
    view.setUint16(tunnelAt + PROTOCOL_TYPE, version === 4 ? EtherType.IPv4 : EtherType.IPv6)
  }
}
