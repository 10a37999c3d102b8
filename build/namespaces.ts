/**
 * Leaves the namespaces of `vxpcap/codecs` to the language: bundled, `export * as ipv4` becomes an object of getters, and each
 * `ipv4.source(…)` a call more, a third of the time of reading a packet's fields. Every header is a module of the build by itself,
 * whatever room it lies in, so the index can name those.
 */
import { basename } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

/** The plugin that keeps the imports of `src/codecs/index.ts` as imports. */
export function namespaces(): Plugin {
  return {
    name: 'namespaces',
    setup(build) {
      build.onResolve({ filter: /^\.\/.*\.ts$/ }, ({ path, importer }) =>
        /[\\/]src[\\/]codecs[\\/]index\.ts$/.test(importer)
          ? { path: `./${basename(path, '.ts')}.js`, external: true, sideEffects: false }
          : undefined,
      )
    },
  }
}
