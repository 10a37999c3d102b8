/** What npm runs after `npm ci` and for `npx vxpcap` in a clone: it builds when `dist` is missing or stale, and not otherwise. */
import { execFile } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ROOT } from '../support/shared.ts'

const run = promisify(execFile)

let folder = ''
const at = (path: string): string => join(folder, path)
const put = (path: string, text: string): void => {
  mkdirSync(dirname(at(path)), { recursive: true })
  writeFileSync(at(path), text)
}

/** A stand-in for tsup, which takes a minute: it writes two files, and fails where it is told to. */
const TSUP = `#!/usr/bin/env node
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
appendFileSync('builds', '.')
mkdirSync('dist/cli', { recursive: true })
writeFileSync('dist/cli/main.js', readFileSync('src/index.ts'))
if (existsSync('fails')) process.exit(3)
writeFileSync('dist/index.js', readFileSync('src/index.ts'))
`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-prepare-'))
  cpSync(join(ROOT, 'build'), at('build'), { recursive: true })
  for (const name of ['package.json', 'tsconfig.json', 'tsup.config.ts']) cpSync(join(ROOT, name), at(name))
  put('src/index.ts', '1')
  put('src/codecs/headers/vxlan.ts', '2')
  put('bin/tsup', TSUP)
  chmodSync(at('bin/tsup'), 0o755)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** @returns How many builds there were so far. */
async function prepare(): Promise<number> {
  const env = { ...process.env, PATH: `${at('bin')}${delimiter}${process.env.PATH}` }
  await run(process.execPath, [at('build/prepare.mjs')], { cwd: folder, env })
  return readFileSync(at('builds'), 'utf8').length
}

it('builds once', async () => {
  expect(await prepare()).toBe(1)
  expect(await prepare()).toBe(1)
})

const stale: [string, () => void][] = [
  ['a source was changed', () => put('src/codecs/headers/vxlan.ts', '3')],
  ['a source is new', () => put('src/codecs/carriers/gre.ts', '3')],
  ['a source is gone', () => rmSync(at('src/codecs/headers/vxlan.ts'))],
  ['the manifest was changed', () => put('package.json', '{}')],
  ['dist is gone', () => rmSync(at('dist'), { recursive: true })],
  ['a file of dist is gone', () => rmSync(at('dist/index.js'))],
  ['a file of dist was changed', () => put('dist/index.js', '')],
  ['the packages were installed anew', () => rmSync(at('node_modules'), { recursive: true })],
]
it.each(stale)('builds again where %s', async (_, change) => {
  await prepare()
  change()
  expect(await prepare()).toBe(2)
  expect(await prepare()).toBe(2)
})

it('fails with the build, which then was none', async () => {
  put('fails', '')
  await expect(prepare()).rejects.toMatchObject({ code: 3 })
  rmSync(at('fails'))
  expect(await prepare()).toBe(2)
})
