/** What findings of a comparison have in common: one direction between two captures, and how it is selected. */
import type { Place } from '../../comparison.ts'
import { amount } from '../finding.ts'
import { fromTo, type Tunnel } from './display-filter.ts'
import { within } from './flow-filter.ts'

/** Packets of one VNI from one VTEP to another, captured where they leave and where they arrive. */
export interface Between {
  vni: number
  from: string
  to: string
  tunnels: Tunnel[]
  /** The side that they pass first. */
  sentAt: Place
  /** Packets that left, and whose fate is known. */
  sent: number
  /** Packets that the capture itself lost at the side where they arrive; `null` where it does not tell. */
  dropped: number | null
  /** Packets that passed the side where they leave and are not in its capture, which shows that captures here miss packets; 0 for none. */
  missed: number
}

/** `from 192.0.2.1 to 192.0.2.2 in VNI 100`. */
export function way({ from, to, vni }: Pick<Between, 'from' | 'to' | 'vni'>): string {
  return `from ${from} to ${to} in VNI ${vni}`
}

/** The side where packets arrive. */
export function arrivesAt({ sentAt }: Between): Place {
  return sentAt === 'near' ? 'far' : 'near'
}

/** Selects the direction. */
export function allOf({ tunnels, from, to }: Between): string {
  return within(tunnels, fromTo(from, to))
}

/** `3 of 100 packets (3.00 %)`. */
export function share(count: number, sent: number): string {
  const percent = sent === 0 ? 0 : (100 * count) / sent
  return `${amount(count, 'packet')} of ${amount(sent, 'packet').replace(/ packets?$/, '')} (${percent.toFixed(2)} %)`
}

/** Ends an inference where the captures are known to miss packets. */
export function temperedBetween({ dropped, missed, ...between }: Between): string {
  const place = between.sentAt === 'near' ? 'far' : 'near'
  if (dropped !== null && dropped > 0) {
    return ` The ${place} capture itself lost ${amount(dropped, 'packet')}, so packets may be missing only from it.`
  }
  if (missed === 0) return ''
  return ` The ${place} capture does not have ${amount(missed, 'packet')} either that passed it and arrived at the other side, so packets may be missing only from it.`
}
