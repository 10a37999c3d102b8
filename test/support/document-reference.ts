/** docs/document.md: every property of the printed documents by path, with its type and its words, made of the published schemas. */
import { isObject, type Json, objectAt, objectsIn, type Schema } from './document-schema.ts'

const HEAD = `# The documents, property by property

What the commands print as JSON: where each property is, what it may be, and what it means. The same words are in the JSON Schemas that the
package exports (\`vxpcap/schema/summary-1.json\`, \`vxpcap/schema/decode-1.json\`, \`vxpcap/schema/compare-1.json\`, \`vxpcap/schema/fleet-1.json\`,
\`vxpcap/schema/point-1.json\`), and on hover in TypeScript, for the types \`Summary\`, \`Comparison\`, \`Fleet\` and \`PointDocument\` of
\`vxpcap\` and \`DecodeDocument\` of \`vxpcap/report\`.

\`[]\` stands for every item of a list. \`?\` marks a property that may be absent; every other one is always there. Types such as \`vni\` and
\`time\` are [formats](#formats). Fields may be added; none listed here changes its meaning without a new schema number.

This page is made of the comments in the sources by \`npm run docs\`.
`

/** One property in the reference. */
export interface Entry {
  path: string
  type: string
  words: string
}

/** Every property of a document in order, by path. */
export function entriesOf(schema: Schema): Entry[] {
  const entries: Entry[] = []
  const visit = (shape: Schema, path: string, above: ReadonlyMap<Schema, string>): void => {
    for (const object of objectsIn(shape)) {
      const required = Array.isArray(object.required) ? object.required : []
      for (const [name, property] of Object.entries(objectAt(object, 'properties'))) {
        if (!isObject(property)) continue
        const here = `${path}${path === '' ? '' : '.'}${name}${required.includes(name) ? '' : '?'}`
        const entry = { path: here, type: typeName(property, schema), words: String(property.description ?? '') }
        entries.push(entry)
        for (const target of targetsOf(property, schema)) {
          const inside = here + listMarks(property)
          const described = above.get(target)
          // What holds more of itself would never end.
          if (described !== undefined) entry.words += ` As \`${described}\`.`
          else visit(target, inside, new Map([...above, [target, inside]]))
        }
      }
    }
  }
  visit(schema, '', new Map([[schema, '']]))
  return entries
}

/** The objects that a property leads to, by reference or in place, through lists and unions. */
function targetsOf(property: Schema, schema: Schema): Schema[] {
  const definition = referred(property, schema)
  if (definition !== null) return objectsIn(definition).length > 0 ? [definition] : []
  const { items, anyOf } = property
  const inside = [items, ...(Array.isArray(anyOf) ? anyOf : [])].filter(isObject)
  return [...(isObject(property.properties) ? [property] : []), ...inside.flatMap((part) => targetsOf(part, schema))]
}

/** `[]` for each list that a property is. */
function listMarks({ items }: Schema): string {
  return isObject(items) ? `[]${listMarks(items)}` : ''
}

function referred({ $ref }: Schema, schema: Schema): Schema | null {
  if (typeof $ref !== 'string') return null
  const definition = objectAt(schema, '$defs')[$ref.replace('#/$defs/', '')]
  return isObject(definition) ? definition : null
}

/** What a value may be, much as TypeScript writes it: formats and values by name, objects as such. */
function typeName(node: Schema, schema: Schema): string {
  const definition = referred(node, schema)
  if (definition !== null) {
    const name = String(node.$ref).replace('#/$defs/', '')
    return /^[a-z]/.test(name) ? name : typeName(definition, schema)
  }
  if (node.const !== undefined) return JSON.stringify(node.const)
  if (Array.isArray(node.enum)) return node.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (Array.isArray(node.anyOf)) {
    return node.anyOf.map((part) => (isObject(part) ? typeName(part, schema) : '')).join(' | ')
  }
  if (Array.isArray(node.type)) return node.type.map((type) => typeName({ ...node, type }, schema)).join(' | ')
  if (node.type !== 'array') return String(node.type)
  const item = isObject(node.items) ? typeName(node.items, schema) : 'any'
  if (typeof node.minItems === 'number' && node.minItems === node.maxItems) {
    return `[${new Array<string>(node.minItems).fill(item).join(', ')}]`
  }
  return item.includes(' | ') ? `(${item})[]` : `${item}[]`
}

/**
 * The whole page.
 * @param documents - By the command that prints each: its schema, with descriptions.
 */
export function documentReference(documents: Readonly<Record<string, Schema>>): string {
  const parts = [HEAD]
  const formats = new Map<string, Schema>()
  for (const [command, schema] of Object.entries(documents)) {
    parts.push(`## \`${command}\`\n`)
    const groups = new Map<string, Entry[]>()
    for (const entry of entriesOf(schema)) {
      const top = entry.path.split(/[.[]/)[0]!
      groups.set(top, [...(groups.get(top) ?? []), entry])
    }
    // What stands alone makes one table; each other property of the document has its own.
    const single = [...groups.values()].filter((entries) => entries.length === 1).flat()
    if (single.length > 0) parts.push(table(single))
    for (const [top, entries] of groups) {
      if (entries.length > 1) parts.push(`### \`${top}\`\n`, table(entries))
    }
    for (const [name, definition] of Object.entries(objectAt(schema, '$defs'))) {
      if (/^[a-z]/.test(name) && isObject(definition)) formats.set(name, definition)
    }
  }
  parts.push('## Formats\n', '| format | what it is |\n| --- | --- |')
  const rows = [...formats].map(([name, { description }]) => `| \`${name}\` | ${cell(String(description))} |`)
  return `${[...parts, ...rows].join('\n')}\n`
}

function table(entries: readonly Entry[]): string {
  const rows = entries.map(({ path, type, words }) => `| \`${path}\` | \`${cell(type)}\` | ${cell(words)} |`)
  return `${['| property | type | meaning |', '| --- | --- | --- |', ...rows].join('\n')}\n`
}

function cell(text: Json): string {
  return String(text).replaceAll('|', '\\|')
}
