/**
 * How well bytes behind a tunnel header or a label stack fit what those carry: an Ethernet frame, or an IP packet. Nothing is taken
 * for granted that the header in front of them says. Allocates nothing, never throws.
 */
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'

/** How well bytes fit, from worse to better. */
export const Fit = {
  /** They cannot be one: no sender's address, lengths or versions that contradict each other, too few bytes, or noise. */
  None: 0,
  /** Nothing speaks against it, and nothing for it: an EtherType that nobody registered, bytes that were not captured. */
  Possible: 1,
  /** An EtherType in use, or an 802.3 length that fits. One of a thousand random frames does. */
  Likely: 2,
  /** The EtherType of IP or ARP with the version or hardware type that belongs to it, or a well-known group's protocol. One of a million. */
  Sure: 3,
} as const

/** One of the codes of {@link Fit}. */
export type Fit = (typeof Fit)[keyof typeof Fit]

/** Bytes by which noise is told. */
const NOISE_LENGTH = 64
const LEAST_NOISE = 16
/** Most VLAN tags that are looked behind. */
const MAX_TAGS = 8
/** Bytes behind the type field up to which a frame is padded (IEEE 802.3-2018 §3.2.7). */
const PADDED = 46
/** Smallest LLC header: two service access points and a control byte (IEEE 802.2 §3.2). */
const LLC_LENGTH = 3
/** Hardware type Ethernet of ARP (IANA ARP parameters). */
const HARDWARE_ETHERNET = 1

/**
 * How well the bytes from `at` on fit an Ethernet frame without its check sequence (IEEE 802.3-2018 §3.1.1).
 * @param at - Where its destination address would begin.
 * @param end - First offset past the captured bytes.
 * @param wireEnd - First offset past the frame on the wire.
 */
export function frameFit(view: DataView, at: number, end: number, wireEnd: number): Fit {
  if (wireEnd - at < ethernet.LENGTH) return Fit.None
  if (end - at < ethernet.LENGTH) return Fit.Possible
  const isSenderless = ethernet.sourceHigh16(view, at) === 0 && ethernet.sourceLow32(view, at) === 0
  if ((ethernet.sourceHigh16(view, at) & 0x100) !== 0) return Fit.None
  let position = at + ethernet.LENGTH
  let type = ethernet.etherType(view, at)
  for (let tags = 0; dot1q.isTag(type); tags++) {
    if (tags === MAX_TAGS || wireEnd - position < dot1q.LENGTH) return Fit.None
    if (end - position < dot1q.LENGTH) return Fit.Likely
    type = dot1q.etherType(view, position)
    position += dot1q.LENGTH
  }
  const fit = ethernet.isLength(type)
    ? llcFit(view, position, end, wireEnd, type)
    : payloadFit(view, position, end, wireEnd, type)
  // Nobody sends from the zero address, but for what a loopback interface was mirrored from.
  if (isSenderless) return fit === Fit.Sure ? Fit.Likely : Fit.None
  return fit === Fit.Likely && isControlGroup(view, at) ? Fit.Sure : fit
}

/**
 * How well the bytes from `at` on fit what an EtherType names.
 * @param type - EtherType, 0x0600 and more.
 */
export function payloadFit(view: DataView, at: number, end: number, wireEnd: number, type: number): Fit {
  switch (type) {
    case EtherType.IPv4:
    case EtherType.IPv6:
      return ipFit(view, at, end, wireEnd, type) === Fit.None ? Fit.None : Fit.Sure
    case EtherType.Arp:
    case EtherType.ReverseArp: {
      if (wireEnd - at < 8) return Fit.None
      if (end - at < 4) return Fit.Likely
      const isEthernet = view.getUint16(at) === HARDWARE_ETHERNET && view.getUint16(at + 2) === EtherType.IPv4
      return isEthernet ? Fit.Sure : Fit.None
    }
    case EtherType.MacSecurity:
      return Fit.Likely
    default:
      if (isNoise(view, at, end, wireEnd)) return Fit.None
      return isKnownType(type) ? Fit.Likely : Fit.Possible
  }
}

/**
 * Whether bytes are as good as random, as an encrypted payload is: few of them are equal, and few steps from one to the next.
 * Headers, text, padding and counted patterns repeat themselves. Of ten thousand random runs about one is not called noise.
 * @param at - First of the bytes; 64 at most are looked at.
 * @param end - First offset past the captured bytes; a few that a snap length left are no noise.
 * @param wireEnd - First offset past the bytes on the wire.
 */
export function isNoise(view: DataView, at: number, end: number, wireEnd: number): boolean {
  const length = Math.min(end - at, NOISE_LENGTH)
  if (length <= 0 || (end < wireEnd && length < LEAST_NOISE)) return false
  // Of random bytes one pair in 256 is equal: length² / 512 pairs.
  const most = (length * length) / 256 + length / 8
  let equal = 0
  let steps = 0
  for (let i = 1; i < length; i++) {
    const value = view.getUint8(at + i)
    const step = (value - view.getUint8(at + i - 1)) & 0xff
    for (let j = 0; j < i; j++) {
      const other = view.getUint8(at + j)
      if (other === value) equal++
      if (j > 0 && ((other - view.getUint8(at + j - 1)) & 0xff) === step) steps++
    }
    if (equal > most || steps > most) return false
  }
  return true
}

/**
 * Whether bytes are lines of plain text from the first one on, as no frame is: its addresses and its type would all have to be letters.
 * @param at - First of the bytes; 64 at most are looked at, and fewer than 16 tell nothing.
 * @param end - First offset past the captured bytes.
 */
export function isText(view: DataView, at: number, end: number): boolean {
  const until = Math.min(end, at + NOISE_LENGTH)
  if (until - at < LEAST_NOISE) return false
  // The type field first: hardly any frame passes it.
  for (let i = at + 12; i < until; i++) if (!isTextByte(view.getUint8(i))) return false
  for (let i = at; i < at + 12; i++) if (!isTextByte(view.getUint8(i))) return false
  return true
}

/** Printable ASCII, and what separates words and lines. */
function isTextByte(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09
}

/**
 * How well the bytes from `at` on fit an IP packet: `Sure` when its length is what is there, `Likely` when it is shorter,
 * `Possible` when it is longer or not captured.
 * @param type - EtherType of IPv4 or IPv6.
 */
export function ipFit(view: DataView, at: number, end: number, wireEnd: number, type: number): Fit {
  if (wireEnd <= at) return Fit.None
  if (end <= at) return Fit.Possible
  const first = view.getUint8(at)
  let length: number
  if (type === EtherType.IPv4) {
    const header = (first & 0xf) << 2
    if (first >> 4 !== 4 || header < 20) return Fit.None
    if (end - at < 4) return Fit.Possible
    length = view.getUint16(at + 2)
    if (length < header) return length === 0 ? Fit.Possible : Fit.None
  } else {
    if (first >> 4 !== 6) return Fit.None
    if (end - at < 6) return Fit.Possible
    length = 40 + view.getUint16(at + 4)
  }
  const carried = wireEnd - at
  if (length > carried) return Fit.Possible
  return length === carried ? Fit.Sure : Fit.Likely
}

/** An 802.3 length must be that of the rest, which may be padded; then come service access points (IEEE 802.2 §3.3). */
function llcFit(view: DataView, at: number, end: number, wireEnd: number, length: number): Fit {
  const carried = wireEnd - at
  if (length < LLC_LENGTH || length > carried || (length < carried && carried > PADDED)) return Fit.None
  if (end - at < 2) return Fit.Possible
  switch (view.getUint16(at)) {
    case 0x4242: // Spanning tree.
    case 0xaaaa: // SNAP.
    case 0xfefe: // IS-IS.
    case 0xe0e0: // NetWare.
    case 0xffff: // NetWare without LLC.
    case 0xf0f0: // NetBIOS.
    case 0x0606: // IP.
      return Fit.Likely
    default:
      return Fit.None
  }
}

/** Groups of bridges, of LLDP, IS-IS and time, and those of vendors (IEEE 802.1Q-2018 §8.6.3, IEEE 1588). */
function isControlGroup(view: DataView, at: number): boolean {
  const high = view.getUint16(at)
  const middle = view.getUint16(at + 2)
  if (high === 0x0180) return middle === 0xc200
  if (high === 0x0100) return middle >>> 8 === 0x0c && (middle & 0xff) >= 0xcc
  return (high === 0x011b && middle === 0x1900) || (high === 0x010c && middle >>> 8 === 0xcd)
}

/** EtherTypes that are in use on Ethernet (IANA registry "IEEE 802 Numbers"), but those of IP, ARP and VLAN tags. */
export function isKnownType(type: number): boolean {
  switch (type) {
    case 0x0842: // Wake-on-LAN.
    case 0x22f0: // AVTP.
    case 0x22f3: // TRILL.
    case 0x22f4: // TRILL's IS-IS.
    case 0x22ea: // SRP.
    case 0x4305: // B.A.T.M.A.N.
    case 0x6002: // DEC MOP.
    case 0x6003: // DECnet.
    case 0x6558: // An Ethernet frame.
    case 0x80f3: // AppleTalk ARP.
    case 0x809b: // AppleTalk.
    case 0x8137: // IPX.
    case 0x872d: // Vendors' wireless.
    case 0x8808: // MAC control.
    case 0x8809: // Slow protocols.
    case 0x880b: // PPP.
    case 0x8847: // MPLS.
    case 0x8848: // MPLS.
    case 0x8863: // PPPoE.
    case 0x8864: // PPPoE.
    case 0x8870: // Jumbo frames with LLC.
    case 0x887b: // HomePlug.
    case 0x888e: // 802.1X.
    case 0x8892: // PROFINET.
    case 0x889a: // HyperSCSI.
    case 0x88a2: // ATA over Ethernet.
    case 0x88a4: // EtherCAT.
    case 0x88b5: // Local experiments.
    case 0x88b6: // Local experiments.
    case 0x88b7: // Vendors' own.
    case 0x88b8: // GOOSE.
    case 0x88ba: // Sampled values.
    case 0x88bb: // Light-weight access points.
    case 0x88be: // ERSPAN.
    case 0x88c7: // 802.11 pre-authentication.
    case 0x88cc: // LLDP.
    case 0x88cd: // SERCOS.
    case 0x88e1: // HomePlug.
    case 0x88e3: // Media redundancy.
    case 0x88e5: // MACsec.
    case 0x88e7: // Provider backbone bridges.
    case 0x88ee: // Local management.
    case 0x88f5: // MVRP.
    case 0x88f6: // MMRP.
    case 0x88f7: // Precision time.
    case 0x88fb: // Parallel redundancy.
    case 0x8902: // Connectivity faults.
    case 0x8903: // FabricPath.
    case 0x8906: // Fibre Channel.
    case 0x8909: // Cisco metadata.
    case 0x8914: // Fibre Channel initialisation.
    case 0x8915: // RDMA.
    case 0x8926: // VN-Tag.
    case 0x892d: // Vendors' bridges.
    case 0x892f: // Seamless redundancy.
    case 0x893a: // 1905.
    case 0x893f: // E-Tag.
    case 0x8940: // Edge control.
    case 0x8946: // TRILL.
    case 0x894f: // Service headers.
    case 0x9000: // Loopback test.
    case 0x9003: // Loop detection.
    case 0x99fe: // Vendors' own.
    case 0xd28b: // Timestamps.
      return true
    default:
      return false
  }
}
