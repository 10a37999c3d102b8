/**
 * The outer headers of a tunnel, prepared once: what every datagram of it has in common, encoded, and the options in the form
 * that the packet path (encapsulate.ts) reads.
 */
import { checkBoolean, checkInteger, checkList, checkObject, checkOneOf, refuseType } from '../../option.ts'
import { type IpLike, ipOf, type MacLike, macOf } from '../core/address-like.ts'
import * as checksum from '../core/checksum.ts'
import { Cursor } from '../core/cursor.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import { checkUint } from '../core/range.ts'
import { EcnMode } from '../headers/ecn.ts'
import * as geneve from '../headers/geneve.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import * as dot1q from '../link/dot1q.ts'
import * as ethernet from '../link/ethernet.ts'
import { EtherType } from '../link/ethernet.ts'
import * as entropy from './entropy.ts'

/** Which tunnel header to write. */
export type EncapsulationKind = 'vxlan' | 'vxlan-gbp' | 'vxlan-gpe' | 'geneve'

/** A VLAN tag of the outer frame. */
export interface OuterTag {
  /** 0 to 4 095. */
  vlanId: number
  /** Priority code point, 0 to 7; 0 unless given. */
  priority?: number
  /** Drop eligible indicator, 0 or 1; 0 unless given. */
  dropEligible?: number
  /** Tag protocol identifier; unless given 0x8100 for the innermost tag and 0x88a8 for those before it (802.1ad). */
  protocolId?: number
}

/** What {@link prepare} takes. */
export interface EncapsulationOptions {
  /** `vxlan` unless given. */
  kind?: EncapsulationKind
  /** Network identifier, 0 to 16 777 215. */
  vni: number
  /** Outer source address: text, a number (IPv4), or 4 or 16 bytes. */
  source: IpLike
  /** Outer destination address, of the same version. */
  destination: IpLike
  /**
   * Outer UDP source port: one port, or the range into which the hash of the inner flow is mapped; 49 152 to 65 535 unless
   * given (RFC 7348 §5).
   */
  sourcePort?:
    | number
    | {
        /** Smallest port, from 0. */
        min: number
        /** Largest port, up to 65 535. */
        max: number
      }
  /** Outer UDP destination port, 1 to 65 535; what IANA assigned to the kind unless given: 4789, 4790, 6081. */
  destinationPort?: number
  /** Time to live or hop limit, 0 to 255; 64 unless given. */
  timeToLive?: number
  /**
   * IPv4's DF bit; set unless given, because a tunnel endpoint must not fragment (RFC 7348 §4.3). `inherit` copies it from an
   * inner IPv4 header and leaves it clear otherwise.
   */
  dontFragment?: boolean | 'inherit'
  /** Code point of the outer header, 0 to 63, or `inherit` to copy it from an inner IP header (RFC 2983 §3); 0 unless given. */
  dscp?: number | 'inherit'
  /** `normal` copies the inner ECN field, `compatibility` clears it (RFC 6040 §4.1); `normal` unless given. */
  ecn?: EcnMode
  /**
   * IPv4 identification of the first packet, 0 unless given. It counts up after every packet that may be fragmented (DF clear)
   * and stays as it is where DF makes it meaningless (RFC 6864 §4).
   */
  identification?: number
  /**
   * `zero` sends no UDP checksum, `compute` a right one. Unless given, `zero` over IPv4 (RFC 7348 §5) and `compute` over IPv6,
   * where zero is an exception that both ends must have agreed on (RFC 6935, RFC 6936).
   */
  udpChecksum?: 'compute' | 'zero'
  /** IPv6 flow label, 0 to 1 048 575, or `hash` for that of the inner flow (RFC 6438); 0 unless given. */
  flowLabel?: number | 'hash'
  /** Addresses and tags of an outer Ethernet frame; without them the datagram begins with its IP header. */
  ethernet?: {
    /** MAC address of its sender. */
    source: MacLike
    /** MAC address of the receiver of the outer frame. */
    destination: MacLike
    /** Its VLAN tags, outermost first. */
    tags?: readonly OuterTag[]
  }
  /** Group policy, `vxlan-gbp` alone: id 0 to 65 535, 0 unless given (draft-smith-vxlan-group-policy §2.1). */
  policy?: {
    /** Group policy id, 0 to 65 535. */
    id: number
    /** Whether the receiver is not to learn from the frame (D bit). */
    dontLearn?: boolean
    /** Whether the policy was applied already (A bit). */
    applied?: boolean
  }
  /** Options, `geneve` alone; none unless given (RFC 8926 §3.5). */
  options?: readonly geneve.Option[]
  /** What is wrapped: Ethernet frames, or IP packets (`vxlan-gpe` and `geneve` alone); `ethernet` unless given. */
  payload?: 'ethernet' | 'ip'
}

/**
 * A prepared encapsulation, made by {@link prepare} and reused for every packet of a tunnel. Only `identification` and
 * `sourcePort` are meant to be set.
 */
export class Encapsulation {
  /** What IPv4 identification the next packet has, 0 to 65 535. */
  identification = 0
  /** Source port of the next packets, 0 to 65 535; `NONE` to take it from the hash of the inner flow. */
  sourcePort = NONE
  /** Which tunnel header is written. */
  readonly kind: EncapsulationKind
  /** Network identifier, 0 to 16 777 215. */
  readonly vni: number
  /** Bytes in front of the wrapped frame: what a buffer needs beyond it. */
  readonly headerLength: number
  /** Bytes of those that count against the MTU of the underlay: all but the outer Ethernet header and its tags. */
  readonly underlayLength: number
  /** 4 or 6. */
  readonly version: 4 | 6
  /** All headers, as they stand in front of an empty frame. */
  readonly template: DataView
  /** Offsets of the headers in {@link template}. */
  readonly ipAt: number
  /** Offset of the UDP header in {@link template}. */
  readonly udpAt: number
  /** Offset of the tunnel header in {@link template}. */
  readonly tunnelAt: number
  /** The options in the form that the packet path reads. */
  readonly portMin: number
  /** Largest source port of the range. */
  readonly portMax: number
  /** 0 or 1; `NONE` = inherit. */
  readonly dontFragment: number
  /** 0 to 63; `NONE` = inherit. */
  readonly dscp: number
  /** How the ECN field of the inner header is carried over. */
  readonly ecn: EcnMode
  /** Whether the UDP checksum is computed. */
  readonly computesChecksum: boolean
  /** Whether the IPv6 flow label is the hash of the inner flow. */
  readonly hashesFlowLabel: boolean
  /** Whether IP packets are wrapped, not Ethernet frames. */
  readonly wrapsIp: boolean
  /** Sum of the words of the IPv4 header that are the same in every packet; 0 over IPv6. */
  readonly headerSum: number
  /** Sum of the IPv4 pseudo header without the length, and of nothing over IPv6. */
  readonly pseudoSum: number

  /** @throws RangeError when an option is out of range or does not go with the others; TypeError for a wrong type. */
  constructor(options: EncapsulationOptions) {
    checkOptions(options)
    const { kind = 'vxlan', vni, sourcePort, timeToLive = 64, dontFragment = true, dscp = 0, flowLabel = 0 } = options
    const { ecn = EcnMode.Normal, identification = 0, payload = 'ethernet' } = options
    const source = ipOf('source', options.source)
    const destination = ipOf('destination', options.destination)
    if (source.length !== destination.length) {
      throw new RangeError('source and destination must be addresses of one IP version')
    }
    if (kind !== 'vxlan-gbp' && options.policy !== undefined) throw new RangeError(`${kind} carries no policy`)
    if (kind !== 'geneve' && options.options !== undefined) throw new RangeError(`${kind} carries no options`)
    if (payload === 'ip' && (kind === 'vxlan' || kind === 'vxlan-gbp')) {
      throw new RangeError(`${kind} carries Ethernet frames alone; payload must be 'ethernet'`)
    }
    if (dscp !== 'inherit') checkUint('dscp', dscp, 6)
    if (flowLabel !== 'hash') checkUint('flowLabel', flowLabel, 20)
    checkUint('identification', identification, 16)
    const range = typeof sourcePort === 'object' ? sourcePort : { min: entropy.PORT_MIN, max: entropy.PORT_MAX }
    checkUint('sourcePort.min', range.min, 16)
    checkUint('sourcePort.max', range.max, 16)
    if (range.min > range.max) {
      throw new RangeError(`sourcePort.min must not be above sourcePort.max, as ${range.min} is above ${range.max}`)
    }
    if (typeof sourcePort === 'number') checkUint('sourcePort', sourcePort, 16)
    const destinationPort = options.destinationPort ?? portOfKind(kind)

    this.kind = kind
    this.vni = vni
    this.version = source.length === 4 ? 4 : 6
    this.identification = identification
    this.sourcePort = typeof sourcePort === 'number' ? sourcePort : NONE
    this.portMin = range.min
    this.portMax = range.max
    this.dontFragment = dontFragment === 'inherit' ? NONE : dontFragment ? 1 : 0
    this.dscp = dscp === 'inherit' ? NONE : dscp
    this.ecn = ecn
    this.computesChecksum = (options.udpChecksum ?? (this.version === 4 ? 'zero' : 'compute')) === 'compute'
    this.hashesFlowLabel = flowLabel === 'hash'
    this.wrapsIp = payload === 'ip'

    // The longest there is: 14 + 4 per tag, 40, 8, 260.
    const tags = options.ethernet?.tags ?? []
    const room = new DataView(
      new ArrayBuffer(ethernet.LENGTH + dot1q.LENGTH * tags.length + 40 + 8 + geneve.LENGTH_MAX),
    )
    const cursor = new Cursor().reset(room, 0, room.byteLength)
    const etherType = this.version === 4 ? EtherType.IPv4 : EtherType.IPv6
    if (options.ethernet !== undefined) {
      const protocolIds = tags.map(
        (tag, i) => tag.protocolId ?? (i === tags.length - 1 ? EtherType.Vlan : EtherType.ServiceVlan),
      )
      ethernet.encode(cursor, {
        destination: macOf('ethernet.destination', options.ethernet.destination),
        source: macOf('ethernet.source', options.ethernet.source),
        etherType: protocolIds[0] ?? etherType,
      })
      tags.forEach(({ vlanId, priority = 0, dropEligible = 0 }, i) => {
        dot1q.encode(cursor, { vlanId, priority, dropEligible, etherType: protocolIds[i + 1] ?? etherType })
      })
    }
    this.ipAt = cursor.position
    if (this.version === 4) {
      const addresses = { source: word(source), destination: word(destination) }
      const fields = { protocol: Protocol.Udp, timeToLive, identification, dscp: Math.max(0, this.dscp) }
      ipv4.encode(cursor, ipv4.header({ ...addresses, ...fields }))
      this.pseudoSum = checksum.pseudoHeaderSum4(addresses.source, addresses.destination, Protocol.Udp, 0)
      const constant = ipv4.header({ ...addresses, protocol: Protocol.Udp, timeToLive, totalLength: 0 })
      const header = new Cursor().reset(new DataView(new ArrayBuffer(ipv4.LENGTH)), 0, ipv4.LENGTH)
      ipv4.encode(header, constant)
      this.headerSum = checksum.sum(header.view, 0, ipv4.LENGTH)
    } else {
      ipv6.encode(
        cursor,
        ipv6.header({
          source,
          destination,
          nextHeader: Protocol.Udp,
          payloadLength: 0,
          hopLimit: timeToLive,
          dscp: Math.max(0, this.dscp),
          flowLabel: flowLabel === 'hash' ? 0 : flowLabel,
        }),
      )
      this.pseudoSum = 0
      this.headerSum = 0
    }
    this.udpAt = cursor.position
    udp.encode(cursor, udp.header(Math.max(0, this.sourcePort), destinationPort, 0))
    this.tunnelAt = cursor.position
    encodeTunnel(cursor, kind, options)
    this.headerLength = cursor.position
    this.underlayLength = cursor.position - this.ipAt
    this.template = new DataView(room.buffer, 0, cursor.position)
  }
}

/**
 * Prepares the outer headers of a tunnel: one allocation, for any number of packets.
 * @throws RangeError when an option is out of range or does not go with the others.
 */
export function prepare(options: EncapsulationOptions): Encapsulation {
  return new Encapsulation(options)
}

function portOfKind(kind: EncapsulationKind): number {
  switch (kind) {
    case 'vxlan':
    case 'vxlan-gbp':
      return vxlan.PORT
    case 'vxlan-gpe':
      return gpe.PORT
    case 'geneve':
      return geneve.PORT
  }
}

function encodeTunnel(cursor: Cursor, kind: EncapsulationKind, { vni, policy, options }: EncapsulationOptions): void {
  switch (kind) {
    case 'vxlan':
      vxlan.encode(cursor, vxlan.header(vni))
      break
    case 'vxlan-gbp': {
      const { id = 0, dontLearn = false, applied = false } = policy ?? {}
      const flags = (dontLearn ? gbp.POLICY_FLAG_D : 0) | (applied ? gbp.POLICY_FLAG_A : 0)
      gbp.encode(cursor, gbp.header(vni, id, flags))
      break
    }
    case 'vxlan-gpe':
      gpe.encode(cursor, gpe.header(vni))
      break
    case 'geneve':
      geneve.encode(cursor, geneve.header(vni, options))
      break
  }
}

/** What can be said of each option by itself; header fields are checked where they are encoded. */
function checkOptions(options: EncapsulationOptions): void {
  checkObject('options', options)
  checkOneOf('kind', options.kind, ['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'geneve'])
  checkOneOf('payload', options.payload, ['ethernet', 'ip'])
  checkOneOf('ecn', options.ecn, [EcnMode.Normal, EcnMode.Compatibility])
  checkOneOf('udpChecksum', options.udpChecksum, ['compute', 'zero'])
  checkOneOf('dontFragment', options.dontFragment, [true, false, 'inherit'])
  const { dscp, flowLabel, sourcePort, policy } = options
  if (typeof dscp === 'string') checkOneOf('dscp', dscp, ['inherit'])
  if (typeof flowLabel === 'string') checkOneOf('flowLabel', flowLabel, ['hash'])
  if (typeof sourcePort !== 'number' && sourcePort !== undefined) {
    if (sourcePort === null || typeof sourcePort !== 'object')
      refuseType('sourcePort', sourcePort, 'a number or a range')
  }
  checkInteger('destinationPort', options.destinationPort, 1, 65_535)
  checkInteger('timeToLive', options.timeToLive, 0, 255)
  checkObject('policy', policy)
  checkBoolean('policy.dontLearn', policy?.dontLearn)
  checkBoolean('policy.applied', policy?.applied)
  checkObject('ethernet', options.ethernet)
  checkList('ethernet.tags', options.ethernet?.tags, checkObject)
  checkList('options', options.options, checkObject)
}

function word(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0)
}
