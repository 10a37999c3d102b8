/**
 * How the document travels in the page: columns in JSON, compressed, in base64. What comes out is what went in, but for times in flows and
 * MACs, which are kept to the millisecond, and round trips, which are kept to the microsecond.
 */
import type { Headline } from '../report/headline.ts'
import type { Summary } from '../summary.ts'
import { DOCUMENT } from './document.ts'
import type { OverlayLayout } from './visuals/overlay-layout.ts'

/** What is known of the page beside the document. */
export interface Making {
  /** Version of what made the page. */
  version: string | null
  /** What a person would say of the capture, of all of the document. */
  headline: Headline
  /** How many findings there are; the document may hold fewer. */
  findingsTotal: number
}

/** Everything that the page is made of. */
export interface PageData {
  summary: Summary
  /** Where the overlay's endpoints stand in its picture, which takes too long to find out in the page. */
  layout: OverlayLayout
  making: Making
}

/** The same for JSON. */
interface Packed {
  base: number
  words: string[]
  columns: unknown
  layout: OverlayLayout
  making: Making
}

/** The data as plain JSON. */
export function pack({ summary, ...rest }: PageData): Packed {
  const words: string[] = []
  const numbers = new Map<string, number>()
  const word = (text: string): number => {
    const number = numbers.get(text)
    if (number !== undefined) return number
    numbers.set(text, words.push(text))
    return 0
  }
  const { firstTime } = summary.capture
  const base = firstTime === null ? 0 : Date.parse(firstTime)
  const columns = DOCUMENT.pack([summary], { base, word })
  return { base, words, columns, ...rest }
}

/** The data again. */
export function unpack({ base, words, columns, ...rest }: Packed): PageData {
  let next = 0
  const word = (number: number): string => words[number === 0 ? next++ : number - 1]!
  const [summary] = DOCUMENT.unpack(columns, 1, { base, word })
  return { summary: summary!, ...rest }
}

/** What {@link pack} made, compressed with gzip and written in base64. Runs in the page, with what browsers have. */
export async function decode(base64: string): Promise<PageData> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return unpack(await new Response(unzipped).json())
}
