/** What the sample has at both sides: pairs of sightings of one packet, and which directions lead into which. */
import { fold32 } from '../../analyzers/tables/hash.ts'
import type { Sample, Sighting } from '../reading/sample.ts'

/** One packet at both sides. */
export interface Pair {
  near: Sighting
  far: Sighting
}

/** Pairs by how they were found. */
export interface Pairs {
  /** Unique at both sides, and with the same outer addresses and VNI; TCP data that begin with the same byte among them. */
  same: Pair[]
  /** Unique, but with other outer addresses, or another VNI and inner Ethernet header. */
  translated: Pair[]
  /** Keys that repeat: of one direction at each side, which may be one or two. */
  repeated: { near: Sighting[]; far: Sighting[] }[]
}

/** Finds what both samples have. */
export function pairUp(near: Sample, far: Sample): Pairs {
  const pairs: Pairs = { same: [], translated: [], repeated: [] }
  const left = { near: [] as Sighting[], far: [] as Sighting[] }
  for (const [name, alike] of near.byKey) {
    const others = far.byKey.get(name)
    if (others === undefined) left.near.push(...alike)
    else pairAlike(pairs, alike, others, left)
  }
  for (const [name, alike] of far.byKey) if (!near.byKey.has(name)) left.far.push(...alike)
  pairLoose(pairs, left.near, left.far)
  pairSegments(pairs, left.near, left.far)
  return pairs
}

/** Pairs sightings of one key: those of a direction first, then what is left if there is one at each side. */
function pairAlike(pairs: Pairs, near: Sighting[], far: Sighting[], left: { near: Sighting[]; far: Sighting[] }): void {
  const rest = { near: [] as Sighting[], far: [] as Sighting[] }
  const byDirection = groupBy(far, ({ direction }) => direction)
  for (const [direction, here] of groupBy(near, ({ direction }) => direction)) {
    const there = byDirection.get(direction)
    if (there === undefined) {
      rest.near.push(...here)
      continue
    }
    byDirection.delete(direction)
    if (here.length === 1 && there.length === 1) pairs.same.push({ near: here[0]!, far: there[0]! })
    else pairs.repeated.push({ near: here, far: there })
  }
  for (const there of byDirection.values()) rest.far.push(...there)
  if (rest.near.length === 1 && rest.far.length === 1) addTranslated(pairs, rest.near[0]!, rest.far[0]!)
  else {
    if (isOneWay(rest.near) && isOneWay(rest.far)) pairs.repeated.push({ near: rest.near, far: rest.far })
    left.near.push(...rest.near)
    left.far.push(...rest.far)
  }
}

/** Name of an inner packet by its loose digest. */
export function looseNameOf(high: number, low: number): number {
  return high * 2 ** 20 + (low >>> 12)
}

/** Pairs what is left by the inner IP packet alone. */
function pairLoose(pairs: Pairs, near: readonly Sighting[], far: readonly Sighting[]): void {
  const byLoose = (sightings: readonly Sighting[]): Map<number, Sighting[]> =>
    groupBy(
      sightings.filter(({ looseHigh }) => looseHigh !== 0),
      ({ looseHigh, looseLow }) => looseNameOf(looseHigh, looseLow),
    )
  const others = byLoose(far)
  for (const [name, here] of byLoose(near)) {
    const there = others.get(name)
    if (here.length === 1 && there?.length === 1) addTranslated(pairs, here[0]!, there[0]!)
  }
}

/**
 * Pairs TCP data that begin with the same byte and are of other lengths: a super-frame of segmentation offload, and the first segment that
 * was made of it. Where both begin with the same one they are as far apart as any packet, or a little farther where they were joined.
 */
function pairSegments(pairs: Pairs, near: readonly Sighting[], far: readonly Sighting[]): void {
  const byStart = (sightings: readonly Sighting[]): Map<number, Sighting[]> =>
    groupBy(
      sightings.filter(({ connection }) => connection !== 0),
      ({ connection, sequence, direction }) =>
        (connection & 0xf_ffff) * 2 ** 32 + (fold32(fold32(connection, sequence), direction) >>> 0),
    )
  const others = byStart(far)
  for (const [name, here] of byStart(near)) {
    const there = others.get(name)
    if (here.length !== 1 || there?.length !== 1 || here[0]!.payload === there[0]!.payload) continue
    pairs.same.push({ near: here[0]!, far: there[0]! })
  }
}

function isOneWay(sightings: readonly Sighting[]): boolean {
  return sightings.length > 0 && sightings.every(({ direction }) => direction === sightings[0]!.direction)
}

/** Frames for many receivers are sent alike by many. */
function addTranslated(pairs: Pairs, near: Sighting, far: Sighting): void {
  if (near.isUnicast && far.isUnicast) pairs.translated.push({ near, far })
}

/** Members of a list by a key. */
export function groupBy<T>(members: readonly T[], keyOf: (member: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const member of members) {
    const key = keyOf(member)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [member])
    else group.push(member)
  }
  return groups
}
