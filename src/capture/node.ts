/** `vxpcap/capture/node`: everything of `vxpcap/capture`, and the edges that need Node. */
export * from './index.ts'
export { decompressed, MAX_GZIP_HEADER } from './node-compression.ts'
export { type FileSource, fileSource, streamSource } from './node-file.ts'
export { type CaptureInput, openCapture, STDIN } from './node-input.ts'
export { awaitOutput, type OutputFile, openOutput } from './node-output.ts'
export { compareNaturally, type ExpandedPaths, type Expansion, expandPaths } from './node-paths.ts'
export { PcapParserBatch, pcapParserBatches } from './node-pcap-parser.ts'
export { MAX_ZSTD_WINDOW } from './zstd.ts'
