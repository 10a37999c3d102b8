/** The summary as JSON, in pieces: a million flows never become one string. */
import { checkFunction, checkGiven } from '../option.ts'
import type { Summary } from '../summary.ts'
import { printableJson } from './printable.ts'

/** Characters gathered before they are handed on. */
const CHUNK = 65_536

/**
 * Hands the document to `write` in chunks of about 64 KiB and waits for each. All chunks together are
 * `JSON.stringify(summary, null, 2)` and a newline, byte for byte; only characters that a terminal would obey are escaped as well.
 * @throws whatever `write` throws or rejects with.
 */
export async function writeJson(summary: Summary, write: (chunk: string) => void | Promise<void>): Promise<void> {
  checkGiven('write', write)
  checkFunction('write', write)
  let chunk = ''
  for (const piece of pieces(summary, 0)) {
    chunk += piece
    if (chunk.length >= CHUNK) {
      await write(printableJson(chunk))
      chunk = ''
    }
  }
  await write(`${printableJson(chunk)}\n`)
}

/** Objects open up member by member, tables row by row; a row, and everything in it, is made in one go. */
function* pieces(value: unknown, depth: number): Generator<string, void> {
  if (value === null || typeof value !== 'object') {
    yield whole(value, depth)
  } else if (Array.isArray(value)) {
    let separator = '['
    for (const row of value) {
      yield separator + newline(depth + 1) + whole(row, depth + 1)
      separator = ','
    }
    yield separator === ',' ? `${newline(depth)}]` : '[]'
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

/** One value on the lines of its depth. JSON has no raw line break within a string, so every one found is layout. */
function whole(value: unknown, depth: number): string {
  return (JSON.stringify(value, null, 2) ?? 'null').replaceAll('\n', newline(depth))
}

function newline(depth: number): string {
  return `\n${'  '.repeat(depth)}`
}
