/** Many capture points of one fabric: what each says of itself, and what all say together. */
export { FleetMerge, type FleetMergeOptions } from './merge.ts'
export {
  type PointAnalyzers,
  type PointOptions,
  type PointSource,
  pointAnalyzers,
  pointDocument,
  pointOf,
} from './point.ts'
export type { PointAnalyzer, PointCounts } from './point-analyzer.ts'
export { type PointVteps, parsePoints } from './points-file.ts'
