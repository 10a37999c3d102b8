/** Text for screens that show ASCII alone. */
/** What the report itself writes beyond ASCII. */
const PLAIN: Readonly<Record<string, string>> = {
  '→': '->',
  '←': '<-',
  '↔': '<->',
  '…': '...',
  '×': 'x',
  '≤': '<=',
  µ: 'u',
  '–': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '§': 'section ',
  '─': '-',
  '░': '.',
  '▁': '.',
  '▂': ':',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '█': '#',
}
/** Parts of a bar shorter than a character. */
const SLIVER = /[▉-▏]/
const BEYOND = /\P{ASCII}/gu

/** ASCII that says the same; of names what is not ASCII is escaped: `\u00e9`. */
export function toAscii(text: string): string {
  return text.replace(BEYOND, (character) => PLAIN[character] ?? (SLIVER.test(character) ? '#' : escaped(character)))
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
}
