/** The captures that a command is given: standard input at most once, directories and patterns as the files in them. */
import { plural } from '../report/number.ts'
import { printable } from '../report/printable.ts'
import { troubleLine } from '../report/trouble.ts'
import { shortened } from '../report/words.ts'
import { UsageError } from './arguments.ts'
import { complain, type Host } from './host.ts'

/** The argument that means standard input. */
export const STDIN = '-'

/** Names shown of a directory's files. */
const MOST_NAMED = 5

/**
 * Refuses what cannot be read from standard input.
 * @param command - As the way out names it.
 * @throws UsageError when `-` is given twice, or is a terminal.
 */
export function checkStandardInput(paths: readonly string[], host: Host, command: string): void {
  const times = paths.filter((path) => path === STDIN).length
  if (times > 1) throw new UsageError("'-' is given more than once; standard input can be read only once")
  if (times === 1 && host.stdinIsTerminal) {
    throw new UsageError(`'-' reads standard input, which is a terminal; try: tcpdump -U -w - | vxpcap ${command} -`)
  }
}

/** Captures to be read, and what there is to complain about already. */
export interface Inputs {
  paths: string[]
  troubles: string[]
}

/** Replaces directories and patterns by the captures in them, and says on standard error which those are, unless `quiet`. */
export async function expandInputs(given: readonly string[], host: Host, quiet = false): Promise<Inputs> {
  const { paths, expansions, unreadable } = await host.expand(given)
  for (const { given: from, captures, passedOver } of quiet ? [] : expansions) {
    const names = captures.map((path) => printable(path.slice(path.lastIndexOf('/') + 1)))
    const last = names.length > MOST_NAMED ? ` … ${names.at(-1)}` : ''
    const others = passedOver.length === 0 ? '' : `; no captures: ${shortened(passedOver.map(printable), MOST_NAMED)}`
    const count = plural(names.length, 'capture')
    await complain(host, `${printable(from)}: ${count}: ${names.slice(0, MOST_NAMED).join(', ')}${last}${others}`)
  }
  return { paths: [...paths], troubles: unreadable.map(({ given: path, error }) => troubleLine(path, error)) }
}
