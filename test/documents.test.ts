/**
 * The document of every capture at hand is what its schema says, whatever somebody wrote into the capture. `npm run test:field`
 * changes every capture several times; here some of them are changed once.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../src/node-summarize.ts'
import { formatSarif } from '../src/report/sarif.ts'
import {
  asRead,
  capturesBelow,
  changed,
  sarifObjections,
  summaryObjections,
  summaryOfBytes,
} from './support/documents.ts'
import { PCAPS } from './support/goldens.ts'
import { Random } from './support/random.ts'
import { because, CORPUS, FAULTS, FIELD, LAB } from './support/shared.ts'

const FOLDERS: readonly [name: string, folder: string | undefined][] = [
  ['the fixtures', PCAPS],
  ['../shared/lab', LAB],
  ['../shared/field', FIELD],
  ['../shared/corpus', CORPUS],
  ['../shared/faults', FAULTS],
]

/** One in so many captures is changed here. */
const CHANGED_HERE = 6

describe.each(FOLDERS)('captures of %s', (_, folder) => {
  describe.skipIf(folder === undefined)(`at hand${because(folder)}`, () => {
    const names = folder === undefined ? [] : capturesBelow(folder)

    it('have documents that fit the schema, and SARIF that fits the published one', async () => {
      let documents = 0
      for (const name of names) {
        const summary = await summaryOfBytes(readFileSync(join(folder!, name)))
        if (summary === null) continue
        documents++
        expect(summaryObjections(asRead(summary)), name).toEqual([])
        if (summary.findings.length > 0) {
          expect(sarifObjections(JSON.parse(formatSarif(summary, '1.2.3'))), name).toEqual([])
        }
      }
      expect(documents).toBeGreaterThan(names.length / 2)
    })

    it('have them still when bytes are changed', async () => {
      for (const [index, name] of names.entries()) {
        if (index % CHANGED_HERE !== 0) continue
        const summary = await summaryOfBytes(changed(readFileSync(join(folder!, name)), new Random(index)))
        if (summary !== null) expect(summaryObjections(asRead(summary)), `${name}, seed ${index}`).toEqual([])
      }
    })
  })
})

describe.skipIf(FAULTS === undefined)(`captures that got through an edge${because(FAULTS)}`, () => {
  const fault = async (name: string) => summaryOfBytes(readFileSync(join(FAULTS ?? '', name)))

  it('bytes below the highest sequence number are never fewer than none', async () => {
    const summary = await fault('F-tcp-retransmitted-negative.pcap')
    expect(summary?.flows.map(({ tcp }) => tcp?.retransmittedBytes ?? 0).every((count) => count >= 0)).toBe(true)
  })

  it('fragments that never came take nothing from the overhead', async () => {
    const summary = await fault('F-overhead-negative.pcap')
    expect(summary?.vnis).toMatchObject([{ packets: 1, outerBytes: 1410, innerBytes: 1410, overheadBytes: 0 }])
  })

  it('results of merged captures name file and packet', async () => {
    const paths = ['F-sarif-a.pcap', 'F-sarif-b.pcap'].map((name) => join(FAULTS ?? '', name))
    const summary = await summarizeFiles(paths, { mergeByTime: true })
    const log = JSON.parse(formatSarif(summary, '1.2.3'))
    expect(sarifObjections(log)).toEqual([])
    const places = new Map(summary.capture.origins?.map(({ packet, file, number }) => [packet, [file, number]]))
    let named = 0
    for (const { properties, locations } of log.runs[0].results) {
      for (const [index, packet] of properties.packets.entries()) {
        const { artifactLocation, region } = locations[index].physicalLocation
        expect([artifactLocation.index, region.startLine]).toEqual(places.get(packet))
        expect(artifactLocation.uri).toBe(summary.capture.files[artifactLocation.index]?.name)
        named++
      }
    }
    expect(named).toBeGreaterThan(0)
  })
})
