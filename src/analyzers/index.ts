/** Packets to tables: the analysis of a capture, and the summary made of it. */
export { Analysis, type AnalysisOptions } from './analysis.ts'
export { Observation } from './lookup/observation.ts'
export { type AnalysisSummary, type FinishOptions, finish } from './summary/finish.ts'
export { DEFAULT_LIMITS, type Limits } from './tables/limits.ts'
export { limitsFor, MAX_MEGABYTES, MIN_MEGABYTES } from './tables/memory.ts'
