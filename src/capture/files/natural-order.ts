/** The order of rotated captures: as people number files, not as computers compare texts. */
import { compareText } from '../../order.ts'

/** Endings of compressed files: they say nothing about the order of a rotated set. */
const COMPRESSED = /\.(gz|zst|zstd|lz4)$/i

/** Compares names of files: digits by value, everything else by code unit; endings of compression do not count. 0 where only those differ. */
export function compareNames(left: string, right: string): number {
  const [a, b] = [partsOf(left), partsOf(right)]
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const order = compareParts(a[index]!, b[index]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

function partsOf(name: string): string[] {
  return name.replace(COMPRESSED, '').match(/\d+|\D+/g) ?? []
}

function compareParts(left: string, right: string): number {
  const numbers = /^\d/.test(left) && /^\d/.test(right)
  if (!numbers) return compareText(left, right)
  const [a, b] = [left.replace(/^0+(?=\d)/, ''), right.replace(/^0+(?=\d)/, '')]
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
