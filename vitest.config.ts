import { defineConfig } from 'vitest/config'
import { bundledInTests } from './build/bundled.ts'

export default defineConfig({
  plugins: [bundledInTests()],
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
