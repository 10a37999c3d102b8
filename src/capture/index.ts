/** Capture files to packets, in Node and in browsers. The edges to Node are in `vxpcap/capture/node`. */
export type { CaptureIssue, InterfaceDrops } from '../issue.ts'
export { NO_TIME, type PacketInfo } from '../packet.ts'
export * from './bounds.ts'
export { CaptureError, type CaptureErrorCode } from './errors.ts'
export type { CaptureInterface, CaptureSection, NameRecord } from './interface.ts'
export { batches, CaptureReader, type PacketStream, type ReaderOptions, refill } from './reader.ts'
export { type ByteSource, bytesSource, chunksSource } from './source.ts'
export { blobSource, webStreamSource } from './web-blob.ts'
