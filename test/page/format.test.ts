/** The page of a summary. */
import { expect, it } from 'vitest'
import { formatPage } from '../../src/page/index.ts'
import { Summarizer } from '../../src/pipeline.ts'

it('holds its program', async () => {
  const page = await formatPage(new Summarizer().summary())
  expect(page.length).toBeGreaterThan(5000)
})
