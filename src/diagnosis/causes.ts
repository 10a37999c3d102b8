/**
 * Symptoms beside their causes: who reads that pings have no reply should hear that the same VTEPs have a black hole, and not look
 * for the rest of the night. Nothing is left out for it: `because` names the codes, and the text report folds by them.
 */
import type { Analysis } from '../analyzers/analysis.ts'
import { causesOf, isAbout, isCause } from '../findings/explains.ts'
import { remedyAtRogue } from '../findings/reachability/port-unreachable.ts'
import type { Finding } from '../summary.ts'

/** Causes that a sentence names. */
const NAMED = 2

/** Adds to each symptom which other findings about the same VTEPs or VNI explain it. */
export function withCauses(analysis: Analysis, findings: readonly Finding[]): Finding[] {
  const causes = new Causes(findings)
  const askers = askersOf(analysis)
  const onward = onwardPairs(analysis)
  return findings.map((finding) => {
    const { vni, ip, vteps = askers.get(`${vni} ${ip}`) ?? [] } = finding.subject
    const because = causes.of(finding, vteps)
    if (because.length === 0) {
      // Conversations are judged where they pass first; what ails them may be at a later hop.
      for (const pair of onward.get(nameOf(vteps)) ?? []) {
        const later = causes.of({ ...finding, subject: { vteps: pair } }, pair)
        if (later.length === 0) continue
        const hint =
          finding.severity === 'note'
            ? ''
            : ` The likely cause is the ${later[0]} finding between ${pair.join(' and ')}, where these packets are sent on: resolve that first.`
        return { ...finding, inferred: finding.inferred + hint, because: later }
      }
    }
    if (because.length === 0) return finding.because === undefined ? finding : without(finding)
    const subject = vteps.length === 0 ? `VNI ${vni}` : vteps.length === 1 ? vteps[0] : 'the same VTEPs'
    const hint =
      finding.severity === 'note' || finding.because?.includes(because[0]!)
        ? ''
        : because.length === 1
          ? ` The likely cause is the ${because[0]} finding about ${subject}: resolve that first.`
          : ` The likely causes are the findings ${because.slice(0, NAMED).join(' and ')} about ${subject}: resolve ${because[0]} first.`
    const remedy = because[0] === 'ROGUE_VTEP' && finding.code === 'PORT_UNREACHABLE' ? remedyAtRogue(vteps) : null
    return { ...finding, inferred: finding.inferred + hint, ...(remedy === null ? {} : { remedy }), because }
  })
}

/** Findings that may explain others, by what they are about. */
class Causes {
  readonly #notes: Finding[] = []
  readonly #byVtep = new Map<string, Finding[]>()
  readonly #byVni = new Map<number, Finding[]>()

  constructor(findings: readonly Finding[]) {
    for (const finding of findings) {
      if (finding.severity === 'note') this.#notes.push(finding)
      if (!isCause(finding)) continue
      const { vteps = [], vni } = finding.subject
      for (const vtep of vteps) add(this.#byVtep, vtep, finding)
      if (vni !== undefined) add(this.#byVni, vni, finding)
    }
  }

  /** Codes that explain a finding, the likeliest first. */
  of(finding: Finding, vteps: readonly string[]): string[] {
    const may = causesOf(finding.code)
    if (may.length === 0) return []
    const near = vteps.flatMap((vtep) => this.#byVtep.get(vtep) ?? [])
    if (finding.subject.vni !== undefined) near.push(...(this.#byVni.get(finding.subject.vni) ?? []))
    const codes = new Map<string, Finding>()
    for (const cause of near) {
      if (!codes.has(cause.code) && may.includes(cause.code) && isAbout(cause, finding, vteps))
        codes.set(cause.code, cause)
    }
    // Notes explain what was found to follow from them, if they were raised.
    for (const code of finding.because ?? []) {
      const note = this.#notes.find((each) => each.code === code && isAbout(each, finding, vteps))
      if (note !== undefined && !codes.has(code)) codes.set(code, note)
    }
    return rootsFirst(may.flatMap((code) => codes.get(code) ?? []))
  }
}

/** Codes of causes in their order, but each behind those of them that cause it. */
function rootsFirst(causes: Finding[]): string[] {
  const codes: string[] = []
  let left = causes
  while (left.length > 0) {
    // None causes itself by way of another, so one is always free of the rest.
    const root =
      left.find((one) => !left.some((other) => causesOf(one.code).includes(other.code) && isAbout(other, one))) ??
      left[0]!
    codes.push(root.code)
    left = left.filter((one) => one !== root)
  }
  return codes
}

/** VTEP pairs to which a relay sends what it received from another, by that one's name. */
function onwardPairs({ keys, stateful: { relays } }: Analysis): Map<string, string[][]> {
  const onward = new Map<string, string[][]>()
  const ends = (way: number): string[] => [1, 2].map((word) => keys.formatAddress(keys.routes.word(way >> 1, word)))
  for (const { key: way, figures } of relays.ways.entries()) {
    for (const from of figures.from) {
      if (from >> 1 !== way >> 1) add(onward, nameOf(ends(from)), ends(way))
    }
  }
  return onward
}

/** A VTEP pair in either order. */
function nameOf(vteps: readonly string[]): string {
  return vteps.toSorted().join(' ')
}

function without({ because: _, ...finding }: Finding): Finding {
  return finding
}

function add<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** VTEPs behind which an address was asked for in vain, by VNI and address. */
function askersOf({ keys, stateful: { addressRequests } }: Analysis): Map<string, string[]> {
  return new Map(
    addressRequests
      .open()
      .map(({ vni, address, vtep }) => [`${vni} ${keys.formatAddress(address)}`, [keys.formatAddress(vtep)]]),
  )
}
