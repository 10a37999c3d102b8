/** Pairs of field captures, one at each end: what it takes both to say, and nothing of those in which nothing is lost. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileSource } from '../../src/capture/node.ts'
import { compareCaptures } from '../../src/compare/index.ts'
import { because, FIELD } from '../support/shared.ts'
import { alarmsOf } from './two-places.ts'

const folder = join(FIELD ?? '', 'captures')
const file = (from: string) => [{ name: from, open: () => fileSource(from) }]
const pairs = existsSync(folder)
  ? readdirSync(folder).flatMap((name) => {
      const pair = name.replace(/-h1\.pcap$/, '')
      return pair !== name && existsSync(join(folder, `${pair}-h2.pcap`)) ? [pair] : []
    })
  : []

/** Of all others nothing. The far capture of `b03-acl-later` ends before the filter is set, so that nothing can be said of it. */
const ALARMS: Readonly<Record<string, string[]>> = {
  'a06-reorder': ['REORDERED_BETWEEN', 'REORDERED_BETWEEN'],
  'b01-v6-pmtu': ['SIZE_CLIFF'],
  'b11-dns-big': ['SIZE_CLIFF'],
  // What is sent to the translator's address is refused there.
  'b12-nat': ['LOST_BETWEEN'],
  'b14-policer': ['LOST_BETWEEN'],
}

describe.runIf(FIELD)(`field pairs${because(FIELD)}`, () => {
  it('are some', () => expect(pairs.length).toBeGreaterThan(8))

  it.each(pairs)('%s', async (name) => {
    const [near, far] = ['h1', 'h2'].map((side) => join(folder, `${name}-${side}.pcap`))
    const comparison = await compareCaptures(file(near!), file(far!))
    expect(alarmsOf(comparison)).toEqual(ALARMS[name] ?? [])
    const swapped = await compareCaptures(file(far!), file(near!))
    expect(alarmsOf(swapped)).toEqual(ALARMS[name] ?? [])
    for (const { sent, matched, lost, altered, notJudged } of comparison.directions) {
      expect(matched + lost + altered + notJudged).toBe(sent)
    }
  })
})
