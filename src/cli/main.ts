#!/usr/bin/env node
/** The program `vxpcap`: answers `--version` before anything heavy is loaded, and hands everything else on. */
import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import type { Host } from './host.ts'

const manifest: { version: string } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const argv = process.argv.slice(2)

// A pipe that closes also emits an error; the write that met it has been told already.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${manifest.version}\n`)
} else {
  const edges = () => import('./edges.ts')
  const host: Host = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    stdinIsTerminal: isatty(0),
    version: manifest.version,
    summarizer: async () => (await edges()).summarizeFiles,
    open: async (path, signal) => (await edges()).openCapture(path, { signal }),
    expand: async (paths) => (await edges()).expandPaths(paths),
    follower: async () => (await edges()).followFile,
    output: async (path, inputs) => (await edges()).openOutput(path, inputs),
    onInterrupt(listener) {
      process.once('SIGINT', listener)
      return () => process.off('SIGINT', listener)
    },
  }
  const { run } = await import('./program.ts')
  // Everything has been handed over by now; a standard input that is still open must not keep the program alive.
  process.exit(await run(argv, host))
}
