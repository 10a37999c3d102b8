/** A fact about a capture file itself, not about its traffic. Types only. */

/** What is wrong with a capture file. */
export interface CaptureIssue {
  /** `cut-short`: the file, or the first of two that were put together, ends inside a record. `damaged`: a record that cannot be. */
  kind: 'cut-short' | 'damaged'
  /** File offset of the record that is cut or impossible, of the first one of several, in bytes of the uncompressed capture. */
  offset: number
  /** One sentence: what is there and what should be. */
  detail: string
  /**
   * `zeros`: nothing but zeros up to the end of the file. `appended`: another capture file that cannot go on from this one.
   * `blocks`: blocks of sound length that cannot be and were left out; everything else was read. `joint`: the file that another one
   * was appended to is cut there; the other one was read.
   */
  cause?: 'zeros' | 'appended' | 'blocks' | 'joint'
  /** How many blocks were left out. */
  blocks?: number
  /** How many of them were a packet's. */
  packets?: number
  /** How many records were cut so. */
  records?: number
}

/** What the capture system says it lost on one interface. */
export interface InterfaceDrops {
  /** Interface, numbered as `PacketInfo.interfaceId`. */
  interfaceId: number
  /** Packets dropped by the interface and the operating system, the last value stated; `null` when the file does not tell. */
  dropped: number | null
}

/** Classic pcap files that were appended to another one. */
export interface AppendedFiles {
  /** How many. */
  files: number
  /** Packets before the first of them: what programs read that do not read on. */
  packetsBefore: number
  /** Bytes before the file header of the first of them, in the uncompressed file. */
  offset: number
}
