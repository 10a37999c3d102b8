/** A built package as the benchmark sees it: the files of one `dist`, so that two builds can be compared. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** The entry points that cases use; an older build may lack some of what the types promise. */
export interface Build {
  analyzers: typeof import('../src/analyzers/index.ts')
  capture: typeof import('../src/capture/node.ts')
  codecs: typeof import('../src/codecs/index.ts')
  node: typeof import('../src/node.ts')
  report: typeof import('../src/report/index.ts')
}

/**
 * The folder of a build: `path` itself, or `dist` in it.
 * @throws Error when there is no build.
 */
export function buildFolder(path: string): string {
  for (const folder of [resolve(path), resolve(path, 'dist')]) {
    if (existsSync(join(folder, 'cli/main.js'))) return folder
  }
  throw new Error(`${path} holds no build (cli/main.js); run npm run build there`)
}

/** Loads a build's modules. */
export async function loadBuild(folder: string): Promise<Build> {
  const load = (path: string): Promise<unknown> => import(pathToFileURL(join(folder, path)).href)
  const [analyzers, capture, codecs, node, report] = await Promise.all([
    load('analyzers/index.js'),
    load('capture/node.js'),
    load('codecs/index.js'),
    load('node.js'),
    load('report/index.js'),
  ])
  return { analyzers, capture, codecs, node, report } as Build
}

/** Names of the analyzers of a build, in the order in which its analysis declares them. */
export function analyzerNames({ analyzers }: Build): string[] {
  const analysis = new analyzers.Analysis()
  return Object.entries({ ...analysis, ...analysis.stateful })
    .filter(([, member]) => typeof (member as { observe?: unknown } | null)?.observe === 'function')
    .map(([name]) => name)
}
