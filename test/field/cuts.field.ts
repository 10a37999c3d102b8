/**
 * A capture may begin and end anywhere: whatever is cut off a healthy one, at either end or at both, nothing above a note may be said
 * of the rest.
 * Healthy are the cases of the field of which neither an error nor a warning may be said, and the captures of the lab of which none
 * is said (the scorecard holds that against their truth).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import type { Finding } from '../../src/summary.ts'
import { CutCapture } from '../support/cut-capture.ts'
import { type FieldCase, portsOf, readCases } from '../support/field-cases.ts'
import { because, FIELD, LAB } from '../support/shared.ts'

const TENTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const FEW = [1, 2, 3]

/** What the file itself suffers from is no matter of where it is cut. */
const OF_THE_FILE = ['CAPTURE_DAMAGED', 'CAPTURE_DROPS']

/**
 * What is true of the packets that are left, although the whole capture shows more.
 * The DHCP server of a11 asks three times, a second apart, who has the address that it is about to offer. With the DISCOVER before
 * the cut and the OFFER behind it, packets 6 to 11 and 22 to 27 hold these questions and nothing else: nothing tells them from those
 * for a host that is down, and CONTRACT.md §3 counts three requests without a reply.
 */
const BORNE_OUT: Readonly<Record<string, readonly string[]>> = {
  'a11-dhcp-h1.pcap': ['packets 6 to 11 of 53: ARP_UNANSWERED', 'packets 22 to 27 of 53: ARP_UNANSWERED'],
}

async function alarms(bytes: Uint8Array, ports: readonly number[]): Promise<string[]> {
  const summarizer = new Summarizer({ ports })
  await summarizer.read('cut', bytesSource(bytes))
  return [
    ...new Set(
      summarizer
        .summary()
        .findings.filter(isAlarm)
        .map(({ code }) => code),
    ),
  ]
}

function isAlarm({ code, severity }: Finding): boolean {
  return severity !== 'note' && !OF_THE_FILE.includes(code)
}

/** Ranges of records that are left of `count`: without a beginning, without an end, a few from either side, and parts of the middle. */
function ranges(count: number): [number, number][] {
  const cuts = TENTHS.map((tenth) => Math.round((count * tenth) / 10))
  const all: [number, number][] = [
    ...cuts.map((cut): [number, number] => [0, cut]),
    ...cuts.map((cut): [number, number] => [cut, count]),
    ...FEW.map((few): [number, number] => [0, few]),
    ...FEW.map((few): [number, number] => [count - few, count]),
    ...cuts.flatMap((from, index) => cuts.slice(index + 1).map((to): [number, number] => [from, to])),
  ]
  const distinct = new Map(all.map(([from, to]) => [`${from} ${to}`, [from, to] as [number, number]]))
  return [...distinct.values()].filter(([from, to]) => from >= 0 && to <= count && from < to)
}

async function expectNoAlarm(path: string, ports: readonly number[] = []): Promise<number> {
  const capture = new CutCapture(readFileSync(path))
  const wrong: string[] = []
  const cuts = ranges(capture.packets)
  for (const [from, to] of cuts) {
    const codes = await alarms(capture.slice(from, to), ports)
    const said = `packets ${from + 1} to ${to} of ${capture.packets}: ${codes.join(' ')}`
    if (codes.length > 0 && !(BORNE_OUT[basename(path)] ?? []).includes(said)) wrong.push(said)
  }
  expect(wrong).toEqual([])
  return cuts.length
}

describe.skipIf(FIELD === undefined)(`healthy captures of the field, cut${because(FIELD)}`, () => {
  const isHealthy = ({ mustNot }: FieldCase) => mustNot.includes('error') && mustNot.includes('warning')
  const healthy = FIELD === undefined ? [] : readCases(FIELD).filter(isHealthy)
  for (const each of healthy) {
    it(each.file, async () => {
      expect(await expectNoAlarm(join(FIELD!, 'captures', each.file), portsOf(each))).toBeGreaterThan(0)
    })
  }
})

describe.skipIf(LAB === undefined)(`healthy captures of the lab, cut${because(LAB)}`, () => {
  const files = LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name))
  for (const file of files.sort()) {
    it(file, async (context) => {
      const bytes = readFileSync(join(LAB!, file))
      if ((await alarms(bytes, [])).length > 0) context.skip('its truth bears out an error or a warning')
      await expectNoAlarm(join(LAB!, file))
    })
  }
})
