/** The captures of the two sides of a comparison: how they are told apart on the command line, and opened again and again. */
import { CaptureError } from '../capture/errors.ts'
import type { CompareInput } from '../compare/index.ts'
import type { Place } from '../comparison.ts'
import { baseName } from '../report/words.ts'
import { UsageError } from './arguments.ts'
import type { Host } from './host.ts'
import { expandInputs, STDIN } from './inputs.ts'

/** The sides as the command line gives them. */
export interface SideOptions {
  near?: string[] | undefined
  far?: string[] | undefined
}

/** A capture of a side, and its path. */
export interface SideInput extends CompareInput {
  path: string
}

/** Both sides, and what there is to complain about already. */
export interface Sides {
  near: SideInput[]
  far: SideInput[]
  troubles: string[]
}

const HOW =
  'one capture, directory or quoted pattern for each side, or several with --near FILE … --far FILE …; see vxpcap compare --help'

/** What each side was given: the two arguments, and whatever --near and --far add. @throws UsageError. */
export function sidesGiven(given: readonly string[], { near = [], far = [] }: SideOptions): Record<Place, string[]> {
  const sides = { near: [...given.slice(0, 1), ...near], far: [...given.slice(1, 2), ...far] }
  if (given.length > 2) {
    throw new UsageError(`compare takes two captures and these are ${given.length}; give ${HOW}`)
  }
  // Beside --far alone the one argument is the near side, as it always is.
  if (given.length === 1 && near.length > 0) {
    throw new UsageError(`'${given[0]}': near or far? With one capture alone neither is meant; give ${HOW}`)
  }
  const missing = sides.near.length === 0 ? 'near' : sides.far.length === 0 ? 'far' : null
  if (missing !== null) throw new UsageError(`compare needs two sides, and the ${missing} one is missing; give ${HOW}`)
  if ([...sides.near, ...sides.far].includes(STDIN)) {
    throw new UsageError(
      "'-': compare reads each capture several times, and standard input can be read only once; save it to a file first",
    )
  }
  return sides
}

/** Replaces directories and patterns by the captures in them. @param signal - Ends the reading. */
export async function sidesOf(
  given: Record<Place, string[]>,
  host: Host,
  signal: AbortSignal,
  quiet: boolean | undefined,
  pause: () => Promise<void>,
): Promise<Sides> {
  const troubles: string[] = []
  const of = async (place: Place): Promise<SideInput[]> => {
    const found = await expandInputs(given[place], host, quiet)
    troubles.push(...found.troubles)
    const { paths } = found
    const isAlike = new Set(paths.map(baseName)).size < paths.length
    return paths.map((path) => ({
      path,
      name: isAlike ? path : lastPart(path),
      open: () => opened(path, host, signal, pause),
    }))
  }
  return { near: await of('near'), far: await of('far'), troubles }
}

/** Opens a capture that can be opened again. @param pause - Waited for before each piece, so that output keeps up. */
async function opened(path: string, host: Host, signal: AbortSignal, pause: () => Promise<void>) {
  const source = await host.open(path, signal)
  if (source.isStream === true) {
    await source.close?.()
    throw new CaptureError(
      'unreadable',
      'can be read only once, and compare reads each capture several times; save it to a file first',
    )
  }
  const read = source.read.bind(source)
  source.read = async (into) => {
    await pause()
    return read(into)
  }
  return source
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path
}
