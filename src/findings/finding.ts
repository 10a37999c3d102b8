/** What a finding's words are made of: facts in, sentences out. One file per code; this one has what they share. */

import { compareText } from '../order.ts'
import type { Finding, Severity, Subject } from '../summary.ts'
import { compareSeverity } from './severity.ts'
import { grouped } from './words/grouped.ts'

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

/** Puts findings into the contract's order: severity, count descending, code, then subject. */
export function rank(findings: Finding[]): Finding[] {
  const subject = (finding: Finding) => JSON.stringify(finding.subject)
  return findings.sort(
    (left, right) =>
      compareSeverity(left.severity, right.severity) ||
      right.count - left.count ||
      compareText(left.code, right.code) ||
      compareText(subject(left), subject(right)),
  )
}

/** Findings of one code in the summary; the rest is told in one. */
const MOST_PER_CODE = 100

/** Findings of one code that are held before those beyond the hundred are let go. */
const MOST_HELD = 1000

/** What is left of the findings of a code that are not among the hundred. */
interface Rest {
  /** The one that ranks highest. */
  first: Finding
  findings: number
  count: number
  /** The ten lowest packet numbers. */
  packets: number[]
}

/**
 * Keeps the hundred findings of each code with the highest count, and puts the rest into one with an empty subject. They come a part at
 * a time, and what is beyond the hundred is let go: there may be ten thousand of each code, with all their words.
 */
export class BoundedFindings {
  readonly #byCode = new Map<string, { list: Finding[]; rest: Rest | null }>()

  add(findings: Iterable<Finding>): void {
    for (const finding of findings) {
      let held = this.#byCode.get(finding.code)
      if (held === undefined) {
        held = { list: [], rest: null }
        this.#byCode.set(finding.code, held)
      }
      held.list.push(finding)
      if (held.list.length > MOST_HELD) letGo(held)
    }
    for (const held of this.#byCode.values()) if (held.list.length > MOST_PER_CODE) letGo(held)
  }

  /** Those that were kept, and the rest of each code told in one. */
  all(): Finding[] {
    return [...this.#byCode.values()].flatMap(({ list, rest }) => (rest === null ? list : [...list, tellRest(rest)]))
  }
}

/** The same of findings that are all there. */
export function bound(findings: Iterable<Finding>): Finding[] {
  const bounded = new BoundedFindings()
  bounded.add(findings)
  return bounded.all()
}

/** Lets what is beyond the hundred go into the rest. */
function letGo(held: { list: Finding[]; rest: Rest | null }): void {
  const ranked = rank(held.list)
  const beyond = ranked.slice(MOST_PER_CODE)
  const { rest } = held
  const [first] = rank([...(rest === null ? [] : [rest.first]), beyond[0]!])
  const packets = [...(rest?.packets ?? []), ...beyond.flatMap((finding) => finding.packets)]
  held.list = ranked.slice(0, MOST_PER_CODE)
  held.rest = {
    first: first!,
    findings: (rest?.findings ?? 0) + beyond.length,
    count: beyond.reduce((sum, finding) => sum + finding.count, rest?.count ?? 0),
    packets: packets.sort((left, right) => left - right).slice(0, 10),
  }
}

function tellRest({ first, findings, count, packets }: Rest): Finding {
  return {
    ...first,
    title: `${first.code} of ${amount(findings, 'further subject')}`,
    subject: {},
    count,
    packets,
    observed: `${amount(findings, 'further subject')} beside the ${MOST_PER_CODE} listed, ${amount(count, 'time')} in all.`,
    displayFilter: frames(packets),
  }
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
