/** Reports: a summary as words for people or as JSON for programs. Runs in browsers. */

export { type ComparisonTextOptions, formatComparison } from './compare/text.ts'
export type { DecodeDocument, DecodedPacket } from './decode-document.ts'
export { writeJson } from './json.ts'
export { formatSarif } from './sarif.ts'
export type { Column, DrawTable } from './table.ts'
export { type TableName, type TableOptions, tableCsv, tableJsonl, tableParquet } from './tables/index.ts'
export { DEFAULT_TOP, DEFAULT_WIDTH, formatText, SECTION_NAMES, type SectionName, type TextOptions } from './text.ts'
export type { Locate } from './words.ts'
