/** What people type in place of a command's whole name: its beginning, or a capture alone. */
import { UsageError } from './arguments.ts'
import type { Host } from './host.ts'
import { STDIN } from './inputs.ts'

/** The command that a capture alone means. */
const USUAL = 'summarize'
const HELP = 'help'
/** Options of the program itself. */
const OWN: readonly string[] = ['-h', '--help', '-V', '--version']

/**
 * The arguments with the command's whole name. Captures and options alone mean that they are summarized, and so is standard input
 * where there are no arguments and it is no terminal.
 * @param commands - Names of all commands.
 * @throws UsageError where the beginning of a name could be several, or nothing is called so.
 */
export function completed(argv: readonly string[], commands: readonly string[], host: Host): string[] {
  const [first, ...rest] = argv
  if (first === undefined) return host.stdinIsTerminal ? [] : [USUAL]
  if (first === HELP) {
    const [about, ...more] = rest
    return about === undefined || about === HELP ? [HELP] : [HELP, nameOf(about, commands), ...more]
  }
  if (commands.includes(first) || OWN.includes(first)) return [...argv]
  if (first.startsWith('-') && first !== STDIN)
    return argv.some((word) => OWN.includes(word)) ? [...argv] : [USUAL, ...argv]
  if (looksLikeCapture(first)) return [USUAL, ...argv]
  return beginningOf(first, commands).length > 0 ? [nameOf(first, commands), ...rest] : [...argv]
}

/** Whether an argument can only be a capture. */
function looksLikeCapture(argument: string): boolean {
  return argument === STDIN || (!argument.startsWith('-') && /[./\\]/.test(argument))
}

function beginningOf(word: string, commands: readonly string[]): string[] {
  return commands.filter((name) => name.startsWith(word))
}

function nameOf(word: string, commands: readonly string[]): string {
  if (commands.includes(word)) return word
  const [only, ...others] = beginningOf(word, commands)
  if (only === undefined) throw new UsageError(`there is no command '${word}'; there are ${commands.join(', ')}`)
  if (others.length > 0) throw new UsageError(`'${word}' could be ${[only, ...others].join(', ')}; type more of it`)
  return only
}
