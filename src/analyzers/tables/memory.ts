/**
 * Limits from a budget of memory: how many rows the tables may have so that a process stays about within so many megabytes. What
 * a row costs is stated here and held against the real tables by `test/analyzers/tables/memory.test.ts`, which fails when one grows.
 */
import { checkGiven, checkNumber } from '../../option.ts'
import type { KeyTable } from './key-table.ts'
import { DEFAULT_LIMITS, ID_SPACE, type Limits } from './limits.ts'

/** Bytes of a megabyte in a budget. */
export const MEGABYTE = 1_000_000

/**
 * Megabytes of a process that summarizes on one thread besides its tables: Node and the program 70; the records of recent paths and
 * hosts 40 while they grow (`paths.ts`, `host-cache.ts`); 139 for what stateful analyzers keep of ten thousand subjects each, for ten thousand
 * rows of each table on their way into the document, and for tables that were outgrown and are not collected yet. Measured by
 * `npm run hostile`.
 */
export const FIXED_MEGABYTES = 249

/** Least budget: fixed costs, and 30 MB of tables for sixteen thousand flows. */
export const MIN_MEGABYTES = 280
/** A terabyte; the tables stop growing long before, at sixteen million flows. */
export const MAX_MEGABYTES = 1_000_000

/** Slots of a key table's row (`key-table.ts`): two of a row and a hash each. */
const SLOTS = 16
/** Heads of an entry of a ring (`recent-ring.ts`): four, one word each. */
const HEADS = 16

/** Bytes of a key table's row with a key of so many words. */
const keyed = (words: number): number => words * 4 + SLOTS
/** Bytes of records of so many cells. */
const cells = (...counts: number[]): number => counts.reduce((sum, count) => sum + count * 8, 0)
/** Bytes of an entry of a ring of so many words, its own four included. */
const entry = (words: number): number => words * 4 + HEADS

/**
 * Bytes of a row of everything that a limit bounds, at the most: a stateful analyzer's records are there for every row as soon as it met the
 * last one.
 */
export const ROW_BYTES: Readonly<Record<keyof Limits, number>> = {
  addresses: keyed(5),
  // Vnis, Floods, Copies, OuterFragments, Sizes, Timeline's latest step.
  vnis: keyed(2) + cells(5, 11, 1, 1, 4, 1),
  // VtepPairs, PathMtuEvidence, OuterFragments, Sizes, SourcePorts, UnderlayNeighbors; as many of SegmentSizes.
  vtepPairs: keyed(2) + cells(8, 14, 3, 4, 6, 27) + keyed(2) + cells(6),
  // RouteTraffic, Tcp, Requests, Floods, the latest of SegmentSizes.
  routes: keyed(3) + cells(5, 5, 4, 17, 3, 1),
  // Flows, Tcp, Echo, FlowTraffic, Sizes.
  flows: keyed(6) + cells(10, 15, 6, 5, 1),
  // Macs, MacPlaces.
  macs: keyed(3) + cells(1, 2),
  vlanStacks: keyed(4),
  // Ports of both ends and Senders, further VTEPs of flows, VTEPs and addresses of MACs.
  details: 5 * keyed(2) + cells(4, 1),
  // AddressClaims, AddressRequests, UnknownMacs.
  requests: keyed(3) + cells(10) + keyed(3) + cells(10) + keyed(4) + cells(13),
  timeline: keyed(3) + cells(2),
  protocols: keyed(2) + cells(2),
  // Copies, Echo, PathMtuEvidence, NetworkCopies; a quarter as many of Connects, Queries, SecondAnswers and AddressUsers.
  window: entry(16) + entry(12) + entry(13) + entry(11) + (entry(24) + entry(28) + entry(10) + cells(4)) / 4,
  // InnerFragments, OuterFragments, SmallFirsts.
  datagrams: entry(8) + entry(79) + entry(7),
}

/**
 * Rows with the least budget and at the most, in the order in which each table gets a further doubling: what a network has most of
 * is worth most. Windows are cheap and what they forget is seen in the findings, so they are never small.
 */
const RANGES: readonly [table: keyof Limits, least: number, most: number][] = [
  ['flows', 2 ** 14, 2 ** 24],
  ['addresses', 2 ** 16, ID_SPACE],
  ['window', 2 ** 14, DEFAULT_LIMITS.window],
  ['details', 2 ** 14, 2 ** 24],
  ['requests', 2 ** 12, 2 ** 22],
  ['macs', 2 ** 14, 2 ** 24],
  ['routes', 2 ** 13, 2 ** 23],
  ['vtepPairs', 2 ** 12, 2 ** 22],
  ['vnis', 2 ** 12, 2 ** 22],
  ['timeline', 2 ** 14, 2 ** 24],
]

/** Bytes of all tables with so many rows each. Tables double as they grow, so a limit costs what the next power of two does. */
export function tableBytes(limits: Limits): number {
  let bytes = 0
  for (const [table, rowBytes] of Object.entries(ROW_BYTES)) {
    bytes += 2 ** Math.ceil(Math.log2(limits[table as keyof Limits])) * rowBytes
  }
  return bytes
}

/** Bytes of the rows in use, with all that analyzers keep of them: of tables that are called as their limit, no others. */
export function bytesInUse(tables: readonly KeyTable<keyof Limits>[]): number {
  return tables.reduce((bytes, { name, count }) => bytes + count * ROW_BYTES[name], 0)
}

/**
 * The largest limits with which a process on one thread stays about within a budget. The more, the larger: no table shrinks as the
 * budget grows.
 * @param megabytes - Of 1 000 000 bytes, {@link MIN_MEGABYTES} to {@link MAX_MEGABYTES}.
 * @throws RangeError for a budget out of range, TypeError for what is no number.
 */
export function limitsFor(megabytes: number): Limits {
  checkGiven('megabytes', megabytes)
  checkNumber('megabytes', megabytes, MIN_MEGABYTES, MAX_MEGABYTES)
  const room = (megabytes - FIXED_MEGABYTES) * MEGABYTE
  const limits = { ...DEFAULT_LIMITS }
  for (const [table, least] of RANGES) limits[table] = least
  for (;;) {
    const growing = RANGES.filter(([table, , most]) => limits[table] < most)
    if (growing.length === 0) return limits
    for (const [table] of growing) {
      limits[table] *= 2
      if (tableBytes(limits) <= room) continue
      // The first that finds no room ends it: had one behind it found some, it would shrink again with a larger budget.
      limits[table] /= 2
      return limits
    }
  }
}
