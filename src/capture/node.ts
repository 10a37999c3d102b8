/** `vxpcap/capture/node`: everything of `vxpcap/capture`, and the edges that need Node. */
export * from './index.ts'
export { decompressed } from './node-compression.ts'
export { type FileOptions, type FileSource, fileSource, STDIN, streamSource } from './node-input.ts'
export { awaitOutput, type OutputFile, openOutput } from './node-output.ts'
export { compareNaturally, type ExpandedPaths, type Expansion, expandPaths } from './node-paths.ts'
export { PcapParserBatch, pcapParserBatches } from './node-pcap-parser.ts'
