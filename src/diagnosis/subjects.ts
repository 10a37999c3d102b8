/** Rows of the shared tables as the words of findings name them. */
import type { Analysis } from '../analyzers/analysis.ts'

/** Addresses in print, ascending. */
export function formatAll({ keys }: Analysis, ids: Iterable<number>): string[] {
  return [...new Set(ids)].sort((left, right) => keys.compareAddresses(left, right)).map((id) => keys.formatAddress(id))
}

/** Both ends of a flow with ports as people write them, from its direction's sender: `10.0.0.1:40000 → [fd00::2]:80`. */
export function describeEnds({ keys }: Analysis, flow: number, direction: 0 | 1): string {
  const ports = keys.flows.word(flow, 5)
  const end = (word: 3 | 4): string => {
    const address = keys.formatAddress(keys.flows.word(flow, word))
    const port = word === 3 ? ports >>> 16 : ports & 0xffff
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  }
  return direction === 0 ? `${end(3)} → ${end(4)}` : `${end(4)} → ${end(3)}`
}
