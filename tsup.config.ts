import { readdirSync } from 'node:fs'
import { defineConfig } from 'tsup'
import { constants } from './build/constants.ts'
import { namespaces } from './build/namespaces.ts'

// Each header module is a subpath of its own; ambient declarations of untyped packages are not.
const codecs = readdirSync('src/codecs').filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/node.ts',
    'src/capture/index.ts',
    'src/capture/node.ts',
    'src/analyzers/index.ts',
    'src/report/index.ts',
    'src/testing/index.ts',
    'src/cli/main.ts',
    'src/workers/node-worker.ts',
    ...codecs.map((name) => `src/codecs/${name}`),
  ],
  format: 'esm',
  platform: 'neutral',
  target: 'node20',
  dts: true,
  splitting: true,
  sourcemap: false,
  clean: true,
  // Puts constants that are plain numbers in where they are used, within a file; `constants` sees to the others.
  minifySyntax: true,
  plugins: [constants()],
  esbuildPlugins: [namespaces()],
  external: [/^node:/],
})
