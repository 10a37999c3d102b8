/** The fixtures and what is committed beside them: the summary as it was last accepted, and what tshark says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { writeJson } from '../../src/report/json.ts'
import type { Summary } from '../../src/summary.ts'
import type { Facts } from './disagreements.ts'
import { ROOT } from './shared.ts'

/** Folder of the fixtures. */
export const PCAPS = join(ROOT, 'fixtures/pcaps')

/** Names of the capture files in it. */
export const FIXTURES: readonly string[] = readdirSync(PCAPS)
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .sort()

/** Path of a fixture. */
export const fixture = (name: string): string => join(PCAPS, name)

/** Path of a fixture's golden summary: the bytes that `vxpcap summarize --json` prints. */
export const golden = (name: string): string => join(PCAPS, `${name}.golden.json`)

/** tshark's facts about every fixture, by name, with the version that told them. */
export const TSHARK_FACTS: string = join(PCAPS, 'tshark.json')

/** What the file of tshark's facts holds. */
export interface CommittedFacts {
  tshark: string
  files: Readonly<Record<string, Facts>>
}

/** The committed facts; no file, no facts. */
export function committedFacts(): CommittedFacts {
  return existsSync(TSHARK_FACTS) ? JSON.parse(readFileSync(TSHARK_FACTS, 'utf8')) : { tshark: '', files: {} }
}

/** Summary of a fixture now, and its bytes as the command prints them. */
export async function summaryOf(name: string): Promise<{ summary: Summary; text: string }> {
  const summary = await summarizeFiles([fixture(name)])
  let text = ''
  await writeJson(summary, async (chunk) => {
    text += chunk
  })
  return { summary, text }
}
