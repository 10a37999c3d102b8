/** `vxpcap/node`: everything of `vxpcap`, and capture files by path. */
export * from './index.ts'
export { type FollowOptions, followFile } from './node-follow.ts'
export { type SummarizeFilesOptions, summarizeFiles } from './node-summarize.ts'
