/** Packet records side by side in one buffer: what is kept of many packets at a time, and handed to other threads. */
import type { PacketInfo } from './packet.ts'

/** 32-bit words of a record. */
export const META = 12

/** Words of a record; the last two take two each and are 64-bit floats, at half these offsets. */
const NUMBER = 0
const NANOSECONDS = 1
const AT = 2
const CAPTURED_LENGTH = 3
const LINK_TYPE = 4
const INTERFACE = 5
const FCS_LENGTH = 6
const FLAGS = 7
const SECONDS = 8
const WIRE_LENGTH = 10

/** Records of packets. */
export class PacketMeta {
  readonly #f64: Float64Array

  /** @param i32 - Room for the records: {@link META} words each, and at an offset that is a multiple of eight bytes. */
  constructor(readonly i32: Int32Array) {
    this.#f64 = new Float64Array(i32.buffer, i32.byteOffset, i32.length >> 1)
  }

  /** Writes a packet's record, with a number of its own. */
  put(index: number, packet: PacketInfo, number: number): void {
    const { i32 } = this
    const at = index * META
    i32[at + NUMBER] = number
    i32[at + NANOSECONDS] = packet.nanoseconds
    i32[at + AT] = packet.at
    i32[at + CAPTURED_LENGTH] = packet.capturedLength
    i32[at + LINK_TYPE] = packet.linkType
    i32[at + INTERFACE] = packet.interfaceId
    i32[at + FCS_LENGTH] = packet.fcsLength
    i32[at + FLAGS] = packet.flags
    this.#f64[(at + SECONDS) >> 1] = packet.seconds
    this.#f64[(at + WIRE_LENGTH) >> 1] = packet.wireLength
  }

  /** Reads a packet's record. */
  get(index: number, packet: PacketInfo): void {
    const { i32 } = this
    const at = index * META
    packet.number = i32[at + NUMBER]!
    packet.seconds = this.#f64[(at + SECONDS) >> 1]!
    packet.nanoseconds = i32[at + NANOSECONDS]!
    packet.at = i32[at + AT]!
    packet.capturedLength = i32[at + CAPTURED_LENGTH]!
    packet.wireLength = this.#f64[(at + WIRE_LENGTH) >> 1]!
    packet.linkType = i32[at + LINK_TYPE]!
    packet.interfaceId = i32[at + INTERFACE]!
    packet.fcsLength = i32[at + FCS_LENGTH]!
    packet.flags = i32[at + FLAGS]! >>> 0
  }

  /** Changes where a packet's bytes are. */
  moveTo(index: number, at: number): void {
    this.i32[index * META + AT] = at
  }

  /** Number of a packet. */
  number(index: number): number {
    return this.i32[index * META + NUMBER]!
  }

  seconds(index: number): number {
    return this.#f64[(index * META + SECONDS) >> 1]!
  }

  nanoseconds(index: number): number {
    return this.i32[index * META + NANOSECONDS]!
  }

  capturedLength(index: number): number {
    return this.i32[index * META + CAPTURED_LENGTH]!
  }

  wireLength(index: number): number {
    return this.#f64[(index * META + WIRE_LENGTH) >> 1]!
  }
}

/** Copies what a record says. */
export function copyPacket(to: PacketInfo, from: PacketInfo): void {
  to.number = from.number
  to.seconds = from.seconds
  to.nanoseconds = from.nanoseconds
  to.at = from.at
  to.capturedLength = from.capturedLength
  to.wireLength = from.wireLength
  to.linkType = from.linkType
  to.interfaceId = from.interfaceId
  to.fcsLength = from.fcsLength
  to.flags = from.flags
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
