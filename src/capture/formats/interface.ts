/** What a capture file says of itself beside its packets: interfaces, sections, names. Types only. */

/** One capture interface; a classic pcap file has exactly one. */
export interface CaptureInterface {
  /** Numbered from 0 through all sections of the file, as `PacketInfo.interfaceId`. */
  readonly id: number
  /** LINKTYPE number. */
  readonly linkType: number
  /** Most bytes captured of a packet; 0 = unlimited. */
  readonly snapLength: number
  /** if_tsresol as in the file: n = 10^-n seconds, 0x80 + n = 2^-n seconds. */
  readonly tsresol: number
  /** if_tsoffset: seconds added to every timestamp of the interface; may be negative. */
  readonly tsoffset: number
  /** Bytes of frame check sequence that every packet ends with, 0 when the file says nothing. */
  readonly fcsLength: number
  /** if_name, `eth0` for example. */
  readonly name?: string
  /** if_description. */
  readonly description?: string
  /** if_filter in the syntax of libpcap. */
  readonly filter?: string
  /** if_os: the system that the interface belongs to. */
  readonly os?: string
  /** if_hardware. */
  readonly hardware?: string
  /** opt_comment, in file order. */
  readonly comments?: readonly string[]
  /** Whether its block is damaged: packets of it cannot be read. */
  readonly isDamaged?: true
  /** Packets that the interface and the operating system lost, as last stated; `null` when the file does not tell. */
  drops: number | null
  /** Packets received by the interface, as last stated (isb_ifrecv); `null` when the file does not tell. */
  received: number | null
}

/** One pcapng section (draft-ietf-opsawg-pcapng §4.1). */
export interface CaptureSection {
  /** File offset of its header block. */
  readonly offset: number
  /** Byte order of its blocks. */
  readonly byteOrder: 'little' | 'big'
  /** File-wide number of its first interface. */
  readonly firstInterface: number
  /** shb_hardware. */
  readonly hardware?: string
  /** shb_os. */
  readonly os?: string
  /** shb_userappl: the program that wrote it. */
  readonly application?: string
  /** opt_comment, in file order. */
  readonly comments?: readonly string[]
}

/** One record of a pcapng Name Resolution Block (draft-ietf-opsawg-pcapng §4.5). */
export interface NameRecord {
  /** 4 bytes (IPv4), 6 or 8 (MAC, EUI-64) or 16 (IPv6), as on the wire. */
  readonly address: Uint8Array
  /** The names of that address, at least one. */
  readonly names: readonly string[]
}
