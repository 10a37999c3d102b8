/** Pictures of the site for people to look at, in `screenshots/`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { site } from '../../build/web-site.ts'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'
import { hasResult, openSite, pick } from './open-site.ts'

const FOLDER = join(ROOT, 'screenshots')

const VIEWS: readonly { name: string; options: BrowserContextOptions }[] = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: '390', options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true } },
]

describe.skipIf(!hasChromium('screenshots of the site'))('screenshots of the site', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-web-'))
  const path = join(folder, 'index.html')
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(path, await site(ROOT))
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(VIEWS)('$name', async ({ name, options }) => {
    const { page, close } = await openSite(browser, pathToFileURL(path).href, options)
    const shoot = async (what: string, of: Page = page): Promise<void> => {
      await of.screenshot({ path: join(FOLDER, `web-${what}-${name}.png`) })
    }
    await page.getByText('Options', { exact: true }).click()
    await shoot('start')
    const fixtures = ['pcaps/kv-mixed-h1.pcap', 'guides/mtu-blackhole-h1.pcap', 'guides/README.md']
    await pick(
      page,
      fixtures.map((each) => join(ROOT, 'fixtures', each)),
    )
    await hasResult(page)
    await shoot('result')
    await page
      .getByRole('button', { name: /^Packet / })
      .first()
      .click()
    await page.locator('dialog .layers').first().waitFor()
    await shoot('packet')
    await close()
  })
})
