/** Pages that a suite's tests open: of one browser, each closed after its test, which fails when a page complained or asked for anything. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { launch } from './chromium.ts'
import { type OpenReport, openReport } from './open-report.ts'

/** Pages by name. */
interface PageFiles {
  /** Address of a page, which is made when it is first asked for. */
  of(name: string): Promise<string>
  /** Removes all of them. */
  remove(): void
}

/** What a suite opens its pages with. */
export interface OpenPages {
  /** Opens a page, at a place of it if there is a hash. */
  open(name: string, options?: BrowserContextOptions & { hash?: string }): Promise<Page>
  /** The browser, once the suite has begun. */
  browser(): Browser
}

/** Has a suite's hooks see to browser and pages. Call where the suite is described. */
export function openPages(files: PageFiles): OpenPages {
  let browser: Browser
  const opened: OpenReport[] = []
  beforeAll(async () => {
    browser = await launch()
  })
  afterEach(async () => {
    const complaints = opened.flatMap((each) => each.complaints)
    await Promise.all(opened.splice(0).map(({ close }) => close()))
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    files.remove()
  })
  return {
    async open(name, { hash = '', ...options } = {}) {
      const report = await openReport(browser, `${await files.of(name)}${hash}`, options)
      opened.push(report)
      return report.page
    },
    browser: () => browser,
  }
}
