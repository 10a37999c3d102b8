/** The words of every finding code: the one source for text, JSON and documentation. */
export { captureCutShort } from './capture/capture-cut-short.ts'
export { captureDamaged } from './capture/capture-damaged.ts'
export { captureDuplicates } from './capture/capture-duplicates.ts'
export { snaplenTruncated } from './capture/snaplen-truncated.ts'
export { BoundedFindings, rank, state } from './finding.ts'
