/** finish(merge(A, B)) equals finish(A ++ B) byte for byte, at every record boundary; and state survives saving. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Analysis, type AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { analyze, printed, type Recorded, readOn, recordsOf } from '../support/parts.ts'

const FIXTURES = new URL('../../fixtures/pcaps/', import.meta.url).pathname
const files = readdirSync(FIXTURES).filter((name) => /\.pcap(ng)?$/.test(name))

const FOUR_ROWS = {
  addresses: 4,
  vnis: 4,
  vtepPairs: 4,
  routes: 4,
  flows: 4,
  macs: 4,
  vlanStacks: 4,
  details: 4,
  requests: 4,
  timeline: 4,
  protocols: 4,
  window: 4,
  datagrams: 4,
}

/** Parts of these cannot always be joined: a later inner fragment in one, its first fragment in the one before. */
const NEEDS_ORDER = ['mtu-frag-h1.pcap']

/** Merges at a boundary as the driver does: a part that cannot be joined exactly is read on from the earlier state. */
function joined(
  records: readonly Recorded[],
  cut: number,
  options: AnalysisOptions,
): { text: string; merged: boolean } {
  const earlier = analyze(records.slice(0, cut), options)
  const later = analyze(records.slice(cut), { ...options, begins: false })
  const merged = earlier.merge(later)
  if (!merged) readOn(earlier, records.slice(cut))
  return { text: printed(earlier), merged }
}

describe('merge law', () => {
  it('finds fixtures', () => expect(files.length).toBeGreaterThan(8))

  describe.each(files)('%s', (name) => {
    const records = recordsOf(FIXTURES + name)
    const whole = printed(analyze(records))

    it('holds at every record boundary, and reads again only where it must', () => {
      let unmerged = 0
      for (let cut = 0; cut <= records.length; cut++) {
        const { text, merged } = joined(records, cut, {})
        if (!merged) unmerged++
        if (text !== whole) expect(text, `cut at ${cut}`).toBe(whole)
      }
      if (NEEDS_ORDER.includes(name)) expect(unmerged).toBeGreaterThan(0)
      else expect(unmerged).toBe(0)
    })

    it('holds with limits of four rows', () => {
      const limited = { limits: FOUR_ROWS }
      const expected = printed(analyze(records, limited))
      for (let cut = 0; cut <= records.length; cut++) {
        const { text } = joined(records, cut, limited)
        if (text !== expected) expect(text, `cut at ${cut}`).toBe(expected)
      }
    })

    it('survives saving and restoring in the middle, of either half', () => {
      const cut = records.length >> 1
      const first = new Analysis()
      first.restore(structuredClone(analyze(records.slice(0, cut)).save()))
      const second = new Analysis({ begins: false })
      second.restore(structuredClone(analyze(records.slice(cut), { begins: false }).save()))
      if (!first.merge(second)) readOn(first, records.slice(cut))
      expect(printed(first)).toBe(whole)
      const again = new Analysis()
      again.restore(first.save())
      expect(printed(again)).toBe(whole)
    })

    it('holds for ten parts merged from the left', () => {
      const [first, ...rest] = tenParts(records)
      const earlier = analyze(first!)
      for (const part of rest) if (!earlier.merge(analyze(part, { begins: false }))) readOn(earlier, part)
      expect(printed(earlier)).toBe(whole)
    })

    it.skipIf(NEEDS_ORDER.includes(name))('holds for ten parts merged from the right', () => {
      const parts = tenParts(records).map((part, index) => analyze(part, { begins: index === 0 }))
      while (parts.length > 1) {
        const last = parts.pop()!
        expect(parts.at(-1)!.merge(last)).toBe(true)
      }
      expect(printed(parts[0]!)).toBe(whole)
    })
  })

  it('refuses to merge a part that begins a capture', () => {
    expect(() => analyze([]).merge(analyze([]))).toThrow(TypeError)
  })
})

function tenParts(records: readonly Recorded[]): Recorded[][] {
  const cut = (part: number) => Math.floor((records.length * part) / 10)
  return Array.from({ length: 10 }, (_, part) => records.slice(cut(part), cut(part + 1)))
}
