/** Which outer source ports lose their packets while others do not: equal-cost paths. */
import { ascending } from '../../order.ts'
import type { DirectionCounts, Share } from './direction-counts.ts'

/** Packets of a port, all of them lost, from which on it is bad. */
const LEAST_SENT = 3
/** Packets lost, and share of a port's packets, from which on it is bad without losing all; two such ports are needed. */
const LEAST_LOST = 5
const LARGE_SHARE = 0.2
/** Share of the packets of such ports that others must have. */
const AS_BUSY = 0.5
/** How much less others lose. */
const LESS = 10
/** Share of packets that arrive while others are lost: less is a time in which nothing arrived. */
const ALIVE = 0.2
/** Stretches of the time that are looked at. */
const STRETCHES = 20

/** Ports that lose, with their packets. */
export interface BadPorts {
  ports: number[]
  sent: number
  lost: number
  /** Other ports, of which packets arrive. */
  others: number
}

/** The bad ports of a direction; `null` where loss does not go by ports. */
export function badPorts({ ports, steps }: DirectionCounts): BadPorts | null {
  const used = [...ports].filter(([, { sent }]) => sent > 0)
  const dead = used.filter(([, { sent, lost }]) => lost === sent && sent >= LEAST_SENT)
  const failing = used.filter(([, { sent, lost }]) => lost >= LEAST_LOST && lost >= LARGE_SHARE * sent)
  const bad = failing.length >= 2 && failing.length > dead.length ? failing : dead
  const names = new Set(bad.map(([port]) => port))
  const good = used.filter(([port, { sent, lost }]) => !names.has(port) && sent > lost)
  if (bad.length === 0 || good.length === 0) return null
  const [lossy, others] = [sumOf(bad), sumOf(good)]
  // What a policer or a full queue drops is of busy flows: those without loss must be as busy.
  if (bad !== dead && good.filter(([, { sent }]) => sent >= (lossy.sent / bad.length) * AS_BUSY).length < 2) return null
  const isApart = others.lost / others.sent <= lossy.lost / lossy.sent / LESS
  return isApart && areAlive(steps) ? { ports: ascending(names), ...lossy, others: good.length } : null
}

/** Whether packets arrived about the times when others were lost. */
function areAlive(steps: ReadonlyMap<number, Share>): boolean {
  const indexes = ascending(steps.keys())
  const each = Math.max(1, (indexes.at(-1)! - indexes[0]! + 1) / STRETCHES)
  const stretches = new Map<number, Share>()
  for (const [step, { sent, lost }] of steps) {
    const index = Math.floor((step - indexes[0]!) / each)
    const stretch = stretches.get(index) ?? { sent: 0, lost: 0 }
    stretches.set(index, { sent: stretch.sent + sent, lost: stretch.lost + lost })
  }
  const lossy = sumOf([...stretches].filter(([, { lost }]) => lost > 0))
  return lossy.sent - lossy.lost >= ALIVE * lossy.sent
}

function sumOf(shares: readonly (readonly [number, Share])[]): Share {
  const sum = { sent: 0, lost: 0 }
  for (const [, { sent, lost }] of shares) {
    sum.sent += sent
    sum.lost += lost
  }
  return sum
}
