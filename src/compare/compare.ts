/** The readings of both sides in their order: a survey, the matching, and a look at what may have been altered. */
import { tunnelPorts } from '../codecs/walk/dissect.ts'
import type { AlteredBit, ComparedDirection, ComparedFinding, ComparedSide, Comparison, Place } from '../comparison.ts'
import type { NothingInCommon } from '../findings/between/nothing-in-common.ts'
import { Criteria } from '../selection/criteria.ts'
import { type Selection, selectionIn } from '../selection/selection.ts'
import type { Finding } from '../summary.ts'
import { Account, type Suspicion } from './account/account.ts'
import { tellFates } from './account/fates.ts'
import { Judgement } from './account/judgement.ts'
import { asksForTime, selectedSpans, tellsClocks, timesByFarClock } from './account/times.ts'
import { unrecordedRows } from './account/unrecorded.ts'
import { type Alone, summarizeAlone } from './alone.ts'
import { directionOf, type Sheet, stepFor, timeText } from './document/document.ts'
import { comparedFindings } from './document/findings.ts'
import { type Leftover, MOST_SUSPICIONS } from './matching/leftovers.ts'
import { Matcher } from './matching/matcher.ts'
import { type CompareOptions, LISTED, WINDOW } from './options.ts'
import { doublingOf } from './plan/doubling.ts'
import { type Channel, offsetAt, type Plan, planOf } from './plan/plan.ts'
import { Directions } from './reading/directions.ts'
import { LEAST_COMPARED } from './reading/inner-key.ts'
import { alteredBits, alteredChecks, type Frame, fetchFrames, rewritingOf } from './reading/look.ts'
import { nameOf, type Reading, SideReader } from './reading/side.ts'
import { type Surveyed, survey } from './reading/survey.ts'

/** Rows of directions unless told otherwise. */
const ROWS = 10_000
const MILLION = 1_000_000
/** Kinds of packets that are named of a side without a tunnel. */
const MOST_SEEN = 3

type Both<T> = Record<Place, T>

/** Compares two sides that were summarized alone. */
export async function compareSides(
  alone: Both<Alone>,
  options: CompareOptions,
  onBytes: (bytes: number) => void,
): Promise<Comparison> {
  const directions = new Directions()
  const whole = asksForTime(options) ? await wholeOf(alone, options, directions, onBytes) : null
  const farTimes = whole === null ? {} : timesByFarClock(options, whole.plan.clock!, whole.base)
  if (whole !== null) {
    const { inputs, error } = alone.far
    alone = { ...alone, far: { ...(await summarizeAlone('far', inputs, { ...options, ...farTimes }, onBytes)), error } }
  }
  const isStopped = alone.near.isStopped || alone.far.isStopped
  const readings = readingsOf(isStopped ? unread(alone) : alone, options, directions, onBytes, farTimes, whole?.base)
  const surveyed = await unlessStopped(survey(readings.near, readings.far), options)
  // Nothing is known of any packet's fate yet.
  if (surveyed === null) return compareSides(unread(stopped(alone)), options, onBytes)
  const plan = whole?.plan ?? planOf(surveyed, directions, options.sameClock ?? false)
  const judgement = new Judgement(plan, directions, surveyed)
  if (whole !== null)
    judgement.spans = selectedSpans(new Judgement(plan, directions, whole.surveyed).spans, options, whole.base)
  const spans = judgement.spans
  const unrecorded = await unlessStopped(unrecordedRows(readings, { surveyed, plan, directions, spans }), options)
  if (unrecorded !== null) judgement.unrecorded = unrecorded
  const stepMs = stepFor(Math.max(spanOf(judgement, 'near'), spanOf(judgement, 'far'), 0))
  const base = Number.isNaN(readings.near.base) ? readings.far.base : readings.near.base
  const rows = listedRows(plan, surveyed, directions)
  const places = new Map(rows.map((row, index) => [row, index]))
  const numberOf = numbering(surveyed)
  const { onPacket } = options
  const indexOf = (row: number): number => places.get(row)!
  const account = new Account({
    plan,
    directions,
    judgement,
    isListed: (row) => places.has(row),
    numberOf,
    stepOf: (time) => Math.floor((base * 1000 + time / MILLION) / stepMs),
    listed: options.listed ?? LISTED,
    told: onPacket === undefined ? null : tellFates(onPacket, { plan, directions, base, numberOf, indexOf }),
  })
  const matcher = new Matcher(plan, account, options.window ?? WINDOW, doublingOf(surveyed, plan))
  const isMatched = (await unlessStopped(matchAll(readings, matcher), options)) !== null
  // What was read is judged as if both captures ended there.
  if (!isMatched)
    for (const span of [judgement.spans.near, judgement.spans.far]) span.to = Math.min(span.to, matcher.now)
  matcher.finish(!isMatched)
  const isLookedAt = isMatched && (await unlessStopped(look(readings, plan, account), options)) !== null
  if (!isLookedAt) account.leaveUnlooked()
  account.tellHeld()
  if (!isMatched) countUnreached(rows, surveyed, plan, account, matcher)
  return documentOf({
    alone: isLookedAt ? alone : stopped(alone),
    options,
    readings,
    surveyed,
    plan,
    judgement,
    account,
    matcher,
    directions,
    rows,
    stepMs,
    base,
  })
}

/** What both captures tell of their clocks and ways, whatever time is selected; `null` where they do not. */
async function wholeOf(
  alone: Both<Alone>,
  { from: _, to: __, ...options }: CompareOptions,
  directions: Directions,
  onBytes: (bytes: number) => void,
): Promise<{ surveyed: Surveyed; plan: Plan; base: number } | null> {
  const readings = readingsOf(alone, options, directions, onBytes)
  const surveyed = await unlessStopped(survey(readings.near, readings.far), options)
  if (surveyed === null) return null
  const plan = planOf(surveyed, directions, false)
  return tellsClocks(plan) ? { surveyed, plan, base: readings.near.base } : null
}

/** Waits for a reading. @returns `null` where the signal ended it. */
async function unlessStopped<T>(reading: Promise<T>, { signal }: CompareOptions): Promise<T | null> {
  try {
    return await reading
  } catch (error) {
    if (signal?.aborted === true) return null
    throw error
  }
}

/** Sides of which not all was read. */
function stopped({ near, far }: Both<Alone>): Both<Alone> {
  return { near: { ...near, isStopped: true }, far: { ...far, isStopped: true } }
}

/** Sides of which nothing is to be read any more. */
function unread({ near, far }: Both<Alone>): Both<Alone> {
  return { near: { ...near, inputs: [] }, far: { ...far, inputs: [] } }
}

/** Counts what left and was not reached: nothing is known of its fate. */
function countUnreached(
  rows: readonly number[],
  surveyed: Surveyed,
  { channels, channelOf }: Plan,
  account: Account,
  { copiesLeft }: Matcher,
): void {
  for (const row of rows) {
    const { seen } = surveyed[channels[channelOf[row]!]!.isForth ? 'near' : 'far']
    const counts = account.counts(row)
    const unreached = (seen[row]?.selected ?? 0) - counts.sent - (copiesLeft[row] ?? 0)
    counts.sent += unreached
    counts.notJudged += unreached
  }
}

function readingsOf(
  alone: Both<Alone>,
  options: CompareOptions,
  directions: Directions,
  onBytes: (bytes: number) => void,
  farTimes: Pick<Selection, 'from' | 'to'> = {},
  base = Number.NaN,
): Both<Reading> {
  const ports = tunnelPorts(options.ports)
  const selections = { near: selectionIn(options), far: selectionIn({ ...options, ...farTimes }) }
  const clock = { base }
  const of = (place: Place): Reading => ({
    inputs: alone[place].inputs,
    ports,
    criteria: selections[place] === null ? null : new Criteria(selections[place]),
    directions,
    get base() {
      return clock.base
    },
    // Both sides count from one second, so that their times can be held against each other.
    set base(seconds) {
      clock.base = seconds
    },
    cut: Number.POSITIVE_INFINITY,
    tellsFiles: true,
    signal: options.signal,
    onBytes,
  })
  return { near: of('near'), far: of('far') }
}

/**
 * Rows of directions in the document's order: as they are where packets leave; one that is seen where they arrive alone is that of
 * another VTEP's packets, or of ones that were rewritten, which stand with those that they were.
 */
function listedRows(plan: Plan, { near, far }: Surveyed, directions: Directions): number[] {
  const rows = Array.from({ length: directions.count }, (_, row) => row)
  const channel = (row: number): Channel => plan.channels[plan.channelOf[row]!]!
  const leaves = (row: number): boolean => (channel(row).isForth ? near : far).seen[row] !== undefined
  // Of a time that is selected not every direction has packets.
  const isKept = (row: number): boolean => (near.seen[row]?.selected ?? 0) + (far.seen[row]?.selected ?? 0) > 0
  const isSeen = (row: number): boolean => channel(row).rows.some(isKept)
  const listed = rows.filter((row) => isSeen(row) && (leaves(row) || !channel(row).rows.some(leaves)))
  const isBack = (row: number): number => Number(!channel(row).isForth)
  return listed.sort((left, right) => isBack(left) - isBack(right) || directions.compare(left, right))
}

/** Numbers of packets over all files of a side. */
function numbering({ near, far }: Surveyed): (isFar: boolean, file: number, number: number) => number {
  const before = (numbers: readonly number[]): number[] => {
    let sum = 0
    return numbers.map((count) => {
      sum += count
      return sum - count
    })
  }
  const firsts = { near: before(near.numbers), far: before(far.numbers) }
  return (isFar, file, number) => (isFar ? firsts.far : firsts.near)[file]! + number
}

/** Hands the datagrams of both sides to the matcher, in order of time. */
async function matchAll(readings: Both<Reading>, matcher: Matcher): Promise<void> {
  const near = readings.near.inputs.length === 0 ? null : new SideReader(readings.near)
  const far = readings.far.inputs.length === 0 ? null : new SideReader(readings.far)
  try {
    let hasNear = near !== null && (await step(near))
    let hasFar = far !== null && (await step(far))
    while (hasNear || hasFar) {
      const isNear =
        !hasFar || (hasNear && matcher.timeOf('near', near!.datagram) <= matcher.timeOf('far', far!.datagram))
      const reader = isNear ? near! : far!
      matcher.take(isNear ? 'near' : 'far', reader.datagram)
      const has = reader.next() || (await step(reader))
      if (isNear) hasNear = has
      else hasFar = has
    }
  } finally {
    await near?.close()
    await far?.close()
  }
}

/** Steps onto the next datagram. @returns Whether there is one. */
async function step(reader: SideReader): Promise<boolean> {
  while (!reader.next()) if (!(await reader.fill())) return false
  return true
}

/** Holds the bytes of packets against each other that may have been altered. */
async function look(readings: Both<Reading>, plan: Plan, account: Account): Promise<void> {
  const differing = [...account.countsByRow.entries()].flatMap(([row, counts]) => {
    const count = account.differingCounts[row] ?? 0
    // Where most checksums differ it is offload or routing that does it.
    return counts !== undefined && count > 0 && count * 2 < counts.matched ? account.differing[row]! : []
  })
  const wanted = { near: new Set<number>(), far: new Set<number>() }
  const want = (left: Leftover, arrived: readonly Leftover[]): void => {
    const { isForth } = plan.channels[left.channel]!
    wanted[isForth ? 'near' : 'far'].add(nameOf(left))
    for (const each of arrived) wanted[isForth ? 'far' : 'near'].add(nameOf(each))
  }
  for (const { left, candidates } of account.suspicions) want(left, candidates)
  for (const { left, arrived } of differing) want(left, [arrived])
  const frames = {
    near: await fetchFrames(readings.near, wanted.near),
    far: await fetchFrames(readings.far, wanted.far),
  }
  const framesOf = (left: Leftover, arrived: Leftover): [Frame, Frame] | null => {
    const { isForth } = plan.channels[left.channel]!
    const here = frames[isForth ? 'near' : 'far'].get(nameOf(left))
    const there = frames[isForth ? 'far' : 'near'].get(nameOf(arrived))
    return here === undefined || there === undefined ? null : [here, there]
  }
  for (const suspicion of account.suspicions) resolve(suspicion, plan, account, framesOf)
  for (const { left, arrived } of differing) {
    const both = framesOf(left, arrived)
    const bits = both === null ? null : alteredChecks(...both)
    if (bits !== null) account.altered(left, arrived, bits, true)
  }
  for (const arrived of account.leftovers.suspects) if (!arrived.isTaken) account.unexplained(arrived)
}

/** Tells by its bytes which of its candidates a packet is, if any. */
function resolve(
  { left, candidates, missing }: Suspicion,
  plan: Plan,
  account: Account,
  framesOf: (left: Leftover, arrived: Leftover) => [Frame, Frame] | null,
): void {
  const { isRouted } = plan.channels[left.channel]!
  for (const arrived of candidates) {
    const both = arrived.isTaken || isRouted ? null : framesOf(left, arrived)
    const rewriting = both === null ? null : rewritingOf(...both)
    if (rewriting === null) continue
    arrived.isTaken = true
    account.rewrittenInside(left, arrived, rewriting)
    return
  }
  let best: { arrived: Leftover; bits: AlteredBit[] } | null = null
  for (const arrived of candidates) {
    const both = arrived.isTaken ? null : framesOf(left, arrived)
    const bits = both === null ? null : alteredBits(...both, isRouted)
    if (bits !== null && (best === null || bits.length < best.bits.length)) best = { arrived, bits }
  }
  if (best === null) {
    account.notFound(left, missing)
    return
  }
  best.arrived.isTaken = true
  account.altered(left, best.arrived, best.bits, false)
}

function spanOf({ spans }: Judgement, place: Place): number {
  const { from, to } = spans[place]
  return to >= from ? to - from : 0
}

/** All that the document is made of. */
interface Work {
  alone: Both<Alone>
  options: CompareOptions
  readings: Both<Reading>
  surveyed: Surveyed
  plan: Plan
  judgement: Judgement
  account: Account
  matcher: Matcher
  directions: Directions
  /** Rows of directions in the document's order. */
  rows: number[]
  stepMs: number
  base: number
}

function documentOf(work: Work): Comparison {
  const { alone, options, plan, judgement, account, directions, stepMs, base } = work
  const sheet: Sheet = { directions, plan, judgement, stepMs, base }
  const order = work.rows.map((row) => ({ row, direction: directionOf(sheet, row, account.counts(row)) }))
  const all = order.map(({ direction }) => direction)
  const { near, far } = judgement.spans
  const from = Math.max(near.from, far.from)
  const to = Math.min(near.to, far.to)
  const clock = plan.timeless.length > 0 || plan.alike !== null ? null : plan.clock
  const isShared = clock !== null && to >= from
  const middle = isShared ? (from + to) / 2 : 0
  return {
    schema: 'vxpcap.compare/1',
    filter: alone.near.summary.filter,
    near: sideOf(work, 'near'),
    far: sideOf(work, 'far'),
    clock: {
      offsetMs: clock === null ? null : Math.round(offsetAt(clock, middle)) / MILLION,
      errorMs: clock?.error == null ? null : Math.round(clock.error) / MILLION,
      driftPpm: Math.round((clock?.drift ?? 0) * 1e9) / 1e3,
      sameClock: plan.sameClock,
      packets: plan.clockPackets,
      jumps: plan.jumps.map(({ time, ahead }, index) => ({
        time: timeText(base, time) ?? '',
        ms: Math.round(ahead - (plan.jumps[index - 1]?.ahead ?? 0)) / MILLION,
      })),
      uneven: plan.isUneven,
    },
    window: {
      from: isShared ? timeText(base, from) : null,
      to: isShared ? timeText(base, to) : null,
      ms: isShared ? Math.round(to - from) / MILLION : 0,
      waitingMs: Number.isFinite(plan.waiting) ? plan.waiting / MILLION : 0,
    },
    matched: all.reduce((sum, { matched }) => sum + matched, 0),
    stepMs,
    directions: all.slice(0, options.rows ?? ROWS),
    directionsTotal: all.length,
    findings: findingsOf(work, order),
    limits: limitsOf(work),
  }
}

function findingsOf(work: Work, order: readonly { row: number; direction: ComparedDirection }[]): ComparedFinding[] {
  const { alone, account, base, options } = work
  const dropped = (place: Place): number | null => alone[place].summary.capture.droppedByCapture
  const missed = { near: 0, far: 0 }
  for (const { direction } of order) if (direction.judged === 'yes') missed[direction.sentAt] += direction.unsent
  const judged = order.map(({ row, direction }) => {
    const other = direction.sentAt === 'near' ? 'far' : 'near'
    const textOf = (time: number): string => timeText(base, time) ?? ''
    return { direction, counts: account.countsByRow[row]!, dropped: dropped(other), missed: missed[other], textOf }
  })
  const own = (place: Place): Finding[] => (options.findings === false ? [] : alone[place].summary.findings)
  return comparedFindings({
    judged,
    alone: { near: own('near'), far: own('far') },
    nothing: nothingOf(
      work,
      order.map(({ direction }) => direction),
    ),
  })
}

/** What is said where no packet is in both captures; `null` where some are, or neither has any. */
function nothingOf({ alone, surveyed, plan }: Work, directions: readonly ComparedDirection[]): NothingInCommon | null {
  const { near, far } = surveyed
  // Of what could not be read that has been said.
  if (alone.near.inputs.length === 0 || alone.far.inputs.length === 0) return null
  if (alone.near.isStopped || alone.far.isStopped) return null
  const isCommon = directions.some(({ matched, altered, lost }) => matched + altered + lost > 0)
  if (isCommon || near.selected + far.selected === 0) return null
  const times = (place: Place): [string, string] | null => {
    const { firstTime, lastTime } = alone[place].summary.capture
    return firstTime === null || lastTime === null ? null : [firstTime, lastTime]
  }
  const cutShort = (['near', 'far'] as const).filter((place) => surveyed[place].isCutShort)
  return {
    near: near.selected,
    far: far.selected,
    nearTimes: times('near'),
    farTimes: times('far'),
    without:
      near.selected === 0
        ? withoutTunnel(alone.near, 'near')
        : far.selected === 0
          ? withoutTunnel(alone.far, 'far')
          : null,
    isAlike: plan.alike !== null,
    cutShort,
    needed: LEAST_COMPARED,
  }
}

/** What a side has that has no tunnel packet which is selected. */
function withoutTunnel({ summary }: Alone, side: Place): NothingInCommon['without'] {
  const { capture, tunnel } = summary
  const { vxlanPackets, gpePackets, genevePackets, nvgrePackets, other } = tunnel
  const seen = other.toSorted((one, two) => two.packets - one.packets).slice(0, MOST_SEEN)
  return {
    side,
    packets: capture.packets,
    seen,
    isFiltered: vxlanPackets + gpePackets + genevePackets + nvgrePackets > 0,
  }
}

function limitsOf({ matcher, account, directions, surveyed }: Work): Comparison['limits'] {
  const { table } = directions
  const { leftovers, rooms } = account
  return [
    { table: 'altered', limit: MOST_SUSPICIONS, dropped: leftovers.unlooked },
    { table: 'delays', limit: rooms.delays.limit, dropped: rooms.delays.dropped },
    { table: 'directions', limit: table.limit, dropped: table.dropped },
    { table: 'leftovers', limit: leftovers.limit, dropped: leftovers.dropped },
    { table: 'listed', limit: rooms.listed.limit, dropped: rooms.listed.dropped },
    { table: 'losses', limit: rooms.losses.limit, dropped: rooms.losses.dropped },
    { table: 'order', limit: matcher.ring.capacity, dropped: matcher.isOverrun ? matcher.dropped : 0 },
    { table: 'shares', limit: rooms.shares.limit, dropped: rooms.shares.dropped },
    { table: 'untimed', limit: 0, dropped: surveyed.near.untimed + surveyed.far.untimed },
    { table: 'window', limit: matcher.ring.capacity, dropped: matcher.isOverrun ? 0 : matcher.dropped },
  ]
}

function sideOf({ alone, readings, surveyed, matcher, options }: Work, place: Place): ComparedSide {
  const { summary, isStopped } = alone[place]
  const { capture, findings } = summary
  const { cut } = readings[place]
  return {
    files: capture.files,
    packets: capture.packets,
    tunnelPackets: surveyed[place].selected,
    copies: matcher.copies[place],
    firstTime: capture.firstTime,
    lastTime: capture.lastTime,
    droppedByCapture: capture.droppedByCapture,
    comparedBytes: Number.isFinite(cut) ? cut : null,
    complete: capture.complete && !isStopped,
    findings: options.findings === false ? [] : findings,
  }
}
