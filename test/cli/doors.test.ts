/** Every command over every hostile string, in every place that a capture or a command line has: shown, never obeyed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PcapngWriter } from '../../src/capture/formats/writer.ts'
import * as edges from '../../src/cli/edges.ts'
import type { Host } from '../../src/cli/host.ts'
import { run } from '../../src/cli/program.ts'
import { createProgress } from '../../src/cli/progress.ts'
import { readAll } from '../capture/files.ts'
import { fixture } from '../support/goldens.ts'
import { HOSTILE_TEXTS, LONE_SURROGATES, obeyed } from '../support/hostile-text.ts'
import { ROOT } from '../support/shared.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vxpcap-doors-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the report's own colours are made of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const COLORS = /\u001b\[\d+m/g

/** Runs a command on real files. */
async function printed(argv: string[], isTerminal = false): Promise<{ status: number; out: string; err: string }> {
  const result = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    isTTY: isTerminal,
    columns: 100,
    write(chunk: string, done: (error?: Error | null) => void) {
      result[name] += chunk
      setImmediate(done)
      return true
    },
  })
  const host: Host = {
    stdout: stream('out'),
    stderr: stream('err'),
    env: {},
    stdinIsTerminal: false,
    version: '1.2.3',
    summarizer: async () => edges.summarizeFiles,
    open: (path, signal) => edges.fileSource(path, { signal }),
    expand: edges.expandPaths,
    size: async () => null,
    comparer: async () => edges.compareCaptures,
    follower: async () => edges.followFile,
    fleet: async () => edges.fleet,
    output: edges.awaitOutput,
    onInterrupt: () => () => {},
  }
  const status = await run([...argv, ...(argv[0] === 'summarize' ? ['--no-progress'] : [])], host)
  return { status, ...result }
}

/** A pcapng capture with tunnel packets that has `text` wherever the format has room for words, and then damage. */
function captureWith(text: string): Uint8Array {
  const pieces: Uint8Array[] = []
  const writer = new PcapngWriter((bytes) => pieces.push(bytes), {
    hardware: text,
    os: text,
    application: text,
    comments: [text],
  })
  const { packets } = readAll(readFileSync(fixture('seed-ovs-h1.pcap')))
  const id = writer.addInterface({ linkType: 1, name: `if${text}`, description: text, comments: [text] })
  for (const packet of packets.slice(0, 4)) {
    const bytes = Uint8Array.from(Buffer.from(packet.bytes, 'hex'))
    const view = new DataView(bytes.buffer)
    writer.write(view, { ...packet, at: 0, capturedLength: view.byteLength, wireLength: view.byteLength }, id, [text])
  }
  writer.flush()
  return Buffer.concat([...pieces, Buffer.from('06000000ffffffff', 'hex')])
}

/** Everything that is run for a text. */
function commandLines(text: string, here: string): string[][] {
  const capture = join(here, `c${text}.pcapng`)
  const second = join(here, `d${text}.pcapng`)
  const output = join(here, `o${text}.pcapng`)
  const options = [['--color', 'never'], ['--merge-by-time'], ['--json'], ['--sarif']]
  return [
    ...options.flatMap((option) => [
      ['summarize', ...option, capture],
      ['summarize', ...option, capture, second, join(here, `absent${text}`)],
    ]),
    ['summarize', '--color', 'always', capture, second],
    ['summarize', here],
    ['summarize', join(here, `c${text}*`)],
    ['summarize', join(here, `absent${text}*`)],
    ['summarize', `--fail-on=${text}`, capture],
    ['summarize', '--top', text, capture],
    ['summarize', '--vtep', text, capture],
    ['summarize', '--follow', capture, second],
    ['summarize', '--follow', join(here, `absent${text}`)],
    ['flows', '--no-progress', capture, second],
    ['macs', '--no-progress', '--csv', capture, join(here, `absent${text}`)],
    ['vteps', '--no-progress', '--jsonl', capture],
    ['vnis', '--no-progress', '-o', join(here, `vnis${text}.csv`), capture],
    ['flows', '--sort', text, capture],
    ['decode', capture],
    ['decode', '--hex', capture, second],
    ['decode', '--json', capture, join(here, `absent${text}`)],
    ['decode', '--packet', text, capture],
    ['decap', capture, second, '-o', output],
    ['decap', join(here, `absent${text}`), '-o', output],
    ['decap', capture, '-o', join(here, `absent${text}`, 'x')],
    ['decap', capture, '-o', join(capture, 'x')],
    ['decap', capture, '-o', capture],
    ['filter', capture, '--vni', '0', '-o', output],
    ['filter', capture, '--mac', text, '-o', output],
    ['findings', text],
    [`--${text}`],
    [text],
    [`${text}.pcap`],
    ['summarize', `--${text}`, capture],
  ]
}

describe.each(Object.entries({ ...HOSTILE_TEXTS, ...LONE_SURROGATES }))('%s', (name, text) => {
  it('drives no terminal and forges no line', { timeout: 120_000 }, async () => {
    const [here, plain] = [join(folder, name), join(folder, `${name} plain`)]
    // A high half is in no name of a file, and nothing on a command line begins with what is no UTF-8.
    const isName = name !== 'high'
    const harmless = 'x'
    for (const [where, word] of [
      [here, isName ? text : harmless],
      [plain, harmless],
    ] as const) {
      mkdirSync(where)
      for (const first of ['c', 'd']) {
        const path = edges.fsPath(join(where, `${first}${word}.pcapng`))
        writeFileSync(path, captureWith(where === here ? text : harmless))
      }
    }
    const expected = commandLines(harmless, plain)
    for (const [index, argv] of commandLines(text, here).entries()) {
      const given = isName ? argv : argv.map((each) => each.replace(text, harmless))
      const { status, out, err } = await printed(given)
      const like = await printed(expected[index]!)
      const what = JSON.stringify(argv)
      // Lines of CSV end in CR LF.
      const rows = argv.includes('--csv') ? out.replaceAll('\r\n', '\n') : out
      expect(obeyed(argv.includes('always') ? rows.replace(COLORS, '') : rows), what).toBe(null)
      expect(obeyed(err), what).toBe(null)
      expect(err.split('\n').length, what).toBe(like.err.split('\n').length)
      expect(err, what).toMatch(/^(vxpcap: [^\n]+\n)*$/)
      expect(status, what).toBe(like.status)
      if (argv.includes('--json') || argv.includes('--sarif')) expect(() => JSON.parse(out), what).not.toThrow()
      else if (!argv.includes('summarize') && !argv.includes('findings'))
        expect(out.split('\n').length, what).toBe(like.out.split('\n').length)
    }
    if (!isName) return
    // What is escaped for people is whole for programs.
    const { capture } = JSON.parse((await printed(['summarize', '--json', join(here, `c${text}.pcapng`)])).out)
    expect(capture.files[0].name).toBe(`c${text}.pcapng`)
    const { packets } = JSON.parse(
      (await printed(['decode', '--json', '--packet', '1', join(here, `c${text}.pcapng`)])).out,
    )
    if (name !== 'low') expect(packets[0].comments).toEqual([text])
    expect(readdirSync(here).filter((each) => each.includes('.part'))).toEqual([])
  })
})

describe('the doors', () => {
  it('are in one file: nothing else of the command line writes to a stream', () => {
    const files = readdirSync(join(ROOT, 'src/cli'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    expect(files.length).toBeGreaterThan(10)
    const writing = files.filter((name) =>
      /\b(stdout|stderr|stream)\.write\(|console\./.test(readFileSync(join(ROOT, 'src/cli', name), 'utf8')),
    )
    // main.ts prints the version before anything is loaded.
    expect(writing.sort()).toEqual(['host.ts', 'main.ts'])
  })

  it('progress has figures and no names', async () => {
    let drawn = ''
    const stream = {
      isTTY: true,
      columns: 80,
      write: (text: string) => (drawn += text),
    } as unknown as NodeJS.WritableStream
    const progress = createProgress(stream, { delayMs: 0 })
    expect(progress.update.length).toBe(2)
    progress.stop()
    expect(obeyed(drawn)).toBe(null)
  })
})
