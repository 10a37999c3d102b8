/** What is said of a capture does not depend on its addresses, its port, its tunnel kind or the underlay's tags. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import type { Summary } from '../../src/summary.ts'
import { type FieldCase, mistakes, portsOf, readCases } from '../support/field-cases.ts'
import { because, FIELD } from '../support/shared.ts'
import {
  geneve,
  geneveWithOption,
  ipInIp,
  ipv6Underlay,
  mpls,
  otherGuests,
  otherPort,
  otherVteps,
  quotesGuests,
  tagged,
  type Variant,
  vary,
} from '../support/variants.ts'

const VARIANTS: Readonly<Record<string, Variant>> = {
  'other VTEPs': otherVteps,
  'port 8472': otherPort,
  Geneve: geneve,
  'Geneve with an option': geneveWithOption,
  'an IPv6 underlay': ipv6Underlay,
  'IP in IP': ipInIp,
  MPLS: mpls,
  'other guests': (frame) => (quotesGuests(frame) ? null : otherGuests(frame)),
  'tags on the underlay': tagged,
}

/** Cases about what a variant takes away. */
const ABOUT: Readonly<Record<string, readonly string[]>> = {
  // A clear I flag, reserved bits, GPE at the VXLAN port, a service at one port.
  'port 8472': ['13-', '25-', '37-', 'b20-', 'b30-', 'service-chain'],
  Geneve: ['13-', '25-', '37-', 'b20-', 'b30-', 'service-chain'],
  'Geneve with an option': ['13-', '25-', '37-', 'b20-', 'b30-', 'service-chain'],
  // The underlay's ARP, which alone says that the VTEP is gone, has no counterpart there.
  'an IPv6 underlay': ['b37-'],
  'other guests': ['34-'],
}

async function summarize(bytes: Uint8Array, ports: readonly number[]): Promise<Summary> {
  const summarizer = new Summarizer({ ports })
  await summarizer.read('variant', bytesSource(bytes))
  return summarizer.summary()
}

/** The case without figures of a kind of tunnel that there is no more. */
function caseOf(each: FieldCase, variant: string): FieldCase {
  if (!variant.startsWith('Geneve') || each.vxlanPackets === undefined) return each
  const { vxlanPackets, ...rest } = each
  return { ...rest, genevePackets: vxlanPackets }
}

describe.skipIf(FIELD === undefined)(`cases of the field in another fabric${because(FIELD)}`, () => {
  const cases = FIELD === undefined ? [] : readCases(FIELD)
  for (const [name, variant] of Object.entries(VARIANTS)) {
    it(`${name}: as before`, async () => {
      let varied = 0
      const wrong: string[] = []
      for (const each of cases) {
        if (ABOUT[name]?.some((start) => each.file.startsWith(start))) continue
        const bytes = vary(readFileSync(join(FIELD!, 'captures', each.file)), variant)
        if (bytes === null) continue
        varied++
        const said = mistakes(caseOf(each, name), await summarize(bytes, portsOf(each)))
        if (said.length > 0) wrong.push(`${each.file}: ${said.join('; ')}`)
      }
      expect(varied).toBeGreaterThan(60)
      expect(wrong).toEqual([])
    })
  }
})
