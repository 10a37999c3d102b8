/** Every display filter that is printed about a capture of the field or the lab: valid in tshark, and selects what it names there. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Place, placer } from '../../src/findings/by-file.ts'
import { summarizeFiles } from '../../src/node-summarize.ts'
import type { Finding } from '../../src/summary.ts'
import { selectedOf, selects, unselected } from '../support/display-filters.ts'
import { portsOf, readCases } from '../support/field-cases.ts'
import { because, FIELD, LAB } from '../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'
import { geneveWithOption, mpls, otherPort, type Variant, vary } from '../support/variants.ts'

/** A capture with the further ports that it is read with. */
interface Capture {
  name: string
  path: string
  ports: number[]
}

/** Captures of the field and of the lab. */
const CAPTURES: Capture[] = [
  ...(FIELD === undefined ? [] : readCases(FIELD)).map((each) => ({
    name: `field ${each.file}`,
    path: join(FIELD!, 'captures', each.file),
    ports: portsOf(each),
  })),
  ...(LAB === undefined ? [] : readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name))).map((name) => ({
    name: `lab ${name}`,
    path: join(LAB!, name),
    ports: [],
  })),
]

/** Fabrics in which Wireshark sees the tunnel otherwise. */
const VARIANTS: Readonly<Record<string, Variant>> = {
  'port 8472': otherPort,
  'Geneve with an option': geneveWithOption,
  MPLS: mpls,
}

/** What is varied: cases of what is broken, a few of each kind. */
function isVaried({ name }: Capture): boolean {
  return /^field (?:08|14|48|b\d\d-.*-h1).*\.pcap$|^lab fault-.*-h1\.pcap$/.test(name)
}

/** What is wrong with filters, each with the packets that it must select; one run of tshark where all is right. */
async function mistakes(path: string, filters: ReadonlyMap<string, ReadonlySet<number>>): Promise<string[]> {
  const all = [...filters]
  const counts = await selectedOf(path, all).catch(() => all.map(() => 0))
  const wrong: string[] = []
  // Files that are appended to each other, or damaged, tshark does not read to their ends.
  const isReadable = counts.some((count) => count > 0) || (await selects(path, 'frame').catch(() => 0)) > 0
  if (!isReadable) return []
  for (const [index, [displayFilter, packets]] of all.entries()) {
    if (packets.size > 0 && counts[index]! >= packets.size) continue
    try {
      const missing = await unselected(path, { displayFilter, packets: [...packets] })
      if (missing.length > 0) wrong.push(`${displayFilter} does not select ${missing.join(', ')}`)
    } catch (error) {
      wrong.push(`${displayFilter}: ${String(error)}`)
    }
  }
  return wrong
}

/** Filters by what they must select, each once. */
function filtersOf(findings: readonly Finding[]): Map<string, Set<number>> {
  const filters = new Map<string, Set<number>>()
  for (const { displayFilter, packets } of findings) {
    if (displayFilter === '') continue
    const named = filters.get(displayFilter) ?? new Set()
    filters.set(displayFilter, named)
    for (const packet of packets) named.add(packet)
  }
  return filters
}

/** A finding as one of several files has it: that file's filter, and its packets by their numbers there. */
function inFile(finding: Finding, file: number, place: (packet: number) => Place | null): Finding[] {
  const filter = finding.displayFilters?.find((each) => each.file === file)?.filter
  if (filter === undefined) return []
  const packets = finding.packets.flatMap((packet) => {
    const found = place(packet)
    return found?.file === file ? [found.number] : []
  })
  expect(packets.length, `${finding.code} names no packet of file ${file}`).toBeGreaterThan(0)
  return [{ ...finding, displayFilter: filter, packets }]
}

describe.skipIf(TSHARK === undefined || CAPTURES.length === 0)(
  `display filters${because(FIELD)}${becauseOfTshark()}`,
  () => {
    it.concurrent.each(CAPTURES)('$name', async ({ path, ports }) => {
      const { findings } = await summarizeFiles([path], { ports })
      expect(await mistakes(path, filtersOf(findings))).toEqual([])
    })

    it.concurrent.each(CAPTURES.filter(({ name }) => /-h1\.pcap(ng)?$/.test(name)))(
      '$name and its other side',
      async ({ path, ports }) => {
        const other = path.replace(/-h1(\.pcap(?:ng)?)$/, '-h2$1')
        if (!existsSync(other)) return
        const { findings, capture } = await summarizeFiles([path, other], { ports })
        const place = placer(capture.files)
        for (const [file, name] of [path, other].entries()) {
          const here = findings.flatMap((finding) => inFile(finding, file, place))
          expect(await mistakes(name, filtersOf(here))).toEqual([])
        }
      },
    )

    it.concurrent.each(Object.entries(VARIANTS))(
      'in another fabric: %s',
      { timeout: 300_000 },
      async (name, variant) => {
        const folder = mkdtempSync(join(tmpdir(), 'vxpcap-variants-'))
        const wrong: string[] = []
        try {
          for (const { name: capture, path, ports } of CAPTURES.filter(isVaried)) {
            const bytes = vary(readFileSync(path), variant)
            if (bytes === null) continue
            const file = join(folder, 'variant.pcap')
            writeFileSync(file, bytes)
            const { findings } = await summarizeFiles([file], { ports })
            for (const mistake of await mistakes(file, filtersOf(findings))) wrong.push(`${capture}: ${mistake}`)
          }
        } finally {
          rmSync(folder, { recursive: true, force: true })
        }
        expect(wrong, name).toEqual([])
      },
    )
  },
)
