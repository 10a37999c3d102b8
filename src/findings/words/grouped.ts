/**
 * Integers as people read them. `Intl.NumberFormat` says the same, but loads its tables with the first number it is given
 * (11–25 ms, more than a small capture takes to analyze), so it is asked for nothing that digits and commas can say.
 */

/** A number with its thousands grouped as in en-US: `12,345`; one that is not whole keeps up to three decimals. */
export function grouped(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) return value.toLocaleString('en-US')
  const digits = String(value)
  if (value > -1000 && value < 1000) return digits
  return digits.replace(/\B(?=(?:\d{3})+$)/g, ',')
}
