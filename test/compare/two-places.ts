/** Two captures of the same traffic: read, written, cut and put on other clocks; and a wire between two places that does what it is told. */
import { bytesSource } from '../../src/capture/source.ts'
import { type CompareInput, type CompareOptions, compareCaptures } from '../../src/compare/index.ts'
import type { ComparedDirection, Comparison } from '../../src/comparison.ts'
import { pcapHeader, pcapRecord } from '../capture/files.ts'
import { type Recorded, recordsOf, recordsOfBytes } from '../support/parts.ts'
import type { Random } from '../support/random.ts'

/** One record: nanoseconds since 1970 (as two numbers would be clumsy here, since the first second), bytes, and what the wire carried. */
export interface Shot {
  /** Nanoseconds since {@link START}. */
  time: number
  bytes: Uint8Array
  wireLength: number
}

/** The second that times count from. */
export const START = 1_700_000_000
const BILLION = 1_000_000_000

/** The records of a capture in memory. @param start - The second that times count from. */
export function shotsIn(capture: Uint8Array, start: number): Shot[] {
  return recordsOfBytes(capture).map((recorded) => shotOf(recorded, start))
}

/** The records of a capture file. @param start - The second that times count from. */
export function shotsOf(path: string, start: number): Shot[] {
  return recordsOf(path).map((recorded) => shotOf(recorded, start))
}

function shotOf({ view, packet }: Recorded, start: number): Shot {
  return {
    time: (packet.seconds - start) * BILLION + packet.nanoseconds,
    bytes: new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    wireLength: packet.wireLength,
  }
}

/** A pcap with nanoseconds. */
export function captureOf(shots: readonly Shot[], start = START): Uint8Array {
  const header = pcapHeader({ magic: 0xa1b23c4d, snap: 262_144 })
  const records = shots.map(({ time, bytes, wireLength }) => {
    const seconds = Math.floor(time / BILLION)
    const lengths: [number, number] = [bytes.length, wireLength]
    return pcapRecord(start + seconds, Math.round(time - seconds * BILLION), bytes, { lengths })
  })
  const capture = new Uint8Array(records.reduce((sum, { length }) => sum + length, header.length))
  capture.set(header)
  let at = header.length
  for (const record of records) {
    capture.set(record, at)
    at += record.length
  }
  return capture
}

/** A side of captures in memory. */
export function side(...captures: readonly Uint8Array[]): CompareInput[] {
  return captures.map((bytes, index) => ({ name: `${index}.pcap`, open: async () => bytesSource(bytes) }))
}

/** Compares shots. */
export function compareShots(
  near: readonly Shot[],
  far: readonly Shot[],
  options: CompareOptions = {},
): Promise<Comparison> {
  return compareCaptures(side(captureOf(near)), side(captureOf(far)), options)
}

/** Another clock: ahead by so many nanoseconds at first, and faster by parts per million. */
export function onClock(shots: readonly Shot[], ahead: number, ppm = 0): Shot[] {
  const first = shots[0]?.time ?? 0
  return shots.map((shot) => ({ ...shot, time: Math.round(shot.time + ahead + ((shot.time - first) * ppm) / 1e6) }))
}

/** A packet on its way: when it leaves, and as what. */
export interface Sent {
  time: number
  bytes: Uint8Array
}

/** What a wire does. */
export interface Wire {
  random: Random
  /** Nanoseconds that packets take, and up to how many more. */
  delay: number
  jitter: number
  /** What is done to a packet besides: nothing that arrives, or several, at their times of arrival. */
  treat?: (packet: Sent, arrives: number, index: number) => Sent[]
}

/** What arrives of packets, in order of time. */
export function carried(packets: readonly Sent[], { random, delay, jitter, treat }: Wire): Sent[] {
  let last = 0
  const arrivals = packets.flatMap((packet, index) => {
    // One queue: nobody overtakes unless the treatment has it.
    last = Math.max(last + 1, packet.time + delay + (jitter > 0 ? random.below(jitter) : 0))
    return treat?.(packet, last, index) ?? [{ time: last, bytes: packet.bytes }]
  })
  return arrivals.sort((left, right) => left.time - right.time)
}

/** Packets of both directions as one capture. */
export function capturedAs(...lists: readonly (readonly Sent[])[]): Shot[] {
  return lists
    .flat()
    .sort((left, right) => left.time - right.time)
    .map(({ time, bytes }) => ({ time, bytes, wireLength: bytes.length }))
}

/** Counts of a direction that add up. */
export const countsOf = ({ sent, matched, lost, altered, duplicated, reordered, notJudged }: ComparedDirection) => ({
  sent,
  matched,
  lost,
  altered,
  duplicated,
  reordered,
  notJudged,
})

/** The direction from one VTEP to another. */
export function directionOf({ directions }: Comparison, from: string, to: string, vni?: number): ComparedDirection {
  const found = directions.filter((each) => each.from === from && each.to === to && (vni ?? each.vni) === each.vni)
  if (found.length !== 1) throw new Error(`${found.length} directions from ${from} to ${to}`)
  return found[0]!
}

/** Codes of findings above a note that it takes two captures to raise. */
export function alarmsOf({ findings }: Comparison): string[] {
  return findings
    .filter(({ places, severity, code }) => places.length === 2 && severity !== 'note' && BETWEEN.has(code))
    .map(({ code }) => code)
    .sort()
}

const BETWEEN = new Set([
  'ALTERED_BETWEEN',
  'DELAY_SPIKE',
  'DUPLICATED_BETWEEN',
  'LOST_BETWEEN',
  'NOTHING_IN_COMMON',
  'PATH_LOSS',
  'REORDERED_BETWEEN',
  'SIZE_CLIFF',
])
