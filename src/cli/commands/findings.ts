/** `vxpcap findings`: every finding code, what it means, what it rests on, what to do. */
import { CATALOG } from '../../findings/catalog.ts'
import { wrap } from '../../report/wrap.ts'
import { DONE } from '../exit-status.ts'
import { type Host, print, printJson } from '../host.ts'

const WIDTH = 100

/** Runs the command. @returns Exit status. */
export async function findings({ json = false }: { json?: boolean | undefined }, host: Host): Promise<number> {
  if (json) await printJson(host, `${JSON.stringify(CATALOG, null, 2)}\n`)
  else await print(host, CATALOG.map(paragraph).join('\n'))
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
