/** How a comparison travels in its page: as the summary does. */
import type { Comparison } from '../../comparison.ts'
import type { Headline } from '../../report/headline.ts'
import { inflated, type PackedDocument, packDocument, unpackDocument } from '../data.ts'
import { COMPARISON } from './document.ts'

/** What is known of the page beside the document. */
export interface ComparisonMaking {
  /** Version of what made the page. */
  version: string | null
  title: string
  /** Of all of the document. */
  headline: Headline
  /** How many there are: the document may hold fewer. */
  findingsTotal: number
}

/** Everything that the page is made of. */
export interface ComparisonData {
  comparison: Comparison
  making: ComparisonMaking
}

interface Packed extends PackedDocument {
  making: ComparisonMaking
}

/** The data as plain JSON. What either side says alone is among the findings, and stays behind. */
export function packComparison({ comparison, making }: ComparisonData): Packed {
  const { near, far, window } = comparison
  const document = { ...comparison, near: { ...near, findings: [] }, far: { ...far, findings: [] } }
  return { ...packDocument(COMPARISON, document, window.from ?? near.firstTime), making }
}

/** The data again. */
export function unpackComparison({ making, ...packed }: Packed): ComparisonData {
  return { comparison: unpackDocument(COMPARISON, packed), making }
}

/** The data that a page holds. */
export async function decodeComparison(base64: string): Promise<ComparisonData> {
  return unpackComparison((await inflated(base64)) as Packed)
}
