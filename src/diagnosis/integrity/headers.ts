/** Findings about datagrams at a tunnel's port without a valid header: a VTEP's mistake, or another program's traffic. */

import type { Analysis } from '../../analyzers/analysis.ts'
import { type HeadersSeen, type OthersSeen, reversePath } from '../../analyzers/stateful/integrity.ts'
import { type Entry, EXAMPLES } from '../../analyzers/tables/counter-by-key.ts'
import { NONE } from '../../codecs/core/fault.ts'
import * as geneve from '../../codecs/headers/geneve.ts'
import * as gpe from '../../codecs/headers/vxlan-gpe.ts'
import { type NotATunnel, notATunnel } from '../../findings/behaviour/not-a-tunnel.ts'
import { type Fact, state } from '../../findings/finding.ts'
import { flagIClear } from '../../findings/integrity/flag-i-clear.ts'
import { distinct } from '../../order.ts'
import type { Finding } from '../../summary.ts'

/** What goes one way, from one address to another, without a valid header. */
interface Path {
  key: number
  headers: Entry<HeadersSeen> | undefined
  others: Entry<OthersSeen> | undefined
}

/** FLAG_I_CLEAR, or NOT_A_TUNNEL where all of it comes from one port or answers a client. */
export function headerFindings(analysis: Analysis): Finding[] {
  const { headers, others } = analysis.stateful.integrity
  const paths = new Map<number, Path>()
  for (const entry of others.entries()) paths.set(entry.key, { key: entry.key, headers: undefined, others: entry })
  for (const entry of headers.entries()) {
    const path = paths.get(entry.key)
    if (path === undefined) paths.set(entry.key, { key: entry.key, headers: entry, others: undefined })
    else path.headers = entry
  }
  const findings: Finding[] = []
  const services = new Map<string, Fact<NotATunnel>>()
  for (const path of paths.values()) {
    const { told, answers } = split(analysis, path)
    if (told.length > 0) findings.push(state(flagIClear, flagFact(analysis, told)))
    if (answers.length > 0) addAnswers(analysis, services, path.key, answers)
  }
  for (const fact of services.values()) findings.push(state(notATunnel, fact))
  return findings
}

type Sighting = Entry<HeadersSeen> | Entry<OthersSeen>

/** Which of a path's sightings are a VTEP's mistake, and which are a service's answers. */
function split(analysis: Analysis, { key, headers, others }: Path): { told: Sighting[]; answers: Sighting[] } {
  const told: Sighting[] = []
  const answers: Sighting[] = []
  const asked = analysis.stateful.integrity.asked.get(reversePath(key))?.figures.ports ?? []
  const isAnswer = (ports: readonly number[]): boolean => ports.every((port) => asked.includes(port))
  if (others !== undefined) {
    const { sourcePorts, flagClear } = others.figures
    // Some program that writes whatever from many ports hashes flows as a VTEP does.
    const isService = sourcePorts.length === 1 || flagClear === 0 || isAnswer(sourcePorts)
    if (isService) answers.push(others)
    else told.push(others)
  }
  if (headers !== undefined) {
    const { sourcePorts } = headers.figures
    const isSame = answers.length > 0 && sourcePorts.every((port) => others?.figures.sourcePorts.includes(port))
    if (isAnswer(sourcePorts) || (isSame && others!.count >= headers.count)) answers.push(headers)
    else told.push(headers)
  }
  return { told, answers }
}

function flagFact(
  analysis: Analysis,
  told: readonly Sighting[],
): Fact<Parameters<typeof flagIClear.title>[0]['facts']> {
  const { figures } = told[0]!
  const from = nameOf(analysis, figures.from)
  const to = nameOf(analysis, figures.to)
  const ports = distinct(told.flatMap((entry) => entry.figures.ports))
  const count = countOf(told)
  const short = told.reduce((sum, { figures }) => sum + ('short' in figures ? figures.short : 0), 0)
  const flagClear = told.reduce((sum, entry) => sum + entry.figures.flagClear, 0)
  const facts = { from, to, ports, flagClear, short, broken: count - short - flagClear }
  return { subject: { vteps: [from, to], port: ports[0]! }, count, packets: packetsOf(told), facts }
}

/** Adds what a service answers one client to what it answers others. */
function addAnswers(
  analysis: Analysis,
  services: Map<string, Fact<NotATunnel>>,
  key: number,
  answers: readonly Sighting[],
): void {
  const { figures } = answers[0]!
  const from = nameOf(analysis, figures.from)
  const client = nameOf(analysis, figures.to)
  const port = figures.ports[0]!
  const sourcePorts = distinct(answers.flatMap((entry) => entry.figures.sourcePorts))
  const back = analysis.stateful.integrity.asked.get(reversePath(key))
  const asked = back?.figures.ports.some((service) => sourcePorts.includes(service)) ? back.count : 0
  const known = services.get(`${from} ${port}`)
  if (known === undefined) {
    const facts = { from, sourcePorts, clients: [client], port, kind: kindOf(port), asked }
    const subject = { ip: from, port }
    services.set(`${from} ${port}`, { subject, count: countOf(answers), packets: packetsOf(answers), facts })
    return
  }
  known.count += countOf(answers)
  known.packets = firstOf([...known.packets, ...packetsOf(answers)])
  known.facts.sourcePorts = distinct([...known.facts.sourcePorts, ...sourcePorts])
  known.facts.clients = [...known.facts.clients, client]
  known.facts.asked += asked
}

function kindOf(port: number): NotATunnel['kind'] {
  return port === geneve.PORT ? 'Geneve' : port === gpe.PORT ? 'VXLAN-GPE' : 'VXLAN'
}

function countOf(entries: readonly Sighting[]): number {
  return entries.reduce((sum, { count }) => sum + count, 0)
}

function packetsOf(entries: readonly Sighting[]): number[] {
  return firstOf(entries.flatMap(({ packets }) => packets))
}

function firstOf(packets: readonly number[]): number[] {
  return distinct(packets).slice(0, EXAMPLES)
}

/** An address in print; one that found no row has no name. */
function nameOf({ keys }: Analysis, id: number): string {
  return id === NONE ? '' : keys.formatAddress(id)
}
