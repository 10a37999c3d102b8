/** A count with its noun, as messages about a file have it: `1 interface`, `65536 interfaces`. Internal to `capture/`. */
export function amount(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`
}
