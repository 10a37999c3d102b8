/** The report page in a real browser: what its reader meets, whatever the capture. */

import type { BrowserContextOptions, ElementHandle, Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../src/cli/saved-document.ts'
import { formatPage } from '../../src/page/index.ts'
import type { Summary } from '../../src/summary.ts'
import { fakeHost } from '../cli/fake-host.ts'
import { generatedSummary } from '../support/generated-summary.ts'
import { HOSTILE_TEXTS, LONE_SURROGATES, obeyed } from '../support/hostile-text.ts'
import { because, FIELD } from '../support/shared.ts'
import { smallLabels, violations } from './accessibility.ts'
import { hasChromium } from './chromium.ts'
import { openPages } from './open-pages.ts'
import { openReport } from './open-report.ts'
import { type Sheet, sheetsOf } from './pdf.ts'
import { REPORTS, ReportFiles } from './report-files.ts'

const NAMES = Object.keys(REPORTS)
const SCHEMES = ['light', 'dark'] as const
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 } }
/** Milliseconds of scripts, style and layout that anything a reader does may take. */
const MOST_MS = 100
/** Pixels of the smallest label. */
const SMALLEST_LABEL = 11
/** Pixels of the smallest letters on paper, which is read from nearer: 8 points. */
const SMALLEST_PRINTED = 8 * (96 / 72)

const isThere = hasChromium('the report page in a browser')

describe.skipIf(!isThere)('the report page in Chromium (skipped where it is absent)', () => {
  const files = new ReportFiles()
  const { open, browser } = openPages(files)

  describe.each(NAMES)('%s', (name) => {
    it.each(SCHEMES)('%s: says nothing on the console and asks for nothing', async (colorScheme) => {
      const page = await open(name, { colorScheme })
      await openAll(page)
      expect(await page.title()).toMatch(/ · vxpcap$/)
    })

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
      expect(await still.locator('button, input, select, a[href], [role=button], [role=application]').count()).toBe(0)
    })

    it('fits a phone: nothing but what scrolls by itself is wider, no label is small', async () => {
      const page = await open(name, PHONE)
      await openAll(page)
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await smallLabels(page, SMALLEST_LABEL)).toEqual([])
    })
  })

  describe('tables', () => {
    it('sort by every column, figures from the largest and addresses as numbers, and say so', async () => {
      const page = await open('mixed traffic')
      for (const table of ['vnis', 'vteps', 'flows', 'macs']) {
        const heads = page.locator(`#${table} th`)
        for (let column = 0; column < (await heads.count()); column++) {
          const head = heads.nth(column)
          const was = await head.getAttribute('aria-sort')
          await head.getByRole('button').click()
          const first = await head.getAttribute('aria-sort')
          expect(first, await head.innerText()).toMatch(/^(as|des)cending$/)
          expect(first).not.toBe(was)
          const one = await cells(page, table, column)
          await head.getByRole('button').click()
          expect(await head.getAttribute('aria-sort')).toBe(first === 'ascending' ? 'descending' : 'ascending')
          expect(await page.locator(`#${table} th[aria-sort$=ending]`).count()).toBe(1)
          const other = await cells(page, table, column)
          expect([...other].sort()).toEqual([...one].sort())
          if (new Set(one).size > 1 && !one.includes('')) expect(other[0]).not.toBe(one[0])
        }
      }
    })

    it('sort addresses as numbers', async () => {
      const page = await open('200 VTEPs')
      await page.locator('#vteps').getByRole('button', { name: 'A', exact: true }).click()
      const shown = (await cells(page, 'vteps', 0)).map((address) => Number(address.split('.').at(-1)))
      expect(shown.length).toBeGreaterThan(20)
      expect(shown).toEqual([...shown].sort((left, right) => left - right))
    })

    it('are searched word by word, and say how many are left', async () => {
      const page = await open('mixed traffic')
      const search = page.getByRole('searchbox', { name: 'Search Flows' })
      await search.fill('udp 30')
      const rows = await page.locator('#flows tbody tr').allInnerTexts()
      expect(rows.length).toBeGreaterThan(0)
      for (const row of rows) expect(row.toLowerCase()).toMatch(/(?=.*udp)(?=.*30)/s)
      await expectStatus(page, '#flows', new RegExp(`^${rows.length} of \\d+ flows$`))
      await search.fill('no such thing')
      expect(await page.locator('#flows').innerText()).toContain('No flow is left of what is chosen and searched.')
      await search.fill('')
      expect(await page.locator('#flows tbody tr').count()).toBeGreaterThan(rows.length)
    })

    it('hold rows in sight alone, and every row is reached by scrolling', async () => {
      const page = await open('2000 VTEPs')
      const total = Number(await page.locator('#flows table').getAttribute('aria-rowcount')) - 1
      expect(total).toBeGreaterThan(1000)
      expect(await page.locator('#flows tbody tr').count()).toBeLessThan(100)
      await page.locator('#flows .box').evaluate((box) => box.scrollTo(0, box.scrollHeight))
      await page.locator(`#flows tr[aria-rowindex="${total + 1}"]`).waitFor()
    })
  })

  describe('choices', () => {
    it('of VNI, VTEP and severity stand in the address, and the way back undoes them', async () => {
      const page = await open('mixed traffic')
      const everything = await counts(page)
      const vni = page.getByRole('combobox', { name: 'VNI' })
      const vtep = page.getByRole('combobox', { name: 'VTEP' })
      await vni.selectOption('vxlan 20')
      expect(hashOf(page)).toBe('#vni=vxlan+20')
      expect(new Set(await cells(page, 'flows', 0))).toEqual(new Set(['20']))
      expect(await counts(page)).not.toEqual(everything)
      const address = await vtep.locator('option').nth(1).innerText()
      await vtep.selectOption(address)
      expect(hashOf(page)).toBe(`#vni=vxlan+20&vtep=${address}`)
      for (const row of await page.locator('#vteps tbody tr').allInnerTexts()) expect(row).toContain(address)
      await page.goBack()
      expect(hashOf(page)).toBe('#vni=vxlan+20')
      expect(await vtep.inputValue()).toBe('')
      await page.goForward()
      expect(await vtep.inputValue()).toBe(address)
      await page.getByRole('button', { name: 'Show everything' }).click()
      expect(await counts(page)).toEqual(everything)
      expect(await vni.inputValue()).toBe('')
    })

    it('of severity keep the findings that are as severe', async () => {
      const page = await open('200 VTEPs')
      const severity = page.getByRole('combobox', { name: 'Severity' })
      await severity.selectOption('error')
      expect(hashOf(page)).toBe('#severity=error')
      expect(await page.locator('#findings details.warning, #findings details.note').count()).toBe(0)
      expect(await page.locator('#findings details.error').count()).toBeGreaterThan(0)
      await severity.selectOption('warning')
      expect(await page.locator('#findings details.warning').count()).toBeGreaterThan(0)
      expect(await page.locator('#findings details.note').count()).toBe(0)
    })

    it('are there when the page is opened by its address, and what is none is passed over', async () => {
      const page = await open('mixed traffic', { hash: '#vni=vxlan+20&finding=999&severity=nonsense&x=y' })
      await page.waitForFunction(() => document.querySelector('select')?.value === 'vxlan 20')
      expect(new Set(await cells(page, 'flows', 0))).toEqual(new Set(['20']))
      expect(await page.getByRole('combobox', { name: 'Severity' }).inputValue()).toBe('')
    })

    it('say of how many VTEPs and VNIs the lists are', async () => {
      const page = await open('2000 VTEPs')
      expect(await page.locator('.head').innerText()).toContain('2,000 VTEPs')
      expect(await page.locator('#choose-vtep option').first().innerText()).toBe('All 2,000 (1,000 listed)')
      expect(await page.locator('#choose-vni option').first().innerText()).toMatch(/^All 40( \(\d+ listed\))?$/)
      expect(await page.locator('#overlay figcaption').innerText()).toMatch(/^([\d,]+ of )?2,000 VTEPs/)
    })

    it('of a VNI by its number alone match every kind of tunnel', async () => {
      const page = await open('mixed traffic', { hash: '#vni=20' })
      await page.waitForFunction(() => document.querySelector('select')?.value === 'vxlan 20')
      expect(new Set(await cells(page, 'flows', 0))).toEqual(new Set(['20']))
    })

    it('leave what was chosen where it is on the screen, though findings above come and go', async () => {
      const page = await open('mixed traffic', { viewport: { width: 1280, height: 500 } })
      await page.locator('#findings details').evaluateAll((all) => {
        for (const each of all) (each as HTMLDetailsElement).open = true
      })
      const nodes = page.locator('svg.is-wide .node')
      const row = page.locator('#vteps tbody tr').first()
      const places = [
        nodes.nth(0),
        nodes.nth(1),
        page.locator('#timeline tbody button').nth(1),
        row.locator('a').first(),
      ]
      for (const [index, place] of places.entries()) {
        await place.scrollIntoViewIfNeeded()
        const held = index < 3 ? place : page.locator('#vteps .box')
        const before = (await held.boundingBox())!.y
        const height = await page.evaluate(() => document.documentElement.scrollHeight)
        await place.click()
        await page.locator('.clear').waitFor()
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))))
        // Its outline is thicker while it is pointed at.
        expect(Math.abs((await held.boundingBox())!.y - before), `${index}`).toBeLessThan(4)
        expect(await page.evaluate(() => document.documentElement.scrollHeight)).not.toBe(height)
        await page.evaluate(() => history.back())
        await page.locator('.clear').waitFor({ state: 'detached' })
      }
    })

    it('of what is in no table leave none, and are named', async () => {
      const page = await open('mixed traffic', { hash: '#vtep=192.0.2.77' })
      await page.locator('#flows .nothing').waitFor()
      expect(await page.getByRole('combobox', { name: 'VTEP' }).inputValue()).toBe('192.0.2.77')
      expect(await page.locator('.unknown-choice').innerText()).toBe('VTEP 192.0.2.77 is not in this page.')
    })
  })

  describe.skipIf(FIELD === undefined)(`an EVPN fabric with a distributed gateway${because(FIELD)}`, () => {
    it('shows what is shared: in the graph, in the matrix and in words', async () => {
      const page = await open('EVPN gateway')
      const overlay = page.locator('#overlay')
      expect(await overlay.locator('svg.is-wide .mac-mark.is-shared').count()).toBe(1)
      expect(await overlay.locator('.legend').innerText()).toContain('a MAC is shared')
      await overlay.getByRole('button', { name: 'Matrix' }).click()
      expect(await overlay.locator('.matrix-mac.is-note').count()).toBe(1)
      expect(await overlay.locator('.legend').innerText()).toContain('a MAC is shared')
      expect(await page.locator('#macs').innerText()).toMatch(
        /00:00:5e:00:01:02.*10\.0\.10\.101 \(29\), 10\.0\.10\.103 \(18\)/,
      )
    })

    it('its finding leads to the address and the VTEPs that share it', async () => {
      const page = await open('EVPN gateway')
      const finding = page.locator('#findings details', { hasText: 'SHARED_MAC' }).first()
      await finding.evaluate((details) => details.setAttribute('open', ''))
      await finding.getByRole('link', { name: 'Show its rows in the tables' }).click()
      await expect.poll(() => cells(page, 'macs', 1)).toEqual(['00:00:5e:00:01:02'])
      expect(new Set(await cells(page, 'flows', 0))).toEqual(new Set(['200']))
    })
  })

  describe('findings', () => {
    it('lead to their rows and back', async () => {
      const page = await open('black hole')
      const everything = await counts(page)
      const finding = page.locator('#findings details').first()
      const id = await finding.getAttribute('id')
      await finding.getByRole('link', { name: 'Show its rows in the tables' }).first().click()
      expect(hashOf(page)).toBe(`#finding=${id!.replace('finding-', '')}`)
      await expect.poll(() => page.locator('#tables').evaluate(topOf), { timeout: 5000 }).toBeLessThan(300)
      expect(await page.evaluate(() => document.activeElement?.matches('#tables h2'))).toBe(true)
      expect(await page.locator('#flows tbody tr').count()).toBeGreaterThan(0)
      await page.getByRole('button', { name: 'Back to the finding' }).click()
      await expect.poll(() => page.evaluate(() => document.activeElement?.parentElement?.id)).toBe(id)
      await expect.poll(() => finding.evaluate(isInSight), { timeout: 5000 }).toBe(true)
      expect(await counts(page)).toEqual(everything)
    })

    it('give their filter to the clipboard', async () => {
      const page = await open('black hole', { permissions: ['clipboard-read', 'clipboard-write'] })
      const filter = page.locator('#findings .filter').first()
      await filter.getByRole('button').click()
      await expect.poll(() => filter.getByRole('button').innerText()).toBe('Copied')
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await filter.locator('code').innerText())
    })

    it('give values to set to the clipboard', async () => {
      const page = await open('black hole', { permissions: ['clipboard-read', 'clipboard-write'] })
      const button = page.getByRole('button', { name: /^Copy inner MTU/ }).first()
      await button.click()
      const value = /\d+/.exec((await button.getAttribute('aria-label'))!)![0]
      await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(value)
    })
  })

  it('is used by keyboard alone', async () => {
    const page = await open('black hole')
    const reached = await tabThrough(page)
    // Every control is reached, in the order in which it stands, and what is focussed is seen to be.
    expect(reached.missed).toEqual([])
    expect(reached.unseen).toEqual([])
    const closed = page.locator('#findings details:not([open]) > summary').first()
    if ((await closed.count()) > 0) {
      const id = await closed.evaluate((summary) => summary.parentElement!.id)
      await closed.focus()
      await page.keyboard.press('Enter')
      expect(await page.locator(`#${id}`).getAttribute('open')).not.toBeNull()
    }
    const head = page.locator('#flows th button').first()
    await head.focus()
    await page.keyboard.press('Enter')
    expect(await page.locator('#flows th').first().getAttribute('aria-sort')).toMatch(/ending$/)
    await page.locator('#findings a[data-to=tables]').first().focus()
    await page.keyboard.press('Enter')
    expect(hashOf(page)).toMatch(/^#finding=\d+$/)
    const node = page.locator('svg.is-wide .node').first()
    await node.focus()
    await page.keyboard.press('Enter')
    expect(hashOf(page)).toMatch(/vtep=/)
    expect(await node.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press(' ')
    expect(hashOf(page)).not.toMatch(/vtep=/)
  })

  it.each(['200 VTEPs', '2000 VTEPs'])('%s: the matrix fits a page of 1280 pixels and wider', async (name) => {
    for (const width of [1280, 1440, 1920]) {
      const page = await open(name, { viewport: { width, height: 900 } })
      const box = page.locator('.overlay-matrix .scrollable').first()
      expect(await box.evaluate((each) => each.scrollWidth - each.clientWidth), `${width}`).toBeLessThanOrEqual(0)
    }
  })

  it('the matrix is read with arrow keys', async () => {
    const page = await open('200 VTEPs')
    await page.getByRole('application').focus()
    const said = page.locator('.matrix-readout')
    const before = await said.innerText()
    await page.keyboard.press('ArrowDown')
    expect(await said.innerText()).not.toBe(before)
    const names = async (key: string): Promise<string[]> => {
      await page.keyboard.press(key)
      return (await said.innerText()).split(':')[0]!.split(' – ')
    }
    const [first] = await names('Control+Home')
    expect((await names('Control+End')).at(-1)).toMatch(/^6 others/)
    expect(await names('Home')).toEqual([first!.split(',')[0], '6 others'])
    expect((await names('End')).at(-1)).toMatch(/^6 others/)
    await page.keyboard.press('Control+Home')
    await page.keyboard.press('Enter')
    expect(hashOf(page)).toMatch(/^#vtep=/)
  })

  describe('on paper', () => {
    it.each(NAMES)('%s: every sheet is filled, in light colours, and no letter is too small', async (name) => {
      const page = await open(name, { colorScheme: 'dark' })
      const printed = await sheets(page)
      console.log(
        `${name}: ${printed.length} sheets, filled ${printed.map(({ filled }) => filled.toFixed(2)).join(' ')}`,
      )
      expect(printed.length).toBeLessThanOrEqual(12)
      // The last one holds what is left, but not the last lines alone.
      expect(printed.slice(0, -1).filter(({ filled }) => filled < 0.5)).toEqual([])
      expect(printed.at(-1)!.text.length).toBeGreaterThan(200)
      expect(Math.min(...printed.map(({ smallest }) => smallest))).toBeGreaterThan(SMALLEST_PRINTED - 0.01)
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)')
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      expect(await smallLabels(page, SMALLEST_LABEL, '.visual')).toEqual([])
      for (const control of await page.locator('.filter-bar, .search, button:not(th button)').all()) {
        expect(await control.isVisible()).toBe(false)
      }
    })

    it('says what is left out', async () => {
      const page = await open('mixed traffic', { hash: '#vni=20&severity=error' })
      await page.locator('.clear').waitFor()
      const [first] = await sheets(page)
      expect(first!.text.replace(/\s+/g, '')).toContain('Filtered:VNI20,errorsalone')
      const [whole] = await sheets(await open('mixed traffic'))
      expect(whole!.text).not.toContain('Filtered')
    })

    it('a table on two sheets has its head on both', async () => {
      const printed = await sheets(await open('200 VTEPs'))
      const withFlows = printed.filter(({ text }) => /192\.168\.\d+\.\d+:\d{5}/.test(text))
      expect(withFlows.length).toBeGreaterThan(1)
      for (const { text } of withFlows) expect(text).toContain('VNIProtoFromToPackets')
    })

    it('a table has 25 rows, and says which', async () => {
      const page = await open('200 VTEPs')
      await page.locator('#flows .box').evaluate((box) => box.scrollTo(0, 20_000))
      await page.locator('#flows tr[aria-rowindex="700"]').waitFor()
      await page.emulateMedia({ media: 'print' })
      for (const table of ['vnis', 'vteps', 'flows', 'macs']) {
        const rows = page.locator(`#${table} tbody tr:not(.spacer)`).filter({ visible: true })
        expect(await rows.count(), table).toBe(25)
        const first = Number(await rows.first().getAttribute('aria-rowindex')) - 1
        expect(await page.locator(`#${table} .on-paper`).innerText()).toContain(
          first === 1 ? 'from the first on' : `from row ${first} on`,
        )
      }
    })

    it('the matrix has a label at each row and the others in one', async () => {
      const printed = await sheets(await open('2000 VTEPs'))
      const { text } = printed.find((sheet) => sheet.text.includes('others'))!
      expect(text.split('10.').length).toBeGreaterThan(27)
    })
  })

  describe('what a reader does with 10,000 flows', () => {
    let page: Page
    let measure: (act: () => Promise<unknown>) => Promise<number>

    const flows = (page: Page): Locator => page.locator('#flows')
    const head = (name: RegExp) => (page: Page) => flows(page).getByRole('button', { name })
    const search = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search Flows' })
    const choice = (name: string) => (page: Page) => page.getByRole('combobox', { name })
    const box = (page: Page): Locator => flows(page).locator('.box')

    it.each<[name: string, where: (page: Page) => Locator, act: (handle: ElementHandle) => Promise<unknown>]>([
      ['sort by figures', head(/^Packets/), (it) => it.click()],
      ['sort by addresses', head(/^From/), (it) => it.click()],
      ['sort the other way', head(/^From/), (it) => it.click()],
      ['search', search, (it) => it.fill('192.168.7')],
      ['search no more', search, (it) => it.fill('')],
      ['filter by VNI', choice('VNI'), (it) => it.selectOption({ index: 2 })],
      ['filter by VTEP', choice('VTEP'), (it) => it.selectOption({ index: 3 })],
      ['filter no more', (page) => page.locator('.clear'), (it) => it.click()],
      ['scroll', box, (it) => it.evaluate((box) => (box as Element).scrollTo(0, 120_000))],
      ['scroll on', box, (it) => it.evaluate((box) => (box as Element).scrollBy(0, 600))],
    ])('%s takes no longer than a reader notices', async (_, where, act) => {
      if (page === undefined) {
        const summary = generatedSummary({
          vteps: 200,
          pairs: 1000,
          vnis: 20,
          flows: 10_000,
          steps: 600,
          hasFindings: true,
        })
        await files.make('10,000 flows', summary, { rows: 10_000 })
        const report = await openReport(browser(), await files.of('10,000 flows'))
        page = report.page
        measure = await meter(page)
      }
      // Looked for first: Playwright's own search for roles runs in the page too.
      const handle = (await where(page).elementHandle())!
      const taken = await measure(() => act(handle))
      console.log(`${_}: ${taken.toFixed(0)} ms`)
      expect(taken).toBeLessThan(MOST_MS)
    })
  })

  describe('a saved document', () => {
    const read = async (document: object): Promise<Summary> => {
      const captures = { 'saved.json': new TextEncoder().encode(JSON.stringify(document)) }
      const saved = await readDocument('saved.json', fakeHost({ captures }), new AbortController().signal)
      if (!('summary' in saved)) throw new Error('a comparison')
      return saved.summary
    }

    it('gives the page that its captures give', async () => {
      const summary = await REPORTS['black hole']!()
      expect(await formatPage(await read(summary))).toBe(await formatPage(summary))
    })

    it('of an older version is refused in words that name what is missing', async () => {
      const summary = await REPORTS['black hole']!()
      for (const missing of ['timeline', 'limits', 'mtu', 'macsTotal'] as const) {
        const { [missing]: _, ...old } = summary
        await expect(read(old)).rejects.toThrow(new RegExp(`${missing}.*write it anew`))
      }
      await expect(read({ ...summary, schema: 'vxpcap.summary/0' })).rejects.toThrow(/schema.*write it anew/)
    })

    it('of a newer one, which has more, opens', async () => {
      const summary = await REPORTS['black hole']!()
      await files.make('newer', await read({ ...summary, colours: ['<b>', 1] }))
      const page = await open('newer')
      expect(await page.locator('#findings details').count()).toBeGreaterThan(0)
    })
  })

  it.each([
    ['cut', (page: string) => page.replace(/(id="data">.{2000})[^<]*/, '$1')],
    ['no data', (page: string) => page.replace(/(id="data">)[^<]*/, '$1!!')],
  ])('%s: a page that was damaged on its way shows what was found, and says so', async (name, damaged) => {
    const page = await (await browser().newContext()).newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    const whole = await formatPage(await REPORTS['black hole']!())
    await page.setContent(damaged(whole))
    await page.locator('.head .partial').waitFor()
    expect(await page.locator('.head .partial').innerText()).toContain('cannot be read')
    expect(await page.locator('#findings details').count()).toBe(4)
    expect(errors, name).toEqual([])
    await page.context().close()
  })

  it('an address made by somebody else does no harm', async () => {
    for (const hash of [
      '#vtep=<img src=x onerror=alert(1)>',
      '#vni=__proto__',
      '#%E0%A4%A',
      '#vni=vxlan',
      '#finding=1e9',
    ]) {
      const page = await open('black hole', { hash })
      expect(await page.locator('img').count()).toBe(0)
    }
  })

  it('hostile texts do no harm', async () => {
    const texts = [
      ...Object.values(HOSTILE_TEXTS),
      ...Object.values(LONE_SURROGATES),
      '</script><script>document.title="taken"</script>',
      '<img src=x onerror=alert(1)>',
      '"><svg onload=alert(1)>',
      "' onmouseover='alert(1)",
      '<!--',
      ']]>',
      '&lt;b&gt;',
      '</style><style>*{display:none}</style>',
      'javascript:alert(1)',
      '\0',
    ]
    const summary = generatedSummary({ vteps: 12, flows: 40, hasFindings: true })
    const of = (index: number): string => texts[index % texts.length]!
    summary.capture.files = texts.map((name, index) => ({
      ...summary.capture.files[0]!,
      name,
      firstPacket: index + 1,
      linkTypes: [of(index + 1)],
    }))
    summary.tunnel.other = texts.map((protocol) => ({ protocol, packets: 1 }))
    summary.tunnel.carriers = texts.map((carrier) => ({ carrier, packets: 1 }))
    summary.tunnel.faults = texts.map((fault) => ({ layer: fault, fault, packets: 1, firstPacket: 1 }))
    summary.vtepPairs.forEach((pair, index) => {
      pair.a = `${of(index)}${index}`
    })
    summary.vnis.forEach((vni) => {
      vni.vteps = texts
    })
    summary.flows.forEach((flow, index) => {
      flow.a = of(index)
      flow.protocol = of(index + 3)
      flow.vtepsA = [of(index + 5)]
    })
    summary.macs.forEach((mac, index) => {
      mac.mac = of(index)
      mac.ips = [of(index + 2)]
    })
    const [finding] = summary.findings
    summary.findings = texts.map((text) => ({
      ...finding!,
      code: text,
      title: text,
      observed: text,
      inferred: text,
      remedy: text,
      displayFilter: text,
      subject: { vteps: [text, '10.0.0.1'], mac: text, ip: text },
    }))
    await files.make('hostile', summary)
    const page = await open('hostile')
    await openAll(page)
    expect(await page.title()).not.toBe('taken')
    expect(await page.locator('img, iframe, object, embed, link, base, form').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(2)
    expect(await page.locator('style').count()).toBe(1)
    expect(
      await page.evaluate(() =>
        Array.from(document.querySelectorAll('*')).flatMap((each) =>
          each.getAttributeNames().filter((name) => name.startsWith('on')),
        ),
      ),
    ).toEqual([])
    for (const href of await page.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))) {
      expect(href).toMatch(/^#/)
    }
    // Cells are told apart by tabs.
    expect(obeyed((await page.locator('body').innerText()).replaceAll('\t', ' '))).toBeNull()
  })
})

/** Opens everything that opens, as far as it is there. */
async function openAll(page: Page): Promise<void> {
  await page.locator('details').evaluateAll((all) => {
    for (const each of all) (each as HTMLDetailsElement).open = true
  })
}

/** The words that stand above the fold and above what scripts add to it. */
async function firstScreen(page: Page): Promise<{ head: string; findings: string[] }> {
  // A page without scripts cannot be asked by one, but by the browser's own tools.
  return {
    head: await page.locator('.head').innerText(),
    findings: await page
      .locator('#findings details[open] > dl, #findings summary')
      .allInnerTexts()
      .then((all) => all.map((text) => text.replace(/\n?Copy$/gm, ''))),
  }
}

/** The texts of a column. */
function cells(page: Page, table: string, column: number): Promise<string[]> {
  return page.locator(`#${table} tbody tr:not(.spacer) td:nth-child(${column + 1})`).allInnerTexts()
}

/** How many rows each table says that it has. */
function counts(page: Page): Promise<string[]> {
  return page.locator('#tables [role=status]').allInnerTexts()
}

async function expectStatus(page: Page, section: string, words: RegExp): Promise<void> {
  expect(await page.locator(`${section} [role=status]`).innerText()).toMatch(words)
}

function hashOf(page: Page): string {
  return new URL(page.url()).hash
}

function topOf(element: Element): number {
  return Math.abs(element.getBoundingClientRect().top)
}

function isInSight(element: Element): boolean {
  const { top } = element.getBoundingClientRect()
  return top >= 0 && top < innerHeight
}

/** Presses Tab through the page. @returns Controls that were not reached, and those that do not show that they are. */
async function tabThrough(page: Page): Promise<{ missed: string[]; unseen: string[] }> {
  await page.evaluate(() => {
    const sayOf = (element: Element) =>
      `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40)}`
    Object.assign(globalThis, { sayOf, reached: new Set<Element>() })
  })
  const unseen: string[] = []
  for (let presses = 0; presses < 400; presses++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const { sayOf, reached } = globalThis as unknown as { sayOf: (of: Element) => string; reached: Set<Element> }
      const element = document.activeElement
      if (element === null || element === document.body || reached.has(element)) return null
      reached.add(element)
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      const inner = element.querySelector('.shape')
      const isShown = (outlineStyle !== 'none' && outlineWidth !== '0px') || inner !== null
      return { words: sayOf(element), isShown }
    })
    if (at === null) break
    if (!at.isShown) unseen.push(at.words)
  }
  const missed = await page.evaluate(() => {
    const { sayOf, reached } = globalThis as unknown as { sayOf: (of: Element) => string; reached: Set<Element> }
    return Array.from(document.querySelectorAll('button, input, select, a[href], summary, [tabindex="0"]'))
      .filter((each) => !reached.has(each) && each.checkVisibility({ visibilityProperty: true }))
      .filter((each) => each.closest('details:not([open])') === null || each.matches('details:not([open]) > summary'))
      .map(sayOf)
  })
  return { missed, unseen }
}

/** Each sheet of the page as it is printed: read from the PDF, so that no other program is needed. */
async function sheets(page: Page): Promise<Sheet[]> {
  return sheetsOf(await page.pdf({ format: 'A4', preferCSSPageSize: true, tagged: false, outline: false }))
}

/** Milliseconds of the page's thread in scripts, style and layout while something is done, and what follows of it. */
async function meter(page: Page): Promise<(act: () => Promise<unknown>) => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  // Time that the thread ran, so that other work of the machine does not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const read = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (name: string): number => metrics.find((metric) => metric.name === name)!.value
    return 1000 * (of('ScriptDuration') + of('LayoutDuration') + of('RecalcStyleDuration'))
  }
  const settled = (): Promise<void> =>
    page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))))
  return async (act) => {
    await settled()
    const before = await read()
    await act()
    await settled()
    return (await read()) - before
  }
}
