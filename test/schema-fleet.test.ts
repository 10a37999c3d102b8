/** The published JSON Schemas of a fleet and its points: true of real documents, and strict enough to notice a missing field or a wrong type. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { FleetMerge } from '../src/fleet/index.ts'
import { labPath, labPoint } from './fleet/points.ts'
import { because, LAB, ROOT } from './support/shared.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

const NAMES = ['point-1', 'fleet-1'] as const
const validators = new Map(
  NAMES.map((name) => {
    const schema: Node = JSON.parse(readFileSync(join(ROOT, `schema/${name}.json`), 'utf8'))
    return [name, new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)]
  }),
)

function objections(name: (typeof NAMES)[number], document: unknown): string[] {
  const validate = validators.get(name)!
  validate(document)
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** Calls `visit` with every object of a document and its path; one item of a list stands for all. */
function everyObject(
  node: Json,
  visit: (path: (string | number)[], object: Node) => void,
  path: (string | number)[] = [],
): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.slice(0, 1).entries()) everyObject(item, visit, [...path, index])
  } else if (node !== null && typeof node === 'object') {
    visit(path, node)
    for (const [key, value] of Object.entries(node)) everyObject(value, visit, [...path, key])
  }
}

const at = (node: Json, path: readonly (string | number)[]): Node =>
  path.reduce<Json>((inner, step) => (inner as { [key: string]: Json })[step] ?? null, node) as Node

/** Fields that may be absent. */
const OPTIONAL = new Set(['because', 'displayFilters', 'tcp', 'echo', 'origins'])

const pairs = existsSync(LAB ?? '')
  ? readdirSync(LAB ?? '').flatMap((name) => {
      const pair = name.replace(/-h1\.pcap$/, '')
      return pair !== name && existsSync(labPath(`${pair}-h2`)) ? [pair] : []
    })
  : []

describe.runIf(LAB).each(NAMES)(`schema/%s.json${because(LAB)}`, (name) => {
  let example: Node

  beforeAll(async () => {
    const point = await labPoint('fault-loss-h2', { vteps: ['10.0.10.102'] })
    const merge = new FleetMerge()
    merge.add(point)
    merge.add(await labPoint('fault-loss-h1'))
    merge.fail('z', 'no header')
    example = JSON.parse(JSON.stringify(name === 'point-1' ? point : merge.fleet()))
  })

  it('accepts a document in which everything is', () => {
    expect(objections(name, example)).toEqual([])
  })

  it('misses every required field that is taken away, and refuses a wrong type in every field', () => {
    let tried = 0
    everyObject(example, (path, object) => {
      for (const key of Object.keys(object)) {
        if (path.at(-1) === 'subject') continue
        const broken = structuredClone(example)
        delete at(broken, path)[key]
        expect(objections(name, broken).length > 0, `${path.join('.')} without ${key}`).toBe(!OPTIONAL.has(key))
        const wrong = structuredClone(example)
        at(wrong, path)[key] = typeof object[key] === 'boolean' ? 'yes' : true
        expect(objections(name, wrong), `${path.join('.')}.${key}`).not.toEqual([])
        tried++
      }
    })
    expect(tried).toBeGreaterThan(90)
  })

  it('allows fields to be added anywhere', () => {
    everyObject(example, (path) => {
      const later = structuredClone(example)
      at(later, path).addedLater = { any: ['thing'] }
      expect(objections(name, later)).toEqual([])
    })
  })
})

describe.runIf(LAB)(`of the lab's pairs${because(LAB)}`, () => {
  it.each(pairs)('%s fits the schemas, and survives JSON unchanged', async (pair) => {
    const merge = new FleetMerge()
    for (const side of ['h1', 'h2']) {
      const point = await labPoint(`${pair}-${side}`)
      const parsed = JSON.parse(JSON.stringify(point))
      expect(parsed).toStrictEqual(point)
      expect(objections('point-1', parsed)).toEqual([])
      merge.add(point)
    }
    const fleet = merge.fleet()
    expect(JSON.parse(JSON.stringify(fleet))).toStrictEqual(fleet)
    expect(objections('fleet-1', JSON.parse(JSON.stringify(fleet)))).toEqual([])
  })
})
