/** Every case of the field: what must be said of its capture is said, and what must not be said is not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { mistakes, portsOf, readCases } from '../support/field-cases.ts'
import { because, FIELD } from '../support/shared.ts'
import { decapOf } from '../transform/files.ts'

describe.skipIf(FIELD === undefined)(`cases of the field${because(FIELD)}`, () => {
  for (const each of FIELD === undefined ? [] : readCases(FIELD)) {
    const path = join(FIELD!, 'captures', each.file)
    it(`${each.file}: ${each.story}`, async () => {
      const summary = await summarizeFiles([path], { ports: portsOf(each) })
      expect(mistakes(each, summary)).toEqual([])
      if (each.decapIncomplete === undefined) return
      expect(decapOf(readFileSync(path)).counts.incomplete).toBe(each.decapIncomplete)
    })
  }
})
