/** Every finding code has a capture that shows it: of the findings' own, of the guides, or a fixture; rotations in test/diagnosis/rotation.test.ts. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { captureFileMissing } from '../../src/findings/capture/capture-file-missing.ts'
import { CATALOG, COMPARED_CODES, FLEET_CODES } from '../../src/findings/catalog.ts'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { comparedFiles, comparedPairs } from '../support/compared-files.ts'
import { ROOT } from '../support/shared.ts'

const capturesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, 'fixtures', folder))
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => join(ROOT, 'fixtures', folder, name))

const codesOf = async (path: string): Promise<string[]> =>
  (await summarizeFiles([path], { threads: 1 })).findings.map(({ code }) => code)

it.each(capturesIn('findings'))('%s shows the finding that it is named after', async (path) => {
  const code = path
    .replace(/^.*[\\/]|\.\w+$/g, '')
    .toUpperCase()
    .replaceAll('-', '_')
  expect(await codesOf(path)).toContain(code)
})

it.each(comparedPairs())('$near and its other side show $code', async ({ near, far, code }) => {
  expect((await comparedFiles(near, far)).findings.map((finding) => finding.code)).toContain(code)
})

it('every code that it takes two captures to show has a pair', () => {
  expect(comparedPairs().map(({ code }) => code)).toEqual([...COMPARED_CODES].sort())
})

/** Fleets have their own tests: `test/fleet/`. */
const isOfSeveral = (code: string): boolean => COMPARED_CODES.has(code) || FLEET_CODES.has(code)

it('every code that one capture can show is shown by one', async () => {
  const paths = ['findings', 'guides', 'pcaps'].flatMap(capturesIn)
  const shown = new Set((await Promise.all(paths.map(codesOf))).flat())
  // What takes several files is shown where it is tested.
  shown.add(captureFileMissing.code)
  expect(CATALOG.map(({ code }) => code).filter((code) => !shown.has(code) && !isOfSeveral(code))).toEqual([])
})
