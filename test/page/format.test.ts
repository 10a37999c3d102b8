/** The page of a summary. */
import { expect, it } from 'vitest'
import { formatPage } from '../../src/page/index.ts'
import { Summarizer } from '../../src/pipeline.ts'

it('holds its program', () => {
  const page = formatPage(new Summarizer().summary())
  expect(page).toContain('vxpcap.summary/1')
  expect(page.length).toBeGreaterThan(5000)
})
