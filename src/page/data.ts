/**
 * How the document travels in the page: columns in JSON, compressed, in base64. What comes out is what went in, but for times in flows and
 * MACs, which are kept to the millisecond, and round trips, which are kept to the microsecond.
 */
import { formatIpv4 } from '../codecs/core/address.ts'
import type { Headline } from '../report/headline.ts'
import type { Summary } from '../summary.ts'
import type { Codec } from './columns.ts'
import { type Column, fromDigits, toDigits } from './digits.ts'
import { DOCUMENT } from './document.ts'
import type { OverlayLayout } from './visuals/overlay-layout.ts'

/** What is known of the page beside the document. */
export interface Making {
  /** Version of what made the page. */
  version: string | null
  /** What the page is of: named before its texts are escaped, so that no backslash of an escape looks like one of a path. */
  title: string
  /** What a person would say of the capture, of all of the document. */
  headline: Headline
  /** How many findings there are; the document may hold fewer. */
  findingsTotal: number
  /** How many VTEPs there are; the rows that the document has left may be of fewer. */
  vtepsTotal: number
}

/** Everything that the page is made of. */
export interface PageData {
  summary: Summary
  /** Where the overlay's endpoints stand in its picture, which takes too long to find out in the page. */
  layout: OverlayLayout
  making: Making
}

interface Words {
  count: number
  addresses: Column
  texts: string[]
}

const IPV4_LENGTH = 4
const OCTETS = 256

/** A document for JSON. */
export interface PackedDocument {
  base: number
  words: Words
  columns: unknown
}

/** The same for JSON. */
interface Packed extends PackedDocument {
  layout: OverlayLayout
  making: Making
}

/** The data as plain JSON. */
export function pack({ summary, ...rest }: PageData): Packed {
  return { ...packDocument(DOCUMENT, summary, summary.capture.firstTime), ...rest }
}

/** The data again. */
export function unpack({ base, words, columns, ...rest }: Packed): PageData {
  return { summary: unpackDocument(DOCUMENT, { base, words, columns }), ...rest }
}

/** A document as plain JSON. @param firstTime - Which its times are counted from. */
export function packDocument<Value>(of: Codec<Value>, document: Value, firstTime: string | null): PackedDocument {
  const words: string[] = []
  const numbers = new Map<string, number>()
  const word = (text: string): number => {
    const number = numbers.get(text)
    if (number !== undefined) return number
    numbers.set(text, words.push(text))
    return 0
  }
  const base = firstTime === null ? 0 : Date.parse(firstTime)
  const columns = of.pack([document], { base, word })
  return { base, words: packedWords(words), columns }
}

/** The document again. */
export function unpackDocument<Value>(of: Codec<Value>, { base, words: packed, columns }: PackedDocument): Value {
  const words = wordsOf(packed)
  let next = 0
  const word = (number: number): string => words[number === 0 ? next++ : number - 1]!
  return of.unpack(columns, 1, { base, word })[0]!
}

/** Most of the texts are IPv4 addresses, which travel as numbers: `null` among them stands for the next of the others. */
function packedWords(words: readonly string[]): Words {
  const addresses = words.map(addressOf)
  return { count: words.length, addresses: toDigits(addresses), texts: words.filter((_, at) => addresses[at] === null) }
}

function wordsOf({ count, addresses, texts }: Words): string[] {
  let next = 0
  return fromDigits(addresses, count).map((address) =>
    address === null ? texts[next++]! : formatIpv4(address as number),
  )
}

/** The number of an address in its one text form. */
function addressOf(word: string): number | null {
  const octets = word.split('.').map(Number)
  const address = octets.reduce((sum, octet) => sum * OCTETS + octet, 0)
  return octets.length === IPV4_LENGTH && address < OCTETS ** IPV4_LENGTH && formatIpv4(address) === word
    ? address
    : null
}

/** What {@link pack} made, compressed with gzip and written in base64. Runs in the page, with what browsers have. */
export async function decode(base64: string): Promise<PageData> {
  return unpack((await inflated(base64)) as Packed)
}

/** What was compressed with gzip and written in base64, as the JSON that it is. */
export async function inflated(base64: string): Promise<unknown> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const unzipped = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return await new Response(unzipped).json()
}
