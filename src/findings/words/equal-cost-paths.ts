/** Requests that die on part of an underlay's equal-cost paths: what their outer source ports show, and what to do. */
import { listed } from './list.ts'

/** How outer source ports that fail differ from those that work: the underlay chooses its path by them (RFC 7348 §5). */
export interface PathShare {
  /** All that fail have this remainder by `modulus`, and none that works; 0 when only the ports themselves differ. */
  modulus: number
  remainder: number
  failing: number[]
  working: number[]
}

/** A further sentence of what was observed, with the blank before it; empty without ports to tell apart. */
export function portsApart(share: PathShare | null, requests: string): string {
  if (share === null) return ''
  const { modulus, remainder, failing, working } = share
  const rule =
    modulus === 0
      ? ''
      : modulus === 2
        ? ` (all ${remainder === 1 ? 'odd' : 'even'})`
        : ` (all with remainder ${remainder} by ${modulus})`
  return ` Unanswered ${requests} had outer source ports ${listed(failing.map(String), 6)}${rule}; those answered had ${listed(working.map(String), 6)}.`
}

/** What a common rule of the ports that fail means. */
export function somePathsDrop(request: string): string {
  return `Whether ${request} is answered depends on its outer source port, by which the underlay chooses among equal-cost paths: some of these paths drop packets.`
}

/** How to find the path that fails. */
export function checkPaths(from: string, to: string): string {
  return `Check every equal-cost link and router between ${from} and ${to}: send from one outer source port that fails and from one that works (for example with traceroute -U and fixed ports), and remove the failing path from the ECMP group.`
}
