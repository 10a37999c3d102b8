/** State saved, sent elsewhere and restored goes on as if nothing had happened; nothing is shared with what it was saved from. */
import { describe, expect, it } from 'vitest'
import type { AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { random } from '../capture/files.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { analyze, printed, readOn, recordsOf, restored, resumed } from '../support/parts.ts'

const FOUR_ROWS: AnalysisOptions = {
  limits: {
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
  },
}

/** Record boundaries to cut at: both ends, the first few, and a seeded choice of the others. */
function cuts(length: number): number[] {
  const next = random(length)
  const chosen = [0, 1, 2, length - 1, length, ...Array.from({ length: 6 }, () => Math.floor(next() * length))]
  return [...new Set(chosen.filter((cut) => cut >= 0 && cut <= length))]
}

describe.each(FIXTURES)('%s', (name) => {
  const records = recordsOf(fixture(name))

  it.each([
    ['as it is', {}],
    ['with limits of four rows', FOUR_ROWS],
  ])('goes on from restored state, %s', (_, options) => {
    const whole = printed(analyze(records, options))
    for (const cut of cuts(records.length)) {
      const before = analyze(records.slice(0, cut), options)
      const after = restored(before, options)
      const asSaved = printed(before)
      expect(printed(after)).toBe(asSaved)
      readOn(after, records.slice(cut))
      if (printed(after) !== whole) expect(printed(after), `cut at ${cut}`).toBe(whole)
      expect(printed(before), 'what was saved from has not changed').toBe(asSaved)
    }
  })

  it('is the same wherever it is cut', () => {
    const whole = printed(analyze(records))
    for (let cut = 0; cut <= records.length; cut++) {
      const text = printed(resumed(records, [cut]))
      if (text !== whole) expect(text, `cut at ${cut}`).toBe(whole)
    }
  })

  it('is the same wherever it is cut, with limits of four rows', () => {
    const whole = printed(analyze(records, FOUR_ROWS))
    for (let cut = 0; cut <= records.length; cut++) {
      const text = printed(resumed(records, [cut], FOUR_ROWS))
      if (text !== whole) expect(text, `cut at ${cut}`).toBe(whole)
    }
  })

  it('is the same when it is saved ten times', () => {
    const tenths = Array.from({ length: 10 }, (_, part) => Math.floor((records.length * part) / 10))
    expect(printed(resumed(records, tenths))).toBe(printed(analyze(records)))
  })
})
