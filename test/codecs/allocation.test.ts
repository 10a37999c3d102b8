/** Writing headers from plain objects, and encapsulating, takes no heap: each codec in a process of its own, with a meter that is tried. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { constants } from '../../build/constants.ts'
import { MEASURED } from '../support/heap.ts'
import { ROOT } from '../support/shared.ts'

let folder = ''

function probe(...names: string[]): unknown {
  return JSON.parse(
    execFileSync(process.execPath, [...MEASURED, join(folder, 'probe.mjs'), ...names], { encoding: 'utf8' }),
  )
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-codec-allocation-'))
  await build({
    config: false,
    silent: true,
    entry: { probe: join(ROOT, 'test/support/codec-allocation-probe.ts') },
    outDir: folder,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    platform: 'neutral',
    target: 'node20',
    minifySyntax: true,
    plugins: [constants()],
    external: [/^node:/],
    noExternal: [/^[^./]/],
  })
}, 300_000)

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

describe('the heap', () => {
  it('shows an object that is planted', () => {
    expect(probe('planted')).toBeGreaterThan(12)
  })

  it('does not grow when nothing or anything is written', () => {
    const names = (probe() as string[]).filter((name) => name !== 'planted')
    const grown = names.map((name) => [name, Math.round(probe(name) as number)])
    expect(names.length).toBeGreaterThan(10)
    expect(grown).toEqual(names.map((name) => [name, 0]))
  })
})
