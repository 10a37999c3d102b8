/** DELAY_SPIKE: for a time packets take much longer between two captures. */

import { amount, type Words } from '../finding.ts'
import { allOf, type Between, way } from '../words/compared.ts'

/** One direction. */
export interface DelaySpike extends Between {
  /** Delays in milliseconds: the median, and the largest; above the smallest one where nothing tells that. */
  medianMs: number
  mostMs: number
  /** Milliseconds above the smallest delay from which on a packet counts. */
  fromMs: number
  /** When the largest was seen. */
  at: string
}

export const delaySpike: Words<DelaySpike> = {
  code: 'DELAY_SPIKE',
  severity: 'warning',
  meaning: 'For a time packets take much longer between the capture points than they usually do.',
  advice:
    'Look for a queue that fills at that time (drop and depth counters, tc -s qdisc), a device that is busy, or a path that changed; bound queues where delay matters.',
  evidence:
    'Both captures of a comparison: at least three packets take 50 ms and ten times the usual delay longer than the fastest one (RFC 5481 §4.2, packet delay variation). Needs no synchronized clocks: only differences of delays count.',
  title: ({ facts }) => `Delay rises to ${ms(facts.mostMs)} ${way(facts)}, where ${ms(facts.medianMs)} is usual`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} ${way(facts)} took at least ${ms(facts.fromMs)} longer between the captures than the fastest one, the slowest took ${ms(facts.mostMs)} (about ${facts.at}); the median is ${ms(facts.medianMs)}.`,
  inferred: () =>
    'A queue between the two capture points fills for a time, a device on the way pauses, or packets take another path.',
  remedy: ({ facts }) =>
    `See what else is sent between ${facts.from} and ${facts.to} at that time (vxpcap summarize of one side, timeline), and compare from a point half-way to find the queue.`,
  displayFilter: ({ facts, packets }) =>
    packets.length === 0 ? allOf(facts) : `frame.number in {${packets.join(', ')}}`,
}

/** Milliseconds with three digits. */
function ms(value: number): string {
  return `${Number(value.toPrecision(3))} ms`
}
