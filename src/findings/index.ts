/** The words of every finding code: the one source for text, JSON and documentation. */
export { captureCutShort } from './capture-cut-short.ts'
export { captureDamaged } from './capture-damaged.ts'
export { captureDuplicates } from './capture-duplicates.ts'
export { BoundedFindings, type Fact, rank, state, type Words } from './finding.ts'
export { snaplenTruncated } from './snaplen-truncated.ts'
