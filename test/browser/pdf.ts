/** What a PDF of Chromium's shows on each of its pages, as far as one must know whether a page is blank. */
import { inflateSync } from 'node:zlib'

/** Glyphs that are shown on each page. */
export function glyphsOf(pdf: Uint8Array): number[] {
  const bytes = Buffer.from(pdf)
  const text = bytes.toString('latin1')
  const objects = new Map<string, number>()
  for (const { 1: number, index } of text.matchAll(/(?:^|\n)(\d+) 0 obj\b/g)) objects.set(number!, index)
  const object = (number: string): string => {
    const start = objects.get(number)!
    return text.slice(start, text.indexOf('endobj', start))
  }
  const pages = [...objects.keys()].filter((number) => /\/Type\s*\/Page\b/.test(object(number)))
  return pages.map((number) => {
    const contents = /\/Contents\s+(\d+) 0 R/.exec(object(number))![1]!
    return glyphsIn(streamOf(bytes, text, objects.get(contents)!))
  })
}

function streamOf(bytes: Buffer, text: string, start: number): string {
  const from = text.indexOf('stream', start)
  const begin = text.startsWith('stream\r\n', from) ? from + 8 : from + 7
  const length = Number(/\/Length\s+(\d+)/.exec(text.slice(start, from))![1])
  const raw = bytes.subarray(begin, begin + length)
  return (text.slice(start, from).includes('/FlateDecode') ? inflateSync(raw) : raw).toString('latin1')
}

/** Glyphs have two bytes each, written in hexadecimal. */
function glyphsIn(content: string): number {
  let count = 0
  for (const { 1: hex } of content.matchAll(/<([0-9A-Fa-f]+)>\s*Tj/g)) count += hex!.length / 4
  for (const { 1: array } of content.matchAll(/\[([^\]]*)\]\s*TJ/g))
    count += [...array!.matchAll(/<([0-9A-Fa-f]+)>/g)].reduce((sum, { 1: hex }) => sum + hex!.length / 4, 0)
  return count
}
