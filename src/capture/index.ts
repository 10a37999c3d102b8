/** Capture files to packets and back, in Node and in browsers. The edges to Node are in `vxpcap/capture/node`. */
export type { AppendedFiles, CaptureIssue, InterfaceDrops } from '../issue.ts'
export { NO_TIME, type PacketInfo } from '../packet.ts'
export {
  MAX_DESCRIPTIONS,
  MAX_INTERFACES,
  MAX_OPTION_BYTES,
  MAX_RECORD_LENGTH,
  MAX_TEXT,
  MAX_WINDOW_LENGTH,
  MIN_WINDOW_LENGTH,
  USUAL_MAX_CAPTURED,
  WINDOW_LENGTH,
} from './bounds.ts'
export { type DecompressedSource, decompressed } from './compression.ts'
export { CaptureError, type CaptureErrorCode } from './errors.ts'
export { MAX_GZIP_HEADER } from './gzip.ts'
export type { CaptureInterface, CaptureSection, NameRecord } from './interface.ts'
export { MergedCaptures, type MergedCapturesOptions, type MergedRun, type MergeInput } from './merge.ts'
export { MAX_ORIGIN_BYTES, type Origin, Origins } from './origins.ts'
export { type BatchesOptions, batches, CaptureReader, type PacketStream, type ReaderOptions, refill } from './reader.ts'
export {
  type ByteSource,
  bytesSource,
  type Compression,
  chunksSource,
  interruptible,
  type StoredAs,
} from './source.ts'
export { blobSource, webStreamSource } from './web-blob.ts'
export {
  PcapngWriter,
  type PcapngWriterOptions,
  PcapWriter,
  type PcapWriterOptions,
  type Sink,
  type WritableInterface,
  type WritablePacket,
} from './writer.ts'
export { MAX_ZSTD_WINDOW } from './zstd.ts'
