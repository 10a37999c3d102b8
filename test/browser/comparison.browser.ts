/** The page of a comparison in a real browser: what its reader meets. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { smallLabels, violations } from './accessibility.ts'
import { hasChromium } from './chromium.ts'
import { COMPARISONS, ComparisonFiles } from './comparison-files.ts'
import { openPages } from './open-pages.ts'

/** Pixels of the smallest label. */
const SMALLEST_LABEL = 11

const isThere = hasChromium('the page of a comparison in a browser')

describe.skipIf(!isThere)('the page of a comparison in Chromium (skipped where it is absent)', () => {
  const files = new ComparisonFiles()
  const { open } = openPages(files)

  describe.each(Object.keys(COMPARISONS))('%s', (name) => {
    it('has no violation of accessibility, in light and dark', async () => {
      const page = await open(name, { bypassCSP: true, colorScheme: 'light', reducedMotion: 'reduce' })
      await openAll(page)
      expect(await violations(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await violations(page)).toEqual([])
    })

    it('reads with scripts off as it does with them, and has no dead control', async () => {
      const live = await open(name)
      const still = await open(name, { javaScriptEnabled: false })
      expect(await firstScreen(still)).toEqual(await firstScreen(live))
      expect(await still.locator('button, input, select, a[href]').count()).toBe(0)
    })

    it('fits a phone: nothing but what scrolls by itself is wider, no label is small', async () => {
      const page = await open(name, { viewport: { width: 390, height: 844 } })
      await openAll(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await smallLabels(page, SMALLEST_LABEL)).toEqual([])
    })
  })

  it('a direction is opened from the table, and its address leads there', async () => {
    const page = await open('many directions')
    const link = page.locator('#directions tbody tr').nth(30).getByRole('link').first()
    const address = (await link.getAttribute('href'))!
    await link.click()
    const direction = page.locator(`#${address.replace('#direction=', 'direction-')}[open]`)
    await direction.waitFor()
    expect(await direction.locator('svg[role=img]').count()).toBeGreaterThan(2)
    const again = await open('many directions', { hash: address })
    await again.locator(`#${address.replace('#direction=', 'direction-')}[open]`).waitFor()
  })

  it('every direction is shown where that is asked for', async () => {
    const page = await open('many directions')
    await page.getByRole('button', { name: /more directions$/ }).click()
    expect(await page.locator('.direction').count()).toBe(80)
  })

  it('packets are found by what became of them', async () => {
    const page = await open('made trouble')
    const table = page.locator('section[id^=packets-]').first()
    await table.getByRole('searchbox').fill('altered')
    for (const row of await table.locator('tbody tr').allInnerTexts()) expect(row).toContain('altered')
  })

  it.each(['#direction=<img src=x>', '#direction=1e9', '#direction=-1', '#finding=0'])(
    'an address made by somebody else does no harm: %s',
    async (hash) => {
      const page = await open('made trouble', { hash })
      expect(await page.locator('.direction[open]').count()).toBe(1)
    },
  )
})

async function openAll(page: Page): Promise<void> {
  await page.locator('details').evaluateAll((all) => {
    for (const each of all) (each as HTMLDetailsElement).open = true
  })
}

/** The words that stand above what scripts add to it. */
async function firstScreen(page: Page): Promise<{ head: string; findings: string[]; directions: string[] }> {
  const texts = async (selector: string): Promise<string[]> =>
    (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\n?Copy$/gm, ''))
  return {
    head: await page.locator('.head').innerText(),
    findings: await texts('#findings details[open] > dl, #findings summary'),
    directions: await texts('.direction > summary, .direction[open] figure'),
  }
}
