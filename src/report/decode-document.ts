/** The document that `vxpcap decode --json` prints. Schema `vxpcap.decode/1`; the comments are its words, as those of summary.ts are. */
import type { PacketDescription } from '../codecs/describe/describe.ts'
import type { PacketHeading } from './packet-text.ts'

/** One packet of a capture. */
export interface DecodedPacket extends PacketHeading, PacketDescription {
  /** The captured bytes as lower-case hex digits; only with `--hex`. */
  readonly bytes?: string
}

/** What `vxpcap decode --json` prints. Fields may be added; none listed here changes meaning without a new schema number. */
export interface DecodeDocument {
  /** Name and number of the schema that the document follows. */
  readonly schema: 'vxpcap.decode/1'
  /** The packets asked for, in the order of the captures. */
  readonly packets: readonly DecodedPacket[]
}
