import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { defineConfig, type Options } from 'tsup'
import { bundledPrograms } from './build/bundled.ts'
import { constants } from './build/constants.ts'
import { namespaces } from './build/namespaces.ts'

const require = createRequire(import.meta.url)

// Each header module is a subpath of its own, whatever room it lies in; ambient declarations of untyped packages are not.
const codecs = readdirSync('src/codecs', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => [`codecs/${basename(path, '.ts')}`, `src/codecs/${path}`])

// Entry points that lie in the build as they lie in src/.
const doors = [
  'index',
  'node',
  'capture/index',
  'capture/node',
  'analyzers/index',
  'report/index',
  'page/index',
  'testing/index',
]

// Each thread begins with a file of its own, and so does each worker process.
const workers = ['node-read', 'node-analyze', 'node-point']

const common: Options = {
  format: 'esm',
  platform: 'neutral',
  target: 'node20',
  splitting: true,
  sourcemap: false,
  // Puts constants that are plain numbers in where they are used, within a file; `constants` sees to the others.
  minifySyntax: true,
  plugins: [constants()],
  esbuildPlugins: [namespaces(), bundledPrograms()],
  external: [/^node:/],
}

/**
 * CommonJS packages that every start of the command loads. Node reads one through `import` with a lexer written in JavaScript
 * to find what it exports: 50 ms for these three, where `require` takes 10.
 */
const REQUIRED: readonly string[] = ['@commander-js/extra-typings', 'buffer-layout', 'picocolors']

/** Replaces the import of a CommonJS package by a `require`, with the names it exports found out now. */
const requirePackages: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'require-packages',
  setup(build) {
    const named = new RegExp(`^(${REQUIRED.join('|')})$`)
    build.onResolve({ filter: named }, ({ path }) => ({ path, namespace: 'required', sideEffects: false }))
    build.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `import { createRequire } from 'node:module'
        const required = /* @__PURE__ */ createRequire(import.meta.url)('${path}')
        export default required
        export const { ${Object.keys(require(path)).join(', ')} } = required`,
    }))
  },
}

export default defineConfig([
  {
    ...common,
    entry: Object.fromEntries([
      ...[...doors, ...workers.map((name) => `workers/${name}`)].map((name) => [name, `src/${name}.ts`]),
      ...codecs,
    ]),
    dts: true,
    clean: ['!cli/**'],
  },
  // The command is built by itself, to start fast: split for the library's many entries it would be 70 files to find and to link.
  {
    ...common,
    entry: { main: 'src/cli/main.ts' },
    outDir: 'dist/cli',
    clean: ['!workers/**'],
    minifyWhitespace: true,
    noExternal: [...REQUIRED],
    esbuildPlugins: [namespaces(), bundledPrograms(), requirePackages],
  },
  // Its threads are files of their own: what they shared with the command would be more files for every start.
  {
    ...common,
    entry: Object.fromEntries(workers.map((name) => [name, `src/workers/${name}.ts`])),
    outDir: 'dist/cli/workers',
    clean: true,
    splitting: false,
    minifyWhitespace: true,
  },
])
