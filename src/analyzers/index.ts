/** Packets to tables: the analysis of one part of a capture, its merge, and the summary made of it. */
export { Analysis, type AnalysisOptions, EVENT_LIMIT } from './analysis.ts'
export { type AnalysisSummary, type FinishOptions, finish } from './finish.ts'
export { DEFAULT_LIMITS, type Limits } from './limits.ts'
export { limitsFor, MAX_MEGABYTES, MIN_MEGABYTES } from './memory.ts'
export { Observation } from './observation.ts'
