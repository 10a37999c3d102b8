/** Where the shared captures lie, and what to say when they are absent. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project root. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const SHARED = join(ROOT, '..', 'shared')

/** Public captures with the oracle's answers, or `undefined` when they are not beside the project. */
export const CORPUS = existsSync(join(SHARED, 'corpus', 'expected.json')) ? join(SHARED, 'corpus') : undefined

/** Captures of the lab with the truth about each, or `undefined` when they are not beside the project. */
export const LAB = existsSync(join(SHARED, 'lab', 'captures')) ? join(SHARED, 'lab', 'captures') : undefined

/** Captures of what real fabrics do, with what must and must not be said of each, or `undefined` when they are not beside the project. */
export const FIELD = existsSync(join(SHARED, 'field', 'cases.json')) ? join(SHARED, 'field') : undefined

/** Small captures that once got through an edge, or `undefined` when they are not beside the project. */
export const FAULTS = existsSync(join(SHARED, 'faults', 'README.md')) ? join(SHARED, 'faults') : undefined

/** Ends a suite's name, so that a skipped run says why. */
export function because(present: string | undefined): string {
  return present === undefined ? ' — SKIPPED: ../shared is not beside this project' : ''
}
