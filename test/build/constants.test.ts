/** The build's constants: declared as such where that is right, left alone where it is not, and the same to whoever imports them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { withConstants } from '../../build/constants.ts'
import { ensureDist } from '../support/dist.ts'
import { ROOT } from '../support/shared.ts'

const given = `import { a } from "./a.js";
var FIRST = a.span, SECOND = 2, count = 0, late;
var { x } = a;
var shadowed = 1;
let already = 3;
function f(shadowed) { count++; shadowed = 2; for (late of [1]); a[FIRST]++; a[SECOND] += 1; return !FIRST; }
export {
  FIRST,
  SECOND as Other,
  count,
  already,
  f
};
export * from "./b.js";
`

const wanted = `import { a } from "./a.js";
const FIRST = a.span, SECOND = 2;
var count = 0, late;
var { x } = a;
var shadowed = 1;
let already = 3;
function f(shadowed) { count++; shadowed = 2; for (late of [1]); a[FIRST]++; a[SECOND] += 1; return !FIRST; }
const exported_FIRST = FIRST, exported_Other = SECOND;
export {
  exported_FIRST as FIRST,
  exported_Other as Other,
  count,
  already,
  f
};
export * from "./b.js";
`

describe('withConstants', () => {
  it('declares what is given once, leaves what is assigned, and exports a copy', () => {
    expect(withConstants('x.js', given)).toBe(wanted)
  })

  it('changes nothing of a module without any', () => {
    const text = 'export * from "./a.js";\nfunction f() {\n  var inner = 1;\n  return inner;\n}\nexport { f };\n'
    expect(withConstants('x.js', text)).toBe(text)
  })

  it('is no other module to those who import it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vxpcap-constants-'))
    const text =
      'var A = 1, B = A + 1, n = 0;\nfunction next() {\n  return n += B;\n}\nexport { A, B as C, n, next };\n'
    try {
      const load = (name: string, code: string): Promise<Record<string, unknown>> => {
        const path = join(folder, name)
        writeFileSync(path, code)
        return import(/* @vite-ignore */ pathToFileURL(path).href)
      }
      for (const module of [await load('a.mjs', text), await load('b.mjs', withConstants('b.mjs', text))]) {
        expect(Object.keys(module)).toEqual(['A', 'C', 'n', 'next'])
        expect(module).toMatchObject({ A: 1, C: 2, n: 0 })
        expect((module.next as () => number)()).toBe(2)
        expect(module.n).toBe(2)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('the build', () => {
  beforeAll(ensureDist, 300_000)

  it('has constants at the top level of every module of the codecs', () => {
    const modules = readdirSync(join(ROOT, 'dist')).filter((name) => /^chunk-.*\.js$/.test(name))
    const texts = modules.map((name) => readFileSync(join(ROOT, 'dist', name), 'utf8'))
    const codecs = texts.filter((text) => text.includes('// src/codecs/'))
    expect(codecs.length).toBeGreaterThan(20)
    expect(codecs.flatMap((text) => text.match(/^var .*/gm) ?? [])).toEqual([])
  })

  it('leaves the namespaces of the codecs to the language', async () => {
    const codecs: Record<string, unknown> = await import(pathToFileURL(join(ROOT, 'dist/codecs/index.js')).href)
    for (const name of ['arp', 'ethernet', 'ipv4', 'ipv6Fragment', 'udp', 'vxlan', 'vxlanGpe']) {
      expect(Object.prototype.toString.call(codecs[name]), name).toBe('[object Module]')
    }
  })
})
