/** What a PDF of Chromium's shows on each of its sheets: texts, how large their letters are, and how far down they reach. */
import { inflateSync } from 'node:zlib'

/** A sheet of paper. */
export interface Sheet {
  /** Letters in the order in which they were drawn, without the spaces between runs. */
  text: string
  /** Height of the smallest letters in CSS pixels; Infinity where there are none. */
  smallest: number
  /** How far down the lowest text is, as a share of the sheet. */
  filled: number
}

export function sheetsOf(pdf: Uint8Array): Sheet[] {
  const file = new Objects(Buffer.from(pdf))
  return file.pages().map((page) => {
    const fonts = new Map<string, Map<number, string>>()
    const [, listed = ''] = /\/Font\s*<<(.*?)>>/s.exec(page) ?? []
    for (const { 1: name, 2: number } of listed.matchAll(/\/(\w+)\s+(\d+) 0 R/g)) {
      fonts.set(name!, lettersOf(file.stream(referenceIn(file.object(number!), 'ToUnicode'))))
    }
    const [, height] = /\/MediaBox\s*\[\S+ \S+ \S+ ([\d.]+)\]/.exec(page)!
    return sheetOf(file.stream(referenceIn(page, 'Contents')), fonts, Number(height))
  })
}

function referenceIn(object: string, name: string): string {
  return new RegExp(`/${name}\\s+(\\d+) 0 R`).exec(object)![1]!
}

/** Objects of a file by their numbers. */
class Objects {
  readonly #bytes: Buffer
  readonly #text: string
  readonly #starts = new Map<string, number>()

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#text = bytes.toString('latin1')
    for (const { 1: number, index } of this.#text.matchAll(/(?:^|\n)(\d+) 0 obj\b/g)) this.#starts.set(number!, index)
  }

  object(number: string): string {
    const start = this.#starts.get(number)!
    return this.#text.slice(start, this.#text.indexOf('endobj', start))
  }

  pages(): string[] {
    return [...this.#starts.keys()]
      .map((number) => this.object(number))
      .filter((each) => /\/Type\s*\/Page\b/.test(each))
  }

  stream(number: string): string {
    const start = this.#starts.get(number)!
    const from = this.#text.indexOf('stream', start)
    const begin = this.#text.startsWith('stream\r\n', from) ? from + 8 : from + 7
    const head = this.#text.slice(start, from)
    const raw = this.#bytes.subarray(begin, begin + Number(/\/Length\s+(\d+)/.exec(head)![1]))
    return (head.includes('/FlateDecode') ? inflateSync(raw) : raw).toString('latin1')
  }
}

/** What letter each glyph of a font is, from its table of glyphs. */
function lettersOf(table: string): Map<number, string> {
  const letters = new Map<number, string>()
  const hex = (digits: string | undefined): number => Number.parseInt(digits!, 16)
  for (const { 0: block } of table.matchAll(/beginbfchar.*?endbfchar/gs)) {
    for (const { 1: glyph, 2: letter } of block.matchAll(/<(\w+)> <(\w{4})\w*>/g))
      letters.set(hex(glyph), String.fromCharCode(hex(letter)))
  }
  for (const { 0: block } of table.matchAll(/beginbfrange.*?endbfrange/gs)) {
    for (const { 1: first, 2: last, 3: letter } of block.matchAll(/<(\w+)> <(\w+)> <(\w+)>/g))
      for (let glyph = hex(first); glyph <= hex(last); glyph++)
        letters.set(glyph, String.fromCharCode(hex(letter) + glyph - hex(first)))
  }
  return letters
}

/** `a b c d e f`: how a point is moved, as PDF writes it. */
type Matrix = readonly [number, number, number, number, number, number]

function times([a, b, c, d, e, f]: Matrix, [A, B, C, D, E, F]: Matrix): Matrix {
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F]
}

const POINT = 96 / 72
const OPERATOR = /\[[^\]]*\]|<[0-9A-Fa-f]*>|\/\w+|[-+.\d]+|[A-Za-z*]+/g

/** Follows the marks of a sheet; of all operators only those that move, and those that show text. */
function sheetOf(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>, height: number): Sheet {
  const sheet: Sheet = { text: '', smallest: Number.POSITIVE_INFINITY, filled: 0 }
  let place: Matrix = [1, 0, 0, 1, 0, 0]
  let line: Matrix = place
  let font = ''
  let size = 0
  const kept: Matrix[] = []
  let operands: string[] = []
  const numbers = (): Matrix => operands.slice(-6).map(Number) as unknown as Matrix
  const show = (glyphs: string): void => {
    const [, , , scale, , y] = times(line, place)
    const letters = fonts.get(font)
    const codes = [...glyphs.matchAll(/[0-9A-Fa-f]{4}/g)].map(([code]) => Number.parseInt(code, 16))
    const text = codes.map((code) => letters?.get(code) ?? '\ufffd').join('')
    sheet.text += text
    if (text.trim() === '') return
    sheet.smallest = Math.min(sheet.smallest, size * Math.abs(scale) * POINT)
    sheet.filled = Math.max(sheet.filled, 1 - y / height)
  }
  for (const [token] of content.matchAll(OPERATOR)) {
    if (!/^[A-Za-z*]/.test(token)) {
      operands.push(token)
      continue
    }
    if (token === 'q') kept.push(place)
    else if (token === 'Q') place = kept.pop()!
    else if (token === 'cm') place = times(numbers(), place)
    else if (token === 'BT') line = [1, 0, 0, 1, 0, 0]
    else if (token === 'Tm') line = numbers()
    else if (token === 'Td') line = times([1, 0, 0, 1, Number(operands.at(-2)), Number(operands.at(-1))], line)
    else if (token === 'Tf') [font, size] = [operands.at(-2)!.slice(1), Number(operands.at(-1))]
    else if (token === 'Tj' || token === 'TJ')
      show([...operands.at(-1)!.matchAll(/<([0-9A-Fa-f]*)>/g)].map(([, hex]) => hex).join(''))
    operands = []
  }
  return sheet
}
