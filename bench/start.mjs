/** Bundles the benchmark, which is TypeScript, and starts it: `start.mjs [profile] [options]`. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsup'

const root = join(import.meta.dirname, '..')
process.chdir(root)

const outDir = join(root, 'bench/.cache/bundle')
await build({
  config: false,
  silent: true,
  entry: { main: 'bench/main.ts', profile: 'bench/profile.ts', worker: 'bench/worker.ts' },
  outDir,
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: true,
  minifySyntax: true,
})

const isProfile = process.argv[2] === 'profile'
process.argv.splice(2, isProfile ? 1 : 0)
await import(pathToFileURL(join(outDir, isProfile ? 'profile.js' : 'main.js')).href)
