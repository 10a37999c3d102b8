/** Pictures of the report page for people to look at, in `screenshots/`: no test can say that a page is beautiful. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'
import { isReady } from './open-report.ts'
import { REPORTS, ReportFiles } from './report-files.ts'

const FOLDER = join(ROOT, 'screenshots')
/** Of a sheet of A4 within its margins, in CSS pixels. */
const SHEET = { width: 688, height: 1017 }
const WIDE = { width: 1280, height: 900 }

interface View {
  name: string
  options: BrowserContextOptions
  isWhole?: boolean
  media?: 'print'
}

const VIEWS: readonly View[] = [
  { name: 'light', options: { viewport: WIDE, colorScheme: 'light' }, isWhole: true },
  { name: 'dark', options: { viewport: WIDE, colorScheme: 'dark' }, isWhole: true },
  {
    name: '390',
    options: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
    isWhole: true,
  },
  { name: 'print', options: { viewport: SHEET, colorScheme: 'dark' }, media: 'print' },
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
      if (view.media !== undefined) await page.emulateMedia({ media: view.media })
      await shoot(page, `${report.replaceAll(' ', '-')}-${view.name}`, view.isWhole === true)
      await context.close()
    },
  )
})

async function shoot(page: Page, name: string, fullPage: boolean): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage })
}
