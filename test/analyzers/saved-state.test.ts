/**
 * Every part of an analysis that packets change is saved. A forgotten judge or counter does not compile (`AllStateful`); what a part
 * keeps in fields of its own, private ones included, is compared here, field by field, between an analysis and the one made of its saved
 * state. Beside that, no table is left out of `tables`, where its limit is told and its rows are counted.
 */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { KeyTable } from '../../src/analyzers/tables/key-table.ts'
import { Records } from '../../src/analyzers/tables/records.ts'
import { chunksSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { FIXTURES, fixture } from '../support/goldens.ts'
import { ATTACKS } from '../support/hostile.ts'
import { Innards } from '../support/innards.ts'
import { HERE, outer, type Place, ping, record, segment } from '../support/overlay-traffic.ts'
import { bytes, ipv4, type Packet, records, SYN, udp } from '../support/packets.ts'
import { readOn } from '../support/parts.ts'

/** Small windows, so that they go round. */
const LIMITS = { window: 256, datagrams: 64 }

/** What is no state, by class, or by class and field. */
const NO_STATE = new Set([
  // The packet at hand, and what reads it: written anew for each.
  ...['Observation', 'Layers', 'FastPathBatch', 'Fingerprint', 'Digest', 'EventWriter'],
  ...['#alone', '#packet', '#view', '#file', '#events'].map((field) => `Analysis.${field}`),
  ...['#digest', '#scratch', '#other'].flatMap((field) => [`TinyFragments.${field}`, `InnerFragments.${field}`]),
  'OuterFragments.#damaged',
  'FastPath.#candidates',
  ...['from', 'to', 'formerFlow', 'passages', 'isRepeat', 'isLate', 'isLowered', '#counted'].map(
    (field) => `Copies.${field}`,
  ),
  // Caches: what they do not hold is looked up again, with the same result.
  ...['Paths', 'OuterCache', 'HostCache'],
  ...['#recent', '#visit', '#step', '#seconds', '#from', '#roomUntil'].map((field) => `Timeline.${field}`),
  'SegmentSizes.#latest',
  'UnknownMacs.#senders',
  // What is waited for no more, until it is swept.
  ...['#queue', '#front'].map((field) => `TinyFragments.${field}`),
  // Told to nobody but tests.
  ...['prefetched', 'fastPathPackets'].flatMap((field) => [`Analysis.${field}`, `StatefulAnalyzers.${field}`]),
])

/** Numbers without the zeros at the end: how much room a column has is no state. */
function used(column: ArrayLike<number>): number[] {
  const numbers = Array.from(column)
  while (numbers.at(-1) === 0) numbers.pop()
  return numbers
}

const innards = new Innards()
afterAll(() => innards.close())

/** Paths to fields in which two objects differ, as far as these are state. */
function differences(one: unknown, other: unknown, path: string, seen = new Set<object>()): string[] {
  if (typeof one === 'function') return []
  if (typeof one !== 'object' || one === null) return Object.is(one, other) ? [] : [path]
  if (seen.has(one)) return []
  seen.add(one)
  if (typeof other !== 'object' || other === null) return [path]
  if (one instanceof ArrayBuffer || one instanceof DataView) return []
  if (ArrayBuffer.isView(one)) {
    return isDeepStrictEqual(used(one as Int32Array), used(other as Int32Array)) ? [] : [path]
  }
  if (one instanceof Records) return differences(one.f64, (other as Records).f64, `${path}.f64`, seen)
  if (one instanceof KeyTable) return isDeepStrictEqual(one.save(), (other as KeyTable).save()) ? [] : [path]
  if (one instanceof Map || one instanceof Set) return differences([...one], [...(other as Set<unknown>)], path, seen)
  const { name } = one.constructor
  const there = new Map(innards.fieldsOf(other))
  return innards.fieldsOf(one).flatMap(([field, value]) => {
    const isNone = NO_STATE.has(`${name}.${field}`) || (typeof value === 'object' && isNoState(value))
    return isNone ? [] : differences(value, there.get(field), `${path}.${field}`, seen)
  })
}

function isNoState(value: object | null): boolean {
  return value !== null && NO_STATE.has(value.constructor?.name)
}

/** Every table within an object. */
function tablesIn(value: unknown, seen = new Set<object>()): KeyTable[] {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  if (value instanceof KeyTable) return [value]
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return []
  if (value instanceof Map || value instanceof Set) return [...value].flatMap((one) => tablesIn(one, seen))
  return innards.fieldsOf(value).flatMap(([, field]) => tablesIn(field, seen))
}

/** What the fixtures and the attacks do not show: questions, rejections, offers, low hop limits, packets that pass again. */
function rarities(): Packet[] {
  const way = (vteps: Place['vteps']): Place => ({ ...HERE, vteps })
  const [a, b, c] = [...HERE.vteps, '10.0.0.3'] as const
  const inner = (body: Uint8Array, from: number, to: number, id: number): Uint8Array =>
    ipv4(udp(body, from, to), { from: HERE.ips[0], to: HERE.ips[1], id })
  const question = inner(bytes(1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0), 40_000, 53, 71)
  const rejection = ipv4(bytes(3, 13, 0, 0, 0, 0, 0, 0, question.subarray(0, 28)), {
    from: HERE.ips[1],
    to: HERE.ips[0],
    protocol: 1,
    id: 73,
  })
  const bootp = bytes(2, 1, 6, 0, 1, 2, 3, 4, new Uint8Array(8), 192, 168, 0, 2, new Uint8Array(216))
  const offer = inner(bytes(bootp, 0x63, 0x82, 0x53, 0x63, 53, 1, 2, 255), 67, 68, 72)
  const syn = segment(HERE, 0, { flags: SYN, sequence: 1 })
  const data = segment(HERE, 0, { flags: 16, sequence: 2 })
  const again = record(outer(HERE, 0, ping(HERE, 0, 9, 84)), 60)
  return [
    record(outer(HERE, 0, syn), 0),
    record(outer(HERE, 1, ping(HERE, 1, 1, 84)), 1),
    record(outer(HERE, 0, question), 10),
    record(outer(HERE, 1, rejection), 11),
    record(outer(HERE, 0, offer), 20),
    record(outer(HERE, 0, ping(HERE, 0, 5, 84), { ttl: 1 }), 30),
    // From a to b, to c, and round.
    ...[0, 1, 2, 3].flatMap((round) =>
      [way([a, b]), way([b, c]), way([c, a])].map((place, hop) => record(outer(place, 0, data), 40 + round * 3 + hop)),
    ),
    again,
    { ...again, ms: 61 },
  ]
}

/** An analysis that has seen a lot, and a fresh one. */
let seen: Analysis
const fresh = (): Analysis => new Analysis({ limits: LIMITS })
beforeAll(async () => {
  const summarizer = new Summarizer({ limits: LIMITS })
  seen = summarizer.analysis
  readOn(seen, records(rarities()))
  for (const name of FIXTURES) await summarizer.read(name, chunksSource([readFileSync(fixture(name))]))
  for (const { name, make } of ATTACKS.filter(({ name }) => name !== 'gzip-desert'))
    await summarizer.read(name, chunksSource(make(300).chunks))
  seen.countPaths()
})

describe('saved state', () => {
  it('holds every field that packets have changed', () => {
    const restored = fresh()
    restored.restore(structuredClone(seen.save()))
    expect(differences(seen, restored, 'analysis')).toEqual([])
  })

  it('is of parts all of which have changed, and each of which would be missed', () => {
    // A part that is left out of the registry stays as it was made.
    const blank = fresh()
    const { stateful, counters } = seen.save()
    const missed = (name: string, one: object, other: object): boolean =>
      differences(one[name as never], other[name as never], name).length > 0
    const forgotten = [
      ...Object.keys(stateful!).filter((name) => !missed(name, seen.stateful, blank.stateful)),
      ...Object.keys(counters).filter((name) => !missed(name, seen, blank)),
    ]
    expect(forgotten).toEqual([])
  })

  it('knows every table', () => {
    const known = new Set(seen.tables)
    const unknown = tablesIn(seen).filter((table) => !known.has(table))
    expect(unknown.map(({ name }) => name)).toEqual([])
    expect(tablesIn(seen).length).toBe(known.size)
  })
})
