/** Text to base64 of its gzip. The same bytes on every machine, which zlib does not promise: its builds differ. */
import { gzipSync } from 'fflate'

/** Bytes that one call of `fromCharCode` takes. */
const STRETCH = 8192

/** Compresses a text as well as gzip can. */
export function compressed(text: string): string {
  const bytes = gzipSync(new TextEncoder().encode(text), { level: 9, mtime: 0 })
  let binary = ''
  for (let at = 0; at < bytes.length; at += STRETCH) {
    binary += String.fromCharCode(...bytes.subarray(at, at + STRETCH))
  }
  return btoa(binary)
}
