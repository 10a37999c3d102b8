/**
 * `npm run test:field`: the captures of `../shared/field` and what must be said of each, what cutting a healthy capture must not change, lab
 * captures beside tshark and beside the lab's own record, pairs of captures beside what the wire between them did, and bounds of a comparison
 * at full scale.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/**/*.field.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
  },
})
