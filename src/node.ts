/** `vxpcap/node`: everything of `vxpcap` and `vxpcap/capture/node`, and captures summarized by path. */
export * from './capture/node.ts'
export * from './index.ts'
export { type FollowOptions, followFile } from './node-follow.ts'
export { MOST_THREADS, type SummarizeFilesOptions, summarizeFiles } from './node-summarize.ts'
