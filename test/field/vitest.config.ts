/** `npm run test:field`: the captures of `../shared/field` and what must be said of each, and what cutting a healthy capture must not change. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/field/*.field.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    maxConcurrency: 2,
  },
})
