/**
 * Rounded numbers as `Intl.NumberFormat` (en-US) writes them, without loading its tables for what needs no more than digits: see
 * `findings/words/grouped.ts`. It stays the authority, and is asked where its rounding and JavaScript's differ: on ties of the digits
 * (1.005 is stored as a little less; Intl rounds what would be printed, `toFixed` what is stored).
 */

let formats: { decimals: Intl.NumberFormat; digits: Intl.NumberFormat } | undefined

/** Made once, with the first number that needs them. */
function intl(): NonNullable<typeof formats> {
  formats ??= {
    decimals: new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    digits: new Intl.NumberFormat('en-US', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }),
  }
  return formats
}

/** Two decimals: `12.30`, `1,234.57`. */
export function twoDecimals(value: number): string {
  const isPlain = value > 0 && value < 999.5 && !/\.\d\d5$/.test(String(value))
  return isPlain || Object.is(value, 0) ? value.toFixed(2) : intl().decimals.format(value)
}

/** Three significant digits: `0.657`, `81.0`, `1,230`. */
export function threeDigits(value: number): string {
  const isPlain = value >= 1e-6 && value < 999.5 && !/^0*[1-9]\d\d5$/.test(String(value).replace('.', ''))
  return isPlain ? value.toPrecision(3) : intl().digits.format(value)
}
