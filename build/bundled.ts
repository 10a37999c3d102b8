/**
 * Programs inside programs: `import { PROGRAM } from './client.tsx?bundled'` is the text of that file and all that it imports, bundled for a
 * browser and minified. One function for the build (esbuild) and for tests (vite), so that both see the same text.
 */
import { dirname, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'

const QUERY = '?bundled'

/** The text of a bundled program. */
async function bundled(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    charset: 'ascii',
  })
  return outputFiles[0]!.text
}

/** A module that holds the text. */
async function moduleOf(path: string): Promise<string> {
  return `export const PROGRAM = ${JSON.stringify(await bundled(path))}`
}

/** For esbuild, which builds the package. */
export function bundledPrograms(): Plugin {
  return {
    name: 'bundled-programs',
    setup(build) {
      build.onResolve({ filter: /\?bundled$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.slice(0, -QUERY.length)),
        namespace: 'bundled',
      }))
      build.onLoad({ filter: /./, namespace: 'bundled' }, async ({ path }) => ({
        contents: await moduleOf(path),
        loader: 'js',
      }))
    },
  }
}

/** For vite, which runs the tests from the sources. */
export function bundledInTests() {
  return {
    name: 'bundled-programs',
    enforce: 'pre' as const,
    resolveId(id: string, importer?: string): string | undefined {
      if (!id.endsWith(QUERY) || importer === undefined) return undefined
      return `\0${resolve(dirname(importer), id.slice(0, -QUERY.length))}${QUERY}`
    },
    async load(id: string): Promise<string | undefined> {
      if (!id.startsWith('\0') || !id.endsWith(QUERY)) return undefined
      return moduleOf(id.slice(1, -QUERY.length))
    },
  }
}
