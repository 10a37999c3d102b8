/** Analyzers of one's own in a summary's pass: hands them the packets, and takes what they found. */
import type { TunnelPorts } from './codecs/walk/dissect.ts'
import { PacketWalk } from './codecs/walk/packet-walk.ts'
import { CATALOG } from './findings/catalog.ts'
import { bound, frames } from './findings/finding.ts'
import {
  checkFunction,
  checkGiven,
  checkHas,
  checkInteger,
  checkList,
  checkObject,
  checkOneOf,
  checkString,
  refuseType,
} from './option.ts'
import type { PacketInfo } from './packet.ts'
import type { OwnFinding, PacketAnalyzer, PacketAnalyzers } from './packet-analyzer.ts'
import { copyPacket, emptyPacket } from './packet-meta.ts'
import type { Criteria } from './selection/criteria.ts'
import type { Finding, Subject } from './summary.ts'

/** Packet numbers that a finding names. */
const MOST_PACKETS = 10
const CODE = /^[A-Z][A-Z0-9_]*$/
const SEVERITIES = ['error', 'warning', 'note']

/** Refuses what are no analyzers. */
export function checkAnalyzers(name: string, analyzers: unknown): void {
  checkObject(name, analyzers)
  for (const [key, analyzer] of Object.entries(analyzers ?? {})) {
    checkHas(`${name}.${key}`, analyzer, 'observe', 'an analyzer, with an observe() and a finish()')
    checkHas(`${name}.${key}`, analyzer, 'finish', 'an analyzer, with an observe() and a finish()')
    for (const method of ['findings', 'save', 'restore'] as const)
      checkFunction(`${name}.${key}.${method}`, (analyzer as PacketAnalyzer)[method])
  }
}

/** Refuses an analyzer that cannot be saved and gone on with. */
export function checkSaveable(name: string, { save, restore }: PacketAnalyzer): void {
  if (save !== undefined && restore !== undefined) return
  throw new TypeError(`analyzers of your own cannot be saved without save() and restore(), which ${name} has not`)
}

/** The analyzers of one summary. */
export class OwnAnalyzers {
  readonly #byName: readonly (readonly [string, PacketAnalyzer])[]
  readonly #walk: PacketWalk
  readonly #criteria: Criteria
  /** The packet as analyzers see it: numbered as the summary numbers it. */
  readonly #packet = emptyPacket()
  /** Number of the last record, whether or not it is selected. */
  #last = 0

  /** @param criteria - Which packets they see. */
  constructor(analyzers: PacketAnalyzers, ports: TunnelPorts, criteria: Criteria) {
    this.#byName = Object.entries(analyzers)
    this.#walk = new PacketWalk(ports, true)
    this.#criteria = criteria
  }

  /** Hands them a record, if it is selected. @param number - Its number in the summary. */
  observe(view: DataView, packet: PacketInfo, number: number, file: number): void {
    const walk = this.#walk
    this.#last = number
    walk.enter(view, packet, number, file)
    const { layers } = walk
    const criteria = this.#criteria
    if (!criteria.acceptsTime(packet.seconds, packet.nanoseconds) || !criteria.accepts(layers)) return
    const seen = this.#packet
    copyPacket(seen, packet)
    seen.number = number
    for (const [, analyzer] of this.#byName) analyzer.observe(seen, layers, walk.joined)
  }

  /** Their results by name. @throws TypeError for a promise: a summary does not wait. */
  extra(): Record<string, unknown> {
    return Object.fromEntries(this.#byName.map(([name, analyzer]) => [name, resultOf(name, analyzer)]))
  }

  /** What they have to say, at most as much of each code as of the package's own. @throws TypeError or RangeError for what is no finding. */
  findings(): Finding[] {
    return bound(this.#byName.flatMap(([name, analyzer]) => findingsOf(name, analyzer, this.#last)))
  }

  /** What each needs to go on from here. @throws TypeError for one that cannot be saved. */
  save(): Record<string, unknown> {
    return Object.fromEntries(
      this.#byName.map(([name, analyzer]) => {
        checkSaveable(name, analyzer)
        return [name, analyzer.save?.()]
      }),
    )
  }

  /** Has each go on from what its namesake saved. @param last - Number of the last packet before. */
  restore(saved: Readonly<Record<string, unknown>>, last: number): void {
    this.#last = last
    for (const [name, analyzer] of this.#byName) analyzer.restore?.(saved[name])
  }
}

function resultOf(name: string, analyzer: PacketAnalyzer): unknown {
  const result = analyzer.finish()
  const { then } = (result ?? {}) as { then?: unknown }
  if (typeof then === 'function') {
    throw new TypeError(
      `what finish() of ${name} gives must be the result itself, not a promise: a summary does not wait`,
    )
  }
  return result
}

/** @param last - Number of the last packet that was read. */
function findingsOf(name: string, analyzer: PacketAnalyzer, last: number): Finding[] {
  const said = analyzer.findings?.() ?? []
  checkList(`findings of ${name}`, said, (key, value) => checkFinding(key, value, last))
  return said.map(finding)
}

function checkFinding(name: string, value: unknown, last: number): void {
  checkObject(name, value)
  const { code, severity, title, observed, inferred, remedy, subject, count, packets, displayFilter } =
    value as Partial<OwnFinding>
  for (const [key, text] of Object.entries({ code, title, observed, remedy })) {
    checkGiven(`${name}.${key}`, text)
    checkString(`${name}.${key}`, text)
  }
  if (!CODE.test(code!)) throw new RangeError(`${name}.code must be UPPER_SNAKE, not ${JSON.stringify(code)}`)
  if (CATALOG.some((own) => own.code === code)) {
    throw new RangeError(`${name}.code must be one of your own: ${code} is a code of vxpcap`)
  }
  checkGiven(`${name}.severity`, severity)
  checkOneOf(`${name}.severity`, severity, SEVERITIES)
  checkString(`${name}.inferred`, inferred)
  checkString(`${name}.displayFilter`, displayFilter)
  checkInteger(`${name}.count`, count, 1)
  checkList(`${name}.packets`, packets, (key, packet) => {
    checkInteger(key, packet, 1)
    if ((packet as number) <= last) return
    throw new RangeError(`${key} must be the number of a packet that was read, 1 to ${last}, not ${packet}`)
  })
  checkSubject(`${name}.subject`, subject)
}

function checkSubject(name: string, subject: Subject | undefined): void {
  checkObject(name, subject)
  const { vni, vteps, mac, ip, port, ...unknown } = subject ?? {}
  checkInteger(`${name}.vni`, vni, 0, 2 ** 24 - 1)
  checkList(`${name}.vteps`, vteps, checkString)
  checkString(`${name}.mac`, mac)
  checkString(`${name}.ip`, ip)
  checkInteger(`${name}.port`, port, 0, 65_535)
  const [other] = Object.keys(unknown)
  if (other !== undefined) refuseType(name, other, 'of vni, vteps, mac, ip and port')
}

function finding(given: OwnFinding): Finding {
  const { code, severity, title, observed, inferred = '', remedy, subject = {}, packets = [] } = given
  const named = packets.slice(0, MOST_PACKETS)
  return {
    code,
    severity,
    title,
    subject,
    count: given.count ?? Math.max(1, packets.length),
    packets: named,
    observed,
    inferred,
    remedy,
    displayFilter: given.displayFilter ?? frames(named),
  }
}
