/** The published JSON Schema of a document with the words of its types: what is written there, and what is wrong with it. */
import type { DocumentProperty, DocumentType } from './document-types.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Schema = { [key: string]: Json }

/** Columns of a line in a schema. */
const WIDTH = 120
const STEP = '  '

/**
 * The schema with the comments of the types as descriptions, of definitions and properties, wherever they lie. Nothing else is changed; a
 * description of anything else stays as it is.
 */
export function withWords(schema: Schema, root: string, types: ReadonlyMap<string, DocumentType>): Schema {
  const copy = structuredClone(schema)
  const definitions = objectAt(copy, '$defs')
  for (const [name, type] of types) {
    const definition = name === root ? copy : definitions[name]
    if (isObject(definition)) putWords(definition, type)
  }
  return orderly(copy) as Schema
}

function putWords(definition: Schema, type: DocumentType): void {
  if (type.words !== '') definition.description = type.words
  for (const shape of objectsIn(definition)) {
    const properties = objectAt(shape, 'properties')
    for (const { name, words, inside } of type.properties) {
      const property = properties[name]
      if (!isObject(property)) continue
      delete property.description
      if (words !== '') property.description = words
      if (inside !== null) putWords(property, inside)
    }
  }
}

/**
 * What keeps schema and types from being one: properties that only one of them has, and whatever is described in neither place.
 * @param schema - As published.
 */
export function disagreements(schema: Schema, root: string, types: ReadonlyMap<string, DocumentType>): string[] {
  const found: string[] = []
  const definitions = objectAt(schema, '$defs')
  for (const [name, type] of types) {
    const definition = name === root ? schema : definitions[name]
    if (type.words === '') found.push(`${name} has no comment`)
    uncommented(type, found)
    if (isObject(definition)) compare(definition, type, found)
    else found.push(`${name} is not in the schema`)
  }
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition)) continue
    if (!hasWords(definition)) found.push(`$defs.${name} has no description`)
    // Formats of plain values (an address, a time) are the schema's own; their names begin with a small letter.
    if (/^[A-Z]/.test(name) && !types.has(name)) found.push(`$defs.${name} is no type of the document`)
  }
  undescribed(schema, '', found)
  return found
}

function compare(definition: Schema, type: DocumentType, found: string[]): void {
  const shapes = objectsIn(definition)
  const has = new Set(shapes.flatMap((shape) => Object.keys(objectAt(shape, 'properties'))))
  const required = new Set(shapes.flatMap((shape) => (Array.isArray(shape.required) ? shape.required : [])))
  const declared = new Map<string, DocumentProperty>(type.properties.map((property) => [property.name, property]))
  for (const name of has) if (!declared.has(name)) found.push(`${type.name} has no property ${name}; the schema has`)
  for (const { name, optional, inside } of declared.values()) {
    const path = `${type.name}.${name}`
    if (!has.has(name)) found.push(`${path} is not in the schema`)
    else if (required.has(name) === optional) found.push(`${path} is optional in one of the two alone`)
    for (const shape of shapes) {
      const property = objectAt(shape, 'properties')[name]
      if (!isObject(property)) continue
      if (inside !== null) compare(property, inside, found)
      else if (objectsIn(property).length > 0) found.push(`${path} is an object in the schema alone`)
    }
  }
}

/** Properties without a comment, those of types without a name too. */
function uncommented(type: DocumentType, found: string[]): void {
  for (const { name, words, inside } of type.properties) {
    if (words === '') found.push(`${type.name}.${name} has no comment`)
    if (inside !== null) uncommented(inside, found)
  }
}

/** Every property of any object, however deep, that has no description of its own. */
function undescribed(node: Json | undefined, path: string, found: string[]): void {
  if (Array.isArray(node)) for (const [index, item] of node.entries()) undescribed(item, `${path}[${index}]`, found)
  if (!isObject(node)) return
  const { properties } = node
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'properties') undescribed(value, `${path}/${key}`, found)
  }
  if (!isObject(properties)) return
  for (const [name, property] of Object.entries(properties)) {
    const here = `${path}/${name}`
    if (isObject(property) && !hasWords(property)) found.push(`${here} has no description`)
    undescribed(property, here, found)
  }
}

/** The objects that a schema is, or is a list or a union of, without following references. */
export function objectsIn(schema: Schema): Schema[] {
  const { properties, items, anyOf, oneOf } = schema
  const inside = [items, ...[anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list : []))]
  return [...(isObject(properties) ? [schema] : []), ...inside.filter(isObject).flatMap(objectsIn)]
}

export function isObject(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function objectAt(schema: Schema, key: string): Schema {
  const value = schema[key]
  return isObject(value) ? value : {}
}

function hasWords({ description }: Schema): boolean {
  return typeof description === 'string' && description.trim() !== ''
}

/** The same with descriptions in front, behind what names the schema as a whole. */
function orderly(node: Json, isNames = false): Json {
  if (Array.isArray(node)) return node.map((item) => orderly(item))
  if (!isObject(node)) return node
  const keys = Object.keys(node)
  const rank = (key: string): number => (/^\$(schema|id)$|^title$/.test(key) ? 0 : key === 'description' ? 1 : 2)
  // Within `properties` and `$defs` keys are names.
  if (!isNames) keys.sort((left, right) => rank(left) - rank(right))
  return Object.fromEntries(
    keys.map((key) => [key, orderly(node[key]!, !isNames && (key === 'properties' || key === '$defs'))]),
  )
}

/** A schema as it stands in its file: short lists of plain values on one line. */
export function schemaText(schema: Schema): string {
  return `${text(schema, '', 0)}\n`
}

/** @param taken - Columns of the line that are taken before the value. */
function text(node: Json, indent: string, taken: number): string {
  const deeper = indent + STEP
  if (Array.isArray(node)) {
    const line = `[${node.map((item) => JSON.stringify(item)).join(', ')}]`
    // A comma may follow.
    if (node.every((item) => item === null || typeof item !== 'object') && taken + line.length < WIDTH) return line
    return `[\n${node.map((item) => deeper + text(item, deeper, deeper.length)).join(',\n')}\n${indent}]`
  }
  if (!isObject(node)) return JSON.stringify(node)
  const members = Object.entries(node).map(([key, value]) => {
    const name = `${deeper}${JSON.stringify(key)}: `
    return name + text(value, deeper, name.length)
  })
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`
}
