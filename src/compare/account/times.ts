/**
 * A time that is selected means the same packets at both sides: it is that of the near clock, and what is selected of the far side follows
 * by how the clocks stand to each other. The captures as a whole tell that; what is left of them may be the time in which nothing arrives.
 */
import type { Place } from '../../comparison.ts'
import { type Selection, timeOf } from '../../selection/selection.ts'
import type { ClockLine } from '../plan/clock.ts'
import { offsetAt, type Plan } from '../plan/plan.ts'
import type { Span } from './judgement.ts'

const BILLION = 1_000_000_000n

/** Whether a time is selected that the two clocks may have differently. */
export function asksForTime({ from, to, sameClock }: Selection & { sameClock?: boolean }): boolean {
  return sameClock !== true && (from !== undefined || to !== undefined)
}

/** Whether a plan tells how the clocks stand to each other. */
export function tellsClocks({ clock, timeless }: Plan): boolean {
  return clock !== null && timeless.length === 0
}

/** The same times by the far clock. @param base - Second that times of the clock line count from. */
export function timesByFarClock(
  { from, to }: Selection,
  clock: ClockLine,
  base: number,
): Pick<Selection, 'from' | 'to'> {
  return {
    ...(from !== undefined && { from: byFarClock(from, clock, base) }),
    ...(to !== undefined && { to: byFarClock(to, clock, base) }),
  }
}

/** The part of the times in which both sides were capturing that is selected. */
export function selectedSpans(spans: Record<Place, Span>, { from, to }: Selection, base: number): Record<Place, Span> {
  const at = (time: string | number | undefined, otherwise: number): number => {
    const parsed = timeOf(time)
    return parsed === null ? otherwise : (parsed.seconds - base) * Number(BILLION) + parsed.nanoseconds
  }
  const first = at(from, Number.NEGATIVE_INFINITY)
  const last = at(to, Number.POSITIVE_INFINITY)
  const within = (span: Span): Span => ({ from: Math.max(span.from, first), to: Math.min(span.to, last) })
  return { near: within(spans.near), far: within(spans.far) }
}

function byFarClock(time: string | number, clock: ClockLine, base: number): string {
  const { seconds, nanoseconds } = timeOf(time)!
  const ahead = offsetAt(clock, (seconds - base) * Number(BILLION) + nanoseconds)
  const moved = BigInt(seconds) * BILLION + BigInt(nanoseconds) + BigInt(Math.round(ahead))
  const shown = moved < 0n ? 0n : moved
  return `${shown / BILLION}.${String(shown % BILLION).padStart(9, '0')}`
}
