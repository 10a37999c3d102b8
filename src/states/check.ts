/**
 * What a state from elsewhere must be, before anything is made of it. Here is what a Summarizer itself keeps; what each analyzer keeps is
 * checked where it takes it up (`analyzers/tables/saved.ts`).
 */
import { DEFAULT_LIMITS, ID_SPACE } from '../analyzers/tables/limits.ts'
import type { RecordsState } from '../analyzers/tables/records.ts'
import type { AppendedFiles, CaptureIssue } from '../issue.ts'
import type { CountingOptions, ReadFile, SummarizerState } from '../pipeline.ts'
import { StateError } from '../state-error.ts'

/** Most files of a chain: a rotation each minute for two years. */
export const MOST_CHAIN_FILES = 1_048_576

type Check = (value: unknown) => boolean
type Shape<T> = { readonly [Key in keyof Required<T>]: Check }

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isNumber: Check = (value) => Number.isSafeInteger(value)
const isObject: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const listOf =
  (check: Check, most: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check)
/** An object with these members, and no others. */
const shape =
  <T>(members: Shape<T>): Check =>
  (value) =>
    isObject(value) &&
    Object.keys(value as object).every((name) => Object.hasOwn(members, name)) &&
    Object.entries<Check>(members).every(([name, check]) => check((value as Record<string, unknown>)[name]))

const ISSUE: Shape<CaptureIssue> = {
  kind: oneOf('cut-short', 'damaged'),
  offset: isCount,
  detail: isText,
  cause: orAbsent(oneOf('zeros', 'appended', 'blocks', 'joint')),
  blocks: orAbsent(isCount),
  packets: orAbsent(isCount),
  records: orAbsent(isCount),
}

const APPENDED: Shape<AppendedFiles> = { files: isCount, packetsBefore: isCount, offset: isCount }

const FILE: Shape<ReadFile> = {
  name: isText,
  format: oneOf('pcap', 'pcapng'),
  bytes: isCount,
  packets: isCount,
  firstPacket: isCount,
  linkTypes: listOf(isText, 65_536),
  compression: oneOf('none', 'gzip', 'zstd', 'lz4'),
  issues: listOf(shape(ISSUE), 65_536),
  dropped: orNull(isNumber),
  received: orNull(isNumber),
  damagedTimeAt: isNumber,
  appended: orNull(shape(APPENDED)),
}

const MOST_VALUES = 1_048_576

/** What each of them may be is checked where an analysis is made of them. */
const COUNTING: Shape<CountingOptions> = {
  ports: listOf(isNumber, 65_536),
  limits: isObject,
  vnis: orAbsent(listOf(isNumber, MOST_VALUES)),
  vniRanges: orAbsent(listOf(listOf(isNumber, 2), MOST_VALUES)),
  vteps: orAbsent(listOf(isText, MOST_VALUES)),
  ips: orAbsent(listOf(isText, MOST_VALUES)),
  macs: orAbsent(listOf(isText, MOST_VALUES)),
  from: orAbsent((value) => typeof value === 'string' || typeof value === 'number'),
  to: orAbsent((value) => typeof value === 'string' || typeof value === 'number'),
}

const STATE: Shape<SummarizerState> = {
  counting: shape(COUNTING),
  files: listOf(shape(FILE), MOST_CHAIN_FILES),
  given: listOf(isText, MOST_CHAIN_FILES),
  nextNumber: (value) => isCount(value) && (value as number) >= 1,
  complete: isFlag,
  analysis: shape<SummarizerState['analysis']>({ numbers: isCount, counters: isObject, stateful: isObject }),
  own: orAbsent(isObject),
}

/** Rows that parts have beside those of tables: of faults by layer, of sizes. */
const LEAST_ROWS = 65_536
/** Levels of lists and objects within each other. */
const DEEPEST = 16

/**
 * Refuses what a Summarizer cannot have saved, and bounds what may be made of the rest.
 * @throws StateError `damaged`.
 */
export function checkState(value: unknown): asserts value is SummarizerState {
  for (const [name, check] of Object.entries(STATE)) {
    if (isObject(value) && check((value as Record<string, unknown>)[name])) continue
    throw damaged(`${name} is not what is saved there`)
  }
  const { analysis, counting } = value as SummarizerState
  const limits = { ...DEFAULT_LIMITS, ...counting.limits }
  for (const limit of Object.values(limits))
    if (!isCount(limit) || limit > ID_SPACE) throw damaged('a limit that no table has')
  // Between two files nothing waits.
  const { waiting } = (analysis.counters.tinyFragments ?? {}) as { waiting?: unknown }
  if (!Array.isArray(waiting) || waiting.length > 0) throw damaged('fragments that wait between two files')
  // A row is of a table, or of one of its two directions or ends.
  boundRows(analysis, Math.max(LEAST_ROWS, 2 * Math.max(...Object.values(limits))), 0)
}

/**
 * Refuses counts of rows beyond every table, and has records keep within that.
 * @param part - Any part of a state.
 */
function boundRows(part: object, most: number, depth: number): void {
  if (depth > DEEPEST) throw damaged('parts within parts without an end')
  for (const [name, value] of Object.entries(part)) {
    if (/rows$/i.test(name)) {
      for (const rows of Array.isArray(value) ? value : [value]) {
        if (!isCount(rows) || rows > most) throw damaged(`${name} beyond every table`)
      }
    } else if (value instanceof Float64Array && 'rows' in part) (part as RecordsState).most = most
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      boundRows(value, most, depth + 1)
  }
}

function damaged(reason: string): StateError {
  return new StateError('damaged', `a damaged state (${reason}); begin anew from the captures`)
}
