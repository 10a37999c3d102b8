/** The built package for tests: built when a source is newer than the last build, by one test process at a time. */
import { execFile } from 'node:child_process'
import { mkdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { isBuilt } from '../../build/built.mjs'
import { ROOT } from './shared.ts'

const run = promisify(execFile)

/** The command's entry point in the built package. */
export const BIN = join(ROOT, 'dist/cli/main.js')

const STATE = join(ROOT, 'node_modules/.cache/vxpcap')
const LOCK = join(STATE, 'building')

/**
 * Builds `dist` unless it already stands for the sources as they are.
 * @throws Error with the build's output when it fails.
 */
export async function ensureDist(): Promise<void> {
  mkdirSync(STATE, { recursive: true })
  const deadline = Date.now() + 240_000
  while (!isBuilt(ROOT)) {
    try {
      mkdirSync(LOCK)
    } catch {
      // Another test file builds; a lock that outlives any build is a killed process's.
      if (Date.now() > deadline) rmdirSync(LOCK)
      await sleep(200)
      continue
    }
    try {
      await run('npm', ['run', 'prepare'], { cwd: ROOT, maxBuffer: 16 << 20 })
    } finally {
      rmdirSync(LOCK)
    }
  }
}
