/** The man page in the package is what the commands say of themselves; `npm run docs` writes it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandModels } from '../src/cli/program.ts'
import { fakeHost } from './cli/fake-host.ts'
import { manPage } from './support/man-page.ts'
import { ROOT } from './support/shared.ts'

const REWRITE = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'docs'
const PATH = join(ROOT, 'man/vxpcap.1')
const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
const hasGroff = spawnSync('groff', ['--version']).status === 0

describe('man/vxpcap.1', () => {
  it('is what the commands say of themselves', () => {
    const commands = commandModels(fakeHost())
    expect(commands.length).toBeGreaterThan(8)
    const page = manPage(commands, version)
    for (const { name, options } of commands) {
      expect(page).toContain(`.SS ${name}\n`)
      for (const { long } of options) expect(page).toContain(long.replaceAll('-', '\\-'))
    }
    if (REWRITE) {
      mkdirSync(join(ROOT, 'man'), { recursive: true })
      writeFileSync(PATH, page)
    }
    expect(readFileSync(PATH, 'utf8')).toBe(page)
  })

  it.skipIf(!hasGroff)(
    `is set by groff without a warning${hasGroff ? '' : ' — SKIPPED: groff is not installed'}`,
    () => {
      const { status, stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', '-P-b', '-P-u', PATH], {
        encoding: 'utf8',
      })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toContain('EXIT STATUS')
      expect(stdout).toContain('--fail-on')
    },
  )
})
