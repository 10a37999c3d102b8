/**
 * Gives constants back to the build. While bundling, esbuild turns every top-level `const` into `var`; V8 takes the value of a
 * `const` into the machine code, but loads that of a `var`, or of anything exported, wherever it is used: header offsets, table
 * strides and masks on the packet path, a third of the time of reading a packet's fields.
 */
import type { Options } from 'tsup'
import ts from 'typescript'

type Plugin = NonNullable<Options['plugins']>[number]

/** The names that a module assigns to somewhere, in whatever scope: what shares its name with one of those stays as it is. */
function assignedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const addAll = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text)
    else if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) ts.forEachChild(node, addAll)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isBinaryExpression(node)) {
      const { kind } = node.operatorToken
      if (kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment) addAll(node.left)
    } else if (ts.isPostfixUnaryExpression(node) || (ts.isPrefixUnaryExpression(node) && isStep(node)))
      addAll(node.operand)
    else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) addAll(node.initializer)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}

/** Whether it is `++` or `--`. */
function isStep({ operator }: ts.PrefixUnaryExpression): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken
}

/** One place of a text that is to read otherwise. */
interface Edit {
  readonly from: number
  readonly to: number
  readonly text: string
}

/** `const` for each variable of a top-level `var` that is given its value where it stands, and never again. */
function declared(statement: ts.VariableStatement, assigned: ReadonlySet<string>, constants: Set<string>): Edit[] {
  const { declarations } = statement.declarationList
  let keyword = ''
  return declarations.map((declaration, i) => {
    const { name, initializer } = declaration
    const before = keyword
    keyword = initializer !== undefined && ts.isIdentifier(name) && !assigned.has(name.text) ? 'const' : 'var'
    if (keyword === 'const' && ts.isIdentifier(name)) constants.add(name.text)
    const from = i === 0 ? statement.getStart() : declarations[i - 1]!.end
    // With a space of its own: where white space is minified the name follows a comma at once.
    const lead = keyword === before ? ', ' : `${i === 0 ? '' : ';\n'}${keyword} `
    return { from, to: declaration.getStart(), text: lead }
  })
}

/** A second constant under the exported name, for each constant that is exported: the first stays the module's own. */
function exported(statement: ts.ExportDeclaration, constants: ReadonlySet<string>): Edit[] {
  const { exportClause, moduleSpecifier } = statement
  if (moduleSpecifier !== undefined || exportClause === undefined || !ts.isNamedExports(exportClause)) return []
  const own = exportClause.elements.filter(({ name, propertyName }) => constants.has((propertyName ?? name).text))
  if (own.length === 0) return []
  const copies = own.map(({ name, propertyName }) => `exported_${name.text} = ${(propertyName ?? name).text}`)
  const at = statement.getStart()
  return [
    { from: at, to: at, text: `const ${copies.join(', ')};\n` },
    ...own.map((element) => ({
      from: element.getStart(),
      to: element.end,
      text: `exported_${element.name.text} as ${element.name.text}`,
    })),
  ]
}

/** A built module, its constants declared as such and used without a detour by the module itself. */
export function withConstants(path: string, code: string): string {
  const file = ts.createSourceFile(path, code, ts.ScriptTarget.ESNext, true)
  const assigned = assignedNames(file)
  const constants = new Set<string>()
  const edits: Edit[] = []
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.BlockScoped) === 0) {
      edits.push(...declared(statement, assigned, constants))
    } else if (ts.isExportDeclaration(statement)) edits.push(...exported(statement, constants))
  }
  let text = ''
  let done = 0
  for (const edit of edits) {
    text += code.slice(done, edit.from) + edit.text
    done = edit.to
  }
  return text + code.slice(done)
}

/** The plugin that does so to every module of the build. */
export function constants(): Plugin {
  return {
    name: 'constants',
    renderChunk(code, { path }) {
      return path.endsWith('.js') ? { code: withConstants(path, code) } : undefined
    },
  }
}
