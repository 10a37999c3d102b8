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
export { type DecompressedSource, decompressed } from './compression/compression.ts'
export { MAX_GZIP_HEADER } from './compression/gzip.ts'
export { MAX_ZSTD_WINDOW } from './compression/zstd.ts'
export { CaptureError, type CaptureErrorCode } from './errors.ts'
export { blobSource, webStreamSource } from './files/web-blob.ts'
export type { CaptureInterface, CaptureSection, NameRecord } from './formats/interface.ts'
export {
  PcapngWriter,
  type PcapngWriterOptions,
  PcapWriter,
  type PcapWriterOptions,
  type Sink,
  type WritableInterface,
  type WritablePacket,
} from './formats/writer.ts'
export { MergedCaptures, type MergedCapturesOptions, type MergedRun, type MergeInput } from './merge/merge.ts'
export { MAX_ORIGIN_BYTES, type Origin, Origins } from './merge/origins.ts'
export { type BatchesOptions, batches, CaptureReader, type PacketStream, type ReaderOptions, refill } from './reader.ts'
export {
  type ByteSource,
  bytesSource,
  type Compression,
  chunksSource,
  interruptible,
  type StoredAs,
} from './source.ts'
