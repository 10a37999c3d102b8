/** What a terminal shows of six captures: 60, 80 and 140 columns, with colours, and in ASCII. Changes are looked at before they are kept. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node.ts'
import { printable } from '../../src/report/printable.ts'
import { formatText, SECTION_NAMES } from '../../src/report/text.ts'
import { fixture } from '../support/goldens.ts'

const CAPTURES = [
  'seed-ovs-h1.pcap',
  'kv-mixed-h1.pcap',
  'mtu-frag-h1.pcap',
  'fault-malformed-h1.pcap',
  'ovs-qinq-h1.pcap',
  'mtu-dfunset-router-r.pcapng',
]
const SCREENS = [
  { width: 60 },
  { width: 80 },
  { width: 140 },
  { width: 80, ascii: true },
  { width: 80, color: true },
] as const

const heading = (screen: object): string => `━━━ ${JSON.stringify(screen)} ━━━\n`

describe.each(CAPTURES)('%s', (name) => {
  it('is shown as it was', async () => {
    const summary = await summarizeFiles([fixture(name)])
    const screens = SCREENS.map((screen) => heading(screen) + formatText(summary, { color: false, top: 10, ...screen }))
    const shown = screens.join('\n').split('\n').map(printable).join('\n')
    await expect(shown).toMatchFileSnapshot(join(import.meta.dirname, 'screens', `${name}.txt`))
  })

  it('fits the screen, but for what cannot be broken, and says the same on each', async () => {
    const summary = await summarizeFiles([fixture(name)])
    for (const screen of SCREENS) {
      const text = formatText(summary, { top: 10, ...screen, color: false })
      const long = text.split('\n').filter((line) => line.length > screen.width)
      // Filters, addresses and names stay whole.
      expect(long.filter((line) => !/^ {11}(filter| {6}) |\S{30}|^ {2}\S+ {2}/.test(line))).toEqual([])
      expect('ascii' in screen && /\P{ASCII}/u.test(text)).toBe(false)
      for (const { code } of summary.findings.slice(0, 3)) expect(text).toContain(code)
    }
  })
})

describe('sections', () => {
  it('are those that are asked for, in their order', async () => {
    const summary = await summarizeFiles([fixture('kv-mixed-h1.pcap')])
    const options = { color: false, top: 10, width: 100 }
    const titles = (only: (typeof SECTION_NAMES)[number][]): string[] =>
      formatText(summary, { ...options, only })
        .split('\n\n')
        .slice(1)
        .map((section) => section.split('\n')[0]!)
    expect(titles(['flows', 'vnis'])).toEqual(['VNIs', 'Flows'])
    expect(titles(['timeline'])).toEqual(['Packets over time (9.44 s)'])
    expect(titles([])).toEqual([])
    expect(formatText(summary, { ...options, only: SECTION_NAMES })).toBe(formatText(summary, options))
  })

  it('show when a tenant was silent', async () => {
    const summary = await summarizeFiles([fixture('kv-mixed-h1.pcap')])
    const text = formatText(summary, { color: false, top: 10, width: 100, only: ['timeline'] })
    const rows = text.split('\n').filter((line) => /^ +(10|20|30) /.test(line))
    expect(rows).toHaveLength(3)
    const { vnis } = summary.timeline
    const first = (vni: number) => vnis.find((row) => row.vni === vni)!.packets.findIndex((count) => count > 0)
    const bar = (line: string) => line.search(/[▁-█]/)
    expect(bar(rows[0]!) < bar(rows[2]!)).toBe(first(10) < first(20))
    expect(rows.every((line) => line.includes('█'))).toBe(true)
  })
})
