/** What becomes of each packet, counted for its direction: takes the records that leave the window. */
import { SIZE_CLASSES } from '../../analyzers/stateful/sizes/sizes.ts'
import { Ecn } from '../../codecs/headers/ipv4.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import type { AlteredBit, ComparedPacket, Rewrite } from '../../comparison.ts'
import { type Decided, type Leftover, Leftovers, leftoverOf } from '../matching/leftovers.ts'
import type { Leaving } from '../matching/matcher.ts'
import { REALS, Real, RecordFlag, type Ring, WORDS, Word } from '../matching/ring.ts'
import type { Fate } from '../options.ts'
import type { Plan } from '../plan/plan.ts'
import type { Directions } from '../reading/directions.ts'
import { DirectionCounts } from './direction-counts.ts'
import type { Judgement } from './judgement.ts'
import { Rooms } from './room.ts'

/** Matched packets of a direction whose checksums differ that are held to be looked at. */
const MOST_DIFFERING = 4_096
/** Largest outer IP length of a packet on a link: what is longer segmentation offload makes. */
const LARGEST = SIZE_CLASSES.at(-1)!

/** A packet that no key matches, and what it may be with some bits changed. */
export interface Suspicion {
  left: Leftover
  candidates: Leftover[]
  /** Bytes of its TCP data that are missing, if it is none of them. */
  missing: number
}

/** Two records that a key matches, of which the checksums, or what they cover, differ. */
export interface Differing {
  left: Leftover
  arrived: Leftover
}

/** One packet as it is told; see `PacketFate`. */
export type Told = (
  fate: Fate,
  direction: number,
  left: { number: number; file: number; own: number } | null,
  arrived: { number: number; file: number; own: number } | null,
  of: { delay: number; outerLength: number; innerBytes: number; sourcePort: number; isOneOf: boolean },
) => void

/** What an account is made with. */
export interface AccountOptions {
  plan: Plan
  directions: Directions
  judgement: Judgement
  /** Whether a row of directions is one of the document's: not one of those that another leads into. */
  isListed: (row: number) => boolean
  /** Number of a packet over all files of its side. */
  numberOf: (isFar: boolean, file: number, number: number) => number
  /** Step of a time by the near clock. */
  stepOf: (time: number) => number
  listed: number
  told: Told | null
}

/** Counts by direction. */
export class Account implements Leaving, Decided {
  /** By row of directions. */
  readonly countsByRow: (DirectionCounts | undefined)[] = []
  readonly suspicions: Suspicion[] = []
  /** Matched packets whose checksums differ, by direction. */
  readonly differing: (Differing[] | undefined)[] = []
  readonly differingCounts: number[] = []
  readonly leftovers: Leftovers
  /** Room that all directions share. */
  readonly rooms = new Rooms()
  readonly #options: AccountOptions

  constructor(options: AccountOptions) {
    this.#options = options
    this.leftovers = new Leftovers(options.plan, this)
  }

  counts(row: number): DirectionCounts {
    let counts = this.countsByRow[row]
    if (counts === undefined) {
      counts = new DirectionCounts(this.rooms)
      this.countsByRow[row] = counts
    }
    return counts
  }

  left(ring: Ring, serial: number, isDue: boolean): void {
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const row = i32[at + Word.Direction]!
    const counts = this.counts(row)
    const flags = i32[at + Word.Flags]!
    if ((flags & RecordFlag.Unselected) !== 0) {
      if ((flags & RecordFlag.Matched) === 0) this.leftovers.addLeft(leftoverOf(ring, serial, isDue))
      return
    }
    counts.sent++
    counts.destinationPorts.add(i32[at + Word.DestinationPort]!)
    counts.overhead = i32[at + Word.OuterLength]! - i32[at + Word.InnerBytes]! + ethernet.LENGTH
    if ((flags & RecordFlag.Matched) === 0) {
      this.leftovers.addLeft(leftoverOf(ring, serial, isDue))
      return
    }
    const time = f64[ring.real(serial) + Real.Time]!
    counts.matched++
    counts.share(sizeOf(i32[at + Word.OuterLength]!), i32[at + Word.SourcePort]!, this.#options.stepOf(time), false)
    if (this.#options.told !== null && (flags & RecordFlag.Held) === 0) this.#tellMatched(ring, serial)
  }

  arrived(ring: Ring, serial: number, isDue: boolean): void {
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const flags = i32[at + Word.Flags]!
    if ((flags & (RecordFlag.Matched | RecordFlag.Duplicate)) === 0) {
      this.leftovers.addArrived(leftoverOf(ring, serial, isDue))
      return
    }
    if ((flags & RecordFlag.Unselected) !== 0) return
    const row = i32[at + Word.OtherDirection]!
    const counts = this.counts(row)
    counts.received++
    if ((flags & RecordFlag.Duplicate) !== 0) {
      this.#duplicated(ring, serial, counts, row)
      return
    }
    const real = ring.real(serial)
    const delay = f64[real + Real.Delay]!
    // Where times cannot be used there is neither delay nor order.
    if (Number.isNaN(delay)) return
    // Nor where another one may be the one that left.
    if ((flags & RecordFlag.OneOf) !== 0) {
      counts.pass(i32[at + Word.Order]!)
      return
    }
    if (!this.#options.plan.isUneven) this.#countDelay(counts, f64[real + Real.Time]! - delay, delay)
    // Of two records of one packet the first tells of its order.
    if ((flags & RecordFlag.Twin) !== 0) return
    const arrived = f64[real + Real.Time]!
    const extent = counts.arrive(i32[at + Word.Order]!, i32[at + Word.OtherPort]!, arrived - delay, arrived)
    if (extent > 0 && (flags & RecordFlag.OneOf) === 0) {
      this.#list(counts.reorderedList, () => this.#numbers(ring, serial))
    }
  }

  passed(now: number): void {
    this.leftovers.passed(now)
  }

  #countDelay(counts: DirectionCounts, sentAt: number, delay: number): void {
    if (delay > counts.delays.most) counts.slowestAt = sentAt
    counts.delays.add(delay)
    const step = counts.step(this.#options.stepOf(sentAt))
    step.arrived++
    step.delay += delay
    if (delay > step.most) step.most = delay
  }

  /** Takes a match: what is other at the other side. */
  readonly matched = (ring: Ring, left: number, arrived: number): void => {
    const { i32 } = ring
    const { plan, judgement } = this.#options
    const other = plan.channels[i32[left + Word.Channel]!]!.isForth ? 'far' : 'near'
    const time = ring.f64[(left / WORDS) * REALS + Real.Time]!
    if (time > judgement.lastArrived[other]) judgement.lastArrived[other] = time
    if ((i32[left + Word.Flags]! & RecordFlag.Unselected) !== 0) return
    if (
      i32[left + Word.LeftOut] !== i32[arrived + Word.LeftOut] ||
      i32[left + Word.Checksum] !== i32[arrived + Word.Checksum]
    ) {
      this.#differs(ring, left, arrived)
    }
    const fields = i32[left + Word.Fields]! ^ i32[arrived + Word.Fields]!
    if (fields >>> 24 !== 0 && isMarked(i32[left + Word.Fields]!, i32[arrived + Word.Fields]!)) {
      this.counts(i32[left + Word.Direction]!).congestionMarked++
    }
    if (
      (fields & 0xff_ffff) !== 0 ||
      i32[left + Word.SourcePort] !== i32[arrived + Word.SourcePort] ||
      i32[left + Word.DestinationPort] !== i32[arrived + Word.DestinationPort] ||
      i32[left + Word.Macs] !== i32[arrived + Word.Macs] ||
      i32[left + Word.Direction] !== i32[arrived + Word.Direction]
    ) {
      this.#rewritten(i32, left, arrived)
    }
  }

  suspect(left: Leftover, candidates: Leftover[], missing: number): void {
    this.suspicions.push({ left, candidates, missing })
  }

  notFound(left: Leftover, missing: number): void {
    if (!left.isSelected) return
    const counts = this.counts(left.direction)
    if (missing === left.payload) {
      // Where the sender's TCP data are cut behind the capture, their sizes are none of the wire.
      const isCut = counts.resegmented > 0 && left.connection !== 0
      this.#lose(left, left.innerBytes, left.payload, isCut ? 0 : sizeOf(left.outerLength))
      return
    }
    counts.resegmented++
    counts.pass(left.order)
    if (missing > 0) {
      this.#lose(left, missing, missing, 0)
      return
    }
    counts.matched++
    counts.share(0, left.sourcePort, this.#options.stepOf(left.time), false)
    this.#options.told?.('matched', left.direction, left, null, { ...left, delay: Number.NaN })
  }

  unexplained(arrived: Leftover): void {
    if (!arrived.isSelected) return
    const row = this.#rowFor(arrived)
    const counts = this.counts(row)
    counts.received++
    const fate = arrived.isSegment ? 'segment' : !arrived.isEarly && this.#wasCapturing(arrived) ? 'unsent' : 'outside'
    if (fate === 'unsent') counts.unsent++
    this.#options.told?.(fate, row, null, arrived, { ...arrived, delay: Number.NaN })
  }

  /** Gives up what only bytes could tell, which nobody looked at. */
  leaveUnlooked(): void {
    for (const { left, missing } of this.suspicions) this.notFound({ ...left, isEarly: true }, missing)
    for (const arrived of this.leftovers.suspects) if (arrived.isSelected) this.counts(this.#rowFor(arrived)).received++
  }

  /** Bytes told that a packet is the other one with some bits changed. */
  altered(left: Leftover, arrived: Leftover, bits: AlteredBit[], isMatched: boolean): void {
    const counts = this.#countsOfBoth(left, arrived)
    if (counts === null) return
    counts.altered++
    if (isMatched) counts.matched--
    else {
      counts.received++
      counts.share(sizeOf(left.outerLength), left.sourcePort, this.#options.stepOf(left.time), false)
    }
    left.isTaken = true
    this.#tell('altered', left, arrived)
    this.#list(counts.alteredList, () => ({ ...this.#pair(left, arrived), bits }))
  }

  /** Bytes told that a packet is the other one with something rewritten that its checksum covers, and goes with. */
  rewrittenInside(
    left: Leftover,
    arrived: Leftover,
    { field, from, to }: Pick<Rewrite, 'field' | 'from' | 'to'>,
  ): void {
    const counts = this.#countsOfBoth(left, arrived)
    if (counts === null) return
    counts.matched++
    counts.received++
    counts.rewritten++
    counts.rewrite(field, from, to)
    const step = this.#options.stepOf(left.time)
    counts.share(sizeOf(left.outerLength), left.sourcePort, step, false)
    const delay = this.#delay(left, arrived)
    if (!Number.isNaN(delay)) counts.delays.add(delay)
    left.isTaken = true
    this.#tell('matched', left, arrived)
  }

  /** Counts for a packet of whose two records the filter keeps one at least; what left without being kept was not counted yet. */
  #countsOfBoth(left: Leftover, arrived: Leftover): DirectionCounts | null {
    if (!left.isSelected && !arrived.isSelected) return null
    const counts = this.counts(left.direction)
    if (!left.isSelected) counts.sent++
    return counts
  }

  /** Tells of the matched packets whose checksums differ, and that turned out to be unaltered. */
  tellHeld(): void {
    for (const { left, arrived } of this.differing.flatMap((list) => list ?? [])) {
      if (!left.isTaken) this.#tell('matched', left, arrived)
    }
  }

  #tell(fate: Fate, left: Leftover, arrived: Leftover): void {
    this.#options.told?.(fate, left.direction, left, arrived, { ...left, delay: this.#delay(left, arrived) })
  }

  #delay(left: Leftover, arrived: Leftover): number {
    return this.#options.plan.timeless.length > 0 || this.#options.plan.isUneven ? Number.NaN : arrived.time - left.time
  }

  /** Whether the side where an arrival left was capturing by then. */
  #wasCapturing({ channel, time }: Leftover): boolean {
    const { plan, judgement } = this.#options
    const { isForth, low, high } = plan.channels[channel]!
    const { from, to } = judgement.spans[isForth ? 'near' : 'far']
    return plan.clock !== null && time - high >= from && time - low <= to
  }

  /** The direction that an arrival belongs to of which nothing is known where it left. */
  #rowFor({ channel, direction }: Leftover): number {
    return this.#options.isListed(direction)
      ? direction
      : this.#options.plan.channels[channel]!.rows.find(this.#options.isListed)!
  }

  #lose(left: Leftover, bytes: number, tcpBytes: number, size: number): void {
    const { judgement, stepOf, told } = this.#options
    const counts = this.counts(left.direction)
    const isKnown = !left.isShort && !left.isEarly && judgement.isDue(left.direction, left.time, left.ends)
    if (!isKnown) {
      counts.notJudged++
      if (!left.isShort && !left.isEarly && judgement.isBeyond(left.direction, left.time)) {
        counts.miss(left.order, left.time, false)
      }
      told?.('notJudged', left.direction, left, null, { ...left, delay: Number.NaN })
      return
    }
    counts.lost++
    counts.lostBytes += bytes
    counts.lostTcpBytes += tcpBytes
    counts.share(size, left.sourcePort, stepOf(left.time), true)
    counts.lose(left.order, left.time)
    counts.miss(left.order, left.time, true)
    if (size > 0) counts.loseSize(this.#pair(left, null), size)
    this.#list(counts.lostList, () => this.#pair(left, null))
    told?.('lost', left.direction, left, null, { ...left, delay: Number.NaN })
  }

  #duplicated(ring: Ring, serial: number, counts: DirectionCounts, row: number): void {
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const isFar = (i32[at + Word.Flags]! & RecordFlag.Far) !== 0
    counts.duplicated++
    this.#list(counts.duplicatedList, () => ({
      ...this.#numbers(ring, serial),
      firstArrival: this.#options.numberOf(isFar, i32[at + Word.FirstFile]!, i32[at + Word.FirstNumber]!),
    }))
    const { told } = this.#options
    if (told === null) return
    const real = ring.real(serial)
    const own = leftoverOf(ring, serial, true)
    const sender = {
      number: i32[at + Word.OtherNumber]!,
      file: i32[at + Word.OtherFile]!,
      own: f64[real + Real.OtherOwn]!,
    }
    told('duplicated', row, sender, own, { ...own, delay: Number.NaN })
  }

  #tellMatched(ring: Ring, serial: number): void {
    const { i32, f64 } = ring
    const at = ring.at(serial)
    const real = ring.real(serial)
    const own = leftoverOf(ring, serial, true)
    const other = {
      number: i32[at + Word.OtherNumber]!,
      file: i32[at + Word.OtherFile]!,
      own: f64[real + Real.OtherOwn]!,
    }
    this.#options.told!('matched', own.direction, own, other, {
      ...own,
      delay: own.isOneOf || this.#options.plan.isUneven ? Number.NaN : f64[real + Real.Delay]!,
    })
  }

  /** Notes a matched packet whose checksums, or the fields that they cover, differ. */
  #differs(ring: Ring, left: number, arrived: number): void {
    const { i32 } = ring
    const row = i32[left + Word.Direction]!
    const isSummed = (i32[left + Word.LeftOut]! ^ i32[arrived + Word.LeftOut]!) >>> 16 !== 0
    const isChanged = ((i32[left + Word.LeftOut]! ^ i32[arrived + Word.LeftOut]!) & 0xffff) !== 0
    const isTransport = i32[left + Word.Checksum] !== i32[arrived + Word.Checksum]
    if (isSummed === isChanged && !isTransport) return
    this.differingCounts[row] = (this.differingCounts[row] ?? 0) + 1
    const list = this.differing[row] ?? []
    this.differing[row] = list
    if (list.length >= MOST_DIFFERING) return
    const serialOf = (at: number): number => at / WORDS
    const here = leftoverOf(ring, serialOf(left), true)
    const there = leftoverOf(ring, serialOf(arrived), true)
    list.push({ left: here, arrived: there })
    i32[left + Word.Flags]! |= RecordFlag.Held
  }

  #rewritten(i32: Int32Array, left: number, arrived: number): void {
    const row = i32[left + Word.Direction]!
    const counts = this.counts(row)
    const { directions } = this.#options
    counts.rewritten++
    const there = i32[arrived + Word.Direction]!
    if (row !== there) {
      const fields = [
        ['outer source', directions.from(row), directions.from(there)],
        ['outer destination', directions.to(row), directions.to(there)],
        ['vni', String(directions.vni(row)), String(directions.vni(there))],
      ] as const
      for (const [field, from, to] of fields) if (from !== to) counts.rewrite(field, from, to)
    }
    const portFrom = i32[left + Word.DestinationPort]!
    const portTo = i32[arrived + Word.DestinationPort]!
    if (portFrom !== portTo) counts.rewrite('outer destination port', String(portFrom), String(portTo))
    if (i32[left + Word.SourcePort] !== i32[arrived + Word.SourcePort]) counts.rewrite('outer source port', null, null)
    if (i32[left + Word.Macs] !== i32[arrived + Word.Macs]) counts.rewrite('inner macs', null, null)
    const [from, to] = [i32[left + Word.Fields]!, i32[arrived + Word.Fields]!]
    for (const [index, field] of (['inner ttl', 'inner dscp', 'outer dscp'] as const).entries()) {
      const [was, is] = [(from >> (8 * index)) & 0xff, (to >> (8 * index)) & 0xff]
      if (was !== is) counts.rewrite(field, String(was), String(is))
    }
  }

  /** Numbers of what arrived and of where it left. */
  #numbers(ring: Ring, serial: number): ComparedPacket {
    const { i32 } = ring
    const at = ring.at(serial)
    const isFar = (i32[at + Word.Flags]! & RecordFlag.Far) !== 0
    const { numberOf } = this.#options
    const here = numberOf(isFar, i32[at + Word.File]!, i32[at + Word.Number]!)
    const there = numberOf(!isFar, i32[at + Word.OtherFile]!, i32[at + Word.OtherNumber]!)
    const isOneOf = (i32[at + Word.Flags]! & RecordFlag.OneOf) !== 0
    return { near: isFar ? there : here, far: isFar ? here : there, ...(isOneOf && { oneOf: true as const }) }
  }

  #pair(left: Leftover, arrived: { number: number; file: number } | null): ComparedPacket {
    const { plan, numberOf } = this.#options
    const { isForth } = plan.channels[left.channel]!
    const from = numberOf(!isForth, left.file, left.number)
    const to = arrived === null ? null : numberOf(isForth, arrived.file, arrived.number)
    const oneOf = left.isOneOf && { oneOf: true as const }
    return isForth ? { near: from, far: to, ...oneOf } : { near: to, far: from, ...oneOf }
  }

  #list<T>(list: T[], make: () => T): void {
    if (list.length < this.#options.listed && this.rooms.listed.take()) list.push(make())
  }
}

/** The size that a packet counts with: none, for super-frames. */
function sizeOf(outerLength: number): number {
  return outerLength <= LARGEST ? outerLength : 0
}

/** Whether a packet has a congestion mark, outside or inside, that it left without. */
function isMarked(left: number, arrived: number): boolean {
  return [24, 26].some((shift) => ((arrived >>> shift) & 3) === Ecn.Ce && ((left >>> shift) & 3) !== Ecn.Ce)
}
