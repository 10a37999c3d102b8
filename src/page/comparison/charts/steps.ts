/** Steps of time of a direction, on an axis that all directions share. */
import type { ComparedStep, Comparison } from '../../../comparison.ts'

/** The axis of time. */
export interface Span {
  /** Milliseconds since 1970. */
  from: number
  /** Milliseconds, above 0. */
  length: number
  /** Milliseconds of a step of the document. */
  stepMs: number
}

/** Packets of one stretch of the axis. */
export interface Stretch {
  /** Which one it is, from 0. */
  at: number
  sent: number
  lost: number
  /** Mean delay of those that arrived; `null` where none did. */
  delayMs: number | null
  maxDelayMs: number | null
}

const msOf = (time: string): number => Date.parse(`${time.slice(0, 23)}Z`)

/** When anything was sent or both sides were capturing; `null` where there is no step at all. */
export function spanOf({ directions, stepMs, window }: Comparison): Span | null {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { lossOverTime } of directions) {
    const [first, last] = [lossOverTime[0], lossOverTime.at(-1)]
    if (first === undefined || last === undefined) continue
    from = Math.min(from, msOf(first.time))
    to = Math.max(to, msOf(last.time) + stepMs)
  }
  if (!(from < to) || stepMs <= 0) return null
  if (window.from !== null && window.to !== null) {
    from = Math.min(from, msOf(window.from))
    to = Math.max(to, msOf(window.to))
  }
  return { from, length: to - from, stepMs }
}

/** How many steps of the document a stretch has, so that there are so many stretches at most. */
export function stretchOf({ length, stepMs }: Span, most: number): number {
  return Math.max(1, Math.ceil(length / stepMs / most)) * stepMs
}

/** Steps put together; stretches without a packet are left out. @param ms - Of a stretch. */
export function stretches(steps: readonly ComparedStep[], { from }: Span, ms: number): Stretch[] {
  const found = new Map<number, Stretch & { arrived: number; sum: number }>()
  for (const { time, sent, lost, delayMs, maxDelayMs } of steps) {
    const at = Math.max(0, Math.floor((msOf(time) - from) / ms))
    const all = found.get(at) ?? { at, sent: 0, lost: 0, delayMs: null, maxDelayMs: null, arrived: 0, sum: 0 }
    found.set(at, all)
    all.sent += sent
    all.lost += lost
    if (delayMs === null || maxDelayMs === null) continue
    // Packets that arrived and were not seen to leave count once.
    const arrived = Math.max(1, sent - lost)
    all.arrived += arrived
    all.sum += delayMs * arrived
    all.delayMs = all.sum / all.arrived
    all.maxDelayMs = Math.max(all.maxDelayMs ?? Number.NEGATIVE_INFINITY, maxDelayMs)
  }
  return [...found.values()].sort((left, right) => left.at - right.at)
}
