/** Pictures of the report page for people to look at, in `screenshots/`: no test can say that a page is beautiful. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'
import { isReady } from './open-report.ts'
import { REPORTS, ReportFiles } from './report-files.ts'

const FOLDER = join(ROOT, 'screenshots')
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

describe.skipIf(!hasChromium('screenshots of the report page'))('screenshots', () => {
  const files = new ReportFiles()
  let browser: Browser

  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
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
})
