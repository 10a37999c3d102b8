/**
 * UDP datagrams that ask for something, and the answers to them: DNS, DHCP, DHCPv6, NTP, SNMP, RADIUS, IKE, QUIC and TFTP. What kind
 * a datagram is and which identifier it has stand in its event, where a TCP segment has its flags and its sequence number; in the place
 * of its MSS, who asks (DHCP, DHCPv6), or what tells a request that is sent again from another one with its identifier (RADIUS).
 * Told by port and by what the protocol requires of its first bytes. Datagrams that ask nothing (syslog, RTP, BFD, multicast DNS, SNMP
 * traps, NTP broadcasts) are of no kind. A TFTP server answers from a port of its own (RFC 1350 §4), which queries.ts looks for.
 */
import * as udp from '../../codecs/headers/udp.ts'
import { fold32 } from '../tables/hash.ts'
import { Field } from './event-fields.ts'

/** Protocols whose questions are followed: the lower bits of `Field.TcpFlags` of a UDP datagram, 0 for any other. */
export const Asks = {
  Dns: 1,
  Dhcp: 2,
  DhcpV6: 3,
  Ntp: 4,
  Snmp: 5,
  Radius: 6,
  Ike: 7,
  Quic: 8,
  Tftp: 9,
} as const

/** The datagram answers, or shows that its sender has an answer. */
export const ANSWERS = 1 << 8
/** Beside `ANSWERS`: an offer of DHCP or DHCPv6 that the client is still to take. */
export const OFFERS = 1 << 9
/** Mask of the kind in `Field.TcpFlags`. */
export const KIND = 0xff

/** UDP ports of the services. */
const DNS = 53
const TFTP = 69
const DHCP_SERVER = 67
const DHCP_CLIENT = 68
const NTP = 123
const SNMP = 161
const QUIC = 443
const IKE = 500
const IKE_NAT = 4500
const DHCPV6_CLIENT = 546
const DHCPV6_SERVER = 547
const RADIUS_PORTS = [1812, 1813, 1645, 1646]

/** Services by the port, 0 for any other port: one look-up tells most datagrams. */
const SERVICES = new Uint8Array(65_536)
for (const [port, kind] of [
  [DNS, Asks.Dns],
  [TFTP, Asks.Tftp],
  [DHCP_SERVER, Asks.Dhcp],
  [DHCP_CLIENT, Asks.Dhcp],
  [NTP, Asks.Ntp],
  [SNMP, Asks.Snmp],
  [QUIC, Asks.Quic],
  [IKE, Asks.Ike],
  [IKE_NAT, Asks.Ike],
  [DHCPV6_CLIENT, Asks.DhcpV6],
  [DHCPV6_SERVER, Asks.DhcpV6],
] as const)
  SERVICES[port] = kind
for (const port of RADIUS_PORTS) SERVICES[port] = Asks.Radius

/** DNS header (RFC 1035 §4.1.1): the response bit, and the operation of an ordinary query in four bits below it. */
const DNS_LENGTH = 12
const DNS_RESPONSE = 0x8000
const DNS_OPERATION = 0x7800
/** Where the number of questions stands. */
const DNS_QUESTIONS = 4

/** BOOTP (RFC 951), and behind it the cookie and options of DHCP (RFC 2131 §3, RFC 2132 §9.6). */
const BOOTP_OPTIONS = 236
/** The address that the client is to have, and the client's own hardware address. */
const OFFERED = 16
const CLIENT = 28
const DHCP_COOKIE = 0x6382_5363
const BOOT_REQUEST = 1
const BOOT_REPLY = 2
const OPTION_PAD = 0
const OPTION_REQUESTED = 50
const OPTION_TYPE = 53
const OPTION_END = 255
const DISCOVER = 1
const OFFER = 2
/** Options that are looked at: clients send the message type first. */
const MOST_OPTIONS = 32

/** DHCPv6 message types (RFC 8415 §7.3; a REQUEST has the same number in DHCP), and the transaction identifier below them. */
const SOLICIT = 1
const ADVERTISE = 2
const REQUEST = 3
const REPLY = 7
/** Options with an address or prefixes for the client (RFC 8415 §21.4, §21.21), bytes before the options in them, and what is offered. */
const OPTION_ADDRESSES = 3
const OPTION_PREFIXES = 25
const ASSOCIATION = 12
const OPTION_ADDRESS = 5
const OPTION_PREFIX = 26
const TRANSACTION = 0xff_ffff
/** The option that names the client (RFC 8415 §21.2); its DUID has at most 130 bytes (§11.1). */
const OPTION_CLIENT = 1
const LONGEST_DUID = 130

/** NTP (RFC 5905 §7.3): modes of a client and of a server. */
const NTP_LENGTH = 48
const MODE = 7
const MODE_CLIENT = 3
const MODE_SERVER = 4

/**
 * An SNMP message is a BER sequence (RFC 3417 §8): version and community, then the PDU with its request's identifier (RFC 3416 §3); or
 * version 3 and a sequence that begins with the message's identifier (RFC 3412 §6).
 */
const SEQUENCE = 0x30
const INTEGER = 0x02
const OCTETS = 0x04
const SNMP_VERSION_3 = 3
/** Tags of PDUs (RFC 3416 §3): those that ask, Get, GetNext, Set and GetBulk; the response; and those that tell, traps and informs. */
const SNMP_ASKS = [0xa0, 0xa1, 0xa3, 0xa5]
const SNMP_RESPONSE = 0xa2
const SNMP_TELLS = [0xa4, 0xa6, 0xa7]

/** RADIUS codes (RFC 2865 §3, RFC 2866 §3): access and accounting request, the answers to them. */
const RADIUS_LENGTH = 20
const AUTHENTICATOR = 4
const ACCESS_REQUEST = 1
const ACCOUNTING_REQUEST = 4
const RADIUS_ANSWERS = (1 << 2) | (1 << 3) | (1 << 5) | (1 << 11)

/** TFTP (RFC 1350 §5): requests to read and to write, a file name, and a mode (netascii, octet, mail). */
const TFTP_LENGTH = 8
const LONGEST_NAME = 256
const READ = 1
const WRITE = 2
const MODES = 'nom'

/** IKE header (RFC 7296 §3.1): 28 bytes, the responder's index in the second eight; behind four bytes of zeros at port 4500. */
const IKE_LENGTH = 28
const RESPONDER = 8

/** QUIC long headers (RFC 9000 §17.2, RFC 9369 §3.2): form and fixed bit, type of an Initial in versions 1 and 2. */
const LONG = 0x80
const INITIAL_1 = 0xc0
const INITIAL_2 = 0xd0
const TYPE = 0xf0
const VERSION_1 = 1
const VERSION_2 = 0x6b33_43cf
/** Least length of the destination connection id that a client chooses (RFC 9000 §7.2), and where it is. */
const CONNECTION_LENGTH = 8
const CONNECTION = 6

/**
 * Writes kind and identifier of the UDP datagram at `header` into the event at `at`, where it is of any.
 * @param end - Where its captured bytes end.
 */
export function fillQuestion(i32: Int32Array, at: number, view: DataView, header: number, end: number): void {
  const source = udp.sourcePort(view, header)
  const destination = udp.destinationPort(view, header)
  const asked = SERVICES[destination]!
  const kind = asked !== 0 ? asked : SERVICES[source]!
  if (kind === 0) return
  const data = header + udp.LENGTH
  const length = end - data
  switch (kind) {
    case Asks.Dns:
      if (length < DNS_LENGTH) return
      // What asks for no name is a probe of traceroute, or no DNS at all; an answer may leave the question out (RFC 5936 §2.2.2).
      if (destination === DNS && view.getUint16(data + DNS_QUESTIONS) === 0 && !isDnsResponse(view, data)) return
      put(i32, at, Asks.Dns, view.getUint16(data), dnsRole(view.getUint16(data + 2), destination))
      return
    case Asks.Dhcp:
      if (length < BOOTP_OPTIONS + 4 || view.getInt32(data + BOOTP_OPTIONS) !== DHCP_COOKIE) return
      put(i32, at, Asks.Dhcp, view.getInt32(data + 4), dhcpRole(view, data, end))
      i32[at + Field.Acknowledgment] = dhcpAddress(view, data, end)
      i32[at + Field.MaximumSegmentSize] = fold32(view.getInt32(data + CLIENT), view.getUint16(data + CLIENT + 4))
      return
    case Asks.DhcpV6: {
      if (length < 4) return
      const word = view.getInt32(data)
      const isOffer = word >>> 24 === ADVERTISE && dhcpV6Offers(view, data, end)
      put(i32, at, Asks.DhcpV6, word & TRANSACTION, dhcpV6Role(word >>> 24) | (isOffer ? OFFERS : 0))
      i32[at + Field.MaximumSegmentSize] = dhcpV6Client(view, data, end)
      return
    }
    case Asks.Ntp: {
      if (length < NTP_LENGTH) return
      const mode = view.getUint8(data) & MODE
      const isAsked = mode === MODE_CLIENT && destination === NTP
      put(i32, at, Asks.Ntp, 0, isAsked ? 0 : mode === MODE_SERVER && source === NTP ? ANSWERS : NONE)
      return
    }
    case Asks.Snmp:
      // What comes back from the agent's port answers, also where it is encrypted or cut.
      if (!putSnmp(i32, at, view, data, end, destination === SNMP) && source === SNMP)
        put(i32, at, Asks.Snmp, 0, ANSWERS)
      return
    case Asks.Radius: {
      if (length < RADIUS_LENGTH) return
      const code = view.getUint8(data)
      put(i32, at, Asks.Radius, view.getUint8(data + 1), radiusRole(code, asked !== 0))
      i32[at + Field.MaximumSegmentSize] = view.getInt32(data + AUTHENTICATOR)
      return
    }
    case Asks.Tftp:
      if (destination === TFTP && length >= TFTP_LENGTH) put(i32, at, Asks.Tftp, 0, tftpRole(view, data, end))
      return
    case Asks.Ike: {
      const nat = source === IKE_NAT || destination === IKE_NAT ? 4 : 0
      if (length < IKE_LENGTH + nat || (nat !== 0 && view.getInt32(data) !== 0)) return
      const message = data + nat
      const responder = view.getInt32(message + RESPONDER) | view.getInt32(message + RESPONDER + 4)
      put(i32, at, Asks.Ike, view.getInt32(message), responder === 0 ? 0 : ANSWERS)
      return
    }
    default:
      if (length < CONNECTION + CONNECTION_LENGTH || (view.getUint8(data) & LONG) === 0) return
      put(i32, at, Asks.Quic, view.getInt32(data + CONNECTION), quicRole(view, data, destination === QUIC))
  }
}

/** A datagram that is of the protocol, but neither asks nor answers. */
const NONE = -1

/** @param role - 0 for a question, {@link ANSWERS}, or {@link NONE}. */
function put(i32: Int32Array, at: number, kind: number, id: number, role: number): void {
  if (role === NONE) return
  i32[at + Field.TcpFlags] = kind | role
  i32[at + Field.Sequence] = id
}

function isDnsResponse(view: DataView, data: number): boolean {
  return (view.getUint16(data + 2) & DNS_RESPONSE) !== 0
}

function dnsRole(flags: number, destination: number): number {
  if ((flags & DNS_RESPONSE) !== 0) return ANSWERS
  return destination === DNS && (flags & DNS_OPERATION) === 0 ? 0 : NONE
}

function dhcpRole(view: DataView, data: number, end: number): number {
  const operation = view.getUint8(data)
  if (operation !== BOOT_REPLY && operation !== BOOT_REQUEST) return NONE
  const type = dhcpOption(view, data, end, OPTION_TYPE)
  if (operation === BOOT_REPLY) return type !== NONE && view.getUint8(type) === OFFER ? ANSWERS | OFFERS : ANSWERS
  if (type === NONE) return NONE
  return view.getUint8(type) === DISCOVER ? 0 : ANSWERS
}

/** The address that a server offers or gives, or that a client requests, as its four bytes; 0 without. */
function dhcpAddress(view: DataView, data: number, end: number): number {
  if (view.getUint8(data) === BOOT_REPLY) return view.getInt32(data + OFFERED)
  const type = dhcpOption(view, data, end, OPTION_TYPE)
  if (type === NONE || view.getUint8(type) !== REQUEST) return 0
  const address = dhcpOption(view, data, end, OPTION_REQUESTED)
  return address === NONE || address + 4 > end ? 0 : view.getInt32(address)
}

/** Where the value of an option begins; `NONE` without. */
function dhcpOption(view: DataView, data: number, end: number, wanted: number): number {
  let option = data + BOOTP_OPTIONS + 4
  for (let looked = 0; looked < MOST_OPTIONS && option + 2 < end; looked++) {
    const code = view.getUint8(option)
    if (code === OPTION_END) return NONE
    if (code === wanted) return option + 2
    option += code === OPTION_PAD ? 1 : 2 + view.getUint8(option + 1)
  }
  return NONE
}

function dhcpV6Role(type: number): number {
  if (type === SOLICIT) return 0
  return type === ADVERTISE || type === REPLY || type === REQUEST ? ANSWERS : NONE
}

/** Whether a server advertises an address or a prefix, and not that it has none (RFC 8415 §18.3.9). */
function dhcpV6Offers(view: DataView, data: number, end: number): boolean {
  let option = data + 4
  for (let looked = 0; looked < MOST_OPTIONS && option + 4 + ASSOCIATION + 2 <= end; looked++) {
    const code = view.getUint16(option)
    if (code === OPTION_ADDRESSES || code === OPTION_PREFIXES) {
      const inner = view.getUint16(option + 4 + ASSOCIATION)
      if (view.getUint16(option + 2) > ASSOCIATION && (inner === OPTION_ADDRESS || inner === OPTION_PREFIX)) return true
    }
    option += 4 + view.getUint16(option + 2)
  }
  return false
}

/** Digest of the identifier that a client gives itself, 0 without. */
function dhcpV6Client(view: DataView, data: number, end: number): number {
  let option = data + 4
  for (let looked = 0; looked < MOST_OPTIONS && option + 4 <= end; looked++) {
    const length = view.getUint16(option + 2)
    if (view.getUint16(option) !== OPTION_CLIENT) {
      option += 4 + length
      continue
    }
    const last = Math.min(option + 4 + Math.min(length, LONGEST_DUID), end)
    let digest = length
    for (let byte = option + 4; byte < last; byte++) digest = fold32(digest, view.getUint8(byte))
    return digest
  }
  return 0
}

/** @returns Whether it is an SNMP message (RFC 3416 §3, RFC 3412 §6). */
function putSnmp(i32: Int32Array, at: number, view: DataView, data: number, end: number, isAsked: boolean): boolean {
  const version = berContent(view, data, end, SEQUENCE)
  const number = berContent(view, version, end, INTEGER)
  if (number === NONE || number >= end) return false
  const next = number + view.getUint8(number - 1)
  if (view.getUint8(number) === SNMP_VERSION_3) {
    const id = berContent(view, berContent(view, next, end, SEQUENCE), end, INTEGER)
    if (id === NONE) return false
    put(i32, at, Asks.Snmp, berInteger(view, id, end), isAsked ? 0 : ANSWERS)
    return true
  }
  const community = berContent(view, next, end, OCTETS)
  if (community === NONE) return false
  const pdu = community + view.getUint8(community - 1)
  if (pdu >= end) return false
  const tag = view.getUint8(pdu)
  const id = berContent(view, berContent(view, pdu, end, tag), end, INTEGER)
  if (id === NONE) return false
  // Agents tell of events too, unasked; whatever else comes from their port is an answer.
  const role = isAsked ? askedRole(tag) : SNMP_TELLS.includes(tag) ? NONE : ANSWERS
  put(i32, at, Asks.Snmp, berInteger(view, id, end), role)
  return true
}

function askedRole(tag: number): number {
  if (tag === SNMP_RESPONSE) return ANSWERS
  return SNMP_ASKS.includes(tag) ? 0 : NONE
}

/**
 * Where the content of a BER element begins (X.690 §8.1.3: lengths of one to three bytes); `NONE` where another tag stands there.
 * The byte before the content of a short element is its length.
 */
function berContent(view: DataView, at: number, end: number, tag: number): number {
  if (at === NONE || at + 2 > end || view.getUint8(at) !== tag) return NONE
  const length = view.getUint8(at + 1)
  if (length < 0x80) return at + 2
  return length === 0x81 || length === 0x82 ? at + 2 + (length & 3) : NONE
}

/** The lowest 32 bits of a BER integer whose content begins at `at`. */
function berInteger(view: DataView, at: number, end: number): number {
  const last = Math.min(at + Math.min(view.getUint8(at - 1), 8), end)
  let value = 0
  for (let byte = at; byte < last; byte++) value = (value << 8) | view.getUint8(byte)
  return value
}

function tftpRole(view: DataView, data: number, end: number): number {
  const operation = view.getUint16(data)
  if (operation !== READ && operation !== WRITE) return NONE
  let name = data + 2
  const last = Math.min(end - 2, name + LONGEST_NAME)
  while (name < last && view.getUint8(name) !== 0) name++
  if (name === data + 2 || name >= last) return NONE
  return MODES.includes(String.fromCharCode(view.getUint8(name + 1) | 0x20)) ? 0 : NONE
}

function radiusRole(code: number, isAsked: boolean): number {
  if (isAsked && (code === ACCESS_REQUEST || code === ACCOUNTING_REQUEST)) return 0
  return code < 32 && (RADIUS_ANSWERS & (1 << code)) !== 0 ? ANSWERS : NONE
}

function quicRole(view: DataView, data: number, isAsked: boolean): number {
  if (!isAsked) return ANSWERS
  const version = view.getInt32(data + 1)
  const type = view.getUint8(data) & TYPE
  const isInitial = (version === VERSION_1 && type === INITIAL_1) || (version === VERSION_2 && type === INITIAL_2)
  return isInitial && view.getUint8(data + 5) >= CONNECTION_LENGTH ? 0 : NONE
}
