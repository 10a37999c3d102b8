/** Node edge: how the files of a summary are called, of which the paths are known. */
import { basename } from 'node:path'
import { STDIN } from './capture/files/node-input.ts'
import type { Summarizer } from './pipeline.ts'

/** Files by the last part of their paths; where two are alike, all as they were given. */
export function namesOf(paths: readonly string[]): string[] {
  const names = paths.map((path) => (path === STDIN ? STDIN : basename(path)))
  const alike = new Set(names).size < new Set(paths).size
  return alike ? [...paths] : names
}

/** Has the files of a summary called so, as far as their paths were given. */
export function nameFiles(summarizer: Pick<Summarizer, 'given' | 'rename'>): void {
  const { given } = summarizer
  const names = namesOf(given)
  summarizer.rename(new Map(given.map((path, index) => [path, names[index]!])))
}
