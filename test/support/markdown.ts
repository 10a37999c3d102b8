/** What the documents name and show: paths, npm scripts and code blocks of a Markdown text. */

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

/** Whether real output is what a document shows; a line `…` or `...` stands for any number of lines. */
export function matchesShown(real: string, shown: string): boolean {
  const pattern = shown
    .trimEnd()
    .split('\n')
    .map((line) => (/^\s*(…|\.\.\.)$/.test(line) ? '(?:.*\\n)*?' : `${escaped(line.trimEnd())}[ \\t]*\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${real.trimEnd()}\n`)
}

/** Paths that a text names: in links, and in inline code that looks like one. */
export function pathsOf(markdown: string, folders: readonly string[]): string[] {
  const prose = withoutBlocks(markdown)
  const found = new Set<string>()
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (!/^([a-z]+:|#)/.test(target)) found.add(target.replace(/#.*$/, ''))
  }
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
