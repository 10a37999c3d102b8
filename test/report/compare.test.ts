/** A comparison as text: what it says of each pair of the fixtures, whole, and within each screen. */
import { describe, expect, it } from 'vitest'
import { formatComparison } from '../../src/report/compare/text.ts'
import { comparedFiles, comparedPairs } from '../support/compared-files.ts'
import { HOSTILE_TEXTS, obeyed } from '../support/hostile-text.ts'

describe.each(comparedPairs())('$code', ({ near, far, code }) => {
  it('reads as it did', async () => {
    const text = formatComparison(await comparedFiles(near, far))
    const name = code.toLowerCase().replaceAll('_', '-')
    await expect(text).toMatchFileSnapshot(`__snapshots__/compare-${name}.txt`)
  })

  it.each([40, 60, 80, 100, 120, 160])('keeps within %i columns, in ASCII too', async (width) => {
    const comparison = await comparedFiles(near, far)
    for (const ascii of [false, true]) {
      const text = formatComparison(comparison, { width, ascii })
      expect(ascii && /\P{ASCII}/u.test(text)).toBe(false)
      // A display filter and an address are not broken.
      const isWhole = (line: string): boolean => /^ {21}\S.*(==|in \{|&&)/.test(line) || /^ *\S+$/.test(line)
      const isFilter = (line: string): boolean => /^ {11}filter {4}/.test(line)
      const long = text.split('\n').filter((line) => line.length > width && !isWhole(line) && !isFilter(line))
      expect({ width, ascii, long }).toEqual({ width, ascii, long: [] })
    }
  })
})

it('a healthy path is said to lose nothing', async () => {
  const { near } = comparedPairs().find(({ code }) => code === 'REWRITTEN')!
  await expect(formatComparison(await comparedFiles(near, near))).toMatchFileSnapshot('__snapshots__/compare-same.txt')
})

it.each(Object.entries(HOSTILE_TEXTS))('a name of %s is shown, not obeyed', async (_, name) => {
  const { near, far } = comparedPairs()[0]!
  const comparison = await comparedFiles(near, far)
  const renamed = (files: typeof comparison.near.files) => files.map((file) => ({ ...file, name }))
  for (const place of ['near', 'far'] as const) {
    comparison[place] = { ...comparison[place], files: renamed(comparison[place].files) }
  }
  expect(obeyed(formatComparison(comparison))).toBe(null)
  expect(obeyed(formatComparison(comparison, { ascii: true, width: 60 }))).toBe(null)
})
