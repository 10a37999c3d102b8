/**
 * Where the frame lies that a tunnel datagram carries: the walk of dissect.ts, asked the one question of a tunnel endpoint,
 * with what becomes of the congestion marks (RFC 7348 §4, RFC 6040 §4.2). Nothing is copied and nothing allocated.
 */

import * as gre from '../carriers/gre.ts'
import { NONE } from '../core/fault.ts'
import { decapsulatedEcn, EcnAlarm, ecnAlarm } from '../headers/ecn.ts'
import * as geneve from '../headers/geneve.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as gbp from '../headers/vxlan-gbp.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import { EtherType } from '../link/ethernet.ts'
import { dissect, dissectRecord, type FrameRecord, type TunnelPorts } from '../walk/dissect.ts'
import { type IpLayer, Layers, TunnelKind } from '../walk/layers.ts'

/** What {@link decapsulate} found. Owned by the caller and filled anew for each packet. */
export class Decapsulation {
  /** One of `TunnelKind`; `None` when the packet is not a tunnel datagram, or one that must not be read further. */
  kind: number = TunnelKind.None
  /** Network identifier, 0 to 16 777 215; `NONE` without a tunnel. */
  vni = NONE
  /** Offset of the first byte of the wrapped frame (or IP packet) in the view; `NONE` without a tunnel. */
  at = NONE
  /** Its bytes on the wire. */
  length = 0
  /** Those of them that the packet at hand holds: fewer where the snap length cut it, or in a first outer fragment. */
  capturedLength = 0
  /**
   * EtherType of what is wrapped: `EtherType.TransparentEthernet` for a frame, IPv4 or IPv6 for a packet without Ethernet
   * (GPE, Geneve), 0 for a next protocol that has none.
   */
  protocol = NONE
  /** A packet of the tunnel's own, no tenant's data: the O bit of GPE and Geneve. Not to be handed on. */
  control = false
  /** Group policy id, 0 to 65 535; `NONE` unless the G bit of VXLAN-GBP is set. */
  policyId = NONE
  /**
   * Congestion field with which an inner IP packet is to be handed on: 0 to 3, `ECN_DROP` when it must be dropped instead,
   * `NONE` when the frame holds no IP header (RFC 6040 §4.2).
   */
  ecn = NONE
  /** How unusual the pair of fields is. */
  ecnAlarm: EcnAlarm = EcnAlarm.None
  /** Everything else that the walk found: outer addresses, ports, inner headers, faults. */
  readonly layers: Layers = new Layers()
}

/**
 * Opens one packet. Faults inside the wrapped frame do not hinder it; those before it do, and `result.layers` names them.
 * @param result - Filled anew.
 * @param view - Holds the packet.
 * @param at - Offset of its first byte.
 * @param capturedLength - Bytes captured.
 * @param wireLength - Bytes that the wire carried, frame check sequence excluded.
 * @param linkType - What the packet begins with: LINKTYPE number, 1 for Ethernet, 101 for an IP header.
 * @param ports - From `tunnelPorts`.
 * @returns Whether it is a tunnel datagram, whose frame lies at `result.at`.
 */
export function decapsulate(
  result: Decapsulation,
  view: DataView,
  at: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  ports: TunnelPorts,
): boolean {
  dissect(result.layers, view, at, capturedLength, wireLength, linkType, ports)
  return takeOut(result, view)
}

/** As {@link decapsulate}, of a record whose original length is not to be trusted: see `dissectRecord`. */
export function decapsulateRecord(
  result: Decapsulation,
  view: DataView,
  record: FrameRecord,
  ports: TunnelPorts,
): boolean {
  dissectRecord(result.layers, view, record, ports)
  return takeOut(result, view)
}

function takeOut(result: Decapsulation, view: DataView): boolean {
  const { layers } = result
  const { tunnel, tunnelAt } = layers
  result.kind = tunnel
  result.vni = layers.vni
  result.at = NONE
  result.length = 0
  result.capturedLength = 0
  result.protocol = NONE
  result.control = false
  result.policyId = NONE
  result.ecn = NONE
  result.ecnAlarm = EcnAlarm.None
  switch (tunnel) {
    case TunnelKind.Vxlan:
      result.at = tunnelAt + gbp.LENGTH
      result.protocol = EtherType.TransparentEthernet
      if (gbp.hasPolicy(view, tunnelAt)) result.policyId = gbp.policyId(view, tunnelAt)
      break
    case TunnelKind.Gpe:
      result.at = tunnelAt + gpe.LENGTH
      result.protocol = etherTypeOf(gpe.payloadProtocol(view, tunnelAt))
      result.control = (gpe.flags(view, tunnelAt) & gpe.FLAG_O) !== 0
      break
    case TunnelKind.Geneve:
      result.at = tunnelAt + geneve.headerLength(view, tunnelAt)
      result.protocol = geneve.protocolType(view, tunnelAt)
      result.control = geneve.control(view, tunnelAt)
      break
    case TunnelKind.Nvgre:
      result.at = tunnelAt + gre.LENGTH_NVGRE
      result.protocol = EtherType.TransparentEthernet
      break
    default:
      return false
  }
  result.length = layers.innerLength
  // What the walk of the inner packet narrowed does not matter here: padding belongs to the frame.
  result.capturedLength = Math.max(0, Math.min(layers.innerLength, layers.end - result.at))
  const { outerIp, innerIp } = layers
  if (innerIp.at !== NONE) {
    const inner = ecnOf(view, innerIp)
    const outer = ecnOf(view, outerIp)
    result.ecn = decapsulatedEcn(inner, outer)
    result.ecnAlarm = ecnAlarm(inner, outer)
  }
  return true
}

function ecnOf(view: DataView, { at, version }: IpLayer): number {
  return version === 4 ? ipv4.ecn(view, at) : ipv6.ecn(view, at)
}

function etherTypeOf(nextProtocol: number): number {
  switch (nextProtocol) {
    case gpe.NextProtocol.Ethernet:
      return EtherType.TransparentEthernet
    case gpe.NextProtocol.Ipv4:
      return EtherType.IPv4
    case gpe.NextProtocol.Ipv6:
      return EtherType.IPv6
    case gpe.NextProtocol.Nsh:
      return EtherType.Nsh
    default:
      return 0
  }
}
