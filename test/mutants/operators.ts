/** Mutants of a source text: one operator, constant, comparison, mask, width, check or condition changed at a time. */
import ts from 'typescript'

/** One change to a source text. */
export interface Mutant {
  /** What kind of change. */
  readonly kind: string
  /** Line in the file, from 1. */
  readonly line: number
  /** The line as it is, without indentation. */
  readonly code: string
  /** What is there, and what is put in its place. */
  readonly change: string
  /** First character that is replaced, and the first behind it. */
  readonly from: number
  readonly to: number
  readonly replacement: string
}

const BINARY: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '/': '*',
  '%': '*',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&': '|',
  '|': '&',
  '^': '&',
  '<<': '>>',
  '>>': '<<',
  '>>>': '<<',
  '&&': '||',
  '||': '&&',
  '+=': '-=',
  '-=': '+=',
}

const METHODS: Readonly<Record<string, string>> = {
  getUint8: 'getUint16',
  getUint16: 'getUint8',
  getUint32: 'getUint16',
  getInt32: 'getInt16',
  setUint8: 'setUint16',
  setUint16: 'setUint8',
  setUint32: 'setUint16',
  setInt32: 'setInt16',
  min: 'max',
  max: 'min',
}

/**
 * Every mutant of a source text, in the order of the text.
 * @param isTable - Whether the source says what it says in objects rather than in code: then their entries are left out, and the
 * names in them changed, too.
 */
export function mutantsOf(path: string, text: string, isTable = false): Mutant[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const lines = text.split('\n')
  const found: Mutant[] = []
  const add = (kind: string, node: { getStart(): number; getEnd(): number }, replacement: string): void => {
    const from = node.getStart()
    const to = node.getEnd()
    const line = file.getLineAndCharacterOfPosition(from).line
    const code = (lines[line] ?? '').trim()
    found.push({
      kind,
      line: line + 1,
      code,
      change: `${text.slice(from, to)} → ${replacement || 'nothing'}`,
      from,
      to,
      replacement,
    })
  }
  const visit = (node: ts.Node): void => {
    // Types, imports and the words of messages do nothing.
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isThrowStatement(node)) return
    if (ts.isTemplateExpression(node)) return
    if (ts.isBinaryExpression(node)) {
      const operator = node.operatorToken.getText()
      const other = BINARY[operator]
      // A field at offset 0 is where its header is: taking its offset off changes nothing.
      const isOffset = operator === '+' && /^[A-Z][A-Z0-9_]*$/.test(node.right.getText())
      if (other !== undefined) add('operator', node.operatorToken, isOffset ? '*' : other)
    } else if (ts.isNumericLiteral(node)) {
      const value = Number(node.getText().replace(/_/g, ''))
      add('constant', node, String(value + 1))
    } else if (ts.isPropertyAccessExpression(node) || ts.isIdentifier(node)) {
      const name = ts.isIdentifier(node) ? node : node.name
      const other = METHODS[name.getText()]
      if (other !== undefined && ts.isIdentifier(name) && isCalled(node)) add('width', name, other)
    } else if (ts.isIfStatement(node)) {
      add('condition', node.expression, 'true')
      add('condition', node.expression, 'false')
    } else if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
      add('statement', node, ';')
    } else if (ts.isConditionalExpression(node)) {
      add('branch', node, `${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()}`)
    } else if (node.kind === ts.SyntaxKind.TrueKeyword) {
      add('flag', node, 'false')
    } else if (node.kind === ts.SyntaxKind.FalseKeyword) {
      add('flag', node, 'true')
    }
    if (isTable && (ts.isPropertyAssignment(node) || ts.isSpreadAssignment(node))) add('entry', node, '...{}')
    if (
      isTable &&
      ts.isStringLiteral(node) &&
      ts.isPropertyAssignment(node.parent) &&
      node.parent.initializer === node
    ) {
      add('name', node, `'not ${node.text}'`)
    }
    if (ts.isPropertyAccessExpression(node)) visit(node.expression)
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function isCalled(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression === node
}

/** The text with the change made. */
export function planted(text: string, { from, to, replacement }: Mutant): string {
  return text.slice(0, from) + replacement + text.slice(to)
}

/**
 * Some of the mutants, each kind as often as the others as far as there are any: the same for the same seed.
 * @param count - How many; `Infinity` for all.
 */
export function chosen(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const kinds = new Map<string, Mutant[]>()
  for (const mutant of mutants) kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant])
  const next = random(seed)
  const piles = [...kinds.values()].map((pile) => shuffled(pile, next))
  const taken: Mutant[] = []
  while (taken.length < count && piles.some((pile) => pile.length > 0)) {
    for (const pile of piles) {
      const mutant = pile.pop()
      if (mutant !== undefined && taken.length < count) taken.push(mutant)
    }
  }
  return taken.sort((left, right) => left.from - right.from)
}

function shuffled<T>(list: readonly T[], next: () => number): T[] {
  const order = list.map((item) => ({ item, key: next() }))
  return order.sort((left, right) => left.key - right.key).map(({ item }) => item)
}

/** A small seeded generator (mulberry32): the same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
