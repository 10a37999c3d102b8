/** pcapng options (draft-ietf-opsawg-pcapng §3.5): walking a list of them, and the texts in them. Internal to `capture/`. */
import { LEAST_TEXT, MAX_TEXT } from '../bounds.ts'

/** opt_endofopt: the end of a list; optional, for the block's end ends it too. */
export const END_OF_OPTIONS = 0
/** opt_comment: UTF-8 text, in every block, repeatable. */
export const COMMENT = 1

/** Decodes texts of one file or packet, within a budget: a hostile file cannot fill memory with names, nor with empty ones. */
export class Texts {
  private left: number
  private readonly decoder = new TextDecoder()

  /** @param most - Characters of all of them. */
  constructor(most: number = MAX_TEXT) {
    this.left = most
  }

  /**
   * The text of `length` bytes; up to the first NUL, since some writers store C strings.
   * @returns `undefined` once the budget of {@link MAX_TEXT} characters is spent, {@link LEAST_TEXT} or more on each text.
   */
  read(view: DataView, at: number, length: number): string | undefined {
    const cost = Math.max(length, LEAST_TEXT)
    if (cost > this.left) return undefined
    this.left -= cost
    if (length === 0) return ''
    const text = this.decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at, length))
    const nul = text.indexOf('\0')
    return nul < 0 ? text : text.slice(0, nul)
  }
}

/**
 * Calls `visit` for each option of `[at, end)`.
 * @param whole - Whether the list ends at `end`; `false` when more of it was left unread.
 * @returns The length of an option that runs past its block, -1 when all of them fit.
 */
export function walkOptions(
  view: DataView,
  at: number,
  end: number,
  littleEndian: boolean,
  whole: boolean,
  visit: (code: number, at: number, length: number) => void,
): number {
  let position = at
  while (end - position >= 4) {
    const code = view.getUint16(position, littleEndian)
    const length = view.getUint16(position + 2, littleEndian)
    if (code === END_OF_OPTIONS) return -1
    position += 4
    if (length > end - position) return whole ? length : -1
    visit(code, position, length)
    position += (length + 3) & ~3
  }
  return -1
}
