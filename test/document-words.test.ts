/**
 * Every property of a printed document is described once, by the comment of its TypeScript type: the published schemas and
 * docs/document.md have the same words. `npm run docs` writes both.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { documentReference, entriesOf } from './support/document-reference.ts'
import { disagreements, type Schema, schemaText, withWords } from './support/document-schema.ts'
import { DOCUMENT_SOURCES, documentTypes, readModules } from './support/document-types.ts'
import { ROOT } from './support/shared.ts'

const REWRITE = (import.meta as unknown as { env: { MODE: string } }).env.MODE === 'docs'
const REFERENCE = join(ROOT, 'docs/document.md')

/** A point's document holds a whole summary, of which the page has every property already. */
function withoutSummary(schema: Schema): Schema {
  const definitions = { ...(schema.$defs as Schema) }
  const { description } = definitions.Summary as Schema
  return { ...schema, $defs: { ...definitions, Summary: { type: 'object', description: description ?? '' } } }
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

describe.each(DOCUMENT_SOURCES)('$schema', (source) => {
  const { root, schema } = source
  const modules = readModules(source)
  const types = documentTypes(root, modules)

  it('has the words of the types', () => {
    const described = schemaText(withWords(JSON.parse(read(schema)), root, types))
    if (REWRITE) writeFileSync(join(ROOT, schema), described)
    expect(read(schema)).toBe(described)
  })

  it('has the properties of the types, and each is described', () => {
    expect(disagreements(JSON.parse(read(schema)), root, types)).toEqual([])
  })

  it('is of some size', () => {
    expect(entriesOf(JSON.parse(read(schema))).length).toBeGreaterThan(root === 'Summary' ? 170 : 30)
  })
})

it('docs/document.md has every property with the words of the schemas', () => {
  const documents = {
    'vxpcap summarize --json': JSON.parse(read('schema/summary-1.json')),
    'vxpcap decode --json': JSON.parse(read('schema/decode-1.json')),
    'vxpcap compare --json': JSON.parse(read('schema/compare-1.json')),
    'vxpcap fleet --json': JSON.parse(read('schema/fleet-1.json')),
    'vxpcap fleet point': withoutSummary(JSON.parse(read('schema/point-1.json'))),
  }
  const page = documentReference(documents)
  if (REWRITE) writeFileSync(REFERENCE, page)
  expect(readFileSync(REFERENCE, 'utf8')).toBe(page)
  expect(page).toMatch(/^\| `flows\[\]\.tcp\?\.rttMs` \| `number \\\| null` \| Milliseconds from the SYN /m)
  expect(page).not.toMatch(/undefined|\[object|\| {2}\|/)
})

describe('the comparison can fail', () => {
  const source = DOCUMENT_SOURCES[0]!
  const [[path, text] = ['', '']] = readModules(source)
  /** As it is by then: the tests above may have written it. */
  const published = (): Schema => JSON.parse(read(source.schema))

  /** What is found when one place of the types reads otherwise. */
  function found(before: string, after: string, schema = published()): string[] {
    expect(text.split(before)).toHaveLength(2)
    return disagreements(
      schema,
      source.root,
      documentTypes(source.root, new Map([[path, text.replace(before, after)]])),
    )
  }

  /** What is found when one place of the schema reads otherwise. */
  function foundIn(change: (schema: Schema & Record<string, never>) => void): string[] {
    const schema = published() as Schema & Record<string, never>
    change(schema)
    return disagreements(schema, source.root, documentTypes(source.root, new Map([[path, text]])))
  }

  const COMMENT = '  /** Packets of that protocol. */\n'

  it('when a comment changes: the schema has other words', () => {
    const types = documentTypes(source.root, new Map([[path, text.replace(COMMENT, '  /** Frames. */\n')]]))
    expect(schemaText(withWords(published(), source.root, types))).not.toBe(read(source.schema))
  })

  it('when a property has no comment', () => {
    expect(found(COMMENT, '')).toEqual(['ProtocolCount.packets has no comment'])
    expect(found('/** Packets of one protocol that were no tunnel packets. */\n', '')).toEqual([
      'ProtocolCount has no comment',
    ])
  })

  it('when the property of a type without a name has none', () => {
    const literal = '{\n /** Lost. */ lost: number\n kept?: { deep: string }[] | null }[]'
    const complaints = found('other: ProtocolCount[]', `other: ${literal}`)
    expect(complaints).toEqual([
      'TunnelSummary.other.kept has no comment',
      'TunnelSummary.other.kept.deep has no comment',
      'TunnelSummary.other.lost is not in the schema',
      'TunnelSummary.other.kept is not in the schema',
      '$defs.ProtocolCount is no type of the document',
    ])
    const schema = published() as Schema & { $defs: Record<string, { properties: Schema }> }
    schema.$defs.TunnelSummary!.properties.other = {
      type: 'array',
      description: 'Others.',
      items: { type: 'object', required: ['lost'], properties: { lost: { type: 'integer' }, left: { type: 'null' } } },
    }
    expect(found('other: ProtocolCount[]', `other: ${literal}`, schema)).toEqual([
      'TunnelSummary.other.kept has no comment',
      'TunnelSummary.other.kept.deep has no comment',
      'TunnelSummary.other has no property left; the schema has',
      'TunnelSummary.other.kept is not in the schema',
      '$defs.ProtocolCount is no type of the document',
      '/$defs/TunnelSummary/other/items/lost has no description',
      '/$defs/TunnelSummary/other/items/left has no description',
    ])
  })

  it('when one of the two has a property more, or makes it optional', () => {
    expect(found(COMMENT, `${COMMENT}  bytes: number\n  /** More. */\n`)).toEqual([
      'ProtocolCount.bytes is not in the schema',
    ])
    expect(found(`${COMMENT}  packets: number\n`, '')).toEqual([
      'ProtocolCount has no property packets; the schema has',
    ])
    expect(found(`${COMMENT}  packets:`, `${COMMENT}  packets?:`)).toEqual([
      'ProtocolCount.packets is optional in one of the two alone',
    ])
  })

  it('when the schema lacks words, or has what no type has', () => {
    const complaints = foundIn((schema) => {
      const definitions = schema.$defs as unknown as Record<string, { properties: Record<string, Schema> }>
      delete definitions.TcpSummary!.properties.rttMs!.description
      definitions.Stranger = { properties: {} }
    })
    expect(complaints).toEqual([
      '$defs.Stranger has no description',
      '$defs.Stranger is no type of the document',
      '/$defs/TcpSummary/rttMs has no description',
    ])
  })
})
