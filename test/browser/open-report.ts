/** Opens a report page as a reader does, and keeps what it should never do: speak on the console, or ask for anything. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** A page that is open. */
export interface OpenReport {
  page: Page
  /** Messages of the console, errors, and requests beyond the file. */
  complaints: string[]
  close: () => Promise<void>
}

/** Opens a page; with scripts, waits until they have taken over. */
export async function openReport(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenReport> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const file = address.split('#')[0]!
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', ({ message }) => complaints.push(`error: ${message}`))
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  context.on('request', (request) => {
    if (request.url().split('#')[0] !== file) complaints.push(`request: ${request.url()}`)
  })
  await page.goto(address)
  if (options.javaScriptEnabled !== false) await isReady(page)
  return { page, complaints, close: () => context.close() }
}

/** Waits until the page's script has taken over: what needs it is there then. */
export async function isReady(page: Page): Promise<void> {
  await page.locator('.filter-bar, .comparison.live').first().waitFor({ timeout: 20_000 })
}
