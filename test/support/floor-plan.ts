/**
 * The floor plan as a function of source texts: who may import whom, where `node:` and npm packages may appear.
 * Takes texts, not a folder, so that a test can plant a violation and see it found.
 */
import ts from 'typescript'

/** One source file: path relative to the project root with forward slashes, and its text. */
export interface Source {
  path: string
  text: string
}

/** A part of the house and the parts that it may import besides itself. Type imports count too. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  // 0: bytes and plain records
  option: [],
  // orders of texts, numbers and lists
  order: [],
  codecs: ['option', 'packet', 'issue'],
  packet: [],
  'packet-meta': ['packet'],
  issue: [],
  'state-error': [],
  // what is selected of a capture, by whatever reads it
  selection: ['codecs', 'option', 'packet'],
  // 1: tables, words of a finding, files; the document's types
  summary: [],
  comparison: ['summary'],
  'fleet-document': ['summary'],
  analyzers: ['codecs', 'order', 'option', 'packet', 'packet-meta', 'issue', 'summary', 'findings', 'selection'],
  findings: ['codecs', 'order', 'packet', 'issue', 'summary', 'comparison'],
  capture: ['codecs', 'order', 'option', 'packet', 'packet-meta', 'issue'],
  // 2: facts to findings, and the hot loop
  diagnosis: ['codecs', 'order', 'packet', 'issue', 'summary', 'analyzers', 'findings'],
  batch: ['packet', 'packet-meta', 'analyzers'],
  'event-queue': ['analyzers'],
  // a user's analyzers and their place in the hot loop, and packets for loops of one's own
  'packet-analyzer': ['codecs', 'packet', 'summary'],
  'own-analyzers': ['packet-analyzer', 'selection', 'codecs', 'option', 'packet', 'packet-meta', 'summary', 'findings'],
  packets: ['codecs', 'option', 'packet', 'issue', 'capture'],
  observe: ['packet', 'analyzers', 'own-analyzers'],
  pipeline: [
    'packet-analyzer',
    'own-analyzers',
    'selection',
    'codecs',
    'option',
    'packet',
    'issue',
    'summary',
    'analyzers',
    'findings',
    'capture',
    'diagnosis',
    'batch',
    'event-queue',
    'observe',
    'state-error',
  ],
  // a Summarizer as bytes, to go on from
  states: [
    'option',
    'issue',
    'state-error',
    'selection',
    'analyzers',
    'capture',
    'packet-analyzer',
    'pipeline',
    'node-file-names',
  ],
  'node-file-names': ['capture', 'pipeline'],
  // two captures of the same traffic
  compare: [
    'order',
    'codecs',
    'option',
    'packet',
    'issue',
    'summary',
    'comparison',
    'selection',
    'analyzers',
    'findings',
    'capture',
    'pipeline',
  ],
  // many capture points of one fabric
  fleet: [
    'order',
    'codecs',
    'option',
    'packet',
    'packet-analyzer',
    'summary',
    'fleet-document',
    'analyzers',
    'findings',
    'capture',
    'pipeline',
    'compare',
    'selection',
    'state-error',
    'states',
    'node-file-names',
  ],
  // 3: words, threads, and the same pipeline over paths of a file system
  report: ['codecs', 'option', 'summary', 'comparison', 'fleet-document', 'findings'],
  workers: ['codecs', 'packet-meta', 'analyzers', 'batch', 'capture', 'event-queue', 'pipeline', 'fleet'],
  // captures to captures: what is inside the tunnels, and selections of records
  transform: ['codecs', 'option', 'packet', 'issue', 'capture', 'selection'],
  node: ['index', 'capture', 'node-summarize', 'node-follow', 'states'],
  'node-follow': ['option', 'packet-analyzer', 'capture', 'pipeline'],
  'node-summarize': [
    'codecs',
    'option',
    'packet',
    'issue',
    'summary',
    'analyzers',
    'findings',
    'capture',
    'packet-analyzer',
    'own-analyzers',
    'pipeline',
    'node-file-names',
    'states',
    'workers',
  ],
  // the report page, and what runs in it
  page: ['codecs', 'order', 'option', 'summary', 'comparison', 'fleet-document', 'findings', 'report'],
  // arbitraries for other people's tests
  testing: ['codecs', 'option', 'packet', 'issue', 'capture'],
  // 4: people, at a terminal and in a tab
  cli: ['*'],
  web: ['codecs', 'compare', 'comparison', 'summary', 'analyzers', 'findings', 'capture', 'pipeline', 'report', 'page'],
  // the front door: re-exports of everything that runs in a browser
  index: [
    'codecs',
    'packet',
    'issue',
    'summary',
    'comparison',
    'fleet-document',
    'compare',
    'fleet',
    'analyzers',
    'findings',
    'capture',
    'transform',
    'packet-analyzer',
    'packets',
    'pipeline',
    'report',
    'state-error',
    'workers',
  ],
}

/** Folders with a part each beside `src`. */
const HOUSES = ['src/', 'web/']

/**
 * Rooms of a part, each with the rooms of the same part that it may look into. Files beside the rooms are free to look anywhere, and may
 * be looked at: what belongs to the whole part lies there.
 */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  codecs: {
    core: [],
    link: ['core'],
    headers: ['core', 'link'],
    carriers: ['core', 'link', 'headers'],
    walk: ['core', 'link', 'headers', 'carriers'],
    build: ['core', 'link', 'headers', 'carriers', 'walk'],
    describe: ['core', 'link', 'headers', 'carriers', 'walk'],
  },
  capture: {
    formats: [],
    compression: [],
    merge: [],
    files: ['formats', 'compression'],
  },
  analyzers: {
    tables: [],
    lookup: ['tables'],
    events: ['tables', 'lookup'],
    reassembly: ['tables', 'lookup', 'events'],
    counters: ['tables', 'lookup'],
    stateful: ['tables', 'events'],
    'fast-path': ['tables', 'lookup', 'events', 'counters'],
    summary: ['tables', 'stateful'],
  },
  findings: {
    words: [],
    mtu: ['words'],
    reachability: ['words'],
    identity: ['words'],
    integrity: ['words'],
    behaviour: ['words'],
    capture: ['words'],
    between: ['words'],
    fleet: ['words'],
  },
  compare: {
    reading: [],
    plan: ['reading'],
    matching: ['reading', 'plan'],
    account: ['reading', 'plan', 'matching'],
    document: ['reading', 'plan', 'account'],
  },
}

/** Entry points that must run in a browser: nothing that they reach may import `node:` or a node file. */
const BROWSER_ENTRIES = [
  'src/index.ts',
  'src/codecs/index.ts',
  'src/capture/index.ts',
  'src/analyzers/index.ts',
  'src/report/index.ts',
  'src/page/index.ts',
  'src/testing/index.ts',
  'web/client.tsx',
  'web/worker.ts',
]

/** The part that a file belongs to: its folder below `src`, or its own name; `web` is one by itself. */
function partOf(path: string): string {
  const [first = '', ...rest] = path.replace(/^src\//, '').split('/')
  return rest.length === 0 ? first.replace(/(\.d)?\.ts$/, '') : first
}

/** The room that a file of a part lies in; null for one beside the rooms. */
function roomOf(path: string): string | null {
  const steps = path.replace(/^src\//, '').split('/')
  return steps.length > 2 ? steps[1]! : null
}

/** Whether a file of a part may look at another one of it. */
function mayLookAt(part: string, from: string, to: string): boolean {
  const rooms = ROOMS[part]
  const [room, other] = [roomOf(from), roomOf(to)]
  if (rooms === undefined || room === null || other === null || room === other) return true
  return rooms[room]?.includes(other) ?? false
}

/** Files that import each other in a circle, type imports included: each circle once, as a sentence. */
function circles(reaches: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const way: string[] = []
  const follow = (path: string): void => {
    const before = way.indexOf(path)
    if (before !== -1) found.push(`${[...way.slice(before), path].join(' imports ')}: a circle`)
    if (before !== -1 || done.has(path)) return
    way.push(path)
    for (const target of reaches.get(path) ?? []) follow(target)
    way.pop()
    done.add(path)
  }
  for (const path of reaches.keys()) follow(path)
  return found
}

/** Whether a file is an edge that may use Node's own modules. */
function isNodeEdge(path: string): boolean {
  return path.startsWith('src/cli/') || /(^|\/)node(-[^/]*)?\.ts$/.test(path)
}

/** Every module specifier of a file, however it is imported: statically, re-exported, dynamically, as a type, by `require`. */
export function importsOf(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ESNext, true)
  const found: string[] = []
  const add = (node: ts.Node | undefined): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) found.push(node.text)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node.expression)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal)
    else if (
      ts.isCallExpression(node) &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require')
    ) {
      add(node.arguments[0])
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/** Resolves a relative specifier against the importing file. */
function resolve(from: string, specifier: string): string {
  const parts = from.split('/').slice(0, -1)
  for (const step of specifier.split('/')) {
    if (step === '..') parts.pop()
    else if (step !== '.') parts.push(step)
  }
  return parts.join('/')
}

/** The npm package that a bare specifier names. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Lines of a file that mention the identifier `name`, comments and strings apart. */
function linesWith(source: Source, name: string): number[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ESNext, true)
  const lines: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text === name) {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart()).line + 1)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return lines
}

/** Statements of the front door that are more than a re-export. */
function logicIn(source: Source): string[] {
  const file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.ESNext, true)
  return file.statements
    .filter((node) => !(ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined))
    .map((node) => node.getText().split('\n')[0] ?? '')
}

/**
 * Every place where the sources break the floor plan, one sentence each; empty when the house stands.
 * @param sources - All files of `src` and `web`, or a few planted ones.
 */
export function violations(sources: readonly Source[]): string[] {
  const found: string[] = []
  const importers = new Map<string, string[]>()
  const reaches = new Map<string, string[]>()
  for (const source of sources) {
    const { path } = source
    const part = partOf(path)
    const allowed = PARTS[part]
    if (allowed === undefined) found.push(`${path}: '${part}' has no place in the floor plan`)
    const room = roomOf(path)
    if (room !== null && part in ROOMS && !(room in ROOMS[part]!))
      found.push(`${path}: '${part}/${room}' has no place in the floor plan`)
    const targets: string[] = []
    for (const specifier of importsOf(source)) {
      if (specifier.startsWith('node:')) {
        // A declaration of an untyped package says what that package takes; it is no code and is not published.
        if (!isNodeEdge(path) && !path.endsWith('.d.ts')) {
          found.push(`${path} imports ${specifier} outside cli/ and the node files`)
        }
      } else if (specifier.startsWith('.')) {
        const target = resolve(path, specifier)
        targets.push(target)
        if (!HOUSES.some((house) => target.startsWith(house))) {
          // Command and site read their version from package.json; nothing else may look outside.
          if (!((isNodeEdge(path) || part === 'web') && target === 'package.json')) {
            found.push(`${path} imports ${target} outside src`)
          }
          continue
        }
        if (!/\.tsx?(\?bundled)?$/.test(target)) found.push(`${path} imports ${specifier} without its .ts extension`)
        const to = partOf(target)
        if (to !== part && allowed !== undefined && !allowed.includes('*') && !allowed.includes(to)) {
          found.push(`${path} imports ${target}: ${part} may not look at ${to}`)
        }
        if (to === part && !mayLookAt(part, path, target)) {
          found.push(`${path} imports ${target}: ${part}/${roomOf(path)} may not look at ${part}/${roomOf(target)}`)
        }
        if (isNodeEdge(target) && !isNodeEdge(path) && part !== 'workers') {
          found.push(`${path} imports the node file ${target}`)
        }
      } else {
        const name = packageOf(specifier)
        const files = importers.get(name) ?? []
        if (!files.includes(path)) importers.set(name, [...files, path])
      }
    }
    reaches.set(path, targets)
    if (!isNodeEdge(path) && path !== 'src/codecs/core/layout.ts') {
      for (const line of linesWith(source, 'Buffer')) found.push(`${path}:${line} uses Buffer`)
    }
    if (path === 'src/index.ts' || path === 'src/node.ts') {
      for (const line of logicIn(source)) found.push(`${path} is a front door and holds logic: ${line}`)
    }
  }
  found.push(...circles(reaches))
  for (const [name, files] of importers) {
    if (files.length > 1) found.push(`npm package ${name} has ${files.length} importing files: ${files.join(', ')}`)
    for (const path of files) {
      if (path.startsWith('src/codecs/') && !(name === 'buffer-layout' && path === 'src/codecs/core/layout.ts')) {
        found.push(`${path} imports the npm package ${name}`)
      }
    }
  }
  for (const entry of BROWSER_ENTRIES) {
    const seen = new Set<string>([entry])
    for (const path of seen) for (const target of reaches.get(path) ?? []) seen.add(target)
    for (const path of seen) if (isNodeEdge(path)) found.push(`${entry} reaches the node file ${path}`)
  }
  return found
}
