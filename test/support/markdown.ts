/** What the documents name and show: paths, npm scripts, links, anchors and code blocks of a Markdown text. */
import { posix } from 'node:path'

/** A fenced code block. */
export interface Block {
  /** First word after the fence, `console` for example; empty when there is none. */
  language: string
  text: string
  /** Line of the opening fence, from 1. */
  line: number
  /** The block that follows with nothing but blank lines between, if any. */
  next?: Block
}

/** All fenced code blocks in order. */
export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let open: { fence: string; language: string; line: number; body: string[] } | undefined
  let adjacent = false
  for (const [index, line] of lines.entries()) {
    const fence = /^(`{3,})\s*(\S*)/.exec(line)
    if (open === undefined) {
      if (fence !== null) open = { fence: fence[1] ?? '', language: fence[2] ?? '', line: index + 1, body: [] }
      else if (line.trim() !== '') adjacent = false
    } else if (line.trim() === open.fence) {
      const block: Block = { language: open.language, text: open.body.join('\n'), line: open.line }
      const previous = blocks.at(-1)
      if (adjacent && previous !== undefined) previous.next = block
      blocks.push(block)
      open = undefined
      adjacent = true
    } else open.body.push(line)
  }
  return blocks
}

/** One command of a console block and the output that is shown under it. */
export interface Shown {
  command: string
  output: string
}

/** Commands (`$ …`, continued by a backslash at the end of a line) and their outputs in a console block. */
export function commandsOf(block: Block): Shown[] {
  const shown: Shown[] = []
  let continued = false
  for (const line of block.text.split('\n')) {
    const last = shown.at(-1)
    if (continued && last !== undefined) last.command += `\n${line}`
    else if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: '' })
    else if (last === undefined) throw new SyntaxError(`line ${block.line}: a console block starts with '$ '`)
    else last.output += `${line}\n`
    continued = (continued || line.startsWith('$ ')) && line.endsWith('\\')
  }
  return shown
}

/** A text as a regular expression that matches it alone. */
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Lines of CSV end in a carriage return, which documents do not show. */
const withoutReturns = (text: string): string => text.replaceAll('\r\n', '\n')

/** Whether real output is what a document shows; a line `…` or `...` stands for any number of lines. */
export function matchesShown(real: string, shown: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('\n')
    .map((line) => (isCut(line) ? '(?:.*\\n)*?' : `${escaped(line.trimEnd())}[ \\t]*\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${withoutReturns(real).trimEnd()}\n`)
}

/**
 * What real output looks like where a document shows something else. Of an output that is shortened in one place, as many lines
 * stay before and behind `…` as were there.
 */
export function reshown(real: string, shown: string): string {
  const lines = shown.trimEnd().split('\n')
  const cuts = lines.flatMap((line, index) => (isCut(line) ? [index] : []))
  const now = withoutReturns(real).trimEnd().split('\n')
  const [at = 0] = cuts
  if (cuts.length !== 1 || now.length < lines.length) return now.join('\n')
  const behind = lines.length - at - 1
  return [...now.slice(0, at), lines[at], ...now.slice(now.length - behind)].join('\n')
}

/** Whether a line stands for lines that are not shown. */
const isCut = (line: string): boolean => /^\s*(…|\.\.\.)$/.test(line)

/** Targets of the links in a text, without those that lead to another site. */
export function linksOf(markdown: string): string[] {
  const prose = withoutBlocks(markdown).replace(/`[^`\n]*`/g, '')
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
  const references = [...prose.matchAll(/^\[[^\]]+\]:\s+<?([^\s>]+)/gm)]
  const embedded = [...prose.matchAll(/\b(?:src|href)="([^"]+)"/g)]
  return [...inline, ...references, ...embedded]
    .map(([, target = '']) => target)
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
}

/** What a `#` may lead to in a text: its headings as code-hosting sites name them (GitHub, GitLab), and marks of its own. */
export function anchorsOf(markdown: string): Set<string> {
  const prose = withoutBlocks(markdown)
  const anchors = new Set<string>()
  for (const [, heading = ''] of prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/<[^>]*>/g, '')
    const name = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-')
    let unique = name
    for (let again = 1; anchors.has(unique); again++) unique = `${name}-${again}`
    anchors.add(unique)
  }
  for (const [, name = ''] of prose.matchAll(/<\w+\s[^>]*\b(?:id|name)="([^"]+)"/g)) anchors.add(name)
  return anchors
}

/**
 * Links of a document that lead nowhere: to no file or folder, or to no heading of a document.
 * @param name - Its path in the project.
 * @param documents - Texts of all documents by path.
 * @param files - Paths of all files and folders.
 */
export function deadLinks(name: string, documents: ReadonlyMap<string, string>, files: readonly string[]): string[] {
  return linksOf(documents.get(name) ?? '').filter((target) => {
    const [path = '', anchor] = decodeURI(target).split('#')
    const file = path === '' ? name : posix.join(posix.dirname(name), path).replace(/\/$/, '')
    if (file !== '.' && !files.includes(file)) return true
    if (anchor === undefined) return false
    const text = documents.get(file)
    return text === undefined || !anchorsOf(text).has(anchor)
  })
}

/** Paths that a text names in inline code that looks like one. */
export function pathsOf(markdown: string, folders: readonly string[]): string[] {
  const prose = withoutBlocks(markdown)
  const found = new Set<string>()
  for (const [, code = ''] of prose.matchAll(/`([^`\n]+)`/g)) {
    if (!/^[\w.*{},@/-]+$/.test(code)) continue
    const first = code.split('/')[0] ?? ''
    const inFolder = code.includes('/') && folders.includes(first)
    const atRoot = !code.includes('/') && /^[\w.-]+\.(md|json|config\.ts)$/.test(code)
    if (inFolder || atRoot) found.add(code)
  }
  return [...found]
}

/** Names of the npm scripts that a text mentions: `npm test`, `npm run bench`. */
export function scriptsOf(markdown: string): string[] {
  const found = new Set<string>()
  for (const [, name = ''] of markdown.matchAll(/\bnpm run ([\w:-]+)/g)) found.add(name)
  if (/\bnpm test\b/.test(markdown)) found.add('test')
  return [...found]
}

/** A Markdown text without its fenced blocks. */
function withoutBlocks(markdown: string): string {
  return markdown.replace(/^(`{3,})[^\n]*\n[\s\S]*?^\1\s*$/gm, '')
}

/** Whether one of `files` (relative paths) is what a document names: a file, a folder, or a pattern with `*` and `{a,b}`. */
export function exists(path: string, files: readonly string[]): boolean {
  const clean = path.replace(/^\.\//, '').replace(/\/$/, '')
  const pattern = clean
    .split(/(\*\*|\*|\{[^}]*\})/)
    .map((part) => {
      if (part === '**') return '.*'
      if (part === '*') return '[^/]*'
      if (part.startsWith('{')) return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`
      return escaped(part)
    })
    .join('')
  const whole = new RegExp(`^(?:src/)?${pattern}(?:/|$)`)
  return files.some((file) => whole.test(file))
}
