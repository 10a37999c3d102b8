/** The project's promises about speed, judged by a run's figures. Ratios only: they hold from machine to machine. */
import { families, range, seconds } from './families.ts'
import type { Results } from './results.ts'

/** One promise and what was measured. */
export interface Verdict {
  claim: string
  capture: string
  measured: string
  limit: string
  isMet: boolean
}

/** Ratios within one capture: `over` divided by `under`, at most or at least `limit`. */
const RATIOS = [
  { claim: 'summarize --json, times tcpdump', over: 'command', under: 'tcpdump', limit: 3, isAtMost: true },
  { claim: 'summarize --json, times the C program', over: 'command', under: 'c', limit: 4, isAtMost: true },
  { claim: 'gopacket, times summarize --json', over: 'gopacket', under: 'command', limit: 2, isAtMost: false },
  {
    claim: 'tshark conv,ip, times summarize --json',
    over: 'tshark-conv',
    under: 'command',
    limit: 100,
    isAtMost: false,
  },
  { claim: 'every analyzer, times counting alone', over: 'analyze', under: 'count', limit: 2.5, isAtMost: true },
  { claim: 'two threads, times tcpdump', over: 'command-2', under: 'tcpdump', limit: 2, isAtMost: true },
] as const

/** Most that the cost of a packet may rise with the number of packets. */
const FLAT = 1.1

/** Every promise that the results have figures for. */
export function promises(results: Results): Verdict[] {
  return [...ratios(results), ...growthPromises(results), ...starts(results)]
}

/** The command's start against Node's own. */
function starts({ startUp }: Results): Verdict[] {
  if (startUp === undefined) return []
  const verdict = (claim: string, seconds: number, limit: number): Verdict => {
    const value = seconds / startUp.node
    return {
      claim,
      capture: `node: ${Math.round(startUp.node * 1000)} ms`,
      measured: value.toFixed(2),
      limit: `≤ ${limit}`,
      isMet: value <= limit,
    }
  }
  return [
    verdict('vxpcap --version, times node -e 0', startUp.version, 1.5),
    verdict('vxpcap summarize of 5 kB, times node -e 0', startUp.summarize, 3),
  ]
}

/** Those about growth. */
export function growthPromises(results: Results): Verdict[] {
  return [...flatness(results), ...flowRises(results)]
}

function ratios({ captures }: Results): Verdict[] {
  const verdicts: Verdict[] = []
  for (const capture of captures) {
    for (const { claim, over, under, limit, isAtMost } of RATIOS) {
      const top = seconds(capture, over, 'median')
      const bottom = seconds(capture, under, 'median')
      if (top === null || bottom === null) continue
      const value = top / bottom
      verdicts.push({
        claim,
        capture: capture.title,
        measured: value.toFixed(2),
        limit: `${isAtMost ? '≤' : '≥'} ${limit}`,
        isMet: isAtMost ? value <= limit : value >= limit,
      })
    }
  }
  return verdicts
}

/** Cost of a packet in the longest capture against the shortest, start-up subtracted. */
function flatness({ captures, startSeconds }: Results): Verdict[] {
  return families(captures, 'packets').flatMap((family) => {
    const costs = family.flatMap((capture) => {
      const taken = seconds(capture, 'command', 'min')
      return taken === null ? [] : [(taken - startSeconds) / capture.totals.packets]
    })
    if (costs.length < 2) return []
    const value = costs.at(-1)! / costs[0]!
    return [
      {
        claim: 'cost of a packet as packets grow',
        capture: range(family, 'packets'),
        measured: value.toFixed(2),
        limit: `≤ ${FLAT}`,
        isMet: value <= FLAT,
      },
    ]
  })
}

/** Rise of the cost of a packet with the number of flows, against the C program's, which pays for memory too. */
function flowRises({ captures, startSeconds }: Results): Verdict[] {
  return families(captures, 'flows').flatMap((family) => {
    const [first, last] = [family[0]!, family.at(-1)!]
    const rise = (subject: string, start: number): number | null => {
      const few = seconds(first, subject, 'min')
      const many = seconds(last, subject, 'min')
      return few === null || many === null ? null : (many - start) / (few - start)
    }
    const ours = rise('command', startSeconds)
    const theirs = rise('c', 0)
    if (ours === null || theirs === null) return []
    return [
      {
        claim: 'cost of a packet as flows grow, against the C program',
        capture: range(family, 'flows'),
        measured: `${ours.toFixed(2)} (C: ${theirs.toFixed(2)})`,
        limit: '≤ C',
        isMet: ours <= theirs,
      },
    ]
  })
}
