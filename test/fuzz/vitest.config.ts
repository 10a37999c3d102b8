/** `npm run fuzz`: the properties of this folder for as long as FUZZ_SECONDS says, and nothing else. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { include: ['test/fuzz/*.fuzz.ts'], testTimeout: 0, hookTimeout: 0, pool: 'forks', maxWorkers: 1 },
})
