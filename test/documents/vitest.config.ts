/** `npm run test:docs`: the reference of the package's exports is built, and read as somebody would who follows its links. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/documents/*.docs.ts'],
    testTimeout: 60_000,
    hookTimeout: 220_000,
  },
})
