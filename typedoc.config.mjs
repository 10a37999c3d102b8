/** The reference of everything that the package exports, into `docs/api` (`npm run docs:api`). */
import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Comment, Converter } from 'typedoc'

const { exports } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

/** Names of the imports by source. */
const modules = new Map(
  Object.keys(exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .flatMap((subpath) => {
      const name = `vxpcap${subpath.slice(1)}`
      const source = exports[subpath].types.replace('./dist/', 'src/').replace(/\.d\.ts$/, '.ts')
      if (!name.endsWith('/*')) return [[source, name]]
      const folder = source.replace('/*.ts', '')
      // Each lies in a room of its folder; the import has its name alone.
      return readdirSync(new URL(folder, import.meta.url), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && file !== 'index.ts')
        .map((file) => [`${folder}/${file}`, name.replace('*', basename(file, '.ts'))])
    }),
)

/** Calls each module by the name that a program imports it by, with the words at the head of its source. */
function nameModules(app) {
  const sources = new Map(
    [...modules].map(([source, name]) => [source.replace(/^src\/|(\/index)?\.ts$/g, ''), [source, name]]),
  )
  app.converter.on(Converter.EVENT_CREATE_DECLARATION, (_context, reflection) => {
    const [source, name] = sources.get(reflection.name) ?? []
    if (source === undefined || reflection.parent?.parent !== undefined) return
    reflection.name = name
    const [, words] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(new URL(source, import.meta.url), 'utf8')) ?? []
    if (words === undefined || reflection.comment !== undefined) return
    const text = words.replace(/^\s*\* ?/gm, '').trim()
    reflection.comment = new Comment([{ kind: 'text', text }])
  })
}

/**
 * What the types name and no program needs: the innards of an analysis, threads that only `vxpcap/node` starts, and tables whose
 * names alone are a type. How they are used is no part of the package's promise.
 */
const innards = [
  'AnalysisState',
  'CaptureTotals',
  'Criteria',
  'EventSink',
  'FastPathBatch',
  'Flows',
  'KeyTable',
  'Keys',
  'Macs',
  'PathCounter',
  'PointState',
  'Paths',
  'Ports',
  'Resolver',
  'SECTIONS',
  'StatefulAnalyzers',
  'StatefulAnalyzersState',
  'TableRows',
  'Threads',
  'Timeline',
  'TinyFragments',
  'TunnelTotals',
  'Vnis',
  'VtepPairs',
]

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const options = {
  entryPoints: [...modules.keys()],
  out: 'docs/api',
  name: 'vxpcap',
  readme: 'docs/library.md',
  plugin: [nameModules],
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  treatValidationWarningsAsErrors: true,
  intentionallyNotExported: innards,
  validation: { notExported: true, invalidLink: true, invalidPath: false, rewrittenLink: true, notDocumented: true },
  requiredToBeDocumented: [
    'Module',
    'Variable',
    'Function',
    'Class',
    'Interface',
    'TypeAlias',
    'Constructor',
    'Property',
    'Method',
    'Accessor',
  ],
}

export default options
