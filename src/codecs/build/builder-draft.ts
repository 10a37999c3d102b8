/**
 * From a part of a packet to a header that can be encoded: defaults in place, addresses read, and a note of which fields are
 * still open, because the parts around it decide them.
 */

import * as ciscoMetadata from '../carriers/cisco-metadata.ts'
import * as erspan2 from '../carriers/erspan-ii.ts'
import * as erspan3 from '../carriers/erspan-iii.ts'
import * as etag from '../carriers/etag.ts'
import * as gre from '../carriers/gre.ts'
import * as itag from '../carriers/itag.ts'
import * as mpls from '../carriers/mpls.ts'
import * as pppoe from '../carriers/pppoe.ts'
import * as pseudowire from '../carriers/pseudowire.ts'
import * as vntag from '../carriers/vntag.ts'
import { ipv4Of, ipv6Of, macOf } from '../core/address-like.ts'
import { setBytes } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { type Option, optionBytes } from '../core/options.ts'
import { Protocol } from '../core/protocol.ts'
import * as arp from '../headers/arp.ts'
import * as authentication from '../headers/authentication.ts'
import * as geneve from '../headers/geneve.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as igmp from '../headers/igmp.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as ipv6Fragment from '../headers/ipv6-fragment.ts'
import * as ipv6Options from '../headers/ipv6-options.ts'
import * as ipv6Routing from '../headers/ipv6-routing.ts'
import * as neighbor from '../headers/neighbor.ts'
import * as tcp from '../headers/tcp.ts'
import * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import * as llc from '../link/llc.ts'
import * as loopback from '../link/loopback.ts'
import * as ppp from '../link/ppp.ts'
import * as sll from '../link/sll.ts'
import * as sll2 from '../link/sll2.ts'
import { checkPart } from './builder-check.ts'
import type { Carrier, Part, PartName } from './builder-parts.ts'

/** A header on its way into a packet. */
export interface Draft {
  /** Names the part that the header is of. */
  readonly layer: PartName
  /** The header as `encode` takes it; open fields hold 0 until they are filled in. */
  readonly header: object
  /** Fields that the caller left to the builder. */
  readonly open: Set<string>
  /** Bytes of the encoded header. */
  readonly length: number
  /** Fills in a field of the header; a name with a dot reaches into it. */
  fill(field: string, value: number): void
  /** Writes the header at the cursor and steps over it. */
  encode(cursor: Cursor): void
}

const NOTHING = new Uint8Array(0)

/**
 * Turns a part into a draft.
 * @throws RangeError for an address that is none, or options that do not fit; TypeError for a field of a wrong type.
 */
export function draftOf(part: Part): Draft {
  checkPart(part)
  switch (part.layer) {
    case 'ethernet': {
      const { destination, source, ...rest } = fieldsOf(part)
      const addresses = {
        destination: macOf('ethernet.destination', destination),
        source: macOf('ethernet.source', source),
      }
      return draft(part, ethernet, { etherType: 0, ...rest, ...addresses }, ethernet.LENGTH, ['etherType'])
    }
    case 'dot1q':
      return draft(part, dot1q, { ...dot1q.header(0, 0), ...fieldsOf(part) }, dot1q.LENGTH, ['etherType'])
    case 'llc':
      return draftLlc(part)
    case 'arp': {
      const { senderHardware, senderProtocol, targetHardware = 0, targetProtocol, ...rest } = fieldsOf(part)
      const addresses = {
        senderHardware: macOf('arp.senderHardware', senderHardware),
        senderProtocol: ipv4Of('arp.senderProtocol', senderProtocol),
        targetHardware: macOf('arp.targetHardware', targetHardware),
        targetProtocol: ipv4Of('arp.targetProtocol', targetProtocol),
      }
      return draft(part, arp, { ...arp.request(0, 0, 0), ...rest, ...addresses }, arp.LENGTH, [])
    }
    case 'ipv4': {
      const { source, destination, options, ...rest } = fieldsOf(part)
      const header = ipv4.header({
        protocol: 0,
        totalLength: 0,
        ...rest,
        options: optionsOf(options),
        source: ipv4Of('ipv4.source', source),
        destination: ipv4Of('ipv4.destination', destination),
      })
      const length = ipv4.LENGTH + header.options.length
      return draft(part, ipv4, header, length, ['headerLength', 'totalLength', 'protocol', 'checksum'])
    }
    case 'ipv6': {
      const { source, destination, ...rest } = fieldsOf(part)
      const header = ipv6.header({
        nextHeader: 0,
        payloadLength: 0,
        ...rest,
        source: ipv6Of('ipv6.source', source),
        destination: ipv6Of('ipv6.destination', destination),
      })
      return draft(part, ipv6, header, ipv6.LENGTH, ['payloadLength', 'nextHeader'])
    }
    case 'hopByHop':
    case 'destinationOptions': {
      const { options = [], ...rest } = fieldsOf(part)
      const bytes = options instanceof Uint8Array ? options : ipv6Options.header(0, options).options
      const length = ipv6Options.LENGTH + bytes.length
      const header = { nextHeader: 0, headerLength: length, ...rest, options: bytes }
      return draft(part, ipv6Options, header, length, ['headerLength', 'nextHeader'])
    }
    case 'ipv6Routing': {
      const length = ipv6Routing.LENGTH + part.data.length
      const header = { nextHeader: 0, headerLength: length, segmentsLeft: 0, ...fieldsOf(part) }
      return draft(part, ipv6Routing, header, length, ['headerLength', 'nextHeader'])
    }
    case 'ipv6Fragment': {
      const header = { ...ipv6Fragment.header(0, 0, false, 0), ...fieldsOf(part) }
      return draft(part, ipv6Fragment, header, ipv6Fragment.LENGTH, ['nextHeader'])
    }
    case 'authentication': {
      const header = { ...authentication.header(0, 0, 0, part.integrityCheckValue ?? NOTHING), ...fieldsOf(part) }
      const length = authentication.LENGTH + header.integrityCheckValue.length
      return draft(part, authentication, header, length, ['headerLength', 'nextHeader'])
    }
    case 'udp':
      return draft(part, udp, { ...udp.header(0, 0, 0), ...fieldsOf(part) }, udp.LENGTH, [
        'sourcePort',
        'destinationPort',
        'length',
        'checksum',
      ])
    case 'tcp': {
      const { options, ...rest } = fieldsOf(part)
      const header = tcp.header({ ...rest, options: optionsOf(options) })
      return draft(part, tcp, header, tcp.LENGTH + header.options.length, ['headerLength', 'checksum'])
    }
    case 'icmp':
      return draft(part, icmp, { code: 0, checksum: 0, rest: 0, ...fieldsOf(part) }, icmp.LENGTH, ['checksum'])
    case 'icmpv6':
      return draft(part, icmpv6, { code: 0, checksum: 0, rest: 0, ...fieldsOf(part) }, icmpv6.LENGTH, ['checksum'])
    case 'neighbor':
      return draftNeighbor(part)
    case 'igmp':
      return draftIgmp(part)
    case 'vxlan':
      return draft(part, vxlan, { ...vxlan.header(0), ...fieldsOf(part) }, vxlan.LENGTH, [])
    case 'vxlanGbp':
      return draft(part, gbp, { ...gbp.header(0, 0), ...fieldsOf(part) }, gbp.LENGTH, [])
    case 'vxlanGpe':
      return draft(part, gpe, { ...gpe.header(0, 0), ...fieldsOf(part) }, gpe.LENGTH, ['nextProtocol'])
    case 'geneve': {
      const { options = [], ...rest } = fieldsOf(part)
      const listed = options instanceof Uint8Array ? { options, optionsLength: options.length } : {}
      const header = { ...geneve.header(0, options instanceof Uint8Array ? [] : options), ...listed, ...rest }
      const length = geneve.LENGTH + header.options.length
      return draft(part, geneve, header, length, ['optionsLength', 'flags', 'protocolType'])
    }
    case 'gre':
      return draftGre(part)
    case 'sll': {
      const header = { ...cooked(), packetType: 0, ...fieldsOf(part) }
      return draft(part, sll, header, sll.LENGTH, ['protocol'])
    }
    case 'sll2': {
      const header = { ...cooked(), packetType: 0, reserved: 0, interfaceIndex: 0, ...fieldsOf(part) }
      return draft(part, sll2, header, sll2.LENGTH, ['protocol'])
    }
    case 'loopback': {
      const header = { family: 0, littleEndian: true, ...fieldsOf(part) }
      return draft(part, loopback, header, loopback.LENGTH, ['family'])
    }
    case 'payload':
    case 'padding':
      return draftBytes(part.layer, part.bytes)
    default:
      return draftCarrier(part)
  }
}

/** Turns what carries a tunnel, and is no overlay itself, into a draft. */
function draftCarrier(part: Carrier): Draft {
  switch (part.layer) {
    case 'mpls':
      return draft(part, mpls, { ...mpls.header(0), ...fieldsOf(part) }, mpls.LENGTH, ['bottomOfStack'])
    case 'pseudowire':
      return draft(part, pseudowire, { ...pseudowire.header(), ...fieldsOf(part) }, pseudowire.LENGTH, ['length'])
    case 'erspan2':
      return draft(part, erspan2, { ...erspan2.header(0), ...fieldsOf(part) }, erspan2.LENGTH, [])
    case 'erspan3': {
      const hasPlatform = part.platform !== undefined
      const header = { ...erspan3.header(0), optional: hasPlatform ? 1 : 0, ...fieldsOf(part) }
      return draft(part, erspan3, header, erspan3.LENGTH + (hasPlatform ? erspan3.LENGTH_PLATFORM : 0), ['optional'])
    }
    case 'ppp': {
      const header = { ...ppp.header(0), ...fieldsOf(part) }
      const length = (header.framed ? ppp.LENGTH_FRAMING : 0) + (header.compressed ? 1 : ppp.LENGTH)
      return draft(part, ppp, header, length, ['protocol'])
    }
    case 'pppoe':
      return draft(part, pppoe, { ...pppoe.header(0, 0), ...fieldsOf(part) }, pppoe.LENGTH, ['length'])
    case 'itag':
      return draft(part, itag, { ...itag.header(0), ...fieldsOf(part) }, itag.LENGTH, [])
    case 'vntag':
      return draft(part, vntag, { ...vntag.header(0, 0, 0), ...fieldsOf(part) }, vntag.LENGTH, ['etherType'])
    case 'etag':
      return draft(part, etag, { ...etag.header(0, 0), ...fieldsOf(part) }, etag.LENGTH, ['etherType'])
    case 'ciscoMetadata': {
      const header = { ...ciscoMetadata.header(0, 0), ...fieldsOf(part) }
      return draft(part, ciscoMetadata, header, ciscoMetadata.LENGTH, ['etherType'])
    }
    default:
      throw new RangeError(`'${String((part as Part).layer)}' is not a layer that the builder knows`)
  }
}

/** The part without its name and without fields that are `undefined`. */
function fieldsOf<P extends Part>(part: P): Omit<P, 'layer'> {
  const entries = Object.entries(part).filter(([name, value]) => name !== 'layer' && value !== undefined)
  return Object.fromEntries(entries) as Omit<P, 'layer'>
}

/** What an encoder of a header module looks like. */
interface Encoder<H extends object> {
  encode(cursor: Cursor, header: H): void
}

function draft<H extends object>(
  part: Part,
  codec: Encoder<H>,
  header: H,
  length: number,
  fillable: readonly string[],
): Draft {
  const given = fieldsOf(part)
  return {
    layer: part.layer,
    header,
    length,
    open: new Set(fillable.filter((field) => !(field in given))),
    fill: (field, value) => assign(header, field, value),
    encode: (cursor) => codec.encode(cursor, header),
  }
}

function assign(header: object, field: string, value: number): void {
  const names = field.split('.')
  const last = names.pop()!
  let target = header as Record<string, unknown>
  for (const name of names) target = target[name] as Record<string, unknown>
  target[last] = value
}

function optionsOf(options: Uint8Array | readonly Option[] = NOTHING): Uint8Array {
  return options instanceof Uint8Array ? options : optionBytes(options)
}

function cooked(): Pick<sll.Header, 'arphrdType' | 'addressLength' | 'address' | 'protocol'> {
  return {
    arphrdType: sll.ArphrdType.Ethernet,
    addressLength: 6,
    address: new Uint8Array(sll.ADDRESS_LENGTH),
    protocol: 0,
  }
}

function draftLlc(part: Part & { layer: 'llc' }): Draft {
  const { snap, ...rest } = fieldsOf(part)
  const dsap = rest.dsap ?? llc.Sap.Snap
  const header: llc.Header = { dsap, ssap: dsap, control: llc.CONTROL_UI, ...rest }
  const isSnap = dsap === llc.Sap.Snap && header.ssap === llc.Sap.Snap && header.control === llc.CONTROL_UI
  if (isSnap || snap !== undefined) {
    header.snap = { organization: llc.ORGANIZATION_ETHERNET, protocol: 0, ...snap }
  }
  const numbered = header.sequence === undefined ? llc.LENGTH : llc.LENGTH_NUMBERED
  const made = draft(part, llc, header, header.snap === undefined ? numbered : llc.LENGTH_SNAP, [])
  if (isSnap && snap?.protocol === undefined) made.open.add('snap.protocol')
  return made
}

function draftGre(part: Part & { layer: 'gre' }): Draft {
  const given = fieldsOf(part)
  const has = (field: keyof gre.Header): boolean => given[field] !== undefined
  let flags = 0
  if (has('checksum') || has('reserved1')) flags |= gre.FLAG_CHECKSUM
  if (has('key')) flags |= gre.FLAG_KEY
  if (has('sequence')) flags |= gre.FLAG_SEQUENCE
  const header: gre.Header = { flags, version: gre.VERSION, protocol: 0, ...given }
  const checked = (header.flags & gre.FLAG_CHECKSUM) !== 0
  if (checked) Object.assign(header, { checksum: 0, reserved1: 0, ...given })
  const parts = (checked ? 1 : 0) + (has('key') ? 1 : 0) + (has('sequence') ? 1 : 0)
  const fillable = checked ? ['flags', 'protocol', 'checksum'] : ['flags', 'protocol']
  return draft(part, gre, header, gre.LENGTH + 4 * parts, fillable)
}

function draftIgmp(part: Part & { layer: 'igmp' }): Draft {
  const { group, records, query, ...rest } = fieldsOf(part)
  const address = group === undefined ? (records?.length ?? 0) : ipv4Of('igmp.group', group)
  const header: igmp.Header = { maxResponseTime: 0, checksum: 0, ...rest, group: address }
  let length = igmp.LENGTH
  for (const { sources, auxiliary } of records ?? []) {
    length += igmp.RECORD_LENGTH + 4 * sources.length + auxiliary.length
  }
  if (query !== undefined) length += igmp.LENGTH_QUERY_V3 - igmp.LENGTH + 4 * query.sources.length
  const encoder = {
    encode(cursor: Cursor): void {
      igmp.encode(cursor, header)
      for (const record of records ?? []) igmp.encodeRecord(cursor, record)
      if (query !== undefined) igmp.encodeQueryTail(cursor, query)
    },
  }
  const fillable = records === undefined ? ['checksum'] : ['checksum', 'group']
  const made = draft(part, encoder, header, length, fillable)
  const whole = { ...(records === undefined ? {} : { records }), ...(query === undefined ? {} : { query }) }
  return { ...made, header: Object.assign(header, whole) }
}

function draftNeighbor(part: Part & { layer: 'neighbor' }): Draft {
  const options = part.options ?? []
  const header = { target: ipv6Of('neighbor.target', part.target), options }
  let length = neighbor.LENGTH
  for (const { data } of options) length += 2 + data.length
  const encoder = {
    encode(cursor: Cursor): void {
      neighbor.encode(cursor, header)
      for (const option of options) neighbor.encodeOption(cursor, option)
    },
  }
  return draft(part, encoder, header, length, [])
}

function draftBytes(layer: 'payload' | 'padding', bytes: Uint8Array): Draft {
  return {
    layer,
    header: { bytes },
    length: bytes.length,
    open: new Set(),
    fill: () => {},
    encode(cursor) {
      setBytes(cursor.view, cursor.claim(bytes.length), bytes)
    },
  }
}

/** Protocol number of a part as the payload of IP, -1 for a part that has none. */
export function protocolOf(layer: PartName): number {
  switch (layer) {
    case 'ipv4':
      return Protocol.Ipv4
    case 'ipv6':
      return Protocol.Ipv6
    case 'hopByHop':
      return Protocol.HopByHop
    case 'destinationOptions':
      return Protocol.DestinationOptions
    case 'ipv6Routing':
      return Protocol.Routing
    case 'ipv6Fragment':
      return Protocol.Fragment
    case 'authentication':
      return Protocol.Ah
    case 'udp':
      return Protocol.Udp
    case 'tcp':
      return Protocol.Tcp
    case 'icmp':
      return Protocol.Icmp
    case 'icmpv6':
      return Protocol.IcmpV6
    case 'igmp':
      return Protocol.Igmp
    case 'gre':
      return Protocol.Gre
    case 'mpls':
      return Protocol.Mpls
    default:
      return -1
  }
}
