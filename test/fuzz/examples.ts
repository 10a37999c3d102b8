/** Named examples: inputs that once failed, as JSON files in ./examples, read and written. */
import { readdirSync, readFileSync } from 'node:fs'
import type { GeneratedPacket } from '../../src/testing/index.ts'
import { bytesOf, hexOf } from '../support/hex.ts'

const FOLDER = new URL('./examples/', import.meta.url)

/** One input, and what it showed. */
export type Example =
  | {
      readonly property: 'packet'
      readonly what: string
      readonly linkType: number
      readonly wireLength: number
      readonly hex: string
    }
  | { readonly property: 'capture'; readonly what: string; readonly chunk: number; readonly hex: string }

/** All examples by file name. */
export function examples(): [name: string, example: Example][] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))])
}

/** The packet of an example. */
export function packetOf({ linkType, wireLength, hex }: Extract<Example, { property: 'packet' }>): GeneratedPacket {
  return { bytes: bytesOf(hex), wireLength, linkType }
}

const TO_SAY = 'say here what went wrong'

/** The text of an example file. */
export function packetExample({ bytes, wireLength, linkType }: GeneratedPacket): string {
  return JSON.stringify({ property: 'packet', what: TO_SAY, linkType, wireLength, hex: hexOf(bytes) } satisfies Example)
}

/** The text of an example file. */
export function captureExample(bytes: Uint8Array, chunk: number): string {
  return JSON.stringify({ property: 'capture', what: TO_SAY, chunk, hex: hexOf(bytes) } satisfies Example)
}
