/**
 * `npm run test:docs`: what the documents show is what is printed, the examples run against the packed package, and the reference of the
 * package's exports is built and read as somebody would who follows its links.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/documents/*.docs.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
