/** Pictures of the page of a comparison for people to look at, in `screenshots/`. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'
import { COMPARISONS, ComparisonFiles } from './comparison-files.ts'
import { isReady } from './open-report.ts'

const FOLDER = join(ROOT, 'screenshots')
const WIDE = { width: 1280, height: 900 }

const VIEWS: readonly { name: string; options: BrowserContextOptions; isPrinted?: boolean }[] = [
  { name: 'light', options: { viewport: WIDE, colorScheme: 'light' } },
  { name: 'dark', options: { viewport: WIDE, colorScheme: 'dark' } },
  { name: '390', options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true } },
  { name: 'print', options: { viewport: WIDE, colorScheme: 'dark' }, isPrinted: true },
  { name: 'scripts-off', options: { viewport: WIDE, javaScriptEnabled: false } },
]

describe.skipIf(!hasChromium('screenshots of the page of a comparison'))('screenshots of comparisons', () => {
  const files = new ComparisonFiles()
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    files.remove()
  })

  it.each(Object.keys(COMPARISONS).flatMap((name) => VIEWS.map((view) => ({ name, view, called: view.name }))))(
    '$name, $called',
    async ({ name, view }) => {
      const context = await browser.newContext(view.options)
      const page = await context.newPage()
      await page.goto(await files.of(name))
      if (view.options.javaScriptEnabled !== false) await isReady(page)
      const path = join(FOLDER, `compare-${name.replaceAll(' ', '-')}-${view.name}`)
      if (view.isPrinted === true) await page.pdf({ path: `${path}.pdf`, format: 'A4', preferCSSPageSize: true })
      else await page.screenshot({ path: `${path}.png`, fullPage: true })
      await context.close()
    },
  )
})
