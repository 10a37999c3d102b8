/** ECHO_UNANSWERED: pings without a reply. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { echoRequests } from '../words/inner-condition.ts'

/** Echo requests of one direction of a VTEP pair and VNI. */
export interface EchoUnanswered {
  vni: number
  from: string
  to: string
  /** Conversations with requests that got no reply, most of those first; the first three are named. */
  guests: { from: string; to: string; unanswered: number }[]
  /** Requests of these conversations in all. */
  requests: number
  /** Whether some of those were answered, none but pings of the other side meanwhile, or none at all. */
  replies: 'some' | 'back' | 'none'
  /** How the losses lie among the answered requests; `null` where all were lost, or too few to tell. */
  losses: LossPattern | null
  tunnels: Tunnel[]
  dropped: number | null
}

/** How losses lie: consecutive requests of each conversation, here and there, or where a guest moved. */
export interface LossPattern {
  is: 'burst' | 'scattered' | 'blackout'
  /** Stretches of consecutive losses in all conversations. */
  runs: number
}

/** Conversations that a sentence names. */
const NAMED = 3

export const echoUnanswered: Words<EchoUnanswered> = {
  code: 'ECHO_UNANSWERED',
  severity: 'warning',
  meaning: 'Echo requests (ping) got no reply.',
  advice:
    'If only some are missing, look for loss on the path between the VTEPs; if only large ones, compare their size with the path MTU; if all, check the far guest and its firewall.',
  evidence:
    'An echo request without a reply of the same identifier and sequence number, in its VNI or another one, sent earlier than ten round trips (at least 100 ms; one second while no round trip between the two VTEPs is known) before the end of the capture. Copies count once; requests to many and those whose TTL a router reports as expired (traceroute) do not count. Reliable where both directions pass.',
  title: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.requests, 'echo request')} ${who(facts)} unanswered in VNI ${facts.vni}`,
  observed: ({ count, facts }) => `${unanswered(count, facts)}.${pattern(facts)}`,
  inferred: ({ facts }) =>
    `${
      facts.replies === 'some' ? CAUSES[facts.losses?.is ?? 'few'] : NEVER[facts.replies]
    }${facts.losses?.is === 'blackout' || facts.replies === 'back' ? '' : '; one capture cannot tell which direction lost them'}.${tempered(facts.dropped)}`,
  remedy: ({ facts }) =>
    facts.losses?.is === 'blackout'
      ? 'No action needed if migrations or failovers usually take that long here. Otherwise look at how long the new place took to announce itself, and the VTEPs to learn it.'
      : `Ping again while capturing at ${facts.from} and ${facts.to}: requests missing at ${facts.to} were lost on the way there, replies missing at ${facts.from} on the way back. Compare with a smaller size (ping -s) to rule out the MTU.`,
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to), echoRequests),
}

/** The guests that ping, where they are one pair; else the VTEPs that they are behind. */
function who({ guests, from, to }: EchoUnanswered): string {
  const [first] = guests
  return guests.length === 1 && first !== undefined ? `from ${first.from} to ${first.to}` : `from ${from} to ${to}`
}

/** How many got no reply, of whom, and over which VTEPs. */
function unanswered(count: number, { requests, from, to, guests }: EchoUnanswered): string {
  const [first] = guests
  const asked = `${grouped(count)} of ${amount(requests, 'echo request')}`
  if (guests.length === 1 && first !== undefined)
    return `${asked} from ${first.from} to ${first.to} (VTEPs ${from} and ${to}) got no reply`
  const named = guests.slice(0, NAMED).map((pair) => `${grouped(pair.unanswered)} from ${pair.from} to ${pair.to}`)
  const more = guests.length > NAMED ? `, and more of ${amount(guests.length - NAMED, 'other conversation')}` : ''
  return `${asked} from ${from} to ${to} got no reply: ${named.join(', ')}${more}`
}

/** What losses of each kind point to. */
const CAUSES = {
  burst:
    'Consecutive losses point to an interruption (a failover, a migration, a route or ARP entry that was missing for a while), not to random loss',
  scattered: 'Scattered losses point to congestion, a policer or a bad link on the way there or back',
  blackout:
    'A guest, or its address, moved meanwhile: a migration or failover interrupts it until its new place is known everywhere',
  few: 'Requests or replies were lost on the way there or back',
} as const

/** What it points to that none was answered. */
const NEVER = {
  none: 'The far guest is down or does not answer pings, or the way there or back is broken',
  back: 'Pings of the other side were answered meanwhile, so pings pass both ways: most likely a firewall or a security group at the far guest drops these, unless they are larger',
} as const

function pattern({ losses, guests }: EchoUnanswered): string {
  if (losses === null) return ''
  if (losses.is === 'blackout')
    return ` They lie between the last reply from the former place of a guest and the first from its new one${losses.runs > 1 ? `, ${losses.runs} times` : ''}.`
  if (losses.is === 'scattered')
    return ` The losses are scattered: ${amount(losses.runs, 'separate stretch', 'separate stretches')}.`
  return guests.length === 1
    ? ' They are consecutive: one burst.'
    : ' They are consecutive in each conversation: one burst.'
}
