/**
 * Conditions on what a tunnel carries, in both spellings of a Wireshark display filter: by field where Wireshark takes the tunnel
 * apart by itself, by bytes of the UDP payload on a port that it does not know. A finding states `(tunnels, outer condition, inner
 * condition)` to `within` of flow-filter.ts and is exact on every port.
 */
import { family, hexBytes } from './display-filter.ts'

/** A condition on inner headers. */
export interface Inner {
  /** By field. */
  fields: string
  /**
   * By bytes of the UDP payload.
   * @param network - Offset of the inner IP or ARP header in it.
   */
  bytes(network: number): string
}

/** Offsets of the inner Ethernet addresses in the UDP payload: behind 8 bytes of tunnel header (RFC 7348 §5). */
const MAC_TO = 8
const MAC_FROM = 14
/** Bytes of an IPv4 header without options (RFC 791 §3.1) and of an IPv6 header (RFC 8200 §3). */
const IPV4_LENGTH = 20
const IPV6_LENGTH = 40

/** Frames that this MAC sends. */
export function sentBy(mac: string): Inner {
  return { fields: `eth.src == ${mac}`, bytes: () => slice(MAC_FROM, mac) }
}

/** Frames for this MAC. */
export function sentTo(mac: string): Inner {
  return { fields: `eth.dst == ${mac}`, bytes: () => slice(MAC_TO, mac) }
}

/** Broadcast and multicast frames. */
export const toMany: Inner = { fields: 'eth.dst.ig == 1', bytes: () => `udp.payload[${MAC_TO}:1] & 01` }

/** Packets from this inner IP address. */
function fromAddress(ip: string): Inner {
  return { fields: `${family(ip)}.src == ${ip}`, bytes: (network) => slice(network + (isIpv6(ip) ? 8 : 12), hexOf(ip)) }
}

/** Packets to this inner IP address. */
function toAddress(ip: string): Inner {
  return {
    fields: `${family(ip)}.dst == ${ip}`,
    bytes: (network) => slice(network + (isIpv6(ip) ? 24 : 16), hexOf(ip)),
  }
}

/** Packets from or to this inner IP address. */
export function ofAddress(ip: string): Inner {
  return { fields: `${family(ip)}.addr == ${ip}`, bytes: anyOf(fromAddress(ip), toAddress(ip)).bytes }
}

/** ARP requests, or neighbour solicitations, for this inner address. */
export function askingFor(ip: string): Inner {
  return isIpv6(ip)
    ? {
        fields: `icmpv6.nd.ns.target_address == ${ip}`,
        bytes: (network) => `${protocolIs(network, 6, 0x3a)} && ${slice(network + IPV6_LENGTH + 8, hexOf(ip))}`,
      }
    : {
        fields: `arp.opcode == 1 && arp.dst.proto_ipv4 == ${ip}`,
        bytes: (network) => `${slice(network + 6, '00:01')} && ${slice(network + 24, hexOf(ip))}`,
      }
}

/** Echo requests of either family (RFC 792, RFC 4443 §4.1). */
export const echoRequests: Inner = {
  fields: '(icmp.type == 8 || icmpv6.type == 128)',
  bytes: (network) =>
    `((${protocolIs(network, 4, 1)} && ${slice(network + IPV4_LENGTH, '08')}) || (${protocolIs(network, 6, 0x3a)} && ${slice(network + IPV6_LENGTH, '80')}))`,
}

/** ICMP errors “too big” of the family of `ip`. */
export function tooBigFor(ip: string): Inner {
  return allOf(
    isIpv6(ip)
      ? {
          fields: 'icmpv6.type == 2',
          bytes: (network) => `${protocolIs(network, 6, 0x3a)} && ${slice(network + IPV6_LENGTH, '02')}`,
        }
      : {
          fields: 'icmp.type == 3 && icmp.code == 4',
          bytes: (network) => `${protocolIs(network, 4, 1)} && ${slice(network + IPV4_LENGTH, '03:04')}`,
        },
    toAddress(ip),
  )
}

/** ICMP errors “destination unreachable” and “time exceeded” of the family of `ip`, whoever they are for. */
export function unreachableFor(ip: string): Inner {
  const types = (network: number, codes: readonly string[]) =>
    `(${codes.map((code) => slice(network, code)).join(' || ')})`
  return isIpv6(ip)
    ? {
        fields: 'icmpv6.type in {1, 3}',
        bytes: (network) => `${protocolIs(network, 6, 0x3a)} && ${types(network + IPV6_LENGTH, ['01', '03'])}`,
      }
    : {
        fields: 'icmp.type in {3, 11}',
        bytes: (network) => `${protocolIs(network, 4, 1)} && ${types(network + IPV4_LENGTH, ['03', '0b'])}`,
      }
}

/** TCP segments with data that begin with one of these sequence numbers (RFC 9293 §3.1). */
export function tcpData(sequences: readonly number[]): Inner {
  const at = (offset: number) => sequences.map((sequence) => slice(offset + 4, hexBytes(sequence, 4))).join(' || ')
  return {
    fields: `tcp.len > 0 && tcp.seq_raw in {${sequences.join(', ')}}`,
    bytes: (network) =>
      overTcp(network, (transport) => (sequences.length === 1 ? at(transport) : `(${at(transport)})`)),
  }
}

/** SYNs that announce a larger MSS than `mss` bytes; off the known ports every SYN, since options stand in any order. */
export function mssAbove(mss: number): Inner {
  return {
    fields: `tcp.options.mss_val > ${mss}`,
    bytes: (network) => overTcp(network, (transport) => `udp.payload[${transport + 13}:1] & 02`),
  }
}

/** TCP segments. */
export const anyTcp: Inner = {
  fields: 'tcp',
  bytes: (network) => `((${protocolIs(network, 4, 6)}) || (${protocolIs(network, 6, 6)}))`,
}

/** SYNs, or SYN-ACKs (RFC 9293 §3.1). */
export function opening(segment: 'SYN' | 'SYN-ACK'): Inner {
  const isAck = segment === 'SYN-ACK'
  return {
    fields: `tcp.flags.syn == 1 && tcp.flags.ack == ${isAck ? 1 : 0}`,
    bytes: (network) =>
      overTcp(network, (transport) => {
        const flags = `udp.payload[${transport + 13}:1]`
        return `${flags} & 02 && ${isAck ? `${flags} & 10` : `!(${flags} & 10)`}`
      }),
  }
}

/** UDP packets to this inner port. */
export function toUdpPort(port: number): Inner {
  const at = (network: number, ip: 4 | 6) =>
    `(${protocolIs(network, ip, 17)} && ${slice(network + (ip === 4 ? IPV4_LENGTH : IPV6_LENGTH) + 2, hexBytes(port, 2))})`
  return { fields: `udp.dstport == ${port}`, bytes: (network) => `(${at(network, 4)} || ${at(network, 6)})` }
}

/** UDP packets. */
export const overUdp: Inner = {
  fields: 'udp',
  bytes: (network) => `((${protocolIs(network, 4, 17)}) || (${protocolIs(network, 6, 17)}))`,
}

/** Packets whose inner DSCP is not 0 (RFC 2474 §3). */
export const someDscp: Inner = {
  // Two bytes, since Wireshark takes a lone fc for Fibre Channel.
  fields: '(ip.dsfield.dscp > 0 || ipv6.tclass.dscp > 0)',
  bytes: (network) =>
    `((${version(network, 4)} && udp.payload[${network}:2] & 00:fc) || (${version(network, 6)} && udp.payload[${network}:2] & 0f:c0))`,
}

/** Packets whose inner ECN field says that they know no ECN (RFC 3168 §5). */
export const notEct: Inner = {
  fields: '(ip.dsfield.ecn == 0 || ipv6.tclass.ecn == 0)',
  bytes: (network) =>
    `((${version(network, 4)} && !(udp.payload[${network + 1}:1] & 03)) || (${version(network, 6)} && !(udp.payload[${network + 1}:1] & 30)))`,
}

/** All of the conditions. */
function allOf(...conditions: readonly Inner[]): Inner {
  return {
    fields: conditions.map(({ fields }) => fields).join(' && '),
    bytes: (network) => conditions.map(({ bytes }) => bytes(network)).join(' && '),
  }
}

/** Any of the conditions, as one condition among others. */
export function anyOf(...conditions: readonly Inner[]): Inner {
  if (conditions.length === 1) return conditions[0]!
  const joined = (parts: string[]) =>
    `(${parts.map((part) => (part.includes(' && ') ? `(${part})` : part)).join(' || ')})`
  return {
    fields: joined(conditions.map(({ fields }) => fields)),
    bytes: (network) => joined(conditions.map(({ bytes }) => bytes(network))),
  }
}

function overTcp(network: number, condition: (transport: number) => string): string {
  const at = (ip: 4 | 6) =>
    `(${protocolIs(network, ip, 6)} && ${condition(network + (ip === 4 ? IPV4_LENGTH : IPV6_LENGTH))})`
  return `(${at(4)} || ${at(6)})`
}

/** Whether the packet has this IP version. */
function version(network: number, ip: 4 | 6): string {
  return ip === 4 ? `udp.payload[${network - 2}:2] == 08:00` : `udp.payload[${network - 2}:2] == 86:dd`
}

/** Whether the packet has this IP version and carries this protocol. */
function protocolIs(network: number, ip: 4 | 6, protocol: number): string {
  return `${version(network, ip)} && ${slice(network + (ip === 4 ? 9 : 6), hexBytes(protocol, 1))}`
}

/** `udp.payload[14:6] == 02:00:00:00:00:01`. */
function slice(at: number, hex: string): string {
  return `udp.payload[${at}:${(hex.length + 1) / 3}] == ${hex}`
}

function isIpv6(ip: string): boolean {
  return family(ip) === 'ipv6'
}

/** An address as Wireshark writes bytes; IPv4 or IPv6 as the tables print it. */
function hexOf(ip: string): string {
  if (!isIpv6(ip))
    return ip
      .split('.')
      .map((byte) => hexBytes(Number(byte), 1))
      .join(':')
  const [head = '', tail] = ip.split('::')
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16))
  const front = words(head)
  const back = tail === undefined ? [] : words(tail)
  const middle = new Array<number>(8 - front.length - back.length).fill(0)
  return [...front, ...middle, ...back].map((word) => hexBytes(word, 2)).join(':')
}
