/** A summary to a page. */
import { checkCount, checkNumber, checkObject, checkString } from '../option.ts'
import type { Summary } from '../summary.ts'
import { App } from './app.tsx'
import { PROGRAM } from './client.tsx?bundled'
import { compressed } from './compress.ts'
import { type Making, pack, unpack } from './data.ts'
import { checkedDocument } from './document.ts'
import { fewer, withRows } from './fewer.ts'
import { bytesOf, DEFAULT_PAGE_BYTES, framed, policyOf } from './frame.tsx'
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
  /**
   * Most bytes of the page, {@link DEFAULT_PAGE_BYTES} unless told otherwise; where they do not do, tables have fewer rows. Not kept where
   * `rows` says how many.
   */
  maxBytes?: number
}

/** Times that a page is made anew with fewer rows, before it stays as large as it is. */
const MOST_TRIES = 12
/** How much less is aimed for than there is room for. */
const AIM = 0.97

/**
 * The page of a summary, as one text. The same summary and options give the same text everywhere.
 * @throws TypeError for what is no summary, naming the member that is not as it must be, or for an option of a wrong type; RangeError for
 * an option out of range.
 */
export async function formatPage(given: Summary, options: PageOptions = {}): Promise<string> {
  const summary = checkedDocument(given)
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
    const size = bytesOf(page)
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
  const body = <App {...shown} state={NOTHING_CHOSEN} choose={() => {}} isLive={false} />
  return { page: framed({ title: making.title, body, data, script: PROGRAM, style: STYLE, policy }), data }
}
