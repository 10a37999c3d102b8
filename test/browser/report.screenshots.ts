/**
 * Pictures of the report page for people to look at, in `screenshots/`: no test can say that a page is beautiful. Two are for the documents,
 * in `docs/images/`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'
import { isReady } from './open-report.ts'
import { REPORTS, ReportFiles } from './report-files.ts'

const FOLDER = join(ROOT, 'screenshots')
const IMAGES = join(ROOT, 'docs/images')
const WIDE = { width: 1280, height: 900 }

interface View {
  name: string
  options: BrowserContextOptions
  isWhole?: boolean
  /** As a PDF: every sheet, as it comes out of a printer. */
  isPrinted?: boolean
}

const VIEWS: readonly View[] = [
  { name: 'light', options: { viewport: WIDE, colorScheme: 'light' }, isWhole: true },
  { name: 'dark', options: { viewport: WIDE, colorScheme: 'dark' }, isWhole: true },
  {
    name: '390',
    options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
    isWhole: true,
  },
  { name: '390-dark', options: { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }, isWhole: true },
  { name: '768', options: { viewport: { width: 768, height: 1024 } }, isWhole: true },
  { name: '1920', options: { viewport: { width: 1920, height: 1080 } }, isWhole: true },
  { name: 'print', options: { viewport: WIDE, colorScheme: 'dark' }, isPrinted: true },
  { name: 'print-scripts-off', options: { viewport: WIDE, javaScriptEnabled: false }, isPrinted: true },
  { name: 'scripts-off', options: { viewport: WIDE, javaScriptEnabled: false } },
]

/** What the documents show: a part of a page, as high as it takes. */
const SHOWN: readonly { name: string; report: string; part: string; viewport: { width: number; height: number } }[] = [
  { name: 'report-findings', report: 'black hole', part: 'viewport', viewport: { width: 1000, height: 800 } },
  { name: 'report-overlay', report: '200 VTEPs', part: '#overlay', viewport: { width: 1280, height: 2600 } },
]
/** Bytes of a picture in a document. */
const MOST_BYTES = 150_000

describe.skipIf(!hasChromium('screenshots of the report page'))('screenshots', () => {
  const files = new ReportFiles()
  let browser: Browser

  beforeAll(async () => {
    for (const folder of [FOLDER, IMAGES]) mkdirSync(folder, { recursive: true })
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    files.remove()
  })

  it.each(Object.keys(REPORTS).flatMap((report) => VIEWS.map((view) => ({ report, view, called: view.name }))))(
    '$report, $called',
    async ({ report, view }) => {
      const context = await browser.newContext(view.options)
      const page = await context.newPage()
      await page.goto(await files.of(report))
      if (view.options.javaScriptEnabled !== false) await isReady(page)
      const path = join(FOLDER, `${report.replaceAll(' ', '-')}-${view.name}`)
      if (view.isPrinted === true) await page.pdf({ path: `${path}.pdf`, format: 'A4', preferCSSPageSize: true })
      else await page.screenshot({ path: `${path}.png`, fullPage: view.isWhole === true })
      await context.close()
    },
  )

  it.each(SHOWN)('docs/images/$name.png', async ({ name, report, part, viewport }) => {
    const page = await browser.newPage({ viewport, colorScheme: 'light' })
    await page.goto(await files.of(report))
    await isReady(page)
    const shown = part === 'viewport' ? page : page.locator(part)
    const picture = await shown.screenshot({ path: join(IMAGES, `${name}.png`) })
    expect(picture.length).toBeLessThan(MOST_BYTES)
    await page.close()
  })
})
