/** What is shown of a fleet, and the exit status that follows from it. */
import type { Fleet } from '../../fleet-document.ts'
import { writeDocument } from '../../report/json.ts'
import { type FailOn, isAtLeast } from '../arguments.ts'
import { DONE, FOUND, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson } from '../host.ts'
import { drawn, screenOf } from '../screen.ts'
import type { FleetOptions } from './options.ts'
import { formatFleet } from './text.ts'

/** Shows a fleet as JSON or text. @throws the error of a standard output that takes no more. */
export async function show(fleet: Fleet, options: FleetOptions, host: Host): Promise<void> {
  if (options.json) return writeDocument(fleet, (chunk) => printJson(host, chunk))
  const screen = screenOf(options, host)
  const text = await drawn((draw) => formatFleet(fleet, { ...screen, top: options.top, draw }))
  return print(host, text, { color: screen.color })
}

/** The exit status of a fleet, of which damaged captures are said on standard error. */
export async function verdict({ findings }: Fleet, isTrouble: boolean, failOn: FailOn, host: Host): Promise<number> {
  const damaged = findings.filter(({ code }) => code === 'CAPTURE_DAMAGED')
  for (const { observed, point } of damaged) await complain(host, `${point}: ${observed}`)
  if (isTrouble || damaged.length > 0) return TROUBLE
  return findings.some(({ severity }) => isAtLeast(severity, failOn)) ? FOUND : DONE
}
