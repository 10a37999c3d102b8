/** The catalog is whole, in order, and speaks in sentences. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/findings/catalog.ts'

/** Files with words for several codes. */
const SHARED = [
  'catalog.ts',
  'display-filter.ts',
  'finding.ts',
  'flow-filter.ts',
  'grouped.ts',
  'index.ts',
  'kind-name.ts',
  'list.ts',
  'mtu-setting.ts',
  'by-file.ts',
  'compared.ts',
  'decode-as.ts',
  'equal-cost-paths.ts',
  'explains.ts',
  'incomplete.ts',
  'inner-condition.ts',
  'rejection.ts',
  'sender.ts',
  'tunnel-command.ts',
]
const files = readdirSync(new URL('../../src/findings/', import.meta.url)).filter((name) => !SHARED.includes(name))

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
