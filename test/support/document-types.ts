/** The types of a printed document as TypeScript declares them, with their comments: the one source of every word about it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './shared.ts'

/** A declared type, or an object type without a name. */
export interface DocumentType {
  /** Name, or the path of a type without one: `Summary.tunnel`. */
  name: string
  /** Its comment on one line; empty without one. */
  words: string
  /** The properties in order, those of the types it extends first; none of a type that is no object. */
  properties: DocumentProperty[]
}

/** A property of a document. */
export interface DocumentProperty {
  name: string
  optional: boolean
  /** Its comment on one line; empty without one. */
  words: string
  /** Where its type is, in lists and unions too, an object without a name: that type. */
  inside: DocumentType | null
}

/** What a document consists of. */
export interface DocumentSource {
  /** Name of the type of the whole document. */
  root: string
  /** File of the published schema, relative to the project. */
  schema: string
  /** Modules that declare its types, by path. */
  modules: readonly string[]
}

/** The documents that commands print. */
export const DOCUMENT_SOURCES: readonly DocumentSource[] = [
  { root: 'Summary', schema: 'schema/summary-1.json', modules: ['src/summary.ts'] },
  {
    root: 'DecodeDocument',
    schema: 'schema/decode-1.json',
    modules: [
      'src/report/decode-document.ts',
      'src/report/packet-text.ts',
      'src/codecs/describe/describe.ts',
      'src/codecs/describe/describe-tree.ts',
      'src/codecs/describe/describe-field.ts',
      'src/codecs/walk/explain-fault.ts',
    ],
  },
  { root: 'Comparison', schema: 'schema/compare-1.json', modules: ['src/comparison.ts', 'src/summary.ts'] },
  { root: 'PointDocument', schema: 'schema/point-1.json', modules: ['src/fleet-document.ts', 'src/summary.ts'] },
  { root: 'Fleet', schema: 'schema/fleet-1.json', modules: ['src/fleet-document.ts', 'src/summary.ts'] },
]

type Declaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration

/** Modules of a document by path, as they are on disk. */
export function readModules({ modules }: DocumentSource): Map<string, string> {
  return new Map(modules.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]))
}

/**
 * The types that a document consists of, by name: the root and every declared type within reach of it.
 * @param modules - Texts by path.
 */
export function documentTypes(root: string, modules: ReadonlyMap<string, string>): Map<string, DocumentType> {
  const declared = new Map<string, Declaration>()
  for (const [path, text] of modules) {
    for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true).statements) {
      const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      if (isType) declared.set(statement.name.text, statement)
    }
  }
  const types = new Map<string, DocumentType>()
  const visit = (name: string): void => {
    const declaration = declared.get(name)
    if (declaration === undefined || types.has(name)) return
    types.set(name, typeOf(name, declaration, declared))
    const within = [declaration, ...basesOf(declaration, declared)]
    for (const one of within) for (const named of namesIn(one)) visit(named)
  }
  if (!declared.has(root)) throw new Error(`no module declares ${root}`)
  visit(root)
  return types
}

function typeOf(name: string, declaration: Declaration, declared: ReadonlyMap<string, Declaration>): DocumentType {
  const bases = basesOf(declaration, declared).flatMap((base) => typeOf(base.name.text, base, declared).properties)
  const own = ts.isInterfaceDeclaration(declaration)
    ? propertiesOf(name, declaration.members)
    : (objectIn(name, declaration.type)?.properties ?? [])
  return { name, words: wordsOf(declaration), properties: [...bases, ...own] }
}

function basesOf(declaration: Declaration, declared: ReadonlyMap<string, Declaration>): Declaration[] {
  if (!ts.isInterfaceDeclaration(declaration)) return []
  const names = (declaration.heritageClauses ?? []).flatMap(({ types }) => types.map((type) => type.getText()))
  return names.map((name) => {
    const base = declared.get(name)
    if (base === undefined) throw new Error(`${declaration.name.text} extends ${name}, which no module declares`)
    return base
  })
}

function propertiesOf(owner: string, members: ts.NodeArray<ts.TypeElement>): DocumentProperty[] {
  return members.map((member) => {
    if (!ts.isPropertySignature(member) || member.type === undefined) {
      throw new TypeError(`${owner} has a member that is no property with a type: ${member.getText()}`)
    }
    const name = ts.isStringLiteral(member.name) ? member.name.text : member.name.getText()
    return {
      name,
      optional: member.questionToken !== undefined,
      words: wordsOf(member),
      inside: objectIn(`${owner}.${name}`, member.type),
    }
  })
}

/** The object type without a name that a type is, or is a list or a union of. */
function objectIn(name: string, type: ts.TypeNode): DocumentType | null {
  const literals: ts.TypeLiteralNode[] = []
  const look = (node: ts.Node): void => {
    if (ts.isTypeLiteralNode(node)) literals.push(node)
    else ts.forEachChild(node, look)
  }
  look(type)
  if (literals.length === 0) return null
  return { name, words: '', properties: literals.flatMap(({ members }) => propertiesOf(name, members)) }
}

/** Names that the types of a declaration refer to. */
function namesIn(declaration: Declaration): string[] {
  const names: string[] = []
  const look = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) names.push(node.typeName.getText())
    ts.forEachChild(node, look)
  }
  look(declaration)
  return names
}

/** The comment in front of a declaration, on one line. */
function wordsOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const text = ts.getTextOfJSDocComment(comments.at(-1)?.comment) ?? ''
  return text
    .replaceAll(/\{@link ([^}]+)\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
