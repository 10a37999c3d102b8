/**
 * IP fragments to whole datagrams, in bounded memory (RFC 791 §3.2, RFC 815, RFC 8200 §4.5). Fragments come as the walk found
 * them (`Layers.outerIp`), in any order, more than once, overlapping, or not at all; every one is accounted for.
 *
 * Where fragments overlap, the bytes that came first stand (IPv4); an IPv6 datagram with an overlap is discarded (RFC 5722),
 * exact duplicates apart (RFC 8200 §4.5). A datagram that says twice where it ends, and differently, is discarded as well.
 */
import { checkFunction, checkInteger, checkObject } from '../../option.ts'
import { ipv4HeaderChecksum } from '../core/checksum.ts'
import { NONE } from '../core/fault.ts'
import { Protocol } from '../core/protocol.ts'
import * as ipv6 from '../headers/ipv6.ts'
import type { Layers } from './layers.ts'

/** Datagrams that are waited for at a time; the oldest is given up for a further one. */
export const MAX_DATAGRAMS = 4096

/** Bytes that fragments may take while their datagrams are waited for: 32 MiB. The oldest are given up for further ones. */
export const MAX_FRAGMENT_BYTES = 32 * 1024 * 1024

/** Separate stretches that one datagram may be in; with more it is discarded. A real one has a hole or two. */
export const MAX_STRETCHES = 64

/** Fragments of one datagram; with more it is discarded. 64 KiB over the smallest link that IPv4 allows are 1,366. */
export const MAX_FRAGMENTS = 2048

/** Seconds after its first fragment that an IPv4 datagram is given up: what Linux waits (RFC 1122 §3.3.2 asks for 60 to 120). */
export const LIFETIME_IPV4 = 30
/** The same for IPv6 (RFC 8200 §4.5). */
export const LIFETIME_IPV6 = 60

/** Seconds within which a fragment of a datagram that is already whole is a copy. */
const COPY_SECONDS = 1

/** Largest payload of a datagram: its length field has 16 bits (RFC 791 §3.1, RFC 8200 §3). */
const MAX_PAYLOAD = 65_535
const IPV4_ADDRESSES = 12
const IPV6_ADDRESSES = 8
const IPV6_NEXT_HEADER = 6
const IPV6_FRAGMENT_LENGTH = 8
const SMALLEST_BUFFER = 2048
const NO_BYTES = /* @__PURE__ */ new Uint8Array(0)
/** Entries of the queue that may be gone before it is tidied. */
const QUEUE_SLACK = 256
const BILLION = 1_000_000_000

/** What became of the fragments and their datagrams. */
export interface ReassemblyCounts {
  /** Fragments taken. */
  fragments: number
  /** Datagrams that they belong to; a whole one that comes again is another. */
  datagrams: number
  /** Datagrams of which every byte came. */
  reassembled: number
  /** Fragments that came a second time, byte for byte. */
  duplicates: number
  /** Fragments that overlap others with a claim of their own. */
  overlapping: number
  /** Fragments that came behind a later one. */
  outOfOrder: number
  /** Fragments that cannot be one: empty, not a multiple of eight bytes, beyond the largest datagram. */
  malformed: number
  /** Datagrams that contradict themselves: overlapping (IPv6), two different ends, too long, in too many pieces. */
  discarded: number
  /** Datagrams whose time was over. */
  expired: number
  /** Datagrams given up for want of room. */
  evicted: number
}

/** A datagram of which every byte came. */
export interface Joined {
  /** The IP packet as it was before it was fragmented: header without the traces of fragments, then the payload. */
  view: DataView
  /** Bytes of it that were captured: up to the first one that a snap length cut off. */
  capturedLength: number
  /** Bytes of it on the wire. */
  wireLength: number
  /** Numbers of the packets that it came in, in order of arrival. */
  numbers: number[]
}

interface Pending {
  readonly key: string
  serial: number
  version: 4 | 6
  /** Capture time of the fragment that came first. */
  seconds: number
  nanoseconds: number
  /** Payload, as far as it came. */
  bytes: Uint8Array
  /** Starts and ends of the stretches that came, in order, none touching another. */
  stretches: number[]
  /** Start and end of each fragment of an IPv6 datagram, as one number. */
  pieces: Set<number>
  /** Length of the payload, -1 until the last fragment came. */
  total: number
  /** First byte that a snap length cut off. */
  cutAt: number
  /** Highest start of a fragment so far. */
  highest: number
  /** The header of the first fragment, rebuilt, and how much of it. */
  header: Uint8Array | null
  numbers: number[]
  /** What tells the fragments that came from others: a digest of the range and the bytes of each. */
  prints: number[]
  /** The datagram that became whole just before, of which all that came so far is a copy; `null` when it is one of its own. */
  copyOf: Whole | null
  /** Discarded: it stays to swallow what else comes of it. */
  discarded: boolean
  /** Whole or given up: no longer in the table. */
  gone: boolean
}

/** When a datagram became whole. */
interface Whole {
  serial: number
  seconds: number
  nanoseconds: number
  /** Digests of its fragments; none where there are more than {@link MOST_PRINTS}. */
  prints: readonly number[]
}

/** Fragments of a datagram by which a copy of one is known: a full datagram over an MTU of 1,500 bytes has 45. */
const MOST_PRINTS = 48

/** Time without a timestamp, as `NO_TIME` of the packet's record. */
const NO_TIME = -1

/** A bounded table of datagrams in fragments. */
export class Reassembler {
  /** What was taken, joined and given up so far. */
  readonly counts: ReassemblyCounts = {
    fragments: 0,
    datagrams: 0,
    reassembled: 0,
    duplicates: 0,
    overlapping: 0,
    outOfOrder: 0,
    malformed: 0,
    discarded: 0,
    expired: 0,
    evicted: 0,
  }
  /** Serial number of the datagram to which the last fragment taken belongs, from 1; 0 when it could not be one. */
  serial = 0
  /**
   * Serial number of the datagram of the same identification that became whole within the second before: a fragment that comes
   * after it is probably a copy. 0 when there is none.
   */
  previous = 0
  /** Bytes held. */
  bytes = 0
  readonly #pending = new Map<string, Pending>()
  /** The same from the oldest on, from `#front`, with some that are gone. (A Map is slow to tell its oldest key.) */
  #queue: Pending[] = []
  #front = 0
  /** Datagrams that became whole: the latest, and a generation before them. */
  #whole = new Map<string, Whole>()
  #wholeBefore = new Map<string, Whole>()
  readonly #maxDatagrams: number
  readonly #maxBytes: number
  readonly #onGivenUp: (serial: number) => void
  #serials = 0

  /**
   * Begins with no fragment.
   * @param options - Bounds that differ from the defaults, at least 1; `onGivenUp` hears of each datagram that will never be
   * joined (expired, evicted, discarded, or still incomplete at `finish`) by its serial number; of a discarded one again when
   * nothing more is expected of it.
   */
  constructor(options: { maxDatagrams?: number; maxBytes?: number; onGivenUp?: (serial: number) => void } = {}) {
    checkObject('options', options)
    checkInteger('maxDatagrams', options.maxDatagrams, 1)
    checkInteger('maxBytes', options.maxBytes, 1)
    checkFunction('onGivenUp', options.onGivenUp)
    this.#maxDatagrams = options.maxDatagrams ?? MAX_DATAGRAMS
    this.#maxBytes = options.maxBytes ?? MAX_FRAGMENT_BYTES
    this.#onGivenUp = options.onGivenUp ?? (() => {})
  }

  /** Datagrams that are waited for. */
  get pending(): number {
    return this.#pending.size
  }

  /** Datagrams that were not, or not yet, joined. */
  get incomplete(): number {
    return this.counts.datagrams - this.counts.reassembled
  }

  /**
   * Takes one fragment: a packet whose `layers.outerIp.isFragment`.
   * @param scope - What else tells datagrams apart: the capture interface, say.
   * @param number - The packet's number.
   * @param nanoseconds - 0 to 999 999 999, or -1 for a packet without a time, which is near to any.
   * @returns The datagram when it is whole now, else `null`. Its bytes are the caller's.
   */
  add(layers: Layers, scope: number, number: number, seconds: number, nanoseconds: number): Joined | null {
    const { counts } = this
    counts.fragments++
    this.serial = 0
    this.previous = 0
    this.#expire(seconds, nanoseconds)
    const { outerIp: ip, view } = layers
    const from = dataAt(layers)
    const start = ip.fragmentOffset
    let length = from === NONE ? 0 : ip.payloadEnd - from
    // What does not fill eight bytes cannot be followed: its rest is cut off (as Linux does), IPv6 refuses it (RFC 8200 §4.5).
    if (ip.moreFragments && (length & 7) !== 0) length = ip.version === 4 ? length & ~7 : 0
    const end = start + length
    if (length <= 0 || end > MAX_PAYLOAD) {
      counts.malformed++
      return null
    }
    const key = keyOf(layers, scope)
    const captured = Math.max(0, Math.min(length, layers.end - from))
    const data = new Uint8Array(view.buffer, view.byteOffset + from, captured)
    const print = printOf(start, end, data)
    const before = this.#before(key, seconds, nanoseconds)
    const entry = this.#entry(key, ip.version === 4 ? 4 : 6, seconds, nanoseconds, before, print)
    this.serial = entry.serial
    this.previous = before?.serial ?? 0
    if (entry.discarded) return null
    entry.numbers.push(number)
    if (entry.prints.length <= MOST_PRINTS) entry.prints.push(print)
    if (start < entry.highest) counts.outOfOrder++
    else entry.highest = start
    if (entry.numbers.length > MAX_FRAGMENTS || !this.#fits(entry, start, end, ip.moreFragments)) {
      this.#discard(entry)
      return null
    }
    if (!ip.moreFragments) entry.total = end
    if (!this.#place(entry, start, end, data)) {
      this.#discard(entry)
      return null
    }
    if (start === 0 && entry.header === null) entry.header = ip.version === 4 ? ipv4Header(layers) : ipv6Header(layers)
    const { stretches } = entry
    if (entry.header !== null && stretches.length === 2 && stretches[0] === 0 && stretches[1] === entry.total) {
      const whole = joined(entry)
      if (whole === null) {
        this.#discard(entry)
        return null
      }
      const prints = entry.prints.length > MOST_PRINTS ? [] : entry.prints
      this.#remove(entry)
      counts.reassembled++
      this.#remember(key, { serial: entry.serial, seconds, nanoseconds, prints })
      return whole
    }
    this.#makeRoom(entry)
    return null
  }

  /** Gives up every datagram that is still waited for. */
  finish(): void {
    for (let oldest = this.#oldest(); oldest !== undefined; oldest = this.#oldest()) this.#drop(oldest)
  }

  /**
   * The datagram's entry; a new one when the last one of this identification is too old, or has only copies of the one before where
   * this fragment is none.
   */
  #entry(
    key: string,
    version: 4 | 6,
    seconds: number,
    nanoseconds: number,
    before: Whole | null,
    print: number,
  ): Pending {
    const found = this.#pending.get(key)
    if (found !== undefined) {
      const isCopied = found.copyOf === null || found.copyOf.prints.includes(print)
      if (isCopied && !isOver(found, seconds, nanoseconds)) return found
      if (found.copyOf === null) this.counts.expired++
      this.#drop(found)
    }
    const oldest = this.#pending.size >= this.#maxDatagrams ? this.#oldest() : undefined
    if (oldest !== undefined) this.#evict(oldest)
    const entry: Pending = {
      key,
      serial: ++this.#serials,
      version,
      seconds,
      nanoseconds,
      bytes: NO_BYTES,
      stretches: [],
      pieces: new Set(),
      total: -1,
      cutAt: Number.POSITIVE_INFINITY,
      highest: 0,
      header: null,
      numbers: [],
      prints: [],
      copyOf: before?.prints.includes(print) ? before : null,
      discarded: false,
      gone: false,
    }
    this.counts.datagrams++
    this.#pending.set(key, entry)
    this.#queue.push(entry)
    // One that waits long must not keep all that are gone behind it.
    if (this.#queue.length > 2 * this.#pending.size + QUEUE_SLACK) {
      this.#queue = this.#queue.filter(({ gone }) => !gone)
      this.#front = 0
    }
    return entry
  }

  /** The datagram of this identification that became whole within the second before. */
  #before(key: string, seconds: number, nanoseconds: number): Whole | null {
    const whole = this.#whole.get(key) ?? this.#wholeBefore.get(key)
    return whole === undefined || isLater(whole, seconds, nanoseconds, COPY_SECONDS) ? null : whole
  }

  #remember(key: string, whole: Whole): void {
    if (this.#whole.size >= this.#maxDatagrams) {
      this.#wholeBefore = this.#whole
      this.#whole = new Map()
    }
    this.#whole.set(key, whole)
  }

  /** Whether a fragment agrees with where the datagram ends. */
  #fits(entry: Pending, start: number, end: number, moreFragments: boolean): boolean {
    if (entry.total >= 0 && (moreFragments ? end > entry.total : end !== entry.total)) return false
    const last = entry.stretches.at(-1) ?? 0
    return moreFragments || (last <= end && start < end)
  }

  /** Puts a fragment's bytes where they belong. @returns `false` when the datagram must be discarded. */
  #place(entry: Pending, start: number, end: number, data: Uint8Array): boolean {
    const { stretches, pieces } = entry
    const piece = start * (MAX_PAYLOAD + 1) + end
    const free = gaps(stretches, start, end)
    const isNew = free.length === 2 && free[0] === start && free[1] === end
    if (!isNew) {
      const same = free.length === 0 && this.#isSame(entry, start, data)
      if (entry.version === 6) {
        this.counts[same && pieces.has(piece) ? 'duplicates' : 'overlapping']++
        return same && pieces.has(piece)
      }
      this.counts[same ? 'duplicates' : 'overlapping']++
      if (free.length === 0) return true
    }
    if (entry.version === 6) pieces.add(piece)
    this.#grow(entry, start + data.length)
    for (let i = 0; i < free.length; i += 2) {
      const from = free[i]!
      const to = Math.min(free[i + 1]!, start + data.length)
      if (to > from) entry.bytes.set(data.subarray(from - start, to - start), from)
      if (to < free[i + 1]!) entry.cutAt = Math.min(entry.cutAt, Math.max(from, start + data.length))
    }
    addStretch(stretches, start, end)
    return stretches.length <= 2 * MAX_STRETCHES
  }

  #isSame({ bytes, cutAt }: Pending, start: number, data: Uint8Array): boolean {
    const length = Math.min(data.length, cutAt - start, bytes.length - start)
    for (let i = 0; i < length; i++) if (data[i] !== bytes[start + i]) return false
    return true
  }

  #grow(entry: Pending, length: number): void {
    const there = entry.bytes.length
    if (length <= there) return
    let capacity = Math.max(there * 2, SMALLEST_BUFFER)
    while (capacity < length) capacity *= 2
    const bytes = new Uint8Array(capacity)
    bytes.set(entry.bytes)
    entry.bytes = bytes
    this.bytes += capacity - there
  }

  /** The datagram whose first fragment came longest ago. */
  #oldest(): Pending | undefined {
    const queue = this.#queue
    while (this.#front < queue.length && queue[this.#front]!.gone) this.#front++
    if (this.#front * 2 > queue.length) {
      this.#queue = queue.slice(this.#front)
      this.#front = 0
    }
    return this.#queue[this.#front]
  }

  /** Gives up the oldest datagrams until the bytes fit; the one at hand last. */
  #makeRoom(current: Pending): void {
    while (this.bytes > this.#maxBytes) {
      let oldest = this.#oldest()
      for (let at = this.#front + 1; oldest === current && at < this.#queue.length; at++) {
        if (!this.#queue[at]!.gone) oldest = this.#queue[at]
      }
      if (oldest === undefined) return
      this.#evict(oldest)
    }
  }

  #evict(entry: Pending): void {
    if (!entry.discarded && entry.copyOf === null) this.counts.evicted++
    this.#drop(entry)
  }

  /** Gives up datagrams whose time is over, the oldest first. */
  #expire(seconds: number, nanoseconds: number): void {
    for (let oldest = this.#oldest(); oldest !== undefined; oldest = this.#oldest()) {
      if (!isOver(oldest, seconds, nanoseconds)) return
      if (!oldest.discarded && oldest.copyOf === null) this.counts.expired++
      this.#drop(oldest)
    }
  }

  #discard(entry: Pending): void {
    this.counts.discarded++
    this.bytes -= entry.bytes.length
    entry.bytes = NO_BYTES
    entry.stretches = []
    entry.pieces.clear()
    entry.numbers = []
    entry.discarded = true
    this.#onGivenUp(entry.serial)
  }

  #drop(entry: Pending): void {
    if (entry.copyOf !== null && !entry.discarded) {
      // Fragments recorded twice, of a datagram that is whole: there was no further one.
      this.counts.datagrams--
      this.counts.duplicates += entry.numbers.length
    }
    this.#remove(entry)
    this.#onGivenUp(entry.serial)
  }

  #remove(entry: Pending): void {
    this.#pending.delete(entry.key)
    this.bytes -= entry.bytes.length
    entry.bytes = NO_BYTES
    entry.numbers = []
    entry.gone = true
  }
}

/** Digest of a fragment: its range and its bytes (FNV-1a). */
function printOf(start: number, end: number, data: Uint8Array): number {
  let print = Math.imul(0x811c9dc5 ^ start, 0x01000193) ^ end
  for (const byte of data) print = Math.imul(print ^ byte, 0x01000193)
  return print
}

/** Whether a datagram's time is over. */
function isOver(entry: Pending, seconds: number, nanoseconds: number): boolean {
  return isLater(entry, seconds, nanoseconds, entry.version === 4 ? LIFETIME_IPV4 : LIFETIME_IPV6)
}

/** Whether two times are more than `most` seconds apart; one that is not known is near to any. */
function isLater(
  since: { seconds: number; nanoseconds: number },
  seconds: number,
  nanoseconds: number,
  most: number,
): boolean {
  if (nanoseconds === NO_TIME || since.nanoseconds === NO_TIME) return false
  const apart = (seconds - since.seconds) * BILLION + (nanoseconds - since.nanoseconds)
  return Math.abs(apart) > most * BILLION
}

/** What tells datagrams apart: addresses, protocol (IPv4 only) and identification, the VLAN and the caller's scope. */
function keyOf(
  { view, outerIp: { at, version, protocol, identification }, outerFrame }: Layers,
  scope: number,
): string {
  const vlan = outerFrame.tagCount > 0 ? outerFrame.vlanIds[0]! : -1
  if (version === 4) {
    return `4 ${scope} ${vlan} ${view.getInt32(at + IPV4_ADDRESSES)} ${view.getInt32(at + IPV4_ADDRESSES + 4)} ${protocol} ${identification}`
  }
  let key = `6 ${scope} ${vlan} ${identification}`
  for (let i = 0; i < 32; i += 4) key += ` ${view.getInt32(at + IPV6_ADDRESSES + i)}`
  return key
}

/**
 * Where a fragment's part of the datagram begins: behind the IPv4 header, or behind the IPv6 fragment header, which options may follow.
 * @param layers - Of a packet whose `outerIp.isFragment`.
 * @returns Offset; `NONE` when there is no fragment header that can be followed.
 */
export function dataAt(layers: Layers): number {
  if (layers.outerIp.version === 4) return layers.outerIp.payloadAt
  const field = fragmentField(layers)
  return field === NONE ? NONE : headerBehind(layers.view, layers.outerIp.at, field) + IPV6_FRAGMENT_LENGTH
}

/** Offset of the next-header field that names the fragment header of an IPv6 packet, `NONE` when none does. */
function fragmentField({ view, end, outerIp: { at } }: Layers): number {
  let field = at + IPV6_NEXT_HEADER
  for (;;) {
    const header = headerBehind(view, at, field)
    if (header + IPV6_FRAGMENT_LENGTH > end) return NONE
    const next = view.getUint8(field)
    if (next === Protocol.Fragment) return field
    if (next !== Protocol.HopByHop && next !== Protocol.Routing && next !== Protocol.DestinationOptions) return NONE
    field = header
  }
}

/** Offset of the header that a next-header field names; all headers before a fragment header begin with that field. */
function headerBehind(view: DataView, at: number, field: number): number {
  if (field === at + IPV6_NEXT_HEADER) return at + ipv6.LENGTH
  return field + (view.getUint8(field + 1) + 1) * 8
}

/** A copy of the header without the marks of a fragment; its length is set when the payload's is known. */
function ipv4Header({ view, outerIp: { at, payloadAt } }: Layers): Uint8Array {
  const header = new Uint8Array(view.buffer, view.byteOffset + at, payloadAt - at).slice()
  header[6] = header[6]! & 0xc0
  header[7] = 0
  return header
}

/** A copy of the headers before the fragment header, which the last of them no longer names (RFC 8200 §4.5). */
function ipv6Header(layers: Layers): Uint8Array {
  const { view, outerIp } = layers
  const { at } = outerIp
  const field = fragmentField(layers)
  const fragment = headerBehind(view, at, field)
  const header = new Uint8Array(view.buffer, view.byteOffset + at, fragment - at).slice()
  header[field - at] = view.getUint8(fragment)
  return header
}

function joined({ version, header, bytes, total, cutAt, numbers }: Pending): Joined | null {
  const head = header!
  const captured = Math.min(total, cutAt)
  const wireLength = head.length + total
  // The header's own length field has 16 bits, and counts the header too in IPv4.
  const stated = version === 4 ? wireLength : wireLength - ipv6.LENGTH
  if (stated > MAX_PAYLOAD) return null
  const out = new Uint8Array(head.length + captured)
  out.set(head)
  out.set(bytes.subarray(0, captured), head.length)
  const view = new DataView(out.buffer)
  if (version === 4) {
    view.setUint16(2, stated)
    view.setUint16(10, 0)
    view.setUint16(10, ipv4HeaderChecksum(view, 0, head.length))
  } else view.setUint16(4, stated)
  return { view, capturedLength: out.length, wireLength, numbers }
}

/** The parts of a stretch that are in no other: starts and ends. */
function gaps(stretches: readonly number[], start: number, end: number): number[] {
  const free: number[] = []
  let at = start
  for (let i = 0; i < stretches.length && at < end; i += 2) {
    if (stretches[i + 1]! <= at) continue
    if (stretches[i]! >= end) break
    if (stretches[i]! > at) free.push(at, stretches[i]!)
    at = Math.max(at, stretches[i + 1]!)
  }
  if (at < end) free.push(at, end)
  return free
}

/** Adds a stretch of bytes to others (starts and ends, ascending), joining it with those that it touches. */
export function addStretch(stretches: number[], start: number, end: number): void {
  let first = 0
  while (first < stretches.length && stretches[first + 1]! < start) first += 2
  let last = first
  let from = start
  let to = end
  while (last < stretches.length && stretches[last]! <= end) {
    from = Math.min(from, stretches[last]!)
    to = Math.max(to, stretches[last + 1]!)
    last += 2
  }
  stretches.splice(first, last - first, from, to)
}
