/** `vxpcap findings`: every finding code, what it means, what it rests on, what to do. */
import { CATALOG } from '../../findings/catalog.ts'
import { wrap } from '../../report/wrap.ts'
import { UsageError } from '../arguments.ts'
import { DONE } from '../exit-status.ts'
import { type Host, print, printJson } from '../host.ts'

const WIDTH = 100

/**
 * Runs the command.
 * @param words - Codes or their beginnings, in any case; all codes where there are none.
 * @returns Exit status. @throws UsageError for a word that no code begins with.
 */
export async function findings(
  words: readonly string[],
  { json = false }: { json?: boolean | undefined },
  host: Host,
): Promise<number> {
  const wanted = words.map((word) => word.toUpperCase().replaceAll('-', '_'))
  const unknown = words[wanted.findIndex((word) => !CATALOG.some(({ code }) => code.startsWith(word)))]
  if (unknown !== undefined) {
    throw new UsageError(`there is no finding '${unknown}'; vxpcap findings prints all of them`)
  }
  const chosen = CATALOG.filter(({ code }) => wanted.length === 0 || wanted.some((word) => code.startsWith(word)))
  if (json) await printJson(host, `${JSON.stringify(chosen, null, 2)}\n`)
  else await print(host, chosen.map(paragraph).join('\n'))
  return DONE
}

function paragraph({ code, severity, meaning, evidence, advice }: (typeof CATALOG)[number]): string {
  const rows: [string, string][] = [
    ['means', meaning],
    ['raised', evidence],
    ['do', advice],
  ]
  const lines = rows.flatMap(([label, text]) =>
    wrap(text, WIDTH, { first: `  ${label.padEnd(7)} `, rest: ' '.repeat(10) }),
  )
  return `${[`${code} (${severity})`, ...lines].join('\n')}\n`
}
