/**
 * Node edge: names of files that are not UTF-8. Each byte that is none stands in text as U+DC80 to U+DCFF, half a surrogate pair
 * that no real text has (as Python's `surrogateescape` does it, PEP 383), so that the name of every file is a string and opens.
 */
import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'

/** What Node puts where bytes were no UTF-8. */
const REPLACEMENT = '\ufffd'
/** Stands for byte 0 in an escape; only 0x80 and above are ever escaped. */
const ESCAPE = 0xdc00
const LONGEST_CHARACTER = 4

/** A name as text, reversibly. */
export function nameOf(bytes: Buffer): string {
  const text = bytes.toString()
  if (!text.includes(REPLACEMENT)) return text
  let name = ''
  for (let at = 0; at < bytes.length; ) {
    let length = LONGEST_CHARACTER
    while (length > 0 && (at + length > bytes.length || !isOneCharacter(bytes.subarray(at, at + length)))) length--
    name += length === 0 ? String.fromCharCode(ESCAPE + bytes[at]!) : bytes.toString('utf8', at, at + length)
    at += Math.max(1, length)
  }
  return name
}

function isOneCharacter(bytes: Buffer): boolean {
  return isUtf8(bytes) && [...bytes.toString()].length === 1
}

/** What the file system is asked for: the bytes behind a name of {@link nameOf}. */
export function fsPath(name: string): string | Buffer {
  if (!/[\udc80-\udcff]/u.test(name)) return name
  const parts = [...name].map((character) => {
    const code = character.codePointAt(0)!
    return code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff ? Buffer.of(code - ESCAPE) : Buffer.from(character)
  })
  return Buffer.concat(parts)
}

/**
 * The arguments of this process with every byte that was typed. Node replaces what is no UTF-8, and only Linux tells what it was;
 * elsewhere such a file can be named by its directory, by a pattern, or read from standard input.
 * @param given - The last arguments, as Node has them.
 */
export function rawArguments(given: readonly string[]): string[] {
  if (!given.some((word) => word.includes(REPLACEMENT))) return [...given]
  let line: Buffer
  try {
    line = readFileSync('/proc/self/cmdline')
  } catch {
    return [...given]
  }
  const words: Buffer[] = []
  for (let at = 0; at < line.length; ) {
    const end = line.indexOf(0, at)
    words.push(line.subarray(at, end < 0 ? line.length : end))
    at = end < 0 ? line.length : end + 1
  }
  const last = words.slice(-given.length)
  const isSame = last.length === given.length && last.every((word, index) => word.toString() === given[index])
  return isSame ? last.map(nameOf) : [...given]
}
