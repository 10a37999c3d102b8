/** Paragraphs broken at spaces to fit the terminal. */

/** What stands before the lines of a paragraph. */
export interface Indent {
  /** Before the first line. Paint belongs here, with `indentWidth` given. */
  first?: string
  /** Columns that `first` takes on the screen; its length when absent. */
  firstWidth?: number
  /** Before the lines after it. */
  rest?: string
}

/**
 * Breaks `text` at spaces into lines of at most `width` columns. A word that is longer than a line stays whole: a cut
 * address or display filter is of no use.
 */
export function wrap(text: string, width: number, indent: Indent = {}): string[] {
  const first = indent.first ?? ''
  const rest = indent.rest ?? ''
  const lines: string[] = []
  let line = ''
  let room = width - (indent.firstWidth ?? first.length)
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
      room = width - rest.length
    } else line = line === '' ? word : `${line} ${word}`
  }
  if (line !== '') lines.push(line)
  return lines.map((content, index) => (index === 0 ? first : rest) + content)
}
