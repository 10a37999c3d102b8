/** Characters that a terminal obeys, hides or breaks lines at, as a capture, a file name or an argument may hold them. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  ESC: '\u001b[2J\u001b[31mred',
  OSC: '\u001b]0;title\u0007',
  CSI: '\u009b2J',
  'C1 OSC': '\u009d0;title\u009c',
  CR: 'a\rvxpcap: forged',
  LF: 'a\nvxpcap: forged',
  NEL: 'a\u0085vxpcap: forged',
  BEL: '\u0007',
  BS: 'a\b\b\b',
  TAB: 'a\tb',
  DEL: 'a\u007f',
  'direction embeddings': '\u202a\u202b\u202c\u202d\u202efdp.cpac',
  'direction isolates': '\u2066\u2067\u2068\u2069',
  'direction marks': '\u200e\u200f\u061c',
  'line and paragraph separator': 'a\u2028vxpcap: forged\u2029b',
  'zero width': '\u200b\u200c\u200d\u2060\ufeff',
  invisible: '\u00ad\u034f\u115f\u3164\ufe0f',
  tags: '\u{e0001}\u{e0041}',
}

/** Halves of surrogate pairs: no file name in UTF-8, but one that is no UTF-8, and anything given to the library. */
export const LONE_SURROGATES: Readonly<Record<string, string>> = { low: '\udcff', high: 'a\ud800b' }

/** What is obeyed in a text of several lines: first and last code points, written out so as not to repeat what is tested. */
const OBEYED: readonly (readonly [number, number])[] = [
  [0, 0x09],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xe0000, 0xe0fff],
]

/** The first character in `text` that a terminal would obey, and where it stands; `null` when there is none. */
export function obeyed(text: string): string | null {
  let at = 0
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (OBEYED.some(([first, last]) => first <= code && code <= last)) {
      return `U+${code.toString(16)} in ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}`
    }
    at += character.length
  }
  return null
}
