/** A comparison as text: what an engineer reads at three in the morning, the answer first. */
import type { Comparison } from '../../comparison.ts'
import { checkBoolean, checkCount, checkFunction, checkGiven, checkObject } from '../../option.ts'
import { toAscii } from '../ascii.ts'
import { palette } from '../color.ts'
import type { Page, Section } from '../section.ts'
import { drawPlain } from '../table.ts'
import { DEFAULT_TOP, DEFAULT_WIDTH, type TextOptions } from '../text.ts'
import { wrap } from '../wrap.ts'
import { comparedCaptures, comparedLimits, comparedTitle } from './captures.ts'
import { comparedDirections } from './directions.ts'
import { comparedFindings } from './findings.ts'
import { comparedHeadline } from './headline.ts'
import { comparedPackets } from './packets.ts'
import { lossBySize, lossBySourcePort, rewrites } from './spread.ts'

/** How the text is written. */
export type ComparisonTextOptions = Pick<TextOptions, 'color' | 'top' | 'width' | 'ascii' | 'draw'>

/** Columns below which the tables say nothing more. */
const MIN_WIDTH = 40
/** Prose wider than this is hard to read. */
const MAX_PROSE_WIDTH = 120

const SECTIONS: readonly ((comparison: Comparison, page: Page) => Section)[] = [
  comparedFindings,
  comparedDirections,
  lossBySize,
  lossBySourcePort,
  rewrites,
  comparedPackets,
  comparedCaptures,
  comparedLimits,
]

/**
 * Writes a comparison as text, which ends in a newline; the same document and options give the same text everywhere.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 */
export function formatComparison(comparison: Comparison, options: ComparisonTextOptions = {}): string {
  checkGiven('comparison', comparison)
  checkObject('comparison', comparison)
  checkObject('options', options)
  checkBoolean('color', options.color)
  checkBoolean('ascii', options.ascii)
  checkCount('top', options.top, 0)
  checkCount('width', options.width, 0)
  checkFunction('draw', options.draw)
  const { color = false, top = DEFAULT_TOP, ascii = false, draw = drawPlain } = options
  const page: Page = {
    palette: palette(color),
    width: Math.max(MIN_WIDTH, options.width ?? DEFAULT_WIDTH),
    top: Math.max(1, top),
    locate: String,
    draw,
    plain: ascii ? toAscii : (text) => text,
  }
  const prose = Math.min(page.width, MAX_PROSE_WIDTH)
  const lines = [
    ...wrap(page.plain(comparedTitle(comparison, page.width)), page.width).map(page.palette.title),
    ...comparedHeadline(comparison).flatMap((sentence) => wrap(page.plain(sentence), prose)),
  ]
  for (const section of SECTIONS) {
    const { title, lines: content } = section(comparison, page)
    if (content.length > 0) lines.push('', ...wrap(title, page.width).map(page.palette.title), ...content)
  }
  const text = `${lines.join('\n')}\n`
  return ascii ? toAscii(text) : text
}
