/** A packet record's metadata: what a reader says of the bytes at hand. Types only. */

/** `PacketInfo.nanoseconds` of a record without a timestamp (pcapng Simple Packet Block). */
export const NO_TIME = -1

/**
 * One packet record of a capture file. A reader hands out one object and overwrites it for each packet; copy what must last.
 */
export interface PacketInfo {
  /** Number within the capture, from 1, as Wireshark counts (pcapng custom and journal blocks take a number too). */
  number: number
  /** Whole seconds since 1970-01-01 UTC, rounded down; may be negative. */
  seconds: number
  /** Nanoseconds within the second, 0 to 999 999 999; {@link NO_TIME} when the record has no timestamp. */
  nanoseconds: number
  /** Offset of the first captured byte in the reader's view. */
  at: number
  /** Bytes captured. */
  capturedLength: number
  /** Bytes that the wire carried. */
  wireLength: number
  /** LINKTYPE number of the interface. */
  linkType: number
  /** Interface, numbered from 0 through all sections of the file. */
  interfaceId: number
  /** Bytes of frame check sequence at the end of the wire length, 0 when the file says nothing. */
  fcsLength: number
  /** pcapng EPB flags word, 0 when absent: direction bits 0–1, checksum not ready bit 9, segmentation offload bit 11. */
  flags: number
}
