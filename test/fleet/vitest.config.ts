/**
 * `npm run test:fleet`: fleets at scale, what becomes of a run when its workers die, the recipes of docs/fleet.md as schedulers run them, and
 * workers on Redis. A time limit for each: whatever happens, nothing hangs.
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/fleet/*.fleet.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 1,
  },
})
