/** What a finding's words are made of: facts in, sentences out. One file per code; this one has what they share. */
import type { Finding, Severity, Subject } from '../summary.ts'
import { grouped } from './grouped.ts'

/** A thing that is true, before there are words for it. `F` holds the figures that the words need. */
export interface Fact<F> {
  subject: Subject
  /** How often it was seen. */
  count: number
  /** Numbers of the first packets that show it, ten at most. */
  packets: number[]
  facts: F
}

/** The words of one code, each a function of the facts. */
export interface Words<F> {
  /** Stable code, `UPPER_SNAKE`. */
  code: string
  severity: Severity
  /** What it says in general, one sentence without figures: for `vxpcap findings`, the documents and SARIF rules. */
  meaning: string
  /** What to do in general, one or two sentences without figures. */
  advice: string
  /** What must be seen before the finding is raised, and where in the network that is sound. */
  evidence: string
  title(fact: Fact<F>): string
  observed(fact: Fact<F>): string
  inferred(fact: Fact<F>): string
  remedy(fact: Fact<F>): string
  /** A Wireshark display filter that selects at least the named packets; empty where no packet is meant. */
  displayFilter(fact: Fact<F>): string
}

/** Says a fact in words. */
export function state<F>(words: Words<F>, fact: Fact<F>): Finding {
  return {
    code: words.code,
    severity: words.severity,
    title: words.title(fact),
    subject: fact.subject,
    count: fact.count,
    packets: fact.packets,
    observed: words.observed(fact),
    inferred: words.inferred(fact),
    remedy: words.remedy(fact),
    displayFilter: words.displayFilter(fact),
  }
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 }

/** Puts findings into the contract's order: severity, count descending, code, then subject. */
export function rank(findings: Finding[]): Finding[] {
  const subject = (finding: Finding) => JSON.stringify(finding.subject)
  return findings.sort(
    (left, right) =>
      RANK[left.severity] - RANK[right.severity] ||
      right.count - left.count ||
      compare(left.code, right.code) ||
      compare(subject(left), subject(right)),
  )
}

/** Findings of one code in the summary; the rest is told in one. */
const MOST_PER_CODE = 100

/** Keeps the hundred findings of a code with the highest count, and puts the rest into one with an empty subject. */
export function bound(findings: Finding[]): Finding[] {
  const byCode = new Map<string, Finding[]>()
  for (const finding of findings) {
    const list = byCode.get(finding.code)
    if (list === undefined) byCode.set(finding.code, [finding])
    else list.push(finding)
  }
  return [...byCode.values()].flatMap((list) => (list.length <= MOST_PER_CODE ? list : withRest(rank(list))))
}

function withRest(ranked: Finding[]): Finding[] {
  const rest = ranked.slice(MOST_PER_CODE)
  const first = rest[0]!
  const count = rest.reduce((sum, finding) => sum + finding.count, 0)
  const packets = rest.flatMap((finding) => finding.packets).sort((left, right) => left - right)
  const told: Finding = {
    ...first,
    title: `${first.code} of ${amount(rest.length, 'further subject')}`,
    subject: {},
    count,
    packets: packets.slice(0, 10),
    observed: `${amount(rest.length, 'further subject')} beside the ${MOST_PER_CODE} listed, ${amount(count, 'time')} in all.`,
    displayFilter: frames(packets.slice(0, 10)),
  }
  return [...ranked.slice(0, MOST_PER_CODE), told]
}

/** `1 packet`, `1,234 packets`. */
export function amount(count: number, one: string, many: string = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** `once`, `twice`, `1,234 times`. */
export function times(count: number, once = 'once', twice = 'twice'): string {
  return count === 1 ? once : count === 2 ? twice : amount(count, 'time')
}

/** A display filter that names the packets: where no condition selects them. */
export function frames(packets: readonly number[]): string {
  return packets.length === 0 ? '' : `frame.number in {${packets.join(', ')}}`
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
