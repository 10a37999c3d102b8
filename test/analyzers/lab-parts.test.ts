/** Every lab capture cut into ten parts and merged, from the left and from the right, says what the whole capture says. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../src/analyzers/analysis.ts'
import { analyze, printed, type Recorded, readOn, recordsOf } from '../support/parts.ts'
import { because, LAB } from '../support/shared.ts'

const captures = LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name))

function tenParts(records: readonly Recorded[]): Recorded[][] {
  const cut = (part: number) => Math.floor((records.length * part) / 10)
  return Array.from({ length: 10 }, (_, part) => records.slice(cut(part), cut(part + 1)))
}

/** As the driver does: a part that cannot be joined exactly is read on from the earlier state. */
function join10(parts: readonly Recorded[][]): Analysis {
  const [first, ...rest] = parts
  const earlier = analyze(first!)
  for (const part of rest) if (!earlier.merge(analyze(part, { begins: false }))) readOn(earlier, part)
  return earlier
}

/** Later parts are merged with each other before the first takes them; `null` where two of them need their past. */
function fromRight(parts: readonly Recorded[][]): Analysis | null {
  const analyses = parts.map((part, index) => analyze(part, { begins: index === 0 }))
  while (analyses.length > 1) {
    const last = analyses.pop()!
    if (!analyses.at(-1)!.merge(last)) return null
  }
  return analyses[0]!
}

describe.skipIf(LAB === undefined)(`ten parts of every lab capture${because(LAB)}`, () => {
  it('finds the captures', () => expect(captures.length).toBeGreaterThan(90))

  it.each(captures)('%s', (name) => {
    const records = recordsOf(join(LAB!, name))
    const whole = printed(analyze(records))
    const parts = tenParts(records)
    const left = printed(join10(parts))
    if (left !== whole) expect(left).toBe(whole)
    const right = fromRight(parts)
    if (right !== null && printed(right) !== whole) expect(printed(right)).toBe(whole)
  })
})
