/** The program as it is shipped: built once into a folder of its own, so that no other build gets in the way. */
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import { ROOT } from './shared.ts'

/** How a run ended. */
export interface Run {
  status: number | null
  out: string
  err: string
}

/** What a test gives the program besides arguments. */
export interface RunOptions {
  /** Standard input; at its end the pipe is closed. */
  input?: Uint8Array
  /** Keep standard input open after `input`, and send this signal once the program has had time to read it. */
  signal?: NodeJS.Signals
  /** Close the reading end of standard output at once. */
  closeOutput?: boolean
}

/** A built program. */
export interface Bin {
  /** Path of the program, for `node`. */
  script: string
  /** Folder that is removed with it. */
  folder: string
  /** Path of the library for Node that it uses, `vxpcap/node`. */
  library: string
  /** Path of `pooled.ts` beside it. */
  pooled: string
  run: (argv: string[], options?: RunOptions) => Promise<Run>
  remove: () => void
}

/** Milliseconds after which the program has started and read what it was given. */
const SETTLED_MS = 1500

/** Builds the program with the options that matter to it. */
export async function buildBin(): Promise<Bin> {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-bin-'))
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await build({
    config: false,
    silent: true,
    entry: {
      'cli/main': join(ROOT, 'src/cli/main.ts'),
      node: join(ROOT, 'src/node.ts'),
      pooled: join(ROOT, 'test/support/pooled.ts'),
      'workers/node-read': join(ROOT, 'src/workers/node-read.ts'),
      'workers/node-judge': join(ROOT, 'src/workers/node-judge.ts'),
    },
    outDir: join(folder, 'dist'),
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    splitting: true,
    external: [/^node:/, /^[^./]/],
  })
  const script = join(folder, 'dist/cli/main.js')
  return {
    script,
    folder,
    library: join(folder, 'dist/node.js'),
    pooled: join(folder, 'dist/pooled.js'),
    run: (argv, options = {}) => run(script, argv, options),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function run(script: string, argv: string[], options: RunOptions): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...argv], { stdio: 'pipe' })
    const result: Run = { status: null, out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => {
      result.out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      result.err += text
    })
    child.on('error', reject)
    child.on('close', (status) => resolve({ ...result, status }))
    // A program that does not read its input, or has ended, is not what is tested here.
    child.stdin.on('error', () => {})
    if (options.closeOutput) child.stdout.destroy()
    const { signal } = options
    if (signal === undefined) child.stdin.end(options.input)
    else {
      if (options.input !== undefined) child.stdin.write(options.input)
      setTimeout(() => child.kill(signal), SETTLED_MS)
    }
  })
}
