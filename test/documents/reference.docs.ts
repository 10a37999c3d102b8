/** The reference that TypeDoc makes of the sources: nothing that the package exports is without words, and no link leads nowhere. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../support/shared.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-reference-'))

/** Runs TypeDoc with the project's options and others. @returns What it says, and whether it was content. */
async function typedoc(...options: string[]): Promise<{ content: boolean; said: string }> {
  const argv = [join(ROOT, 'node_modules/typedoc/bin/typedoc'), ...options]
  const { stdout, stderr, code } = await run(process.execPath, argv, { cwd: ROOT, maxBuffer: 16 << 20 }).catch(
    (error) => error,
  )
  return { content: code === undefined, said: `${stdout}${stderr}` }
}

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the reference', () => {
  let built: { content: boolean; said: string }
  let pages: string[] = []

  beforeAll(async () => {
    built = await typedoc('--out', join(folder, 'api'))
    pages = existsSync(join(folder, 'api'))
      ? readdirSync(join(folder, 'api'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
      : []
  })

  it('has words for all that the package exports, and links to what there is', () => {
    expect(built.said).not.toMatch(/\[(warning|error)\]/)
    expect(built.content).toBe(true)
  })

  it('has a page for every import', () => {
    const { exports }: { exports: Record<string, unknown> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    )
    const index = readFileSync(join(folder, 'api/modules.html'), 'utf8')
    const imports = Object.keys(exports).filter((path) => !path.endsWith('.json') && !path.includes('*'))
    expect(imports.length).toBeGreaterThan(6)
    for (const path of [...imports, './codecs/vxlan']) expect(index).toContain(`>vxpcap${path.slice(1)}<`)
  })

  it('leads nowhere that is not there', () => {
    expect(pages.length).toBeGreaterThan(200)
    const marks = new Map<string, Set<string>>()
    const marksOf = (page: string): Set<string> => {
      let found = marks.get(page)
      if (found === undefined) {
        found = new Set(
          [...readFileSync(join(folder, 'api', page), 'utf8').matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id),
        )
        marks.set(page, found)
      }
      return found
    }
    const dead = new Set<string>()
    let followed = 0
    for (const page of pages) {
      for (const [, href = ''] of readFileSync(join(folder, 'api', page), 'utf8').matchAll(/\shref="([^"]+)"/g)) {
        if (/^[a-z]+:/.test(href)) continue
        const [path = '', mark] = decodeURI(href).split('#')
        const target = path === '' ? page : posix.join(posix.dirname(page), path)
        followed++
        const there = existsSync(join(folder, 'api', target))
        // What the page's own script opens.
        const isSwitch = path === '' && (mark === undefined || mark === '')
        if (!there || (mark !== undefined && !isSwitch && !marksOf(target).has(mark))) dead.add(`${page}: ${href}`)
      }
    }
    expect(followed).toBeGreaterThan(5000)
    expect([...dead]).toEqual([])
  })
})

it('an export without words, and a link to nothing, are found', async () => {
  const source = join(folder, 'wordless.ts')
  writeFileSync(source, '/** See {@link nowhere}. */\nexport const worded = 1\n\nexport const wordless = 2\n')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "skipLibCheck": true, "types": [] }, "files": ["wordless.ts"] }',
  )
  const options = ['--entryPoints', source, '--tsconfig', join(folder, 'tsconfig.json'), '--out', join(folder, 'none')]
  const { content, said } = await typedoc(...options)
  expect(content).toBe(false)
  expect(said).toContain('wordless')
  expect(said).toContain('nowhere')
})
