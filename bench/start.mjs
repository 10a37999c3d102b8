/** Bundles the benchmark, which is TypeScript, and starts it: `start.mjs [profile|compare] [options]`. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsup'

const root = join(import.meta.dirname, '..')
process.chdir(root)

const outDir = join(root, 'bench/.cache/bundle')
await build({
  config: false,
  silent: true,
  entry: { main: 'bench/main.ts', profile: 'bench/profile.ts', compare: 'bench/compare.ts', worker: 'bench/worker.ts' },
  outDir,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  minifySyntax: true,
})

const named = ['profile', 'compare'].find((name) => name === process.argv[2])
process.argv.splice(2, named === undefined ? 0 : 1)
await import(pathToFileURL(join(outDir, `${named ?? 'main'}.js`)).href)
