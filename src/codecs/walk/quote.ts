/**
 * The packet that an ICMP error quotes, read by the same walk as any other: through carriers and extension headers to the tunnel
 * and what it carries, as far as the quote reaches. RFC 792 asks for the IP header and 8 bytes, which hold the ports of UDP, and
 * GRE with the subnet of NVGRE, but no VNI. Allocates nothing once it is made.
 */

import * as gre from '../carriers/gre.ts'
import { Fault, NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6 from '../headers/ipv6.ts'
import * as udp from '../headers/udp.ts'
import { LinkType } from '../link/linktype.ts'
import { dissect, type TunnelPorts } from './dissect.ts'
import { Layers, TunnelKind } from './layers.ts'
import { LONGEST } from './walk-steps.ts'

/** Bytes of a transport header that hold its ports. */
const PORTS_LENGTH = 4

/** A reusable record of what an error quotes. */
export class Quote {
  /** The walk over the quote. What was not quoted is a fault of it like any other. */
  readonly layers = new Layers()
  /**
   * Offsets of sender and receiver: of the tunnel's own IP header where the quote is of a tunnel datagram, else of the first IP
   * header. Read by {@link version}.
   */
  sourceAt = NONE
  /** Offset of the receiver; see {@link sourceAt}. */
  destinationAt = NONE
  /** 4 or 6. */
  version = 0
  /** Length that this IP header states, 0 where it states none. */
  length = 0
  /** Protocol that it carries, `NONE` when that cannot be told or its header is in another fragment. */
  protocol = NONE
  /** Offset of the header that it carries, of which four bytes at least are quoted; `NONE` without. */
  transport = NONE
  /** One of `TunnelKind`: by the destination port, where the quote ends in front of the tunnel header. */
  tunnel: number = TunnelKind.None
  /** VNI or virtual subnet, `NONE` where the quote does not reach it. */
  vni = NONE
  /** Bytes from the first IP header to the tunnel's own, where carriers lie between them. */
  carried = 0

  /** Makes an empty record, to be filled for one error after the other. */
  constructor() {
    // No fragment will follow that would make a carrier's datagram whole.
    this.layers.opensFirsts = true
  }

  /**
   * Reads a quote.
   * @param at - Offset of its IP header.
   * @param end - First offset past it.
   * @returns Whether an IP header is quoted in full.
   */
  read(view: DataView, at: number, end: number, ports: TunnelPorts): boolean {
    if (end - at < ipv4.LENGTH) return false
    const version = view.getUint8(at) >> 4
    if (version === 6 && end - at < ipv6.LENGTH) return false
    const { layers } = this
    dissect(layers, view, at, end - at, LONGEST, LinkType.Raw, ports)
    const { outerIp, carrierIps } = layers
    this.#readTunnel(ports)
    if (this.tunnel === TunnelKind.None) {
      this.carried = 0
      this.version = version === 6 ? 6 : 4
      this.sourceAt = at + (version === 6 ? ipv6.SOURCE : ipv4.LAYOUT.offsets.source)
      this.destinationAt = at + (version === 6 ? ipv6.DESTINATION : ipv4.LAYOUT.offsets.destination)
      this.length = version === 6 ? ipv6.LENGTH + ipv6.payloadLength(view, at) : ipv4.totalLength(view, at)
      this.protocol = carrierIps === 0 && outerIp.fragmentOffset === 0 ? outerIp.protocol : NONE
    } else {
      this.carried = outerIp.at - at
      this.version = outerIp.version
      this.sourceAt = outerIp.sourceAt
      this.destinationAt = outerIp.destinationAt
      this.length = outerIp.lengthUnstated ? 0 : outerIp.length
      this.protocol = outerIp.protocol
    }
    const transport = this.protocol === NONE ? NONE : outerIp.payloadAt
    this.transport = transport !== NONE && layers.end - transport >= PORTS_LENGTH ? transport : NONE
    return true
  }

  /** Which tunnel's datagram it is: what the walk found, or, where the quote ends too early for it, what the ports say. */
  #readTunnel(ports: TunnelPorts): void {
    const { layers } = this
    const { view, outerIp, outerTransport, end } = layers
    this.tunnel = layers.tunnel
    this.vni = layers.vni
    if (layers.tunnel !== TunnelKind.None || outerIp.at === NONE || outerIp.fragmentOffset > 0) return
    const at = outerIp.payloadAt
    if (at === NONE) return
    if (outerIp.protocol === Protocol.Udp) {
      const isOther = layers.faultCodes[layers.faultCount - 1] === Fault.NotATunnel && !isPadding(view, at + udp.LENGTH)
      if (end - at >= PORTS_LENGTH && !isOther) this.tunnel = ports[view.getUint16(at + 2)]!
    } else if (outerIp.protocol === Protocol.Gre && outerTransport !== NONE) {
      // The first fragment of an NVGRE datagram, which the walk leaves alone.
      if (end - at < gre.LENGTH_NVGRE || !gre.hasSubnet(view, at)) return
      this.tunnel = TunnelKind.Nvgre
      this.vni = gre.vsid(view, at)
    }
  }
}

/** Whether nothing but zeros stands where a tunnel header would: a quote is padded where extensions follow it (RFC 4884 §5.1). */
function isPadding(view: DataView, at: number): boolean {
  return view.getInt32(at) === 0 && view.getInt32(at + 4) === 0
}
