/** Rows of the shared tables as the words of findings name them. */
import type { Analysis } from '../analyzers/analysis.ts'

/** Addresses in print, ascending. */
export function formatAll({ keys }: Analysis, ids: Iterable<number>): string[] {
  return [...new Set(ids)].sort((left, right) => keys.compareAddresses(left, right)).map((id) => keys.formatAddress(id))
}
