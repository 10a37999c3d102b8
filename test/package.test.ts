/**
 * The package as a stranger gets it: packed, installed in an empty folder, every subpath imported from JavaScript and from
 * TypeScript, the command run.
 */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Summary } from '../src/summary.ts'
import { installed } from './support/installed.ts'
import { filesOf } from './support/rooms.ts'
import { ROOT } from './support/shared.ts'

const run = promisify(execFile)

interface Manifest {
  name: string
  version: string
  exports: Record<string, { types: string; default: string } | string>
}

const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const SEED = join(ROOT, 'fixtures/pcaps/seed-ovs-h1.pcap')

/** Header modules, each of which is a subpath. */
const codecs = filesOf('src/codecs')
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => basename(path, '.ts'))

/** Every subpath of the package as an import specifier. */
const subpaths = Object.keys(manifest.exports)
  .filter((path) => !path.endsWith('.json'))
  .flatMap((path) =>
    path.includes('*') ? codecs.filter((name) => name !== 'index').map((name) => path.replace('*', name)) : [path],
  )
  .map((path) => manifest.name + path.slice(1))

/** Subpaths that load in a browser as they are; the report also does, once a bundler has chosen its packages' browser files. */
const BROWSER = [
  'vxpcap',
  'vxpcap/capture',
  'vxpcap/analyzers',
  ...subpaths.filter((path) => path.startsWith('vxpcap/codecs')),
]

let folder = ''
let packed: string[] = []

/** Writes a file into the empty folder. */
function put(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

beforeAll(async () => {
  ;({ folder, packed } = await installed())
}, 300_000)

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

describe('the tarball', () => {
  it('holds the build, the schema, the documents with their pictures and the examples, and nothing else', () => {
    const expected =
      /^(dist\/.+\.(js|d\.ts)|schema\/(summary|decode|compare|fleet|point)-1\.json|man\/vxpcap\.1|package\.json|docs\/[\w.]+\.md|docs\/images\/[\w-]+\.png|examples\/([\w-]+\.ts|README\.md)|(README|CHANGELOG)\.md|LICENSE)$/
    expect(packed.filter((path) => !expected.test(path))).toEqual([])
    for (const path of [
      'dist/index.js',
      'dist/cli/main.js',
      'schema/summary-1.json',
      'schema/decode-1.json',
      'schema/compare-1.json',
      'schema/fleet-1.json',
      'schema/point-1.json',
      'README.md',
      'LICENSE',
    ]) {
      expect(packed).toContain(path)
    }
  })

  it('has what its documents link to; captures, benchmarks and what developers read are in the repository', () => {
    const documents = packed.filter((path) => /^(README|CHANGELOG|docs\/.+)\.md$/.test(path))
    expect(documents.length).toBeGreaterThan(10)
    const dead = documents.flatMap((path) => {
      const text = readFileSync(join(folder, 'node_modules/vxpcap', path), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link]) => join(dirname(path), link!))
      return links.filter(
        (link) => !packed.includes(link) && !/^(fixtures\/|bench\/|ARCHITECTURE|CONTRIBUTING)/.test(link),
      )
    })
    expect(dead).toEqual([])
  })

  it('has declarations that mention no untyped package', () => {
    const declarations = packed.filter((path) => path.endsWith('.d.ts'))
    expect(declarations.length).toBeGreaterThanOrEqual(subpaths.length)
    // As a module, that is; prose may name the parser that an adapter is for.
    const mentions = declarations.filter((path) =>
      /['"](buffer-layout|pcap-parser)['"]/.test(readFileSync(join(folder, 'node_modules/vxpcap', path), 'utf8')),
    )
    expect(mentions).toEqual([])
  })
})

describe('imports', () => {
  it('every subpath resolves and exports something, from JavaScript', async () => {
    expect(subpaths).toEqual(
      expect.arrayContaining([
        'vxpcap',
        'vxpcap/node',
        'vxpcap/codecs',
        'vxpcap/codecs/vxlan',
        'vxpcap/capture',
        'vxpcap/capture/node',
        'vxpcap/analyzers',
        'vxpcap/report',
        'vxpcap/testing',
      ]),
    )
    const script = put(
      'import.js',
      `const counts = {}
      for (const path of ${JSON.stringify(subpaths)}) counts[path] = Object.keys(await import(path)).length
      console.log(JSON.stringify(counts))`,
    )
    const counts: Record<string, number> = JSON.parse((await run(process.execPath, [script], { cwd: folder })).stdout)
    expect(Object.keys(counts).sort()).toEqual([...subpaths].sort())
    expect(Object.entries(counts).filter(([, names]) => names === 0)).toEqual([])
  })

  it('a CommonJS module may require it: the package is ESM alone, and its Node versions can load that', async () => {
    const script = put('require.cjs', "console.log(require('vxpcap/codecs/vxlan').PORT)")
    expect((await run(process.execPath, [script], { cwd: folder })).stdout).toBe('4789\n')
  })

  it('the schemas load as JSON modules, and resolve to files', async () => {
    const names = ['summary-1', 'decode-1', 'compare-1', 'fleet-1', 'point-1']
    const script = put(
      'schemas.js',
      `import { readFileSync } from 'node:fs'
      import { createRequire } from 'node:module'
      import summary from 'vxpcap/schema/summary-1.json' with { type: 'json' }
      import decode from 'vxpcap/schema/decode-1.json' with { type: 'json' }
      import compare from 'vxpcap/schema/compare-1.json' with { type: 'json' }
      import fleet from 'vxpcap/schema/fleet-1.json' with { type: 'json' }
      import point from 'vxpcap/schema/point-1.json' with { type: 'json' }
      const require = createRequire(import.meta.url)
      const files = ${JSON.stringify(names)}.map((name) => readFileSync(require.resolve(\`vxpcap/schema/\${name}.json\`), 'utf8'))
      console.log(JSON.stringify([summary, decode, compare, fleet, point, ...files.map((text) => JSON.parse(text))]))`,
    )
    const published = names.map((name) => JSON.parse(readFileSync(join(ROOT, 'schema', `${name}.json`), 'utf8')))
    const { stdout } = await run(process.execPath, [script], { cwd: folder })
    expect(JSON.parse(stdout)).toEqual([...published, ...published])
    // A name for validators, not an address to fetch.
    expect(published.map(({ $id }) => $id)).toEqual(names.map((name) => `urn:vxpcap:schema:${name}`))
  })

  it.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('the schemas have types (module %s, resolution %s)', async (module, moduleResolution) => {
    put(
      'schemas.ts',
      `import type { Summary } from 'vxpcap'
      import type { DecodeDocument } from 'vxpcap/report'
      import decode from 'vxpcap/schema/decode-1.json' with { type: 'json' }
      import summary from 'vxpcap/schema/summary-1.json' with { type: 'json' }
      type Names<T> = { [K in keyof T]: { description: string } }
      export const words: [Names<Summary>, Names<DecodeDocument>] = [summary.properties, decode.properties]
      export const rtt: string = summary.$defs.TcpSummary.properties.rttMs.description
      // @ts-expect-error there is no such definition: the types are real
      summary.$defs.Nothing
      `,
    )
    const project = put(
      'tsconfig.schemas.json',
      JSON.stringify({
        compilerOptions: {
          module,
          moduleResolution,
          target: 'es2022',
          lib: ['es2023', 'dom'],
          types: [],
          strict: true,
          noEmit: true,
          resolveJsonModule: true,
        },
        files: ['schemas.ts'],
      }),
    )
    const result = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], {
      cwd: folder,
    }).catch((error: { stdout: string }) => error)
    expect(result.stdout).toBe('')
  })

  it('nothing beyond the declared subpaths resolves', async () => {
    const script = put('deep.js', "await import('vxpcap/dist/index.js')")
    await expect(run(process.execPath, [script], { cwd: folder })).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  it('the core loads and decodes where there is no Buffer and no process, as in a browser', async () => {
    const script = put(
      'browser.js',
      `const print = console.log
      delete globalThis.Buffer
      delete globalThis.process
      for (const path of ${JSON.stringify(BROWSER)}) await import(path)
      const { vni } = await import('vxpcap/codecs/vxlan')
      print(vni(new DataView(new Uint8Array([8, 0, 0, 0, 0x12, 0x34, 0x56, 0]).buffer), 0))`,
    )
    expect((await run(process.execPath, [script], { cwd: folder })).stdout).toBe(`${0x123456}\n`)
  })

  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])('type-check from TypeScript (module %s, resolution %s)', async (module, moduleResolution) => {
    // A page has no declarations of Node; who imports the node file has them.
    const page = subpaths.filter((path) => !path.endsWith('/node'))
    for (const [name, paths, types] of [
      ['page', page, []],
      ['node', subpaths, ['node']],
    ] as const) {
      const lines = paths.flatMap((path, index) => [
        `import * as m${index} from '${path}'`,
        `export const typed${index}: NotAny<typeof m${index}> = true`,
      ])
      put(
        `${name}.ts`,
        `type NotAny<T> = 0 extends 1 & T ? never : true
        ${lines.join('\n')}
        import { FLAG_I, type Header, vni } from 'vxpcap/codecs/vxlan'
        export const header: Header = { flags: FLAG_I, reserved1: 0, vni: 1, reserved2: 0 }
        export const number: number = vni(new DataView(new ArrayBuffer(8)), 0)
        // @ts-expect-error the view is no string: the types are real
        vni('view', 0)
        `,
      )
      const project = put(
        `tsconfig.${name}.json`,
        JSON.stringify({
          compilerOptions: {
            module,
            moduleResolution,
            target: 'es2022',
            lib: ['es2023', 'dom', 'dom.asynciterable'],
            types,
            typeRoots: [join(ROOT, 'node_modules/@types')],
            strict: true,
            noEmit: true,
            // The declarations themselves are checked too, with the strictest settings a user may have.
            skipLibCheck: types.length > 0,
            exactOptionalPropertyTypes: true,
            noUncheckedIndexedAccess: true,
          },
          files: [`${name}.ts`],
        }),
      )
      const result = await run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], {
        cwd: folder,
      }).catch((error: { stdout: string }) => error)
      expect(result.stdout, name).toBe('')
    }
  })
})

describe('a bundle, made with defaults', () => {
  /** @returns What the bundled program prints. */
  async function bundled(name: string, format: 'esm' | 'cjs', text: string, ...args: string[]): Promise<string> {
    const out = join(folder, `${name}.bundle.${format === 'esm' ? 'mjs' : 'cjs'}`)
    await build({
      entryPoints: [put(`${name}.ts`, text)],
      outfile: out,
      format,
      bundle: true,
      platform: 'node',
      logLevel: 'silent',
    })
    const { stdout } = await run(process.execPath, [out, ...args], { cwd: folder })
    return stdout
  }

  it.each(['esm', 'cjs'] as const)('runs whatever it imports, as %s', async (format) => {
    const paths = subpaths.filter((path) => path !== 'vxpcap/testing')
    const imports = paths.map((path, index) => `import * as m${index} from '${path}'`)
    const counts = paths.map((_, index) => `Object.keys(m${index}).length`)
    const printed = await bundled('all', format, `${imports.join('\n')}\nconsole.log([${counts}].every(Boolean))`)
    expect(printed).toBe('true\n')
  })

  it.each(['esm', 'cjs'] as const)('summarizes on one thread where there is none to start, as %s', async (format) => {
    const text = `import { summarizeFiles } from 'vxpcap/node'
      const [path] = process.argv.slice(2)
      const one = summarizeFiles([path!], { threads: 1 })
      const many = summarizeFiles([path!], { threads: 4 })
      Promise.all([one, many]).then((both) => {
        const [first, second] = both.map((summary) => JSON.stringify(summary))
        console.log(both[1].capture.packets, first === second)
      })`
    expect(await bundled('threads', format, text, SEED)).toBe('26 true\n')
  })

  it('reads through pcap-parser as CommonJS, and says what to do as an ES module', async () => {
    const text = `import { createReadStream } from 'node:fs'
      import { pcapParserBatches } from 'vxpcap/node'
      async function read(path: string): Promise<void> {
        let packets = 0
        for await (const batch of pcapParserBatches(createReadStream(path))) while (batch.next()) packets++
        console.log(packets)
      }
      read(process.argv[2]!).catch((error) => console.log(error.message))`
    expect(await bundled('parser', 'cjs', text, SEED)).toBe('26\n')
    expect(await bundled('parser', 'esm', text, SEED)).toContain('--external:pcap-parser')
  })
})

describe('the command', () => {
  it('prints its version', async () => {
    const { stdout } = await run(join(folder, 'node_modules/.bin/vxpcap'), ['--version'], { cwd: folder })
    expect(stdout.trim()).toBe(manifest.version)
  })

  it('summarizes a capture', async () => {
    const { stdout, stderr } = await run(join(folder, 'node_modules/.bin/vxpcap'), ['summarize', SEED, '--json'], {
      cwd: folder,
    })
    const summary: Summary = JSON.parse(stdout)
    expect(stderr).toBe('')
    expect(summary.schema).toBe('vxpcap.summary/1')
    expect(summary.capture.packets).toBe(26)
    expect(summary.vnis.map((row) => [row.vni, row.packets])).toEqual([[0, 22]])
    expect(summary.vtepPairs.map((row) => [row.a, row.b])).toEqual([['10.0.10.133', '10.0.10.136']])
  })
})
