/**
 * Whether `dist` stands for the sources as they are. The stamp says what the last build read and what it wrote: a build that was
 * interrupted, and a file that was changed since, do not match it. It is in node_modules, so that `npm ci` always builds.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What the build reads beside `src`. */
const CONFIG = [
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
  'build/bundled.ts',
  'build/constants.ts',
  'build/namespaces.ts',
]

/** @param {string} root */
const stampOf = (root) => join(root, 'node_modules/.cache/vxpcap/built-from')

/**
 * Files of a folder, as paths from the root.
 * @param {string} root
 * @param {string} folder
 */
function filesOf(root, folder) {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(root, path)).isFile())
    .sort()
}

/**
 * Digest of files, with their names.
 * @param {string} root
 * @param {string[]} paths
 */
function digest(root, paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const bytes = readFileSync(join(root, path))
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

/** Fingerprint of everything that the build reads. @param {string} root */
export function sourcesOf(root) {
  return digest(root, [...CONFIG, ...filesOf(root, 'src')])
}

/** Fingerprint of everything that it wrote. @param {string} root */
function outputOf(root) {
  return digest(root, filesOf(root, 'dist'))
}

/** Whether `dist` is there, whole, and made of the sources as they are. @param {string} root */
export function isBuilt(root) {
  const stamp = stampOf(root)
  if (!existsSync(join(root, 'dist/cli/main.js')) || !existsSync(stamp)) return false
  return readFileSync(stamp, 'utf8') === `${sourcesOf(root)}\n${outputOf(root)}\n`
}

/**
 * Notes that `dist` was built.
 * @param {string} root
 * @param {string} sources - Fingerprint of what it was built from, taken before.
 */
export function markBuilt(root, sources) {
  const stamp = stampOf(root)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${sources}\n${outputOf(root)}\n`)
}
