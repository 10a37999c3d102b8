/**
 * Node edge: whether a name matches a pattern, in time that grows with their lengths only; the only user of re2js. Engines that
 * backtrack (picomatch, zeptomatch, JavaScript's own) take for ever over `*a*a*a*a*a*b` and a name of many `a`.
 */
import { RE2JS } from 're2js'

/**
 * Compiles one part of a pattern: `*`, `?` and `[…]`. Hidden names only match a pattern that begins with a dot.
 * @returns Says whether a name matches; for a pattern that cannot be, that none does.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  let expression = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    const end = character === '[' ? pattern.indexOf(']', at + 2) : -1
    if (character === '*') expression += expression.endsWith('.*') ? '' : '.*'
    else if (character === '?') expression += '.'
    else if (end > 0) {
      const set = pattern
        .slice(at + 1, end)
        .replace(/[\\\]^[]/g, '\\$&')
        .replace(/^(!|\\\^)/, '^')
      expression += `[${set}]`
      at = end
    } else expression += character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  try {
    const compiled = RE2JS.compile(expression, RE2JS.DOTALL)
    return (name) => (pattern.startsWith('.') || !name.startsWith('.')) && compiled.matches(name)
  } catch {
    return () => false
  }
}
