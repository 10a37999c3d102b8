/**
 * The walk: link layer → outer Ethernet and VLANs → carriers → IP → UDP → VXLAN, GPE or Geneve, or IP → NVGRE → inner Ethernet
 * and VLANs → IP or ARP → TCP, UDP or ICMP. Fills one reusable `Layers` with offsets and lengths; allocates nothing and never throws.
 */
import { checkInteger, checkList } from '../../option.ts'
import * as gre from '../carriers/gre.ts'
import { Fault, NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as arp from '../headers/arp.ts'
import * as geneve from '../headers/geneve.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as tcp from '../headers/tcp.ts'
import * as udp from '../headers/udp.ts'
import * as vxlan from '../headers/vxlan.ts'
import * as gpe from '../headers/vxlan-gpe.ts'
import { EtherType } from '../link/ethernet.ts'
import { Layer, type Layers, TunnelKind } from './layers.ts'
import { frameLength, type RecordLengths, settleLength } from './record-length.ts'
import { bareIpType, isGeneve, isGpe, isVxlan } from './tunnel-header.ts'
import { enterCarriers } from './walk-carriers.ts'
import { enterLink } from './walk-link.ts'
import { enterFrame, enterIp, LONGEST, note } from './walk-steps.ts'

/** Which UDP destination port carries which tunnel: a table of all 65 536 ports. */
export type TunnelPorts = Uint8Array

/**
 * The known tunnel ports: 4789 and 8472 VXLAN, 4790 GPE, 6081 Geneve.
 * @param furtherVxlan - More VXLAN destination ports, 1 to 65 535.
 * @throws RangeError for a port out of range, TypeError for what is no list of numbers.
 */
export function tunnelPorts(furtherVxlan: readonly number[] = []): TunnelPorts {
  checkList('ports', furtherVxlan, (name, port) => checkInteger(name, port, 1, 65_535))
  const ports = new Uint8Array(65536)
  ports[gpe.PORT] = TunnelKind.Gpe
  ports[geneve.PORT] = TunnelKind.Geneve
  for (const port of [vxlan.PORT, vxlan.PORT_LINUX, ...furtherVxlan]) {
    ports[port] = TunnelKind.Vxlan
  }
  return ports
}

/**
 * Takes one record apart.
 * @param layers - Filled anew; what the walk did not reach is `NONE`, 0 or false.
 * @param view - The chunk.
 * @param at - Offset of the record's first byte.
 * @param capturedLength - Bytes captured.
 * @param wireLength - Bytes that the wire carried, frame check sequence excluded.
 * @param linkType - LINKTYPE of the interface.
 * @param ports - From {@link tunnelPorts}.
 */
export function dissect(
  layers: Layers,
  view: DataView,
  at: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  ports: TunnelPorts,
): void {
  reset(layers, view, at, capturedLength, wireLength)
  enter(layers, linkType, ports)
}

/** A record as it lies in a view. */
export interface FrameRecord extends RecordLengths {
  /** Offset of the record's first byte. */
  readonly at: number
  /** LINKTYPE number of the interface. */
  readonly linkType: number
}

/**
 * Takes one record apart as {@link dissect} does, and sees to its lengths: an original length that cannot be gives way to what was
 * captured and what the outermost IP header says (`layers.lengthImpossible`).
 */
export function dissectRecord(layers: Layers, view: DataView, record: FrameRecord, ports: TunnelPorts): void {
  const { at, capturedLength, wireLength } = record
  reset(layers, view, at, capturedLength, frameLength(record))
  layers.settledFrom = layers.at + (capturedLength | 0)
  layers.lengthImpossible = wireLength < capturedLength
  enter(layers, record.linkType, ports)
  if (layers.settledFrom !== NONE) settleLength(layers, layers.outerFrame.etherType)
}

function enter(layers: Layers, linkType: number, ports: TunnelPorts): void {
  if (enterCarriers(layers, enterLink(layers, linkType))) enterTransport(layers, ports)
}

function reset(layers: Layers, view: DataView, start: number, capturedLength: number, wireLength: number): void {
  // Integers, whatever they were handed as: where one offset is a float, V8 reckons all that follow as floats.
  const at = start | 0
  const wireEnd = at + (Math.min(wireLength, LONGEST) | 0)
  const end = Math.min(at + (capturedLength | 0), wireEnd)
  layers.view = view
  layers.innerView = view
  layers.at = at
  layers.end = end
  layers.wireEnd = wireEnd
  layers.settledFrom = NONE
  layers.lengthImpossible = false
  layers.linkInterface = 0
  layers.carriers = 0
  layers.carrierCount = 0
  layers.carrierIps = 0
  layers.outerBound = wireEnd
  layers.outerFrame.reset()
  layers.outerIp.reset()
  layers.outerTransport = NONE
  layers.outerSourcePort = NONE
  layers.outerDestinationPort = NONE
  forgetTunnel(layers)
  layers.faultCount = 0
  layers.cursor.reset(view, at, end, wireEnd)
}

/** Takes back what was found of a tunnel and of what it carries. */
export function forgetTunnel(layers: Layers): void {
  layers.tunnel = TunnelKind.None
  layers.tunnelAt = NONE
  layers.vni = NONE
  layers.innerLength = 0
  layers.innerFrame.reset()
  layers.innerIp.reset()
  layers.innerArp = NONE
  layers.innerTransport = NONE
  layers.innerPorts = NONE
  layers.innerEnd = 0
}

function enterTransport(layers: Layers, ports: TunnelPorts): void {
  const { cursor, outerIp } = layers
  if (outerIp.fragmentOffset > 0) return
  if (outerIp.protocol !== Protocol.Udp) {
    layers.outerTransport = cursor.position
    if (outerIp.protocol === Protocol.Gre && !outerIp.moreFragments) enterNvgre(layers)
    return
  }
  const at = udp.enter(cursor)
  if (at === NONE) {
    layers.fault(Layer.OuterUdp, cursor.fault)
    return
  }
  const { view } = cursor
  layers.outerTransport = at
  layers.outerSourcePort = udp.sourcePort(view, at)
  layers.outerDestinationPort = udp.destinationPort(view, at)
  const kind = ports[layers.outerDestinationPort]!
  if (kind !== TunnelKind.None) enterTunnel(layers, at, kind)
}

/** Steps over the tunnel header of a datagram at a known port; what does not qualify stays plain UDP, with a fault. */
function enterTunnel(layers: Layers, udpAt: number, kind: number): void {
  const { cursor, outerIp } = layers
  const stated = udp.length(cursor.view, udpAt)
  const carried = outerIp.payloadEnd - udpAt
  // A first fragment carries less than the datagram has, and its length field is the only one that tells.
  const whole = stated >= udp.LENGTH && (stated <= carried || outerIp.moreFragments)
  const payloadEnd = udpAt + (whole ? stated : carried)
  cursor.wireEnd = payloadEnd
  if (cursor.end > payloadEnd) cursor.end = payloadEnd
  if (kind === TunnelKind.Vxlan) enterVxlan(layers)
  else if (kind === TunnelKind.Gpe) enterGpe(layers)
  else enterGeneve(layers)
}

/** Steps over an NVGRE header (RFC 7637 §3.2): a tunnel without ports. */
function enterNvgre(layers: Layers): void {
  const { cursor } = layers
  const at = gre.enter(cursor)
  if (at === NONE || !gre.hasSubnet(cursor.view, at)) return
  openTunnel(layers, TunnelKind.Nvgre, at, gre.vsid(cursor.view, at))
  enterInnerFrame(layers)
}

function openTunnel(layers: Layers, kind: number, at: number, vni: number): void {
  const { cursor } = layers
  layers.tunnel = kind
  layers.tunnelAt = at
  layers.vni = vni
  layers.innerLength = cursor.wireEnd - cursor.position
  layers.innerEnd = cursor.end
}

function enterVxlan(layers: Layers): void {
  const { cursor } = layers
  const { view, position, end, wireEnd } = cursor
  if (end - position >= vxlan.LENGTH && !isVxlan(view, position, end, wireEnd)) {
    cursor.fail(Fault.NotATunnel)
    layers.fault(Layer.Vxlan, cursor.fault)
    return
  }
  const at = vxlan.enter(cursor)
  if (at === NONE) {
    layers.fault(Layer.Vxlan, cursor.fault)
    return
  }
  openTunnel(layers, TunnelKind.Vxlan, at, vxlan.vni(view, at))
  const bare = bareIpType(view, at, end, wireEnd)
  if (bare === 0) enterInnerFrame(layers)
  else enterInner(layers, note(layers.innerFrame, bare))
}

function enterGpe(layers: Layers): void {
  const { cursor } = layers
  const { view, position, end, wireEnd } = cursor
  if (end - position >= gpe.LENGTH && !isGpe(view, position, end, wireEnd)) {
    cursor.fail(Fault.NotATunnel)
    layers.fault(Layer.Gpe, cursor.fault)
    return
  }
  const at = gpe.enter(cursor)
  if (at === NONE) {
    layers.fault(Layer.Gpe, cursor.fault)
    return
  }
  openTunnel(layers, TunnelKind.Gpe, at, gpe.vni(view, at))
  const flags = gpe.flags(view, at)
  // O=1 marks an operations frame: not tenant data, so not taken apart (draft-ietf-nvo3-vxlan-gpe-12 §3.1).
  if ((flags & gpe.FLAG_O) !== 0) return
  const next = (flags & gpe.FLAG_P) === 0 ? gpe.NextProtocol.Ethernet : gpe.nextProtocol(view, at)
  if (next === gpe.NextProtocol.Ethernet) enterInnerFrame(layers)
  else if (next === gpe.NextProtocol.Ipv4) enterInner(layers, note(layers.innerFrame, EtherType.IPv4))
  else if (next === gpe.NextProtocol.Ipv6) enterInner(layers, note(layers.innerFrame, EtherType.IPv6))
  else if (next === gpe.NextProtocol.Nsh) note(layers.innerFrame, EtherType.Nsh)
}

function enterGeneve(layers: Layers): void {
  const { cursor } = layers
  const { view, position, end, wireEnd } = cursor
  if (end - position >= geneve.LENGTH && !isGeneve(view, position, end, wireEnd)) {
    cursor.fail(Fault.NotATunnel)
    layers.fault(Layer.Geneve, cursor.fault)
    return
  }
  const at = geneve.enter(cursor)
  if (at === NONE) {
    layers.fault(Layer.Geneve, cursor.fault)
    return
  }
  openTunnel(layers, TunnelKind.Geneve, at, geneve.vni(view, at))
  const protocol = geneve.protocolType(view, at)
  if (protocol === EtherType.TransparentEthernet) enterInnerFrame(layers)
  else enterInner(layers, note(layers.innerFrame, protocol))
}

function enterInnerFrame(layers: Layers): void {
  const etherType = enterFrame(layers, layers.innerFrame, Layer.InnerEthernet, Layer.InnerVlan)
  if (etherType !== NONE) enterInner(layers, etherType)
}

function enterInner(layers: Layers, etherType: number): void {
  const { cursor, innerIp } = layers
  if (etherType === EtherType.Arp) {
    layers.innerArp = arp.enter(cursor)
    if (layers.innerArp === NONE) layers.fault(Layer.InnerArp, cursor.fault)
    return
  }
  if (!enterIp(layers, innerIp, etherType, Layer.InnerIpv4, Layer.InnerIpv6)) return
  layers.innerEnd = cursor.end
  if (innerIp.fragmentOffset > 0) return
  switch (innerIp.protocol) {
    case Protocol.Tcp:
      notePorts(layers)
      enterInnerTransport(layers, tcp.enter(cursor), Layer.InnerTcp)
      break
    case Protocol.Udp:
      notePorts(layers)
      enterInnerTransport(layers, udp.enter(cursor), Layer.InnerUdp)
      break
    case Protocol.Sctp:
      notePorts(layers)
      break
    case Protocol.Icmp:
      enterInnerTransport(layers, icmp.enter(cursor), Layer.InnerIcmp)
      break
    case Protocol.IcmpV6:
      enterInnerTransport(layers, icmpv6.enter(cursor), Layer.InnerIcmpv6)
      break
  }
}

function notePorts(layers: Layers): void {
  const { cursor } = layers
  if (cursor.end - cursor.position >= 4) layers.innerPorts = cursor.position
}

function enterInnerTransport(layers: Layers, at: number, layer: number): void {
  layers.innerTransport = at
  if (at === NONE) layers.fault(layer, layers.cursor.fault)
}
