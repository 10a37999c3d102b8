/** Every lab capture, its state saved and restored at each tenth of it, says what the capture read in one go says. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyze, printed, recordsOf, resumed } from '../support/parts.ts'
import { because, LAB } from '../support/shared.ts'

const captures = LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name))

describe.skipIf(LAB === undefined)(`ten parts of every lab capture${because(LAB)}`, () => {
  it('finds the captures', () => expect(captures.length).toBeGreaterThan(90))

  it.each(captures)('%s', (name) => {
    const records = recordsOf(join(LAB!, name))
    const tenths = Array.from({ length: 10 }, (_, part) => Math.floor((records.length * part) / 10))
    const [whole, inParts] = [printed(analyze(records)), printed(resumed(records, tenths))]
    if (inParts !== whole) expect(inParts).toBe(whole)
  })
})
