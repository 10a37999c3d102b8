/**
 * Whether a first fragment is too small for the headers that analyzers read. Real networks send none: the smallest MTUs of IPv4
 * (68 bytes, RFC 791 §3.2) and of tests and attacks do.
 */

import { Fault, NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import * as udp from '../../codecs/headers/udp.ts'
import type { TunnelPorts } from '../../codecs/walk/dissect.ts'
import { type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { carriesMore } from '../../codecs/walk/walk-carriers.ts'

/** Bytes of an inner ICMP message that are read: its header, and of what it quotes the IP header with what belongs to it and the ports. */
const ICMP_ROOM = 256
/** Bytes of an inner tunnel datagram that are read: its tunnel headers, and the inner frame's down to the transport. */
const NESTED_ROOM = 256
/**
 * Bytes of a tunnel datagram that tell whether it is one: UDP, the longest header of Geneve, Ethernet with eight tags, and the IP header's
 * begin.
 */
const HEADER_ROOM = 8 + 260 + 14 + 32 + 8

/**
 * Whether the walk, or who reads what it found, needs bytes that only later fragments have. Never of a fragment that the snap
 * length cut, because what it cut off does not come with the others.
 * @param layers - Of a packet with `outerIp.fragmentOffset` 0.
 */
export function isTinyFragment(layers: Layers, ports: TunnelPorts): boolean {
  const { outerIp, innerIp } = layers
  if (!outerIp.moreFragments) return false
  // What a carrier carries is read from the whole of it.
  if (carriesMore(outerIp.protocol)) return true
  if (layers.end < outerIp.payloadEnd) return false
  // IPv6 options behind the fragment header may push even the ports out of it.
  const isReached = outerIp.payloadAt !== NONE && layers.outerTransport !== NONE
  if (!isReached) return endsShort(layers)
  if (layers.outerDestinationPort === NONE || ports[layers.outerDestinationPort] === TunnelKind.None) return false
  if (endsShort(layers)) return true
  if (layers.tunnel === TunnelKind.None) {
    return isRefused(layers) && outerIp.payloadEnd - layers.outerTransport < HEADER_ROOM
  }
  const isDone = innerIp.at === NONE || innerIp.fragmentOffset > 0 || layers.innerEnd >= innerIp.payloadEnd
  return !isDone && wantsMore(layers, ports)
}

/** Whether the walk refused the tunnel header by what lies behind it, which more bytes may show in another light. */
function isRefused({ faultCount, faultCodes }: Layers): boolean {
  if (faultCount === 0) return false
  const last = faultCodes[faultCount - 1]
  return last === Fault.NotATunnel || last === Fault.FlagMissing || last === Fault.BadVersion
}

/** Whether what stopped the walk is the end of the bytes. */
function endsShort({ faultCount, faultCodes }: Layers): boolean {
  if (faultCount === 0) return false
  const last = faultCodes[faultCount - 1]
  return last === Fault.NotCaptured || last === Fault.Truncated
}

/** Whether more of the inner packet is read than the walk has checked to be there. */
function wantsMore(
  { innerIp, innerView, innerTransport: at, innerPorts, innerEnd }: Layers,
  ports: TunnelPorts,
): boolean {
  if (innerIp.protocol === Protocol.Sctp) return innerPorts === NONE
  if (at === NONE) return false
  switch (innerIp.protocol) {
    case Protocol.Tcp:
      return at + tcp.headerLength(innerView, at) > innerEnd
    case Protocol.Udp:
      return ports[udp.destinationPort(innerView, at)] !== TunnelKind.None && innerEnd - at < NESTED_ROOM
    case Protocol.Icmp:
    case Protocol.IcmpV6:
      return innerEnd - at < ICMP_ROOM
    default:
      return false
  }
}
