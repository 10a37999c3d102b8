/** Lists in sentences. */

/** `a`, `a and b`, `a, b and c`; with more than `most`, the rest as a number. */
export function listed(values: readonly string[], most = 5): string {
  if (values.length > most) return `${values.slice(0, most).join(', ')} and ${values.length - most} more`
  if (values.length < 2) return values.join('')
  return `${values.slice(0, -1).join(', ')} and ${values.at(-1)}`
}
