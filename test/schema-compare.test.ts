/** The published JSON Schema of a comparison: true of real output, and strict enough to notice a missing field or a wrong type. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { fileSource } from '../src/capture/node.ts'
import { compareCaptures } from '../src/compare/index.ts'
import type { Comparison } from '../src/comparison.ts'
import { troubled } from './compare/troubled.ts'
import { because, LAB, ROOT } from './support/shared.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

const schema: Node = JSON.parse(readFileSync(join(ROOT, 'schema/compare-1.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)

function objections(document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

const parsed = (comparison: Comparison): Node => JSON.parse(JSON.stringify(comparison))

/** Calls `visit` with every object of a document and its path. */
function everyObject(
  node: Json,
  visit: (path: (string | number)[], object: Node) => void,
  path: (string | number)[] = [],
): void {
  if (Array.isArray(node)) {
    // One row stands for all.
    for (const [index, item] of node.slice(0, 1).entries()) everyObject(item, visit, [...path, index])
  } else if (node !== null && typeof node === 'object') {
    visit(path, node)
    for (const [key, value] of Object.entries(node)) everyObject(value, visit, [...path, key])
  }
}

function at(node: Json, path: readonly (string | number)[]): Node {
  return path.reduce<Json>((inner, step) => (inner as { [key: string]: Json })[step] ?? null, node) as Node
}

/** Fields that may be absent. */
const OPTIONAL = new Set(['because', 'displayFilters', 'oneOf'])

describe('schema/compare-1.json', () => {
  let example: Node
  beforeAll(async () => {
    example = parsed(await troubled())
  })

  it('accepts a comparison in which everything happens', () => {
    expect(objections(example)).toEqual([])
    const [direction] = example.directions as Node[]
    for (const [kind, packets] of Object.entries(direction!.packets as Node))
      expect({ kind, packets }).not.toEqual({ kind, packets: [] })
  })

  it('misses every required field that is taken away, and refuses a wrong type in every field', () => {
    let tried = 0
    everyObject(example, (path, object) => {
      for (const key of Object.keys(object)) {
        if (path.at(-1) === 'subject') continue
        const broken = structuredClone(example)
        delete at(broken, path)[key]
        expect(objections(broken).length > 0, `${path.join('.')} without ${key}`).toBe(!OPTIONAL.has(key))
        const wrong = structuredClone(example)
        at(wrong, path)[key] = typeof object[key] === 'boolean' ? 'yes' : true
        expect(objections(wrong), `${path.join('.')}.${key}`).not.toEqual([])
        tried++
      }
    })
    expect(tried).toBeGreaterThan(120)
  })

  it('allows fields to be added anywhere', () => {
    everyObject(example, (path) => {
      const later = structuredClone(example)
      at(later, path).addedLater = { any: ['thing'] }
      expect(objections(later)).toEqual([])
    })
  })

  it('a comparison survives JSON unchanged: no undefined, no NaN, no infinity', async () => {
    const comparison = await troubled()
    expect(parsed(comparison)).toStrictEqual(comparison)
  })
})

const folder = LAB ?? ''
const pairs = existsSync(folder)
  ? readdirSync(folder).flatMap((name) => (name.endsWith('-h2.pcap') ? [name.slice(0, -'-h2.pcap'.length)] : []))
  : []

describe.runIf(LAB)(`of the lab's pairs${because(LAB)}`, () => {
  it.each(pairs)('%s fits the schema', async (name) => {
    const [near, far] = ['h1', 'h2'].map((side) => {
      const path = join(folder, `${name}-${side}.pcap`)
      return [{ name: path, open: () => fileSource(path) }]
    })
    expect(objections(parsed(await compareCaptures(near!, far!)))).toEqual([])
  })
})
