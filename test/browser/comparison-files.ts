/** Pages of comparisons as files: of pairs of the lab where it is at hand, and of traffic that is made here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compareCaptures } from '../../src/compare/index.ts'
import type { Comparison } from '../../src/comparison.ts'
import { fileSource } from '../../src/node.ts'
import { formatComparisonPage } from '../../src/page/index.ts'
import { cliff, healthy, many, troubled } from '../page/comparisons.ts'
import { LAB } from '../support/shared.ts'

/** A pair of the lab. */
const pair = (name: string) => (): Promise<Comparison> => {
  const side = (end: string) => [
    { name: `${name}-${end}.pcap`, open: () => fileSource(join(LAB ?? '', `${name}-${end}.pcap`)) },
  ]
  return compareCaptures(side('h1'), side('h2'))
}

/** What pages are made of, by name. */
export const COMPARISONS: Readonly<Record<string, () => Promise<Comparison>>> = {
  'made healthy': healthy,
  'made trouble': troubled,
  'made cliff': cliff,
  'many directions': () => many(40),
  ...(LAB === undefined
    ? {}
    : {
        'lab black hole': pair('mtu-blackhole'),
        'lab random loss': pair('fault-loss'),
        'lab healthy': pair('fault-healthy'),
        'lab corruption': pair('fault-corrupt'),
      }),
}

/** A folder of pages, which goes when the tests have run. */
export class ComparisonFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vxpcap-comparison-'))
  readonly #pages = new Map<string, string>()

  /** The address of the page of one of {@link COMPARISONS}. */
  async of(name: string): Promise<string> {
    const known = this.#pages.get(name)
    if (known !== undefined) return known
    const path = join(this.#folder, `${name.replaceAll(' ', '-')}.html`)
    writeFileSync(path, await formatComparisonPage(await COMPARISONS[name]!(), { version: '0.0.0' }))
    const address = pathToFileURL(path).href
    this.#pages.set(name, address)
    return address
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
