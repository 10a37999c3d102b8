/** Opens the site as its user does, and keeps what it should never do: speak on the console, or ask for anything but itself. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

/** A site that is open. */
export interface OpenSite {
  page: Page
  /** Messages of the console, errors, and requests beyond the site's one file. */
  complaints: string[]
  close: () => Promise<void>
}

/** Opens the site at its address. */
export async function openSite(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<OpenSite> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', ({ message }) => complaints.push(`error: ${message}`))
  page.on('dialog', async (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  context.on('request', (request) => {
    const url = request.url().split('#')[0]!
    // What the page has made itself is no request of a network: its worker, and what it saves.
    if (url !== address && !url.startsWith('blob:')) complaints.push(`request: ${url}`)
  })
  await page.goto(address)
  await page.locator('#captures').waitFor({ timeout: 20_000 })
  return { page, complaints, close: () => context.close() }
}

/** Drops files on the page, as from a file manager. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 300, data })
  }
  await session.detach()
}

/** Picks files with the button. */
export async function pick(page: Page, paths: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Open captures' }).setInputFiles([...paths])
}

/** Most memory that a process of the browser's pages has taken so far, in bytes; `null` where the system does not tell. */
export async function peakOf(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  if (process.platform !== 'linux') return null
  const peaks = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) * 1024)
  return Math.max(...peaks)
}

/** Of two captures: what they say together, and not what lies between them. */
export async function together(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Summarize together' }).click()
}

/** Waits until a result is shown. */
export async function hasResult(page: Page): Promise<void> {
  await page.locator('.filter-bar, .comparison.live').first().waitFor({ timeout: 60_000 })
}

/** Presses a button that saves something. @returns What was saved, and its name. */
export async function saved(
  page: Page,
  button: 'Save as report' | 'Save as JSON',
): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}
