/** Requests of guests that ICMP rejects: gathered by server and port, for the findings that tell it. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { type Rejected, Rejection, rejectionOf } from '../../analyzers/stateful/answers/rejections.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { icmpRejected } from '../../findings/reachability/icmp-rejected.ts'
import type { RejectionFacts } from '../../findings/words/rejection.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'
import { reasonOf } from './icmp-reasons.ts'

/** Rejections of one server and port, and seconds from the first to the last, that are no restart. */
const LEAST_LASTING = 3
const LEAST_SECONDS = 1
/** Packet numbers of a finding. */
const EXAMPLES = 10

const KINDS: Readonly<Record<number, RejectionFacts['kind']>> = {
  [Rejection.Port]: 'port',
  [Rejection.Prohibited]: 'prohibited',
  [Rejection.Unreachable]: 'unreachable',
  [Rejection.Expired]: 'expired',
}

/** What is rejected of the requests that go one way to one server and port. Address ids. */
interface Service {
  route: number
  asks: number
  server: number
  port: number
  clients: number[]
  reporters: number[]
  typeCode: number
  isVersion6: boolean
  count: number
  packets: number[]
  /** Numbers of the latest rejections. */
  recent: number[]
  seconds: number
  lastSeconds: number
}

/** Rejections of a whole diagnosis. */
export class Rejecting {
  readonly #services = new Map<string, Service>()
  /** Services that another finding tells. */
  readonly #told = new Set<string>()

  constructor(private readonly analysis: Analysis) {
    const { keys, stateful } = analysis
    for (const { key, count, packets, figures } of stateful.rejections.tally.entries()) {
      if (figures.route === NONE) continue
      const flow = key >> 1
      const forward = (key & 1) === 0
      const ports = keys.flows.word(flow, 5)
      const server = keys.flows.word(flow, forward ? 4 : 3)
      const port = forward ? ports & 0xffff : ports >>> 16
      const name = nameOf(figures.route, figures.asks, server, port)
      let service = this.#services.get(name)
      if (service === undefined) {
        service = begin(figures, server, port)
        this.#services.set(name, service)
      }
      service.clients.push(keys.flows.word(flow, forward ? 3 : 4))
      service.reporters.push(...figures.reporters)
      service.count += count
      service.packets.push(...packets)
      service.recent.push(...figures.recent)
      service.seconds = Math.min(service.seconds, figures.seconds)
      service.lastSeconds = Math.max(service.lastSeconds, figures.lastSeconds)
    }
  }

  /** Who rejects these requests, and why; `null` without. The findings of {@link findings} are about others then. */
  tell(route: number, asks: number, server: number, ports: readonly number[]): RejectionFacts | null {
    const services = ports.flatMap((port) => {
      const name = nameOf(route, asks, server, port)
      const service = this.#services.get(name)
      if (service === undefined) return []
      this.#told.add(name)
      return [service]
    })
    return services.length === 0 ? null : this.#facts(services)
  }

  /** What sets rejected requests apart from others: who rejects them, and why; empty without. */
  groupOf(route: number, asks: number, server: number, port: number): string {
    const service = this.#services.get(nameOf(route, asks, server, port))
    return service === undefined ? '' : causeOf(service)
  }

  /** What no other finding tells. */
  findings(routes: Routes, questions: Readonly<Record<number, readonly [string, string]>>): Finding[] {
    const rest = [...this.#services].filter(([name]) => !this.#told.has(name)).map(([, service]) => service)
    if (rest.length === 0) return []
    const answers = this.#lastAnswers(rest)
    const findings: Finding[] = []
    const few = new Map<string, Service[]>()
    for (const service of rest) {
      const third = service.recent.sort((left, right) => left - right).at(-LEAST_LASTING) ?? 0
      const isLasting =
        service.count >= LEAST_LASTING &&
        service.lastSeconds - service.seconds >= LEAST_SECONDS &&
        (answers.get(this.#endOf(service)) ?? 0) < third
      if (isLasting) findings.push(this.#finding(routes, questions, [service], true))
      else {
        const key = `${service.route} ${service.asks} ${causeOf(service)}`
        few.set(key, [...(few.get(key) ?? []), service])
      }
    }
    for (const group of few.values())
      findings.push({ ...this.#finding(routes, questions, group, false), severity: 'note' })
    return findings
  }

  #finding(
    routes: Routes,
    questions: Readonly<Record<number, readonly [string, string]>>,
    group: readonly Service[],
    isLasting: boolean,
  ): Finding {
    const { keys } = this.analysis
    const [{ route, asks }] = group as [Service]
    const vni = routes.vni(route >> 1)
    const ends = routes.ends(route >> 1, (route & 1) as 0 | 1)
    const [request, requests] = questions[asks] ?? ['SYN', 'SYNs']
    const servers = formatAll(
      this.analysis,
      group.map(({ server }) => server),
    )
    const ports = [...new Set(group.map(({ port }) => port))].sort((left, right) => left - right)
    const [from, to] = [keys.formatAddress(ends.to), keys.formatAddress(ends.from)]
    const rejection = this.#facts(group)
    const facts = {
      vni,
      to,
      protocol: asks === 0 ? ('TCP' as const) : ('UDP' as const),
      request,
      requests,
      clients: formatAll(
        this.analysis,
        group.flatMap(({ clients }) => clients),
      ),
      servers,
      ports,
      rejection,
      isLasting,
      tunnels: routes.tunnels(route >> 1),
    }
    return state(icmpRejected, {
      subject: {
        vni,
        vteps: [to, from],
        ...(servers.length === 1 ? { ip: servers[0]! } : {}),
        ...(ports.length === 1 ? { port: ports[0]! } : {}),
      },
      count: rejection.count,
      packets: group
        .flatMap(({ packets }) => packets)
        .sort((left, right) => left - right)
        .slice(0, EXAMPLES),
      facts,
    })
  }

  #facts(services: readonly Service[]): RejectionFacts {
    const [{ typeCode, isVersion6 }] = services as [Service]
    return {
      reporters: formatAll(
        this.analysis,
        services.flatMap(({ reporters }) => reporters),
      ),
      reason: reasonOf(typeCode, isVersion6),
      kind: KINDS[rejectionOf(typeCode, isVersion6)]!,
      count: services.reduce((sum, { count }) => sum + count, 0),
    }
  }

  /** A server and port in its VNI. */
  #endOf({ route, asks, server, port }: Service): string {
    return `${this.analysis.keys.routes.word(route >> 1, 0)} ${asks === 0 ? 'TCP' : 'UDP'} ${server} ${port}`
  }

  /** Number of the last packet from each of these servers and ports. */
  #lastAnswers(services: readonly Service[]): Map<string, number> {
    const { keys, stateful } = this.analysis
    const last = new Map(services.map((service) => [this.#endOf(service), 0]))
    for (let flow = 0; flow < keys.flows.count; flow++) {
      if (!keys.flowHasPorts(flow)) continue
      const ports = keys.flows.word(flow, 5)
      for (const direction of [0, 1] as const) {
        const port = direction === 0 ? ports >>> 16 : ports & 0xffff
        const end = `${keys.flows.word(flow, 0)} ${keys.flowProtocol(flow)} ${keys.flows.word(flow, 3 + direction)} ${port}`
        const known = last.get(end)
        if (known !== undefined) last.set(end, Math.max(known, stateful.requests.lastPacket(flow, direction)))
      }
    }
    return last
  }
}

function begin(
  { route, asks, typeCode, isVersion6, seconds, lastSeconds }: Rejected,
  server: number,
  port: number,
): Service {
  const none = { clients: [], reporters: [], packets: [], recent: [] }
  return { route, asks, server, port, typeCode, isVersion6, count: 0, seconds, lastSeconds, ...none }
}

function nameOf(route: number, asks: number, server: number, port: number): string {
  return `${route} ${asks} ${server} ${port}`
}

/** Who rejects, and why. */
function causeOf({ reporters, typeCode }: Service): string {
  return `${[...new Set(reporters)].sort((left, right) => left - right).join(',')} ${typeCode}`
}
