/** The express lane counts and tells what the long way does, of every capture at hand. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Analysis, type AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { printed, type Recorded, readOn, readOnTheLongWay, recordsOf, together } from '../support/parts.ts'
import { because, LAB, ROOT } from '../support/shared.ts'

const FIXTURES = join(ROOT, 'fixtures', 'pcaps')

function captures(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => join(folder, name))
}

/** What both ways say of records. */
function bothWays(records: readonly Recorded[], options: AnalysisOptions = {}): { express: Analysis; long: Analysis } {
  const express = new Analysis(options)
  readOn(express, together(records))
  const long = new Analysis(options)
  readOnTheLongWay(long, records)
  return { express, long }
}

describe('express lane', () => {
  it.each(captures(FIXTURES))('says of %s what the long way says', (path) => {
    const { express, long } = bothWays(recordsOf(path))
    expect(printed(express)).toBe(printed(long))
  })

  it('says the same with limits of a few rows', () => {
    const limits = { addresses: 9, flows: 5, macs: 3, routes: 2, vtepPairs: 2, details: 4, window: 8, timeline: 3 }
    for (const path of captures(FIXTURES)) {
      const { express, long } = bothWays(recordsOf(path), { limits })
      expect(printed(express), path).toBe(printed(long))
    }
  })

  it('says the same of one VNI or VTEP', () => {
    for (const path of captures(FIXTURES)) {
      const { express, long } = bothWays(recordsOf(path), { filter: { vnis: [100], vteps: ['10.0.10.133'] } })
      expect(printed(express), path).toBe(printed(long))
    }
  })

  it.skipIf(LAB === undefined)(`says of every lab capture what the long way says${because(LAB)}`, () => {
    let packets = 0
    let express = 0
    for (const path of captures(LAB!)) {
      const ways = bothWays(recordsOf(path))
      expect(printed(ways.express), path).toBe(printed(ways.long))
      packets += ways.express.capture.packets
      express += ways.express.expressPackets
      expect(ways.long.expressPackets).toBe(0)
    }
    // The lab's captures are short and made of what is remarkable, pings above all.
    expect(express).toBeGreaterThan(packets / 8)
  })
})
