/** The program as it is shipped: built once into a folder of its own, so that no other build gets in the way. */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'tsup'
import { bundledPrograms } from '../../build/bundled.ts'
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
  /**
   * Runs with standard input kept open after `input`, and sends Ctrl-C once the program has read it. How long that takes nobody
   * outside can see: a program that had not yet read it all is given twice the time, again and again.
   * @param hasRead - Whether the program did, as far as the run shows.
   */
  interrupt: (argv: string[], input: Uint8Array, hasRead: (run: Run) => boolean) => Promise<Run>
  remove: () => void
}

/** Milliseconds within which a program has read what it was given: at first, and at most. */
const SETTLED_MS = 200
const MOST_SETTLED_MS = 15_000

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
      'workers/node-analyze': join(ROOT, 'src/workers/node-analyze.ts'),
      'workers/node-point': join(ROOT, 'src/workers/node-point.ts'),
    },
    outDir: join(folder, 'dist'),
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    splitting: true,
    esbuildPlugins: [bundledPrograms()],
    external: [/^node:/, /^[^./]/],
  })
  const script = join(folder, 'dist/cli/main.js')
  return {
    script,
    folder,
    library: join(folder, 'dist/node.js'),
    pooled: join(folder, 'dist/pooled.js'),
    run: (argv, options = {}) => run(script, argv, options),
    async interrupt(argv, input, hasRead) {
      for (let settled = SETTLED_MS; ; settled *= 2) {
        const result = await run(script, argv, { input }, settled)
        if (settled > MOST_SETTLED_MS || hasRead(result)) return result
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * Whether a program listens to signals, as Linux tells of SIGHUP: Node itself listens to the others. Elsewhere it is taken for granted.
 */
export function listens({ pid }: ChildProcess): boolean {
  if (process.platform !== 'linux') return true
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'
  return (Number.parseInt(mask.slice(-4), 16) & 1) !== 0
}

/** @param settled - Milliseconds from when the program listens to Ctrl-C, or else standard input is closed after what goes in. */
function run(script: string, argv: string[], options: RunOptions, settled: number | null = null): Promise<Run> {
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
    if (settled === null) child.stdin.end(options.input)
    else {
      child.stdin.write(options.input ?? '')
      void interrupt(child, settled)
    }
  })
}

/** Sends Ctrl-C some time after the program has begun to listen, unless it has ended. */
async function interrupt(child: ChildProcess, settled: number): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && !listens(child)) await sleep(10)
  await sleep(settled)
  child.kill('SIGINT')
}
