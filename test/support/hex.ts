/** Bytes as people quote them. */

/**
 * Bytes of a hex string.
 * @param hex - Pairs of hex digits; white space is ignored.
 * @throws TypeError when it holds anything else or an odd number of digits.
 */
export function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '')
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new TypeError(`not hex: ${hex}`)
  const bytes = new Uint8Array(digits.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Lower-case hex digits of `bytes`, without separators. */
export function hexOf(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** A `DataView` over the bytes of a hex string. */
export function viewOf(hex: string): DataView {
  return new DataView(bytesOf(hex).buffer)
}
