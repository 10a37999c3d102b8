/**
 * What comes from a capture, a file name or the command line is shown, never obeyed: the one escape at every door to a terminal.
 * It stands for control characters (C0, DEL, C1), everything that turns the direction of text or has no width, line and paragraph
 * separators, and halves of surrogate pairs. What is escaped once stays as it is when it is escaped again.
 */

const OBEYED = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** The same where lines are meant, and what the report's own colours are made of. */
const OBEYED_IN_LINES =
  /* biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of the report begin with one */
  /\u001b\[\d+m|(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** The same where lines end in CR and LF, as in CSV. */
const OBEYED_IN_ROWS = /(?!\n|\r\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
/** JSON itself escapes C0 within strings; a line break is layout. */
const OBEYED_IN_JSON = /[\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const DELETE = 0x7f
const ENCODER = new TextEncoder()

const LAST_OF_TWO_DIGITS = 0xff
const LAST_OF_FOUR_DIGITS = 0xffff

/** A name, or one line: `\x1b`, `\u202e` and `\u{e0001}` in place of what a terminal would obey or hide. */
export function printable(text: string): string {
  return text.replace(OBEYED, escaped)
}

/**
 * Text of several lines in which names are escaped already: what slipped through is.
 * @param color - Whether colours are let through.
 */
export function printableLines(text: string, color: boolean): string {
  return text.replace(OBEYED_IN_LINES, (found) =>
    found.length < 3 ? escaped(found) : color ? found : printable(found),
  )
}

/** Rows for other programs, CSV among them: what a terminal would obey is escaped. */
export function printableRows(text: string): string {
  return text.replace(OBEYED_IN_ROWS, escaped)
}

/** A JSON document that says the same and holds no character that a terminal would obey. */
export function printableJson(json: string): string {
  if (isAscii(json)) return json
  return json.replace(OBEYED_IN_JSON, (found) => {
    let units = ''
    for (let index = 0; index < found.length; index++) units += `\\u${hex(found.charCodeAt(index), 4)}`
    return units
  })
}

/** Whether every character is ASCII and none is DEL, as in nearly all JSON: found out in a tenth of the time that a pattern takes. */
function isAscii(json: string): boolean {
  const bytes = ENCODER.encode(json)
  return bytes.length === json.length && !bytes.includes(DELETE)
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!
  if (code <= LAST_OF_TWO_DIGITS) return `\\x${hex(code, 2)}`
  return code <= LAST_OF_FOUR_DIGITS ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
