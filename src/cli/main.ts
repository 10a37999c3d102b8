#!/usr/bin/env node
/** The program `vxpcap`: answers `--version` before anything heavy is loaded, and hands everything else on. */
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { StopSignal } from './exit-status.ts'
import type { Host } from './host.ts'

const manifest: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const argv = process.argv.slice(2)
/** Whether an argument was no UTF-8: Node has put this character in its place. */
const hasLostBytes = argv.some((word) => word.includes('\ufffd'))
const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

// A pipe that closes also emits an error; the write that met it has been told already.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const isVerbose = argv.length === 2 && argv.includes('--verbose')
if ((argv.length === 1 || isVerbose) && (argv.includes('--version') || argv.includes('-V'))) {
  const fail = (error: unknown): void => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    process.exitCode = 2
    process.stderr.write(`vxpcap: standard output: ${(error as Error).message}\n`)
  }
  try {
    const { machine } = isVerbose ? await import('./machine.ts') : { machine: () => '' }
    process.stdout.write(`${manifest.version}\n${machine()}`, (error) => error && fail(error))
  } catch (error) {
    // Files are written at once.
    fail(error)
  }
} else {
  const edges = () => import('./edges.ts')
  const host: Host = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    stdinIsTerminal: isatty(0),
    version: manifest.version,
    summarizer: async () => (await edges()).summarizeFiles,
    open: async (path, signal) => (await edges()).fileSource(path, { signal }),
    expand: async (paths) => (await edges()).expandPaths(paths),
    size: async (paths) => (await edges()).totalSize(paths),
    comparer: async () => (await edges()).compareCaptures,
    follower: async () => (await edges()).followFile,
    fleet: async () => (await edges()).fleet,
    output: async (path, inputs, signal) => (await edges()).awaitOutput(path, inputs, signal),
    onInterrupt(listener) {
      const first = (signal: StopSignal): void => {
        release()
        listener(signal)
      }
      const release = (): void => SIGNALS.forEach((signal) => void process.off(signal, first))
      for (const signal of SIGNALS) process.on(signal, first)
      return release
    },
  }
  const { run } = await import('./program.ts')
  // Everything has been handed over by now; a standard input that is still open must not keep the program alive.
  process.exit(await run(hasLostBytes ? (await edges()).rawArguments(argv) : argv, host))
}
