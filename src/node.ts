/** `vxpcap/node`: everything of `vxpcap`, and capture files by path. */
export * from './index.ts'
export { type FollowOptions, followFile } from './node-follow.ts'
export { MOST_THREADS, type SummarizeFilesOptions, summarizeFiles } from './node-summarize.ts'
