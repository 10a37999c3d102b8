/** How wide text is, guessed from the widest of the usual sans-serif fonts: labels are placed when the page is made, where there is no font. */

const NARROW = /[.:,' il|]/
const WIDE = /[…mwMW]/

/** Width of a label in units of its font size's unit, rounded up; rather too much than too little. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0
  for (const character of text) ems += NARROW.test(character) ? 0.36 : WIDE.test(character) ? 1 : 0.66
  return Math.ceil(ems * fontSize)
}
