/** `vxpcap/capture/node`: everything of `vxpcap/capture`, and the edges that need Node. */

export { decompressed } from './compression/node-compression.ts'
export { type FileOptions, type FileSource, fileSource, STDIN, streamSource } from './files/node-input.ts'
export { awaitOutput, type OutputFile, openOutput } from './files/node-output.ts'
export { compareNaturally, type ExpandedPaths, type Expansion, expandPaths } from './files/node-paths.ts'
export { PcapParserBatch, pcapParserBatches } from './files/node-pcap-parser.ts'
export * from './index.ts'
