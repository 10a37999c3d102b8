/** `npm run test:browser`: the library and the report page in Chromium. `npm run screenshots`: pictures of the page, to be looked at. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { bundledInTests } from '../../build/bundled.ts'

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  plugins: [bundledInTests()],
  test: {
    include: [mode === 'screenshots' ? 'test/browser/*.screenshots.ts' : 'test/browser/*.browser.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
  },
}))
