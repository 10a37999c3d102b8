/** Report pages as files, to be opened as a reader opens them: of captures, and of overlays too large for one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { formatPage } from '../../src/page/index.ts'
import type { Summary } from '../../src/summary.ts'
import { generatedSummary } from '../support/generated-summary.ts'
import { FIELD, ROOT } from '../support/shared.ts'

const capture = (path: string) => (): Promise<Summary> => summarizeFiles([resolve(ROOT, 'fixtures', path)])

/** What pages are made of, by name. */
export const REPORTS: Readonly<Record<string, () => Promise<Summary> | Summary>> = {
  'seed lab': capture('pcaps/seed-ovs-h1.pcap'),
  'black hole': capture('guides/mtu-blackhole-h1.pcap'),
  'mixed traffic': capture('pcaps/kv-mixed-sw.pcapng'),
  EVPN: capture('findings/vni-by-direction.pcap'),
  ...(FIELD === undefined ? {} : { 'EVPN gateway': capture(join(FIELD, 'captures/a38-frr-evpn-h2.pcap')) }),
  '200 VTEPs': () => generatedSummary({ vteps: 200, pairs: 1000, vnis: 30, groups: 6, flows: 1500, hasFindings: true }),
  '2000 VTEPs': () =>
    generatedSummary({ vteps: 2000, pairs: 4000, vnis: 40, flows: 10_000, steps: 600, hasFindings: true }),
}

/** A folder of pages, which goes when the tests have run. */
export class ReportFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vxpcap-report-'))
  readonly #pages = new Map<string, string>()

  /** The address of the page of one of {@link REPORTS}. */
  async of(name: string): Promise<string> {
    return this.#pages.get(name) ?? this.make(name, await REPORTS[name]!())
  }

  /** Makes a page. @returns Its address. */
  async make(name: string, summary: Summary, options: Parameters<typeof formatPage>[1] = {}): Promise<string> {
    mkdirSync(this.#folder, { recursive: true })
    const path = join(this.#folder, `${name.replaceAll(' ', '-')}.html`)
    writeFileSync(path, await formatPage(summary, { version: '0.0.0', ...options }))
    const address = pathToFileURL(path).href
    this.#pages.set(name, address)
    return address
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
