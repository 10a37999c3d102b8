/** The summary as JSON, in pieces: a million flows never become one string. */
import { checkFunction, checkGiven, checkSummary } from '../option.ts'
import type { Summary } from '../summary.ts'
import { printableJson } from './printable.ts'

/** Characters gathered before they are handed on. */
const CHUNK = 65_536
/** Rows of a table that are made at a time. */
const ROWS = 8

/**
 * Hands the document to `write` in chunks of about 64 KiB and waits for each. All chunks together are
 * `JSON.stringify(summary, null, 2)` and a newline, byte for byte; only characters that a terminal would obey are escaped as well.
 * @throws whatever `write` throws or rejects with.
 */
export async function writeJson(summary: Summary, write: (chunk: string) => void | Promise<void>): Promise<void> {
  checkSummary('summary', summary)
  checkGiven('write', write)
  checkFunction('write', write)
  return writeDocument(summary, write)
}

/** The same for any document. @throws whatever `write` throws or rejects with. */
export async function writeDocument(document: object, write: (chunk: string) => void | Promise<void>): Promise<void> {
  let chunk = ''
  for (const piece of pieces(document, 0)) {
    chunk += piece
    if (chunk.length >= CHUNK) {
      await write(printableJson(chunk))
      chunk = ''
    }
  }
  await write(`${printableJson(chunk)}\n`)
}

/** Objects open up member by member, tables some rows at a time; a row, and everything in it, is made in one go. */
function* pieces(value: unknown, depth: number): Generator<string, void> {
  if (value === null || typeof value !== 'object') {
    yield whole(value, depth)
  } else if (Array.isArray(value)) {
    for (let row = 0; row < value.length; row += ROWS) {
      const rows = whole(value.slice(row, row + ROWS), depth)
      // What ends the list goes with its last rows alone, what begins it with the first.
      const end = row + ROWS < value.length ? rows.length - newline(depth).length - 1 : rows.length
      yield row === 0 ? rows.slice(0, end) : `,${rows.slice(1, end)}`
    }
    if (value.length === 0) yield '[]'
  } else {
    let separator = '{'
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue
      yield `${separator}${newline(depth + 1)}${JSON.stringify(key)}: `
      yield* pieces(member, depth + 1)
      separator = ','
    }
    yield separator === ',' ? `${newline(depth)}}` : '{}'
  }
}

/** One value on the lines of its depth: made within as many lists, which are then cut off. Nothing at all is `null`, as in a list. */
function whole(value: unknown, depth: number): string {
  let nested: unknown = value ?? null
  for (let level = 0; level < depth; level++) nested = [nested]
  const text = JSON.stringify(nested, null, 2)
  let before = 0
  let behind = 0
  for (let level = 0; level < depth; level++) {
    before += 1 + newline(level + 1).length
    behind += 1 + newline(level).length
  }
  return text.slice(before, text.length - behind)
}

function newline(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}
