/** The pairs of captures in fixtures/compare/, each named after what it shows. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileSource } from '../../src/capture/node.ts'
import { type CompareOptions, compareCaptures } from '../../src/compare/index.ts'
import type { Comparison } from '../../src/comparison.ts'
import { ROOT } from './shared.ts'

const FOLDER = 'fixtures/compare'
const NEAR = '-near.pcap'

/** Paths of both sides, relative to the project, and the code of the finding. */
export function comparedPairs(): { near: string; far: string; code: string }[] {
  return readdirSync(join(ROOT, FOLDER))
    .filter((name) => name.endsWith(NEAR))
    .sort()
    .map((name) => {
      const stem = name.slice(0, -NEAR.length)
      const code = stem.toUpperCase().replaceAll('-', '_')
      return { near: `${FOLDER}/${name}`, far: `${FOLDER}/${stem}-far.pcap`, code }
    })
}

/** Compares two files of the project. */
export function comparedFiles(near: string, far: string, options: CompareOptions = {}): Promise<Comparison> {
  const side = (path: string) => [
    { name: path.slice(path.lastIndexOf('/') + 1), open: () => fileSource(join(ROOT, path)) },
  ]
  return compareCaptures(side(near), side(far), options)
}
