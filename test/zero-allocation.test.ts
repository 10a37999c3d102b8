/**
 * The packet path allocates nothing: walk and all analyzers over each fixture again and again, each in a process of its own with
 * the code as it is shipped, measured by a probe that sees one small object per packet.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { constants } from '../build/constants.ts'
import { FIXTURES, fixture } from './support/goldens.ts'
import { MEASURED } from './support/heap.ts'
import { ROOT } from './support/shared.ts'

const run = promisify(execFile)

/** Bytes per packet below which nothing is allocated for each packet: the smallest object takes 16. */
const NOTHING = 1

let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-allocation-'))
  await build({
    config: false,
    silent: true,
    entry: { probe: join(ROOT, 'test/support/allocation-probe.ts') },
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

it.each(FIXTURES)('%s: nothing is allocated per packet, and a planted object is seen', async (name) => {
  const { stdout } = await run(process.execPath, [...MEASURED, join(folder, 'probe.mjs'), fixture(name)])
  const { bare, planted }: { bare: number; planted: number } = JSON.parse(stdout)
  expect(bare).toBeLessThan(NOTHING)
  expect(planted).toBeGreaterThan(12)
})
