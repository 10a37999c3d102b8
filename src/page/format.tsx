/** A summary to a page: HTML that holds its own script, style and data. */
import { renderToString } from 'preact-render-to-string'
import { checkCount, checkNumber, checkObject, checkString } from '../option.ts'
import type { Summary } from '../summary.ts'
import { App } from './app.tsx'
import { PROGRAM } from './client.tsx?bundled'
import { compressed } from './compress.ts'
import { type Making, pack, unpack } from './data.ts'
import { checkedDocument } from './document.ts'
import { fewer, withRows } from './fewer.ts'
import { makingOf } from './making.ts'
import { h } from './preact.ts'
import { NOTHING_CHOSEN } from './state.ts'
import { STYLE } from './style.ts'
import { overlayLayout } from './visuals/overlay-layout.ts'

/** How a page is made. */
export interface PageOptions {
  /** Version of the program that makes it, which its last lines name. */
  version?: string
  /** Of an input that was not read to its end, how much was, 0 to 1, where that is known. */
  share?: number
  /** Most rows of each table; as many as there is room for unless told otherwise. */
  rows?: number
  /** Most bytes of the page, {@link DEFAULT_PAGE_BYTES} unless told otherwise; where they do not do, tables have fewer rows. Not kept where `rows` says how many. */
  maxBytes?: number
}

/** Most bytes of a page, so that it can be sent by mail. */
export const DEFAULT_PAGE_BYTES = 500_000
/** Times that a page is made anew with fewer rows, before it stays as large as it is. */
const MOST_TRIES = 12
/** How much less is aimed for than there is room for. */
const AIM = 0.97

const ENCODER = new TextEncoder()

/**
 * The page of a summary, as one text. The same summary and options give the same text everywhere.
 * @throws TypeError for what is no summary, naming the member that is not as it must be, or for an option of a wrong type; RangeError for
 * an option out of range.
 */
export async function formatPage(summary: Summary, options: PageOptions = {}): Promise<string> {
  checkedDocument(summary)
  checkObject('options', options)
  checkString('version', options.version)
  checkNumber('share', options.share, 0, 1)
  checkCount('rows', options.rows, 0)
  checkCount('maxBytes', options.maxBytes, 0)
  const { version, share, rows } = options
  const maxBytes = rows === undefined ? (options.maxBytes ?? DEFAULT_PAGE_BYTES) : Number.POSITIVE_INFINITY
  const making = makingOf(summary, { version, share })
  const policy = await policyOf(PROGRAM, STYLE)
  let kept =
    rows === undefined
      ? summary
      : withRows(summary, { vnis: rows, vtepPairs: rows, flows: rows, macs: rows, findings: summary.findings.length })
  for (let tries = 1; ; tries++) {
    const { page, data } = made(kept, making, policy)
    const size = ENCODER.encode(page).length
    if (size <= maxBytes || tries === MOST_TRIES) return page
    kept = fewer(kept, Math.max(0, AIM * (1 - (size - maxBytes) / data.length)))
  }
}

/** A page, and the data in it. */
function made(summary: Summary, making: Making, policy: string): { page: string; data: string } {
  const packed = pack({ summary, layout: overlayLayout(summary), making })
  const data = compressed(JSON.stringify(packed))
  // What the page carries, and not what it was made of: the script must find what it would make itself.
  const shown = unpack(packed)
  const body = renderToString(<App {...shown} state={NOTHING_CHOSEN} choose={() => {}} isLive={false} />)
  const head = renderToString(
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${making.title} · vxpcap`}</title>
    </head>,
  )
  const style = `<style>${STYLE}</style>`
  const page = `<!doctype html>
<html lang="en">
${head.replace('</head>', `${style}</head>`)}
<body>
<div id="page">${body}</div>
<script type="text/plain" id="data">${data}</script>
<script>${PROGRAM}</script>
</body>
</html>
`
  return { page, data }
}

/** Nothing but this script and this style. */
async function policyOf(script: string, style: string): Promise<string> {
  const [scriptHash, styleHash] = await Promise.all([sha256(script), sha256(style)])
  return `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`
}

async function sha256(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', ENCODER.encode(text)))
  return btoa(String.fromCharCode(...hash))
}
