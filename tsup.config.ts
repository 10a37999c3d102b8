import { readdirSync } from 'node:fs'
import { defineConfig } from 'tsup'

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
  // esbuild turns a top-level `const` into `var` unless it may minify syntax; `var` costs a quarter of the speed.
  minifySyntax: true,
  external: [/^node:/],
})
