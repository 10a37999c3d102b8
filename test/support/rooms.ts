/** Files of the project by name, whatever room of their folder they lie in. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ROOT } from './shared.ts'

/** Every file of a folder and its rooms: paths from the project root, in order. */
export function filesOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[a-z]+$/.test(path))
    .sort()
    .map((path) => `${folder}/${path}`)
}

/**
 * The one file of a folder with this name.
 * @throws Error when there is none, or more than one.
 */
export function fileNamed(folder: string, name: string): string {
  const found = filesOf(folder).filter((path) => basename(path) === name)
  if (found.length !== 1) throw new Error(`${folder} has ${found.length} files named ${name}`)
  return found[0]!
}
