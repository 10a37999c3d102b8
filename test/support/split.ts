/** Whole packets cut into outer IP fragments, as a router (IPv4) or a sender (IPv6) would: the ground of the fragment laws. */

import { NONE } from '../../src/codecs/core/fault.ts'
import { dissect, tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { Layers } from '../../src/codecs/walk/layers.ts'
import { bytes, number } from './packets.ts'
import type { Recorded } from './parts.ts'
import type { Random } from './random.ts'

const PORTS = tunnelPorts()
const layers = new Layers()

/** One's-complement checksum of an IPv4 header whose own field is zero. */
function checksum(header: Uint8Array): number {
  let sum = 0
  for (let at = 0; at < header.length; at += 2) sum += header[at]! * 256 + header[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}

/** Where the outer IP packet of a record lies; `null` when there is none, or it is not all there, or it is a fragment already. */
export function outerIpOf({ view, packet }: Recorded): { at: number; payloadAt: number; end: number } | null {
  const { capturedLength, wireLength, linkType } = packet
  dissect(layers, view, 0, capturedLength, wireLength, linkType, PORTS)
  const { outerIp: ip, outerDestinationPort: port } = layers
  if (ip.at === NONE || ip.isFragment || ip.lengthUnstated || ip.payloadAt === NONE) return null
  if (port === NONE || PORTS[port] === 0 || layers.end < ip.payloadEnd || ip.at + ip.length !== ip.payloadEnd)
    return null
  return { at: ip.at, payloadAt: ip.payloadAt, end: ip.payloadEnd }
}

/**
 * Frames that carry one fragment each.
 * @param frame - A whole frame.
 * @param where - From {@link outerIpOf}.
 * @param cuts - Payload offsets at which fragments begin, ascending, multiples of eight, the 0 left out.
 * @param id - Identification, not 0.
 */
export function split(
  frame: Uint8Array,
  where: { at: number; payloadAt: number; end: number },
  cuts: readonly number[],
  id: number,
): Uint8Array[] {
  const { at, payloadAt, end } = where
  const payload = frame.subarray(payloadAt, end)
  const starts = [0, ...cuts]
  return starts.map((start, index) => {
    const stop = starts[index + 1] ?? payload.length
    const more = stop < payload.length
    const link = frame.slice(0, at)
    const data = payload.subarray(start, stop)
    if (frame[at]! >> 4 === 6) {
      const fixed = frame.slice(at, at + 40)
      fixed.set(number(payload.length === 0 ? 0 : payloadAt - at - 40 + 8 + data.length, 2), 4)
      const next = fixed[6]!
      fixed[6] = 44
      return bytes(link, fixed, next, 0, number(start | (more ? 1 : 0), 2), number(id, 4), data)
    }
    const header = frame.slice(at, payloadAt)
    header.set(number(header.length + data.length, 2), 2)
    header.set(number(id & 0xffff, 2), 4)
    header.set(number((more ? 0x2000 : 0) | (start >> 3), 2), 6)
    header.set([0, 0], 10)
    header.set(number(checksum(header), 2), 10)
    return bytes(link, header, data)
  })
}

/** The same IPv4 packet with another identification and without DF, so that its fragments may have that identification. */
export function identified(frame: Uint8Array, where: { at: number; payloadAt: number }, id: number): Uint8Array {
  if (frame[where.at]! >> 4 !== 4) return frame
  const copy = frame.slice()
  const header = copy.subarray(where.at, where.payloadAt)
  header.set(number(id & 0xffff, 2), 4)
  header.set([0, 0], 6)
  header.set([0, 0], 10)
  header.set(number(checksum(header), 2), 10)
  return copy
}

/** Payload offsets to cut at: often a first fragment of eight bytes. */
export function randomCuts(random: Random, length: number): number[] {
  const cuts = new Set<number>()
  if (random.chance(50)) cuts.add(8)
  for (let count = random.between(1, 5); count > 0; count--) cuts.add(8 * random.between(1, Math.max(1, length >> 3)))
  return [...cuts].filter((cut) => cut < length).sort((left, right) => left - right)
}

/** A record with other bytes. */
export function recorded(like: Recorded, data: Uint8Array): Recorded {
  return {
    view: new DataView(data.slice().buffer),
    packet: { ...like.packet, at: 0, capturedLength: data.length, wireLength: data.length, fcsLength: 0 },
  }
}
