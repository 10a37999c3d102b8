/**
 * `npm run prepare`, which npm runs after `npm ci`, before it packs, and again for `npx vxpcap` in a clone: builds, unless `dist` already
 * stands for the sources.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { isBuilt, markBuilt, sourcesOf } from './built.mjs'

const root = join(import.meta.dirname, '..')
if (!isBuilt(root)) {
  const sources = sourcesOf(root)
  const { status, error } = spawnSync('tsup', ['--silent'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error !== undefined)
    console.error(`tsup cannot be run (${error.message}); npm run prepare finds it, after npm ci`)
  if (status === 0) markBuilt(root, sources)
  process.exitCode = status ?? 1
}
