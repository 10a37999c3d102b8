/** Every capture at hand, changed several times, has a document that fits its schema. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { asRead, capturesBelow, changed, summaryObjections, summaryOfBytes } from '../support/documents.ts'
import { PCAPS } from '../support/goldens.ts'
import { Random } from '../support/random.ts'
import { because, CORPUS, FAULTS, FIELD, LAB } from '../support/shared.ts'

/** How often each capture is changed. */
const TIMES = 3

describe.each([
  ['the fixtures', PCAPS],
  ['../shared/lab', LAB],
  ['../shared/field', FIELD],
  ['../shared/corpus', CORPUS],
  ['../shared/faults', FAULTS],
])('captures of %s', (_, folder) => {
  it.skipIf(folder === undefined)(
    `have documents that fit the schema when bytes are changed${because(folder)}`,
    async () => {
      for (const [index, name] of capturesBelow(folder!).entries()) {
        const bytes = readFileSync(join(folder!, name))
        for (let time = 0; time < TIMES; time++) {
          const seed = 100_000 + index * TIMES + time
          const summary = await summaryOfBytes(changed(bytes, new Random(seed)))
          if (summary !== null) expect(summaryObjections(asRead(summary)), `${name}, seed ${seed}`).toEqual([])
        }
      }
    },
    300_000,
  )
})
