/** A comparison to a page. */
import type { Comparison } from '../../comparison.ts'
import { checkCount, checkObject, checkString } from '../../option.ts'
import { compressed } from '../compress.ts'
import { bytesOf, DEFAULT_PAGE_BYTES, framed, policyOf } from '../frame.tsx'
import { h } from '../preact.ts'
import { ComparisonApp } from './app.tsx'
import { PROGRAM } from './client.tsx?bundled'
import { type ComparisonMaking, packComparison, unpackComparison } from './data.ts'
import { checkedComparison } from './document.ts'
import { leastBytes, ROOMS, withRoom } from './fewer.ts'
import { comparisonMakingOf } from './making.ts'
import { COMPARISON_STYLE } from './style.ts'

/** How a page of a comparison is made. */
export interface ComparisonPageOptions {
  /** Version of the program that makes it, which its last lines name. */
  version?: string
  /** Most directions, the most interesting ones; as many as there is room for unless told otherwise. */
  rows?: number
  /**
   * Most bytes of the page, {@link DEFAULT_PAGE_BYTES} unless told otherwise; where they do not do, it shows less. Not kept where `rows`
   * says how much.
   */
  maxBytes?: number
}

/**
 * The page of a comparison, as one text. The same comparison and options give the same text everywhere.
 * @throws TypeError for what is no comparison, naming the member that is not as it must be, or for an option of a wrong type; RangeError
 * for an option out of range.
 */
export async function formatComparisonPage(
  comparison: Comparison,
  options: ComparisonPageOptions = {},
): Promise<string> {
  checkedComparison(comparison)
  checkObject('options', options)
  checkString('version', options.version)
  checkCount('rows', options.rows, 0)
  checkCount('maxBytes', options.maxBytes, 0)
  const { version, rows } = options
  const making = comparisonMakingOf(comparison, version)
  const policy = await policyOf(PROGRAM, COMPARISON_STYLE)
  if (rows !== undefined) return made(withRoom(comparison, { ...ROOMS[0]!, directions: rows }), making, policy)
  const maxBytes = options.maxBytes ?? DEFAULT_PAGE_BYTES
  let page = ''
  for (const room of ROOMS) {
    const kept = withRoom(comparison, room)
    if (room !== ROOMS.at(-1) && leastBytes(kept) > maxBytes) continue
    page = made(kept, making, policy)
    if (bytesOf(page) <= maxBytes) break
  }
  return page
}

function made(comparison: Comparison, making: ComparisonMaking, policy: string): string {
  const packed = packComparison({ comparison, making })
  const data = compressed(JSON.stringify(packed))
  // What the page carries, and not what it was made of: the script must find what it would make itself.
  const shown = unpackComparison(packed)
  const body = <ComparisonApp {...shown} chosen={null} isLive={false} />
  return framed({ title: making.title, body, data, script: PROGRAM, style: COMPARISON_STYLE, policy })
}
