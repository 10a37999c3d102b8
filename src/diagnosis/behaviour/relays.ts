/** Packets that pass again in a datagram of their own: who sends them on, and what goes round instead. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { type RelayPath, relayed } from '../../findings/behaviour/relayed.ts'
import { state } from '../../findings/finding.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'

/** Packet numbers of a finding, and paths that a sentence names. */
const EXAMPLES = 10
const MOST_PATHS = 6
/** Frames that came back, or passed a third time, before it is a loop: numbered ones, and all of them. */
const LEAST_RETURNED = 3
const LEAST_UNNUMBERED = 50
/** Packets without a number that show a relay; of others one is enough. */
const LEAST_RELAYED = 3

/** What goes round one way. */
export interface LoopWay {
  count: number
  packets: readonly number[]
  isRound: boolean
  /** Whether most of it comes round with a lower TTL. */
  isRouted: boolean
}

/** Loops by way: route row × 2 + direction (0 = from a). */
export function loopWays({ stateful: { loops } }: Analysis): Map<number, LoopWay> {
  const ways = new Map<number, LoopWay>()
  for (const { key, count, packets, figures } of loops.rounds.entries()) {
    if (figures.numbered < LEAST_RETURNED && count < LEAST_UNNUMBERED) continue
    ways.set(key, { count, packets, isRound: true, isRouted: figures.routed * 2 > count })
  }
  for (const { key, count, packets, figures } of loops.returned.entries()) {
    if (ways.has(key) || ways.has(key ^ 1) || figures.bothWays > 0) continue
    if (figures.numbered < LEAST_RETURNED && count < LEAST_UNNUMBERED) continue
    ways.set(key, { count, packets, isRound: false, isRouted: false })
  }
  return ways
}

/** One VTEP that sends on what it received. */
interface Relaying {
  vtep: number
  count: number
  routed: number
  returned: number
  sure: number
  packets: number[]
  routes: Set<number>
  vnis: Set<number>
  paths: Map<string, RelayPath & { count: number }>
}

/** One note about every VTEP that relays, whatever the VNIs. */
export function relayFindings(analysis: Analysis, routes: Routes): Finding[] {
  const { keys } = analysis
  const { relays } = analysis.stateful
  const loops = loopWays(analysis)
  const relaying = new Map<number, Relaying>()
  for (const { key: way, count, packets, figures } of relays.ways.entries()) {
    if (loops.has(way) || figures.from.some((from) => loops.has(from))) continue
    const out = endsOf(routes, way)
    const known = relaying.get(out.from)
    const own: Relaying = known ?? {
      vtep: out.from,
      count: 0,
      routed: 0,
      returned: 0,
      sure: 0,
      packets: [],
      routes: new Set(),
      vnis: new Set(),
      paths: new Map(),
    }
    relaying.set(out.from, own)
    own.count += count
    own.routed += figures.routed
    own.returned += figures.returned
    own.sure += figures.sure
    own.packets.push(...packets)
    own.routes.add(way >> 1)
    own.vnis.add(out.vni)
    for (const from of figures.from) {
      const into = endsOf(routes, from)
      own.routes.add(from >> 1)
      own.vnis.add(into.vni)
      const [source, destination] = [keys.formatAddress(into.from), keys.formatAddress(out.to)]
      const path = { from: source, fromVni: into.vni, to: destination, toVni: out.vni, count }
      own.paths.set(`${source} ${into.vni} ${destination} ${out.vni}`, path)
    }
  }
  // Of what a gateway announces, the first passages may go to others than those that announced the same.
  const announcers = analysis.stateful.copies.announcements.announcers()
  return [...relaying.values()]
    .filter(({ vtep, count, sure }) => sure > 0 || (count >= LEAST_RELAYED && !announcers.has(vtep)))
    .map(({ vtep, count, routed, returned, packets, routes: ways, vnis, paths }) => {
      const name = keys.formatAddress(vtep)
      const all = [...paths.values()].sort((left, right) => right.count - left.count || compare(left, right))
      const tunnels = routes.distinct([...ways])
      const facts = {
        vtep: name,
        vnis: [...vnis].sort((left, right) => left - right),
        routed,
        returned,
        paths: all.slice(0, MOST_PATHS).map(({ from, fromVni, to, toVni }) => ({ from, fromVni, to, toVni })),
        pathsTotal: all.length,
        tunnels,
      }
      const subject = vnis.size === 1 ? { vni: facts.vnis[0]!, vteps: [name] } : { vteps: [name] }
      const numbers = packets.sort((left, right) => left - right).slice(0, EXAMPLES)
      return state(relayed, { subject, count, packets: numbers, facts })
    })
}

/** Address ids of sender and receiver, and the VNI of a way. */
function endsOf(routes: Routes, way: number): { from: number; to: number; vni: number } {
  return { ...routes.ends(way >> 1, way % 2 === 0 ? 0 : 1), vni: routes.vni(way >> 1) }
}

function compare(left: RelayPath, right: RelayPath): number {
  const [one, other] = [JSON.stringify(left), JSON.stringify(right)]
  return one < other ? -1 : one > other ? 1 : 0
}
