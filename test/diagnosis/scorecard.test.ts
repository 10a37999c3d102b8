/** The scorecard over the lab's captures (`npm run scorecard` prints it): every "must" met, no alarm that the truth does not bear out. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { formatCard, type Row, score, stale } from '../support/scorecard.ts'
import { because, LAB } from '../support/shared.ts'

describe.skipIf(LAB === undefined)(`scorecard${because(LAB)}`, () => {
  it('meets every must, and raises nothing that the truth does not bear out', async () => {
    const files = readdirSync(LAB!).filter((name) => /\.pcap(ng)?$/.test(name))
    const rows: Row[] = []
    for (const file of files.sort()) rows.push(score(file, (await summarizeFiles([join(LAB!, file)])).findings))
    if (process.env.SCORECARD !== undefined) console.log(formatCard(rows))
    expect(rows.length).toBeGreaterThan(90)
    expect(rows.filter(({ missed }) => missed.length > 0).map(({ file, missed }) => `${file}: ${missed}`)).toEqual([])
    const alarms = rows.filter(({ falseAlarms }) => falseAlarms.length > 0)
    expect(alarms.map(({ file, falseAlarms }) => `${file}: ${falseAlarms}`)).toEqual([])
    expect(stale(LAB!, rows)).toEqual([])
  })
})
