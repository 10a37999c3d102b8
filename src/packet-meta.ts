/** Packet records side by side in one array of 64-bit floats: what is kept of many packets at a time, and handed to other threads. */
import type { PacketInfo } from './packet.ts'

/** Cells of a record. */
export const META = 10

const SECONDS = 1
const NANOSECONDS = 2
const AT = 3
const CAPTURED_LENGTH = 4
const WIRE_LENGTH = 5

/** Writes a packet's record, with a number of its own. */
export function putPacket(meta: Float64Array, index: number, packet: PacketInfo, number: number): void {
  const cell = index * META
  meta[cell] = number
  meta[cell + SECONDS] = packet.seconds
  meta[cell + NANOSECONDS] = packet.nanoseconds
  meta[cell + AT] = packet.at
  meta[cell + CAPTURED_LENGTH] = packet.capturedLength
  meta[cell + WIRE_LENGTH] = packet.wireLength
  meta[cell + 6] = packet.linkType
  meta[cell + 7] = packet.interfaceId
  meta[cell + 8] = packet.fcsLength
  meta[cell + 9] = packet.flags
}

/** Reads a packet's record. */
export function getPacket(meta: Float64Array, index: number, packet: PacketInfo): void {
  const cell = index * META
  packet.number = meta[cell]!
  packet.seconds = meta[cell + SECONDS]!
  packet.nanoseconds = meta[cell + NANOSECONDS]!
  packet.at = meta[cell + AT]!
  packet.capturedLength = meta[cell + CAPTURED_LENGTH]!
  packet.wireLength = meta[cell + WIRE_LENGTH]!
  packet.linkType = meta[cell + 6]!
  packet.interfaceId = meta[cell + 7]!
  packet.fcsLength = meta[cell + 8]!
  packet.flags = meta[cell + 9]!
}

/** Changes where a packet's bytes are. */
export function moveTo(meta: Float64Array, index: number, at: number): void {
  meta[index * META + AT] = at
}

/** Number of a packet. */
export function numberOf(meta: Float64Array, index: number): number {
  return meta[index * META]!
}

export function secondsOf(meta: Float64Array, index: number): number {
  return meta[index * META + SECONDS]!
}

export function nanosecondsOf(meta: Float64Array, index: number): number {
  return meta[index * META + NANOSECONDS]!
}

export function capturedLengthOf(meta: Float64Array, index: number): number {
  return meta[index * META + CAPTURED_LENGTH]!
}

export function wireLengthOf(meta: Float64Array, index: number): number {
  return meta[index * META + WIRE_LENGTH]!
}

/** A record to be filled in. */
export function emptyPacket(): PacketInfo {
  return {
    number: 0,
    seconds: 0,
    nanoseconds: 0,
    at: 0,
    capturedLength: 0,
    wireLength: 0,
    linkType: 0,
    interfaceId: 0,
    fcsLength: 0,
    flags: 0,
  }
}
