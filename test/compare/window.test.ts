/** The window of a comparison by its budget of memory. */
import { expect, it } from 'vitest'
import { WINDOW, windowFor } from '../../src/compare/options.ts'

it('grows with the budget of memory', () => {
  const windows = [280, 320, 400, 600, 1000, 4000].map(windowFor)
  expect(windows).toEqual(windows.toSorted((left, right) => left - right))
  expect(windows[0]).toBeGreaterThanOrEqual(65_536)
  expect(windows.at(-1)).toBe(WINDOW)
  for (const window of windows) expect(Math.log2(window) % 1).toBe(0)
})
