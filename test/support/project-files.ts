/** The project's own files, without what is built, installed or measured. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './shared.ts'

const MADE = /^(node_modules|dist|coverage|\.git|docs\/api|bench\/(\.cache|results))(\/|$)/

/** Whether a path is of what is built, installed or measured, which a document may name whether it is there or not. */
export const isMade = (path: string): boolean => MADE.test(path)

/** Paths of all files and folders, relative to the project's folder. */
export function projectFiles(): string[] {
  const files: string[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isMade(path)) continue
      files.push(path)
      if (entry.isDirectory()) walk(path)
    }
  }
  walk('')
  return files
}
