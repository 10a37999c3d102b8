/** Reads the imports of every source file and holds them against the floor plan; then proves that the check can fail. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importsOf, packageOf, type Source, violations } from './support/floor-plan.ts'
import { ROOT } from './support/shared.ts'

function sources(): Source[] {
  return ['src', 'web'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .sort()
      .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') })),
  )
}

describe('floor plan', () => {
  it('holds in every source file', () => {
    const files = sources()
    expect(files.length).toBeGreaterThan(10)
    expect(files.flatMap(importsOf).length).toBeGreaterThan(10)
    expect(violations(files)).toEqual([])
  })

  it('says of every room what lives there', () => {
    const folders = new Set(sources().map(({ path }) => dirname(path)))
    const silent = [...folders].filter(
      (folder) => folder !== 'src' && !['index.ts', 'README.md'].some((name) => existsSync(join(ROOT, folder, name))),
    )
    expect(folders.size).toBeGreaterThan(30)
    expect(silent).toEqual([])
  })

  it('gives every npm package that the package depends on exactly one importing file', () => {
    const manifest: { dependencies: Record<string, string>; peerDependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    )
    const used = new Map<string, number>()
    for (const source of sources()) {
      const names = new Set(
        importsOf(source)
          .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
          .map(packageOf),
      )
      for (const name of names) used.set(name, (used.get(name) ?? 0) + 1)
    }
    expect([...used].filter(([, files]) => files !== 1)).toEqual([])
    // extra-typings re-exports commander and has it as its peer.
    const { dependencies, peerDependencies } = manifest
    const declared = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => name !== 'commander')
    expect([...used.keys()].sort()).toEqual(declared.sort())
  })
})

/** A planted mistake, and a part of the sentence that must name it. */
const planted: [name: string, sources: Source[], sentence: string][] = [
  [
    'an upward import',
    [{ path: 'src/codecs/headers/udp.ts', text: "import { summarize } from '../../pipeline.ts'" }],
    'codecs may not look at pipeline',
  ],
  [
    'an upward type import',
    [{ path: 'src/codecs/headers/udp.ts', text: "import type { Summary } from '../../summary.ts'" }],
    'codecs may not look at summary',
  ],
  [
    'an upward re-export',
    [{ path: 'src/analyzers/counters/flows.ts', text: "export { text } from '../../report/text.ts'" }],
    'analyzers may not look at report',
  ],
  [
    'an upward import type node',
    [{ path: 'src/packet.ts', text: "export type X = import('./codecs/cursor.ts').Cursor" }],
    'packet may not look at codecs',
  ],
  [
    'a dynamic upward import',
    [{ path: 'src/pipeline.ts', text: "export const later = () => import('./report/text.ts')" }],
    'pipeline may not look at report',
  ],
  [
    'analyzers that look at capture',
    [{ path: 'src/analyzers/mtu.ts', text: "import type { Reader } from '../capture/reader.ts'" }],
    'analyzers may not look at capture',
  ],
  [
    'capture that looks at analyzers',
    [{ path: 'src/capture/reader.ts', text: "import { KeyTable } from '../analyzers/key-table.ts'" }],
    'capture may not look at analyzers',
  ],
  [
    "a report that looks at an analyzer's state",
    [{ path: 'src/report/text.ts', text: "import { Flows } from '../analyzers/flows.ts'" }],
    'report may not look at analyzers',
  ],
  [
    'node: in the core',
    [{ path: 'src/capture/reader.ts', text: "import { open } from 'node:fs/promises'" }],
    'imports node:fs/promises outside',
  ],
  [
    'a core file that imports a node file',
    [{ path: 'src/capture/index.ts', text: "export * from './files/node-file.ts'" }],
    'imports the node file src/capture/files/node-file.ts',
  ],
  [
    'a browser entry that reaches a node file through a worker',
    [
      { path: 'src/index.ts', text: "export { run } from './workers/run.ts'" },
      { path: 'src/workers/run.ts', text: "import './node-pool.ts'" },
      { path: 'src/workers/node-pool.ts', text: "import 'node:worker_threads'" },
    ],
    'src/index.ts reaches the node file src/workers/node-pool.ts',
  ],
  [
    'a package with two importing files',
    [
      { path: 'src/cli/a.ts', text: "import pc from 'picocolors'" },
      { path: 'src/cli/b.ts', text: "import pc from 'picocolors'" },
    ],
    'npm package picocolors has 2 importing files',
  ],
  [
    'a codec with a package of its own',
    [{ path: 'src/codecs/headers/udp.ts', text: "import { u8 } from 'buffer-layout'" }],
    'src/codecs/headers/udp.ts imports the npm package buffer-layout',
  ],
  [
    'Buffer in the core',
    [{ path: 'src/codecs/headers/udp.ts', text: 'export const x = Buffer.alloc(8)' }],
    'uses Buffer',
  ],
  ['logic in the front door', [{ path: 'src/index.ts', text: 'export const answer = 42' }], 'holds logic'],
  ['a part nobody planned', [{ path: 'src/utils/misc.ts', text: '' }], "'utils' has no place"],
  [
    'node: in the site',
    [{ path: 'web/work.ts', text: "import { open } from 'node:fs/promises'" }],
    'web/work.ts imports node:fs/promises',
  ],
  [
    'a site that looks at the command',
    [{ path: 'web/work.ts', text: "import { run } from '../src/cli/program.ts'" }],
    'web may not look at cli',
  ],
  [
    'a site that reaches a node file',
    [
      { path: 'web/client.tsx', text: "import './work.ts'" },
      { path: 'web/work.ts', text: "import '../src/node-summarize.ts'" },
      { path: 'src/node-summarize.ts', text: '' },
    ],
    'web/client.tsx reaches the node file src/node-summarize.ts',
  ],
  [
    'a library that looks at the site',
    [{ path: 'src/pipeline.ts', text: "import { Work } from '../web/work.ts'" }],
    'pipeline may not look at web',
  ],
  ['a room nobody planned', [{ path: 'src/codecs/misc/x.ts', text: '' }], "'codecs/misc' has no place"],
  [
    'a room that looks into one above it',
    [{ path: 'src/codecs/core/cursor.ts', text: "import type { Layers } from '../walk/layers.ts'" }],
    'codecs/core may not look at codecs/walk',
  ],
  [
    'a circle',
    [
      { path: 'src/codecs/core/a.ts', text: "import { b } from './b.ts'" },
      { path: 'src/codecs/core/b.ts', text: "import type { A } from './a.ts'" },
    ],
    'src/codecs/core/a.ts imports src/codecs/core/b.ts imports src/codecs/core/a.ts: a circle',
  ],
  ['an import out of the house', [{ path: 'src/pipeline.ts', text: "import '../test/x.ts'" }], 'outside src'],
]

describe('the floor-plan check can fail', () => {
  it.each(planted)('finds %s', (_, files, sentence) => {
    expect(violations(files).join('\n')).toContain(sentence)
  })

  it('does not mistake comments and strings for imports or Buffer', () => {
    const text = "// import '../pipeline.ts' and Buffer\nexport const words = 'Buffer'\n"
    expect(violations([{ path: 'src/codecs/headers/udp.ts', text }])).toEqual([])
  })
})
