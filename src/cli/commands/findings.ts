/** `vxpcap findings`: every finding code, what it means, what it rests on, what to do. */
import { CATALOG } from '../../findings/catalog.ts'
import { toAscii } from '../../report/ascii.ts'
import { wrap } from '../../report/wrap.ts'
import { UsageError } from '../arguments.ts'
import { DONE } from '../exit-status.ts'
import { type Host, print, printJson } from '../host.ts'
import { type Screen, screenOf } from '../screen.ts'

/** Prose wider than this is hard to read. */
const MOST_COLUMNS = 100

/** The options as the command line gives them. */
export interface FindingsOptions {
  json?: boolean | undefined
  width?: number | undefined
  ascii?: boolean | undefined
}

/**
 * Runs the command.
 * @param words - Codes or their beginnings, in any case; all codes where there are none.
 * @returns Exit status. @throws UsageError for a word that no code begins with.
 */
export async function findings(words: readonly string[], options: FindingsOptions, host: Host): Promise<number> {
  const wanted = words.map((word) => word.toUpperCase().replaceAll('-', '_'))
  const unknown = words[wanted.findIndex((word) => !CATALOG.some(({ code }) => code.startsWith(word)))]
  if (unknown !== undefined) {
    throw new UsageError(`there is no finding '${unknown}'; vxpcap findings prints all of them`)
  }
  const chosen = CATALOG.filter(({ code }) => wanted.length === 0 || wanted.some((word) => code.startsWith(word)))
  if (options.json) await printJson(host, `${JSON.stringify(chosen, null, 2)}\n`)
  else {
    const screen = screenOf(options, host)
    await print(host, chosen.map((entry) => paragraph(entry, screen)).join('\n'))
  }
  return DONE
}

function paragraph(
  { code, severity, meaning, evidence, advice }: (typeof CATALOG)[number],
  { width, ascii }: Screen,
): string {
  const rows: [string, string][] = [
    ['means', meaning],
    ['raised', evidence],
    ['do', advice],
  ]
  const lines = rows.flatMap(([label, text]) =>
    wrap(ascii ? toAscii(text) : text, Math.min(width, MOST_COLUMNS), {
      first: `  ${label.padEnd(7)} `,
      rest: ' '.repeat(10),
    }),
  )
  return `${[`${code} (${severity})`, ...lines].join('\n')}\n`
}
