/** The site in a real browser: captures in the tab say what the command says, nothing leaves it, and memory stays bounded. */
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_CAPTURE } from '../../bench/capture-options.ts'
import { generate } from '../../bench/generate.ts'
import { listen, webServer } from '../../build/web-server.ts'
import { site } from '../../build/web-site.ts'
import { bytesSource } from '../../src/capture/source.ts'
import { compareCaptures } from '../../src/compare/index.ts'
import { wires } from '../page/comparisons.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { COMPRESSORS } from '../support/compress.ts'
import { ROOT } from '../support/shared.ts'
import { smallLabels, violations } from './accessibility.ts'
import { hasChromium, launch } from './chromium.ts'
import { openReport } from './open-report.ts'
import { drop, hasResult, type OpenSite, openSite, peakOf, pick, saved, together } from './open-site.ts'

/** 200 MB of records as long as headers and the beginning of what they carry. */
const LARGE = { ...DEFAULT_CAPTURE, packets: 845_000, flows: 10_000, snapLength: 256 }
const LARGE_BYTES = 200_000_000
/**
 * Most bytes in use in the tab and its worker, whatever the size of the capture: programs, windows, and tables of so many flows take 60
 * to 90 MB at the end of it.
 */
const MOST_IN_USE = 150_000_000
/** Most bytes of their process: Chromium's own 100 MB, what is in use, and garbage that nobody has collected yet. */
const MOST_RESIDENT = 500_000_000
/** A name that leads to this machine, but is not its own: a page under it is of a plain HTTP origin. */
const PLAIN = 'plain.test'
const SMALLEST_LABEL = 11
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 } }

const fixture = (path: string): string => join(ROOT, 'fixtures', path)
const HOLE = fixture('guides/mtu-blackhole-h1.pcap')
const MIXED = fixture('pcaps/kv-mixed-h1.pcap')

const isThere = hasChromium('the site in a browser')

describe.skipIf(!isThere)('the site in Chromium (skipped where it is absent)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-web-'))
  const opened: OpenSite[] = []
  let page: string
  let server: Server
  let address: string
  let browser: Browser
  let bin: Bin

  beforeAll(async () => {
    ;[page, bin, browser] = await Promise.all([
      site(ROOT),
      buildBin(),
      launch(['--enable-blink-features=ForceEagerMeasureMemory', `--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`]),
    ])
    server = webServer(page)
    address = await listen(server, 0)
  })
  afterEach(async () => {
    const complaints = opened.flatMap((each) => each.complaints)
    await Promise.all(opened.splice(0).map(({ close }) => close()))
    expect(complaints).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    bin?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Opens the site; it is closed after the test, which fails if the site complained. */
  async function open(options: BrowserContextOptions = {}, at = address): Promise<Page> {
    const openedSite = await openSite(browser, at, options)
    opened.push(openedSite)
    return openedSite.page
  }

  /** What the command prints. */
  async function command(...argv: string[]): Promise<string> {
    const { out } = await bin.run(argv)
    return out
  }

  function put(name: string, bytes: Uint8Array | string): string {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  describe('a capture of 200 MB', () => {
    const large = join(folder, 'large.pcap')
    const zipped = join(folder, 'zipped.pcap.gz')

    beforeAll(() => {
      const file = openSync(large, 'w')
      generate(LARGE, (bytes) => writeSync(file, bytes))
      closeSync(file)
      const bytes = readFileSync(large)
      expect(bytes.length).toBeGreaterThan(LARGE_BYTES)
      writeFileSync(zipped, gzipSync(bytes, { level: 1 }))
    })

    it.each([
      ['itself', large],
      ['its gzip', zipped],
    ])('%s: progress is seen, memory is bounded, and the JSON is the command’s', async (what, path) => {
      const page = await open()
      const begun = performance.now()
      await drop(page, [path])
      const progress = await watchProgress(page)
      await hasResult(page)
      const seconds = (performance.now() - begun) / 1000
      const most = Math.max(...progress.memory)
      const peak = await peakOf(browser)
      console.log(
        `web, ${what}: ${seconds.toFixed(1)} s, ${progress.percents.length} steps of progress, memory of tab and worker ` +
          `${progress.memory.map(megabytes).join(', ')} MB, of their process at most ${megabytes(peak ?? 0)} MB`,
      )
      expect(peak ?? 0).toBeLessThan(MOST_RESIDENT)
      expect(progress.percents.length).toBeGreaterThan(3)
      expect(progress.percents).toEqual([...progress.percents].sort((left, right) => left - right))
      expect(progress.packets.at(-1)).toBeGreaterThan(progress.packets[0]!)
      expect(progress.heard.length).toBeLessThanOrEqual(11)
      expect(progress.memory.length).toBeGreaterThan(1)
      expect(most).toBeLessThan(MOST_IN_USE)
      const { name, text } = await saved(page, 'Save as JSON')
      expect(name).toBe(`${basename(path).split('.')[0]}.json`)
      expect(text === (await command('summarize', '--json', path))).toBe(true)
    })

    it('is given up with Cancel: what was read is offered, and so is another capture', async () => {
      const page = await open()
      await drop(page, [large])
      await readSome(page)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('heading', { name: 'Stopped' }).waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: 'Show what was read' }).click()
      await hasResult(page)
      expect(await page.locator('.partial').innerText()).toMatch(
        /^Interrupted after \d+ % of the input, [\d,]+ packets: the rest was not read\.$/,
      )
      const { text } = await saved(page, 'Save as JSON')
      expect(JSON.parse(text).capture.complete).toBe(false)
      await page.getByRole('button', { name: 'Open another capture' }).click()
      await pick(page, [large])
      await readSome(page)
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Open another capture' }).click()
      await page.locator('#captures').waitFor()
    })

    it('gives way to what is dropped while it is read', async () => {
      const page = await open()
      await drop(page, [large])
      await readSome(page)
      await drop(page, [HOLE])
      await hasResult(page)
      expect(await page.locator('h1').innerText()).toBe(basename(HOLE))
      await page.waitForTimeout(300)
      expect(await page.locator('h1').innerText()).toBe(basename(HOLE))
      await expect.poll(() => page.workers().length).toBe(1)
    })

    it('goes on to be read when what is dropped meanwhile is no capture', async () => {
      const page = await open()
      await drop(page, [large])
      await readSome(page)
      await drop(page, [put('meanwhile.txt', 'no capture but some notes')])
      await page.getByRole('alert').getByText('meanwhile.txt: is not a capture file').waitFor()
      expect(await page.locator('.reading h1').innerText()).toBe('Reading')
      await hasResult(page)
      expect(await page.locator('h1').innerText()).toBe(basename(large))
      await page.getByRole('alert').getByText('meanwhile.txt: is not a capture file').waitFor()
      await expect.poll(() => page.workers().length).toBe(1)
    })
  })

  it.each(['zstd', 'lz4'] as const)('reads %s', async (compression) => {
    const path = put(`mixed.pcap.${compression}`, COMPRESSORS[compression](new Uint8Array(readFileSync(MIXED))))
    const page = await open()
    await drop(page, [path])
    await hasResult(page)
    expect((await saved(page, 'Save as JSON')).text).toBe(await command('summarize', '--json', path))
  })

  describe('a capture of ours', () => {
    it('is a page as the report is, and is saved as that report', async () => {
      const page = await open()
      await page.getByRole('button', { name: 'MTU black hole' }).click()
      await hasResult(page)
      expect(await page.title()).toBe(`${basename(HOLE)} · vxpcap`)
      const { name, text } = await saved(page, 'Save as report')
      expect(name).toBe('mtu-blackhole-h1.html')
      const path = join(folder, 'report.html')
      await command('report', HOLE, '-o', path)
      expect(text === readFileSync(path, 'utf8')).toBe(true)
      const report = await openReport(browser, pathToFileURL(path).href)
      opened.push(report)
      const words = (of: Page): Promise<string> =>
        of.locator('.head, #pictures, #tables, #capture').allInnerTexts().then(String)
      expect(await words(page)).toBe(await words(report.page))
      await page.getByText('Saved as mtu-blackhole-h1.html').waitFor()
    })

    it('has packets that are opened from findings, in the words of decode, by keyboard', async () => {
      const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] })
      await page.getByRole('button', { name: 'MTU black hole' }).click()
      await hasResult(page)
      const button = page.getByRole('button', { name: 'Packet 17', exact: true }).first()
      await button.focus()
      await page.keyboard.press('Enter')
      const dialog = page.getByRole('dialog', { name: 'Packet 17' })
      await dialog.locator('.layers').first().waitFor()
      const decoded = await command('decode', '--packet', '17', HOLE)
      const squeezed = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
      const shown = await dialog.locator('.packet').innerText()
      expect(squeezed(shown.replace(/Bytes\s*$/, ''))).toEqual(squeezed(decoded))
      await dialog.getByRole('button', { name: 'Copy the packet as text' }).click()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(decoded)
      await dialog.getByText('Bytes', { exact: true }).click()
      const dump = (await command('decode', '--packet', '17', '--hex', HOLE)).slice(decoded.length)
      expect(squeezed(await dialog.locator('.bytes pre').innerText())).toEqual(squeezed(dump))
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
      await button.click()
      await dialog.locator('.layers').first().waitFor()
      await dialog.getByRole('button', { name: 'Close' }).click()
      await dialog.waitFor({ state: 'hidden' })
    })

    it('is left and come back to with the ways of the browser; a choice in one result is none in the next', async () => {
      const page = await open()
      await page.getByRole('button', { name: 'Three tenants' }).click()
      await hasResult(page)
      await page.getByRole('combobox', { name: 'VNI' }).selectOption('vxlan 20')
      expect(page.url()).toBe(`${address}#vni=vxlan+20`)
      await page.goBack()
      expect(await page.getByRole('combobox', { name: 'VNI' }).inputValue()).toBe('')
      await page.goBack()
      await page.locator('#captures').waitFor()
      await page.goForward()
      await hasResult(page)
      await page.goForward()
      await expect.poll(() => page.getByRole('combobox', { name: 'VNI' }).inputValue()).toBe('vxlan 20')
      await drop(page, [HOLE])
      await page.getByRole('heading', { name: basename(HOLE) }).waitFor()
      expect(await page.getByRole('combobox', { name: 'VNI' }).inputValue()).toBe('')
      await page.reload()
      await page.locator('#captures').waitFor()
      expect(page.url()).toBe(address)
    })
  })

  describe('several captures', () => {
    it('are one summary, and packets are opened from the right file', async () => {
      const page = await open()
      await pick(page, [MIXED, HOLE])
      await together(page)
      await hasResult(page)
      const { name, text } = await saved(page, 'Save as JSON')
      expect(name).toBe('kv-mixed-h1+1.json')
      expect(text).toBe(await command('summarize', '--json', MIXED, HOLE))
      await page
        .getByRole('button', { name: `Packet ${basename(HOLE)}:17`, exact: true })
        .first()
        .click()
      const dialog = page.getByRole('dialog')
      await dialog.locator('.layers').first().waitFor()
      const [heading] = (await command('decode', '--packet', '17', HOLE)).split('\n')
      expect((await dialog.locator('.packet > p').first().innerText()).split(/\s+/)).toEqual(heading!.split(/\s+/))
    })

    it('of which one cannot be read are read without it, and that is said as the command says it', async () => {
      const page = await open()
      const text = put('notes.pcap', 'no capture but some notes')
      await pick(page, [HOLE, text])
      await hasResult(page)
      const { err } = await bin.run(['summarize', HOLE, text])
      const said = err.split('\n').find((line) => line.includes('notes.pcap'))!
      const line = await page.locator('.result-bar').getByRole('alert').innerText()
      expect(said.slice(said.indexOf('notes.pcap'))).toBe(line.slice(line.indexOf('notes.pcap')))
      expect(await page.locator('h1').innerText()).toBe(basename(HOLE))
    })

    it('are interleaved by time, with a further port and an MTU, as the options say', async () => {
      const page = await open()
      const other = fixture('findings/unknown-tunnel-port.pcap')
      await page.getByText('Options', { exact: true }).click()
      await page.getByLabel('Further VXLAN ports').fill('5555')
      await page.getByLabel('Underlay MTU').fill('1600')
      await page.getByLabel('Interleave several captures by time').check()
      await pick(page, [MIXED, other])
      await together(page)
      await hasResult(page)
      const options = ['--port', '5555', '--underlay-mtu', '1600', '--merge-by-time']
      expect((await saved(page, 'Save as JSON')).text).toBe(
        await command('summarize', '--json', ...options, MIXED, other),
      )
      await page.getByRole('button', { name: 'Open another capture' }).click()
      await page.getByText('Options (3 set)').waitFor()
    })
  })

  describe('two captures of the same traffic', () => {
    const ends = (): string[] => {
      const { near, far } = wires()
      return [put('b-near.pcap', near), put('a-far.pcap', far)]
    }

    it('are compared as near and far, and saved as the command and the library have them', async () => {
      const page = await open()
      const [near, far] = ends() as [string, string]
      await drop(page, [near, far])
      await page.getByText('Two captures: what do you want to know?').waitFor()
      // In the order of their names.
      expect(await page.locator('.ends dd').allInnerTexts()).toEqual(['a-far.pcap', 'b-near.pcap'])
      await page.getByRole('button', { name: 'Swap near and far' }).click()
      expect(await page.locator('.ends dd').allInnerTexts()).toEqual(['b-near.pcap', 'a-far.pcap'])
      await page.getByRole('button', { name: 'Compare as two ends' }).click()
      await hasResult(page)
      const side = (path: string) => [
        { name: basename(path), open: async () => bytesSource(Uint8Array.from(readFileSync(path))) },
      ]
      const comparison = await compareCaptures(side(near), side(far))
      const { name, text } = await saved(page, 'Save as JSON')
      expect(name).toBe('b-near+1.json')
      expect(text).toBe(`${JSON.stringify(comparison, null, 2)}\n`)
      const report = await saved(page, 'Save as report')
      expect(report.text).toContain('Delay over time')
      expect(report.text).toContain(comparison.findings[0]!.title)
      // A packet of either side is read again from its own capture.
      await page
        .getByRole('button', { name: /^Packet .* of the far capture$/ })
        .first()
        .click()
      await page.getByRole('dialog').locator('.layers').first().waitFor()
      expect(await page.getByRole('dialog').locator('h2').innerText()).toMatch(/^Packet a-far\.pcap:\d+$/)
    })

    it('read well while it is chosen and as a result: no violation of accessibility, and a phone is wide enough', async () => {
      const page = await open({ ...PHONE, bypassCSP: true })
      await pick(page, ends())
      await page.getByRole('button', { name: 'Compare as two ends' }).waitFor()
      expect(await violations(page)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      await page.getByLabel('Both have one clock').check()
      await page.getByRole('button', { name: 'Compare as two ends' }).click()
      await hasResult(page)
      expect(await violations(page)).toEqual([])
      expect(await smallLabels(page, SMALLEST_LABEL)).toEqual([])
      await page.getByText('Both sides have one clock').first().waitFor()
      await page.getByRole('button', { name: 'Open another capture' }).click()
      await page.locator('#captures').waitFor()
    })

    it('can be left while they are compared', async () => {
      const page = await open()
      await pick(page, ends())
      await page.getByRole('button', { name: 'Compare as two ends' }).click()
      const cancel = page.getByRole('button', { name: 'Cancel' })
      // It may be done before anybody can press.
      if (await cancel.isVisible()) {
        await cancel.click({ timeout: 500 }).catch(() => {})
      }
      await page.locator('#captures, .comparison.live').first().waitFor()
    })
  })

  it.each([
    ['empty', ''],
    ['no capture', 'some text that is no capture'],
    ['cut in its header', readFileSync(HOLE).subarray(0, 10)],
    ['an archive', gzipSync('some text that is no capture')],
  ])('says what the command says of a file that is %s', async (name, bytes) => {
    const path = put(`${name.replaceAll(' ', '-')}.pcap`, bytes)
    const page = await open()
    await drop(page, [path])
    const alert = page.locator('.troubles')
    await alert.waitFor()
    const { err } = await bin.run(['summarize', path])
    expect(await alert.innerText()).toContain(err.trim().slice(err.indexOf(basename(path))))
    if (name === 'empty') expect(await violations(page)).toEqual([])
  })

  it('keeps a result when what is dropped on it is no capture, and gives way to what is one', async () => {
    const page = await open()
    await drop(page, [MIXED])
    await hasResult(page)
    await page.getByRole('combobox', { name: 'VNI' }).selectOption('vxlan 20')
    const at = page.url()
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    const notes = put('dropped.txt', 'no capture but some notes')
    await drop(page, [notes, put('nothing.pcap', '')])
    const alert = page.getByRole('alert').filter({ hasText: 'dropped.txt' })
    await alert.waitFor()
    expect(await alert.innerText()).toContain('nothing.pcap: is empty')
    expect(await alert.evaluate((each) => each.getBoundingClientRect().top < innerHeight)).toBe(true)
    expect(await page.locator('h1').innerText()).toBe(basename(MIXED))
    expect(page.url()).toBe(at)
    expect(await violations(page)).toEqual([])
    expect((await saved(page, 'Save as JSON')).text).toBe(await command('summarize', '--json', MIXED))
    await page.getByRole('button', { name: 'Close' }).click()
    expect(await alert.count()).toBe(0)
    await drop(page, [notes])
    await alert.waitFor()
    await drop(page, [HOLE, notes])
    await page.getByRole('heading', { name: basename(HOLE) }).waitFor()
    await alert.waitFor()
    expect(await alert.count()).toBe(1)
  })

  it.each([
    ['Further VXLAN ports', 'abc', 'expected whole numbers from 1 to 65535'],
    ['Further VXLAN ports', '4799, 70000', 'expected whole numbers from 1 to 65535'],
    ['Underlay MTU', '-5', 'expected a whole number from 68 to 65535'],
    ['Underlay MTU', '5', 'expected a whole number from 68 to 65535'],
  ])('reads nothing while the field %s holds %j, and says so at the field', async (label, value, refusal) => {
    const page = await open()
    const field = page.getByLabel(label)
    await page.getByText('Options', { exact: true }).click()
    await field.fill(value)
    await page.getByText('Options', { exact: true }).click()
    await pick(page, [HOLE])
    const said = `${label} '${value}': ${refusal}`
    await page.getByRole('alert').getByText(said).waitFor()
    expect(page.workers()).toEqual([])
    expect(await field.evaluate((each) => each === document.activeElement)).toBe(true)
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    const about = page.locator(`#${await field.getAttribute('aria-describedby')}`)
    expect(await about.innerText()).toContain(`'${value}': ${refusal}`)
    expect(await violations(page)).toEqual([])
    await drop(page, [HOLE])
    await page.waitForTimeout(200)
    expect(page.workers()).toEqual([])
    await field.fill('1600')
    expect(await field.getAttribute('aria-invalid')).toBe('false')
    await pick(page, [HOLE])
    await hasResult(page)
  })

  it.each(['capture-damaged.pcap', 'capture-cut-short.pcap'])('has what could be read of %s', async (name) => {
    const page = await open()
    await drop(page, [fixture(`findings/${name}`)])
    await hasResult(page)
    const json = await command('summarize', '--json', fixture(`findings/${name}`))
    expect((await saved(page, 'Save as JSON')).text).toBe(json)
    await page.locator('#findings').getByText(JSON.parse(json).findings[0].title).first().waitFor()
  })

  it('says of a directory that it is one', async () => {
    const page = await open()
    mkdirSync(join(folder, 'captures'))
    await drop(page, [join(folder, 'captures')])
    await page.getByText('captures: is a directory').waitFor()
    await page.getByRole('button', { name: 'A healthy lab' }).click()
    await hasResult(page)
    expect(await page.getByText('captures: is a directory').count()).toBe(0)
    await drop(page, [join(folder, 'captures')])
    await page.getByText('captures: is a directory').waitFor()
    await hasResult(page)
  })

  it('is not harmed by names of files', async () => {
    const page = await open()
    const hostile = join(folder, '"><img src=x onerror=alert(1)>\u202e\u001b[31m<script>alert(2)<!--.pcap')
    copyFileSync(HOLE, hostile)
    await drop(page, [hostile])
    await hasResult(page)
    expect(await page.locator('h1').innerText()).toContain('<img src=x onerror=alert(1)>')
    expect(await page.locator('img').count()).toBe(0)
    const { text } = await saved(page, 'Save as report')
    const report = await openReport(browser, pathToFileURL(put('hostile.html', text)).href)
    opened.push(report)
    writeFileSync(hostile, '')
    await drop(page, [hostile])
    await page.locator('.troubles').waitFor()
    expect(await page.locator('.troubles').innerText()).toContain('<img src=x onerror=alert(1)>')
  })

  describe('wherever it is served', () => {
    it('works under a path of any server of files, and from a file', async () => {
      const plain = createServer((request, response) => {
        if (request.url !== '/some/where/') return response.writeHead(404).end()
        return response.setHeader('content-type', 'text/html').end(page)
      })
      await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
      const { port } = plain.address() as AddressInfo
      for (const at of [`http://127.0.0.1:${port}/some/where/`, pathToFileURL(put('site.html', page)).href]) {
        const tab = await open({}, at)
        await tab.getByRole('button', { name: 'A healthy lab' }).click()
        await hasResult(tab)
        expect((await saved(tab, 'Save as report')).name).toBe('seed-ovs-h1.html')
      }
      const tab = await open({}, `http://${PLAIN}:${port}/some/where/`)
      await tab.getByRole('button', { name: 'A healthy lab' }).click()
      await hasResult(tab)
      await tab.getByText('Reports can be saved only where').waitFor()
      expect(await tab.getByRole('button', { name: 'Save as report' }).count()).toBe(0)
      expect((await saved(tab, 'Save as JSON')).name).toBe('seed-ovs-h1.json')
      plain.close()
    })

    it('can send nothing, neither the page nor its worker', async () => {
      const { page, complaints, close } = await openSite(browser, address)
      await page.getByRole('button', { name: 'A healthy lab' }).click()
      await hasResult(page)
      const send = (to: string): Promise<string> =>
        fetch(to, { method: 'POST', body: 'a packet' }).then(
          () => 'sent',
          () => 'refused',
        )
      expect(await page.evaluate(send, address)).toBe('refused')
      expect(await page.workers()[0]!.evaluate(send, address)).toBe('refused')
      expect(complaints.filter((each) => each.includes('connect-src')).length).toBeGreaterThan(0)
      expect(complaints.filter((each) => each.startsWith('request:'))).toEqual([])
      await close()
    })
  })

  describe('for everyone', () => {
    it('has no violation of accessibility, in light and dark, on the start page, on a result and in a packet', async () => {
      const page = await open({ colorScheme: 'light', reducedMotion: 'reduce', bypassCSP: true })
      const expectNone = async (): Promise<void> => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme })
          expect(await violations(page)).toEqual([])
        }
      }
      await page.getByText('Options', { exact: true }).click()
      await expectNone()
      await page.getByRole('button', { name: 'MTU black hole' }).click()
      await hasResult(page)
      await expectNone()
      await page
        .getByRole('button', { name: /^Packet \d+$/ })
        .first()
        .click()
      await page.locator('dialog .layers').first().waitFor()
      await expectNone()
    })

    it('fits a phone', async () => {
      const page = await open(PHONE)
      const expectFits = async (): Promise<void> => {
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
        expect(await smallLabels(page, SMALLEST_LABEL)).toEqual([])
      }
      await page.getByText('Options', { exact: true }).click()
      await expectFits()
      await page.getByRole('button', { name: 'MTU black hole' }).click()
      await hasResult(page)
      await expectFits()
      await page
        .getByRole('button', { name: /^Packet \d+$/ })
        .first()
        .click()
      await page.locator('dialog .layers').first().waitFor()
      expect(await page.locator('dialog .packet').evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0)
    })

    it('is used by keyboard, and says where one is', async () => {
      const page = await open()
      await page.keyboard.press('Tab')
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('captures')
      for (let presses = 0; presses < 3; presses++) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await hasResult(page)
      // A page that was exchanged begins at its heading, which is what is heard first.
      await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1')
      expect(
        await page.evaluate(() => document.querySelectorAll('[aria-live], [role=status], [role=alert]').length),
      ).toBeGreaterThan(0)
    })
  })
})

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}

interface Watched {
  percents: number[]
  packets: number[]
  /** What was said to those who hear the page. */
  heard: string[]
  memory: number[]
}

/** Looks at the page until its reading is over. */
function watchProgress(page: Page): Promise<Watched> {
  return page.evaluate(async () => {
    const watched: { percents: number[]; packets: number[]; heard: string[]; memory: number[] } = {
      percents: [],
      packets: [],
      heard: [],
      memory: [],
    }
    const measure = async (): Promise<void> => {
      const { bytes } = await (
        performance as unknown as { measureUserAgentSpecificMemory: () => Promise<{ bytes: number }> }
      ).measureUserAgentSpecificMemory()
      watched.memory.push(bytes)
    }
    // It takes out garbage, and so takes time.
    const between = 400
    let measuring: Promise<unknown> | null = null
    while (document.querySelector('.filter-bar') === null) {
      const words = /^(\d+) %: .* of .*, ([\d,]+) packets?$/.exec(document.querySelector('.figures')?.textContent ?? '')
      const [percent, packets] = [Number(words?.[1]), Number(words?.[2]?.replaceAll(',', ''))]
      if (words !== null && watched.packets.at(-1) !== packets) {
        watched.percents.push(percent)
        watched.packets.push(packets)
      }
      const said = document.querySelector('.reading [role=status]')?.textContent ?? ''
      if (said.endsWith('read') && watched.heard.at(-1) !== said) watched.heard.push(said)
      measuring ??= measure()
        .then(() => new Promise((resolve) => setTimeout(resolve, between)))
        .then(() => {
          measuring = null
        })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await measuring
    await measure()
    return watched
  })
}

/** Waits until something has been read. */
async function readSome(page: Page): Promise<void> {
  await page.waitForFunction(() => /[1-9][\d,]* packets/.test(document.querySelector('.figures')?.textContent ?? ''))
}
