/** Fewer rows, where all of them make a page too large: the largest stay, in their order, and totals say how many there were. */
import { largestFirst } from '../report/section.ts'
import type { Summary } from '../summary.ts'
import { DOCUMENT } from './document.ts'

/** Tables that may have fewer rows. */
type Cut = 'vnis' | 'vtepPairs' | 'flows' | 'macs' | 'findings'

/** How much room a table may take before others: of flows people ask most. */
const WEIGHTS: Readonly<Record<Cut, number>> = { vnis: 1, vtepPairs: 1, flows: 4, macs: 1, findings: 2 }
const CUTS = Object.keys(WEIGHTS) as Cut[]

/** Keeps about `share` of what the tables take, the least of the smallest. @param share - 0 to 1. */
export function fewer(summary: Summary, share: number): Summary {
  const sizes = CUTS.map((table) => ({ table, size: sizeOf(summary, table) / WEIGHTS[table], weight: WEIGHTS[table] }))
  const all = sizes.reduce((sum, { size, weight }) => sum + size * weight, 0)
  // The level that tables are cut down to: those below it stay as they are.
  let room = all * share
  let weights = sizes.reduce((sum, { weight }) => sum + weight, 0)
  let level = room / weights
  for (const { size, weight } of sizes.toSorted((left, right) => left.size - right.size)) {
    level = room / weights
    if (size > level) break
    room -= size * weight
    weights -= weight
  }
  const rows = Object.fromEntries(
    sizes.map(({ table, size }) => [
      table,
      size > level ? Math.floor((summary[table].length * level) / size) : summary[table].length,
    ]),
  ) as Record<Cut, number>
  return withRows(summary, rows)
}

/** Keeps so many rows of each table at most. */
export function withRows(summary: Summary, rows: Readonly<Record<Cut, number>>): Summary {
  const isKept = kept(summary.vtepPairs, rows.vtepPairs, (row) => row.outerBytesAToB + row.outerBytesBToA)
  return {
    ...summary,
    vnis: summary.vnis.filter(kept(summary.vnis, rows.vnis, (row) => row.outerBytes)),
    vtepPairs: summary.vtepPairs.filter(isKept),
    flows: summary.flows.slice(0, rows.flows),
    macs: summary.macs.slice(0, rows.macs),
    mtu: {
      ...summary.mtu,
      perPair: summary.mtu.perPair.filter((_, index) => {
        const pair = summary.vtepPairs[index]
        return pair !== undefined && isKept(pair)
      }),
    },
    findings: summary.findings.slice(0, rows.findings),
  }
}

/** Whether a row is among the largest. */
function kept<Row>(rows: readonly Row[], most: number, size: (row: Row) => number): (row: Row) => boolean {
  const largest = new Set(largestFirst(rows, size).slice(0, most))
  return (row) => largest.has(row)
}

/** Characters that a table takes before it is compressed: what it takes of the page, in proportion. */
function sizeOf(summary: Summary, table: Cut): number {
  const none = { vnis: [], vtepPairs: [], flows: [], macs: [], findings: [] }
  const alone = { ...summary, ...none, [table]: summary[table] }
  let words = 0
  const word = (text: string): number => {
    words += text.length
    return 0
  }
  return words + JSON.stringify(DOCUMENT.pack([alone], { base: 0, word })).length
}
