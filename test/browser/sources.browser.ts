/** A real browser as oracle: what the built library says of captures in a `File` there is what it says of them in Node. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join as joinPath } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSource, decompressed, Summarizer } from '../../src/node.ts'
import type { Summary } from '../../src/summary.ts'
import { join } from '../capture/files.ts'
import { COMPRESSORS, lz4Frame } from '../support/compress.ts'
import { ensureDist } from '../support/dist.ts'
import { PCAPS } from '../support/goldens.ts'
import { ROOT } from '../support/shared.ts'
import { hasChromium, launch } from './chromium.ts'

const isThere = hasChromium('the library in a browser')

const PLAIN = new Uint8Array(readFileSync(joinPath(PCAPS, 'kv-mixed-sw.pcapng')))
const half = PLAIN.length >> 1
const whole = COMPRESSORS.gzip(PLAIN)
const members = join(COMPRESSORS.gzip(PLAIN.subarray(0, half)), COMPRESSORS.gzip(PLAIN.subarray(half)))
/** In blocks of 1 kB as bgzip does it, and stored: other members begin in the content. */
const small = Array.from({ length: Math.ceil(PLAIN.length / 1000) }, (_, i) =>
  COMPRESSORS.gzip(PLAIN.subarray(i * 1000, (i + 1) * 1000)),
)
const damaged = whole.slice()
damaged.fill(0xff, whole.length >> 1, (whole.length >> 1) + 64)
const wrong = whole.slice()
wrong[wrong.length - 6]! ^= 1

const CAPTURES: [string, Uint8Array][] = [
  ['plain', PLAIN],
  ['gzip', whole],
  ['gzip, stored', new Uint8Array(gzipSync(PLAIN, { level: 0 }))],
  ['gzip, two members', members],
  ['gzip, many members', join(...small)],
  ['gzip, padded with zeros', join(members, new Uint8Array(10_000))],
  ['gzip, cut', whole.subarray(0, whole.length - 900)],
  ['gzip, cut in the second member', members.subarray(0, members.length - 900)],
  ['gzip, damaged', damaged],
  ['gzip, a wrong checksum', wrong],
  ['gzip, bytes behind it', join(whole, [1, 2, 3])],
  ['zstd', COMPRESSORS.zstd(PLAIN)],
  ['zstd, cut', COMPRESSORS.zstd(PLAIN).subarray(0, -900)],
  ['lz4', COMPRESSORS.lz4(PLAIN)],
  ['lz4, cut', lz4Frame(PLAIN).subarray(0, -900)],
]

/** What both are asked: as text, since a page hands over nothing else whole. */
interface Answer {
  summary: string
  progress: [number, number | null][]
}

/** The page's program: `vxpcap` as it was built, and a function that summarizes a URL as a dropped file would be. */
const PAGE = `
  import { blobSource, packets, Summarizer, webStreamSource } from ${JSON.stringify(joinPath(ROOT, 'dist/index.js'))}
  globalThis.summarize = async (url) => {
    const file = new File([await (await fetch(url)).blob()], 'capture')
    const progress = []
    const summarizer = new Summarizer()
    await summarizer.read('capture', blobSource(file), { onProgress: (...told) => progress.push(told) })
    return { summary: JSON.stringify(summarizer.summary()), progress }
  }
  globalThis.countStream = async (url) => {
    let count = 0
    for await (const batch of packets(webStreamSource((await fetch(url)).body))) while (batch.next()) count++
    return count
  }
  globalThis.summarizeStopped = async (url) => {
    const abort = new AbortController()
    const file = new File([await (await fetch(url)).blob()], 'capture')
    const summarizer = new Summarizer()
    await summarizer.read('capture', blobSource(file), { signal: abort.signal, onProgress: () => abort.abort() })
    return summarizer.summary().capture.complete
  }
`

declare global {
  var summarize: (url: string) => Promise<Answer>
  var countStream: (url: string) => Promise<number>
  var summarizeStopped: (url: string) => Promise<boolean>
}

async function inNode(bytes: Uint8Array): Promise<Summary> {
  const summarizer = new Summarizer()
  await summarizer.read('capture', decompressed(bytesSource(bytes)))
  return JSON.parse(JSON.stringify(summarizer.summary()))
}

describe.skipIf(!isThere)('in Chromium (skipped where it is absent)', () => {
  let browser: Browser
  let server: Server
  let page: Page

  beforeAll(async () => {
    await ensureDist()
    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: ROOT },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    })
    const program = outputFiles[0]!.contents
    server = createServer((request, response) => {
      const path = request.url ?? '/'
      if (path === '/')
        response.setHeader('content-type', 'text/html').end('<!doctype html><script type=module src=/page.js></script>')
      else if (path === '/page.js') response.setHeader('content-type', 'text/javascript').end(program)
      else response.setHeader('content-type', 'application/octet-stream').end(CAPTURES[Number(path.slice(1))]?.[1])
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    browser = await launch()
    page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await page
      .waitForFunction(() => 'summarize' in globalThis, null, { timeout: 20_000 })
      .catch((error) => {
        throw new Error(`the library does not load: ${errors.join('; ')}`, { cause: error })
      })
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
  })

  it.each(CAPTURES.map(([name, bytes], index) => ({ name, bytes, index })))(
    '$name: a File says what it says in Node',
    async ({ bytes, index }) => {
      const { summary, progress } = await page.evaluate((url) => globalThis.summarize(url), `/${index}`)
      expect(JSON.parse(summary)).toEqual(await inNode(bytes))
      expect(progress.at(-1)![1]).toBe(bytes.length)
    },
  )

  it('a compressed stream of a response is read packet by packet', async () => {
    const { capture } = await inNode(PLAIN)
    for (const index of [0, 1, 3]) {
      expect(await page.evaluate((url) => globalThis.countStream(url), `/${index}`)).toBe(capture.packets)
    }
  })

  it('a signal stops the reading', async () => {
    expect(await page.evaluate((url) => globalThis.summarizeStopped(url), '/0')).toBe(false)
  })
})
