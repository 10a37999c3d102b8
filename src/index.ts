/** vxpcap: what a capture of a VXLAN overlay says. The front door; runs in Node and in browsers. */
export * from './capture/index.ts'
export { DEFAULT_ROWS, type SummarizeOptions, Summarizer } from './pipeline.ts'
export type * from './summary.ts'
export * from './transform/index.ts'
