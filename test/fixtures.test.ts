/**
 * Every fixture against its golden summary, byte for byte, and against what tshark said about it, which is committed too.
 * `npm run goldens` writes both anew (tshark's facts where tshark is installed); look at the difference before it is committed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Disagreement, differences, type Facts, listed } from './support/disagreements.ts'
import { committedFacts, FIXTURES, golden, PCAPS, summaryOf, TSHARK_FACTS } from './support/goldens.ts'
import { expectConsistent } from './support/invariants.ts'
import { TSHARK } from './support/tshark.ts'
import { tsharkFacts } from './support/tshark-facts.ts'
import { tunnelFacts } from './support/tunnel-facts.ts'

const REWRITE = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'goldens'

describe.runIf(REWRITE)('writes anew', () => {
  it.each(FIXTURES)('%s', async (name) => {
    writeFileSync(golden(name), (await summaryOf(name)).text)
  })

  it.skipIf(TSHARK === undefined)('what tshark says', async () => {
    const files: Record<string, Facts> = {}
    for (const name of FIXTURES) files[name] = await tsharkFacts(`${PCAPS}/${name}`)
    writeFileSync(TSHARK_FACTS, `${JSON.stringify({ tshark: TSHARK, files }, null, 2)}\n`)
  })
})

/** Packet 11 is a line of text ("hello, …"): tshark believes any header with the I flag, the contract wants an inner frame (§3, NOT_A_TUNNEL). */
const FROM_TSHARK: Disagreement[] = [
  { what: 'vxlanPackets', ours: 12, theirs: 13 },
  { what: 'vni 7285792 packets', ours: 0, theirs: 1 },
  { what: 'vni 7285792 innerBytes', ours: 0, theirs: 23 },
  { what: 'pair 10.0.10.101 > 10.0.10.102 packets', ours: 9, theirs: 10 },
].map((entry) => ({ ...entry, file: 'fault-malformed-h1.pcap', reason: 'a line of text behind a broken header' }))

it('there are fixtures', () => expect(FIXTURES.length).toBeGreaterThanOrEqual(21))

describe.each(FIXTURES)('%s', (name) => {
  it('gives its golden summary', async () => {
    expect(existsSync(golden(name)), `${name}.golden.json is missing: npm run goldens`).toBe(true)
    const { summary, text } = await summaryOf(name)
    expect(text).toBe(readFileSync(golden(name), 'utf8'))
    expectConsistent(summary)
  })

  it('counts what tshark counts', async () => {
    const theirs = committedFacts().files[name]
    expect(theirs, `${name} is not in tshark.json: npm run goldens, where tshark is installed`).toBeDefined()
    const { summary } = await summaryOf(name)
    expect(differences(name, tunnelFacts(summary), theirs!)).toEqual(listed(FROM_TSHARK, name))
  })

  it('is described beside the fixtures', () => {
    expect(readFileSync(`${PCAPS}/README.md`, 'utf8')).toContain(`\`${name}\``)
  })
})

it('tshark speaks of the fixtures alone, and of a tunnel packet in each', () => {
  const { files } = committedFacts()
  expect(Object.keys(files).sort()).toEqual([...FIXTURES])
  for (const [name, facts] of Object.entries(files)) {
    const tunnelled = Number(facts.vxlanPackets) + Number(facts.gpePackets) + Number(facts.genevePackets)
    expect(tunnelled, name).toBeGreaterThan(0)
  }
})
