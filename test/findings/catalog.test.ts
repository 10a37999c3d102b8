/** The catalog is whole, in order, and speaks in sentences. */
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/findings/catalog.ts'
import { filesOf } from '../support/rooms.ts'

/** Every file about one code: those in the rooms but `words/`. */
const files = filesOf('src/findings')
  .filter((path) => path.endsWith('.ts') && path.split('/').length > 3 && !path.startsWith('src/findings/words/'))
  .map((path) => basename(path))

describe('catalog', () => {
  it('has every file of findings/', () => {
    const codes = files.map((name) => name.replace('.ts', '').replaceAll('-', '_').toUpperCase())
    expect(CATALOG.map(({ code }) => code).sort()).toEqual(codes.sort())
  })

  it('is ordered by severity, then code', () => {
    const rank = { error: 0, warning: 1, note: 2 }
    const keys = CATALOG.map(({ severity, code }) => `${rank[severity]} ${code}`)
    expect(keys).toEqual([...keys].sort())
  })

  it.each(CATALOG.map((kind) => [kind.code, kind] as const))(
    '%s says what it means, rests on and asks for',
    (_, kind) => {
      for (const text of [kind.meaning, kind.evidence, kind.advice]) {
        expect(text).toMatch(/^[A-Z0-9].{20,}\.$/s)
        expect(text).not.toMatch(/undefined|NaN|\$\{/)
      }
    },
  )
})
