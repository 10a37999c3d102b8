/** The summary as text: what an engineer reads at three in the morning, the answer first. */
import {
  checkBoolean,
  checkCount,
  checkFunction,
  checkGiven,
  checkList,
  checkNumber,
  checkObject,
  checkOneOf,
  checkSummary,
} from '../option.ts'
import type { Summary } from '../summary.ts'
import { toAscii } from './ascii.ts'
import { palette } from './color.ts'
import { headline } from './headline.ts'
import type { Page, Section } from './section.ts'
import { capture } from './sections/capture.ts'
import { findings } from './sections/findings.ts'
import { flows } from './sections/flows.ts'
import { limits } from './sections/limits.ts'
import { macs } from './sections/macs.ts'
import { faults, fragments, otherTraffic } from './sections/other.ts'
import { overhead } from './sections/overhead.ts'
import { sizes } from './sections/sizes.ts'
import { timeline } from './sections/timeline.ts'
import { vnis } from './sections/vnis.ts'
import { vtepPairs } from './sections/vtep-pairs.ts'
import { type DrawTable, drawPlain } from './table.ts'
import { captureTitle, type Locate, locator } from './words.ts'
import { wrap } from './wrap.ts'

/** How the text is written. */
export interface TextOptions {
  /** Escape sequences for colour; without them the text is plain, as it is unless told otherwise. */
  color?: boolean
  /** Rows per table, and findings in full, at least 1; {@link DEFAULT_TOP} unless told otherwise. */
  top?: number
  /** Columns of the screen, at least 40; {@link DEFAULT_WIDTH} when absent. */
  width?: number
  /** Says where a packet is; by default its number, or `file:number` where there are several files. */
  locate?: Locate
  /** ASCII alone: for a C locale, or a font without arrows and bars. */
  ascii?: boolean
  /** Of an input that was not read to its end, how much was, 0 to 1, where that is known. */
  share?: number
  /** Only these sections, beside the head; all unless told otherwise. */
  only?: readonly SectionName[]
  /** Pads cells; by default every character counts as one column. */
  draw?: DrawTable
}

/** Rows per table where nobody says how many. */
export const DEFAULT_TOP = 10
/** Columns where nobody says how wide the screen is, as in a pipe. */
export const DEFAULT_WIDTH = 120
/** Columns below which the tables say nothing more. */
const MIN_WIDTH = 40
/** Columns that the mark of a shortened name may take in ASCII beside its own, or a comma. */
const SPARE = 2
/** Prose wider than this is hard to read. */
const MAX_PROSE_WIDTH = 120

/** The sections in their order, by the names that choose them. */
const SECTIONS = {
  findings,
  vnis,
  vteps: vtepPairs,
  flows,
  macs,
  timeline,
  overhead,
  sizes,
  fragments,
  other: otherTraffic,
  faults,
  capture,
  limits,
} satisfies Record<string, (summary: Summary, page: Page) => Section>

/** Name of a section of the report. */
export type SectionName = keyof typeof SECTIONS

/** Names of the sections in their order. */
export const SECTION_NAMES = Object.keys(SECTIONS) as readonly SectionName[]

/**
 * Writes the report. The text ends in a newline; the same summary and options give the same text everywhere.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 */
export function formatText(summary: Summary, options: TextOptions = {}): string {
  checkSummary('summary', summary)
  checkObject('options', options)
  checkBoolean('color', options.color)
  checkCount('top', options.top, 0)
  checkCount('width', options.width, 0)
  checkFunction('locate', options.locate)
  checkFunction('draw', options.draw)
  checkBoolean('ascii', options.ascii)
  checkNumber('share', options.share, 0, 1)
  checkList('only', options.only, (name, section) => {
    checkGiven(name, section)
    checkOneOf(name, section, SECTION_NAMES)
  })
  const { color = false, top = DEFAULT_TOP, ascii = false, only = SECTION_NAMES, draw = drawPlain } = options
  const page: Page = {
    palette: palette(color),
    width: Math.max(MIN_WIDTH, options.width ?? DEFAULT_WIDTH),
    top: Math.max(1, top),
    locate: options.locate ?? locator(summary.capture.files, summary.capture.origins),
    draw,
    plain: ascii ? toAscii : (text) => text,
  }
  const lines = head(summary, page, options.share)
  for (const name of SECTION_NAMES) {
    if (!only.includes(name)) continue
    const { title, lines: content } = SECTIONS[name](summary, page)
    if (content.length > 0) lines.push('', ...wrap(title, page.width).map(page.palette.title), ...content)
  }
  const text = `${lines.join('\n')}\n`
  return ascii ? toAscii(text) : text
}

function head(summary: Summary, page: Page, share: number | undefined): string[] {
  const width = Math.min(page.width, MAX_PROSE_WIDTH)
  const { sentences, tries } = headline(summary, share)
  const lines = [
    ...wrap(page.plain(captureTitle(summary, page.width - SPARE)), page.width).map(page.palette.title),
    ...sentences.flatMap((sentence) => wrap(page.plain(sentence), width)),
  ]
  if (tries.length > 0) {
    lines.push('', page.palette.title('What to try'))
    for (const step of tries) lines.push(...wrap(page.plain(step), width, { first: '  - ', rest: '    ' }))
  }
  return lines
}
