/** `vxpcap/node`: everything of `vxpcap` and `vxpcap/capture/node`, and captures summarized by path. */
export * from './capture/node.ts'
// The one with the engines of Node: of two stars with the same name neither would count.
export { decompressed } from './capture/node.ts'
export * from './index.ts'
export { type FollowOptions, followFile } from './node-follow.ts'
export { MOST_THREADS, type SummarizeFilesOptions, summarizeFiles } from './node-summarize.ts'
export type { GivenCounting } from './states/counting.ts'
export {
  type ResumeOptions,
  readState,
  resumeState,
  saveState,
  writeState,
} from './states/node-state-file.ts'
