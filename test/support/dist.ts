/** The built package for tests: built when a source is newer than the last build, by one test process at a time. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ROOT } from './shared.ts'

const run = promisify(execFile)

/** The command's entry point in the built package. */
export const BIN = join(ROOT, 'dist/cli/main.js')

const STATE = join(ROOT, 'node_modules/.cache/vxpcap')
const STAMP = join(STATE, 'built-from')
const LOCK = join(STATE, 'building')

/** Fingerprint of everything that the build reads. */
function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('src', name))
    .filter((path) => statSync(join(ROOT, path)).isFile())
  const config = [
    'package.json',
    'tsconfig.json',
    'tsup.config.ts',
    'build/bundled.ts',
    'build/constants.ts',
    'build/namespaces.ts',
  ]
  for (const path of [...config, ...sources.sort()]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  }
  return hash.digest('hex')
}

function isFresh(): boolean {
  return existsSync(BIN) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint()
}

/**
 * Builds `dist` unless it already stands for the sources as they are.
 * @throws Error with the build's output when it fails.
 */
export async function ensureDist(): Promise<void> {
  mkdirSync(STATE, { recursive: true })
  const deadline = Date.now() + 240_000
  while (!isFresh()) {
    try {
      mkdirSync(LOCK)
    } catch {
      // Another test file builds; a lock that outlives any build is a killed process's.
      if (Date.now() > deadline) rmdirSync(LOCK)
      await sleep(200)
      continue
    }
    try {
      if (isFresh()) return
      await run('npm', ['run', 'build'], { cwd: ROOT, maxBuffer: 16 << 20 })
      writeFileSync(STAMP, fingerprint())
    } finally {
      rmdirSync(LOCK)
    }
  }
}
