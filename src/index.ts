/** vxpcap: what a capture of a VXLAN overlay says. The front door; runs in Node and in browsers. */
export * from './capture/index.ts'
export type { Layers } from './codecs/walk/layers.ts'
export {
  type CompareInput,
  type CompareOptions,
  compareCaptures,
  type Fate,
  type PacketFate,
} from './compare/index.ts'
export type * from './comparison.ts'
export * from './fleet/index.ts'
export type * from './fleet-document.ts'
export type { Extra, OwnFinding, PacketAnalyzer, PacketAnalyzers } from './packet-analyzer.ts'
export { CapturePackets, type PacketBatch, type PacketsOptions, packets } from './packets.ts'
export {
  type CountingOptions,
  DEFAULT_ROWS,
  type MergeOptions,
  type NamedInput,
  type NoAnalyzers,
  type PresentationOptions,
  type ReadFile,
  type ReadOptions,
  type SummarizeOptions,
  Summarizer,
  type SummarizerState,
  type SummaryWith,
} from './pipeline.ts'
export { StateError, type StateErrorCode } from './state-error.ts'
export type * from './summary.ts'
export * from './transform/index.ts'
