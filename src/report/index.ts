/** Reports: a summary as words for people or as JSON for programs. Runs in browsers. */
export { writeJson } from './json.ts'
export { formatSarif } from './sarif.ts'
export type { DrawTable } from './table.ts'
export { DEFAULT_WIDTH, formatText, type TextOptions } from './text.ts'
export type { Locate } from './words.ts'
