/**
 * Outer datagrams whose first fragment is too small for the headers behind it, or that are a carrier's (GRE, IP in IP). Such a record waits
 * for the others: once the datagram is whole it is counted and judged with the layers of the joined bytes, with its own number, time and
 * length; given up, it counts as what it is by itself. Nothing is decoded out of the middle of a fragment. Bytes are kept of two kinds of
 * datagrams: those with a tiny first fragment, and those whose first fragment has not come yet. Fragments of different interfaces or files
 * do not belong together, as in `decap`. Evidence: any capture point. What misleads: a snap length below the fragments' headers.
 */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import type { TunnelPorts } from '../../codecs/walk/dissect.ts'
import { type IpLayer, Layers } from '../../codecs/walk/layers.ts'
import { dataAt, type Joined, LIFETIME_IPV4, LIFETIME_IPV6, MAX_FRAGMENTS } from '../../codecs/walk/reassembly.ts'
import { carriesMore } from '../../codecs/walk/walk-carriers.ts'
import { Fingerprint } from '../events/fingerprint.ts'
import { isTinyFragment } from '../events/tiny-fragment.ts'
import type { Observation } from '../lookup/observation.ts'
import { Digest } from '../tables/hash.ts'
import { RecentRing, type RecentRingState } from '../tables/recent-ring.ts'
import { near } from '../tables/time.ts'
import { HeldFragments, type HeldState } from './held-fragments.ts'

/** Bytes that waiting fragments may take, metadata included: 32 MiB. The oldest datagrams are given up for further ones. */
export const MAX_HELD_BYTES = 32 * 1024 * 1024

/** Largest payload of a datagram (RFC 791 §3.1, RFC 8200 §3). */
const MAX_PAYLOAD = 65_535
/** Nanoseconds that a datagram is waited for. */
const WAIT_IPV4 = LIFETIME_IPV4 * 1_000_000_000
const WAIT_IPV6 = LIFETIME_IPV6 * 1_000_000_000
/** Entries of the queue that may be gone before it is tidied. */
const QUEUE_SLACK = 256

/** User words of a remembered first fragment. */
const SECONDS = 0
const NANOSECONDS = 1
const IPV6 = 2
const WORDS = 3

/** A first fragment whose time to be counted has come. */
interface Ready {
  held: HeldFragments
  index: number
  joined: Joined | null
}

/** Saved tiny first fragments. */
export interface TinyFragmentsState {
  firsts: RecentRingState
  waiting: HeldState[]
  dropped: number
}

/** Datagrams that wait for their fragments. */
export class TinyFragments {
  /** Datagrams that were given up for want of room. */
  dropped = 0
  /** First fragments that need not wait, and datagrams that are settled: further fragments of theirs are not kept. */
  readonly #firsts: RecentRing
  readonly #waiting = new Map<number, HeldFragments>()
  /** The same from the oldest on, from `#front`, with some that are gone. */
  #queue: HeldFragments[] = []
  #front = 0
  #bytes = 0
  #ready: Ready[] = []
  #nextReady = 0
  readonly #fingerprint = new Fingerprint()
  readonly #digest = new Digest()
  readonly #scratch = new Layers()
  readonly #other = new Layers()

  /**
   * @param size - Datagrams that may wait at a time, and first fragments that are remembered: a power of two.
   * @param ports - Which UDP ports are a tunnel's.
   * @param maxBytes - Bytes that waiting fragments may take.
   */
  constructor(
    readonly size: number,
    private readonly ports: TunnelPorts,
    private readonly maxBytes: number = MAX_HELD_BYTES,
  ) {
    this.#firsts = new RecentRing(size, WORDS)
  }

  /** Datagrams that are waited for. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Whether a record waits that has not been counted yet. */
  get withholds(): boolean {
    for (const held of this.#waiting.values()) if (held.hasFirst) return true
    return false
  }

  /**
   * Takes a packet whose `outerIp.isFragment`; ask {@link next} afterwards.
   * @returns Whether its record waits, and is not to be counted now.
   */
  take(o: Observation): boolean {
    const { layers } = o
    const { outerIp: ip } = layers
    if (!mayCarryTunnel(ip)) return false
    const isFirst = ip.fragmentOffset === 0
    this.#identify(o)
    if (isFirst && !isTinyFragment(layers, this.ports)) {
      const held = this.#find(o)
      // What came before it, out of order, is not needed; a tiny first fragment before it was another datagram's.
      if (held !== undefined) this.#giveUp(held)
      this.#insertFirst(o)
      return false
    }
    const held = this.#find(o)
    if (held === undefined && !isFirst && this.#knowsFirst(o)) return false
    const from = dataAt(layers)
    const length = from === NONE ? 0 : usable(ip, ip.payloadEnd - from)
    const end = ip.fragmentOffset + length
    if (length <= 0 || end > MAX_PAYLOAD) {
      if (isFirst) this.#insertFirst(o)
      return false
    }
    this.#keep(o, end)
    return isFirst
  }

  /** Fills an observation with the next record whose waiting is over. @returns Whether there was one. */
  next(o: Observation): boolean {
    if (this.#nextReady === this.#ready.length) {
      if (this.#nextReady > 0) this.#ready = []
      this.#nextReady = 0
      return false
    }
    const { held, index, joined } = this.#ready[this.#nextReady++]!
    if (joined === null) held.fillAlone(o, index, this.#scratch, this.ports)
    else held.fillJoined(o, index, joined, this.#scratch, this.ports)
    return true
  }

  /** Gives up every datagram: where nothing more can come. Ask {@link next} afterwards. */
  finish(): void {
    for (const held of [...this.#waiting.values()]) this.#giveUp(held)
  }

  save(): TinyFragmentsState {
    return {
      firsts: this.#firsts.save(),
      waiting: [...this.#waiting.values()].map((held) => held.save()),
      dropped: this.dropped,
    }
  }

  restore({ firsts, waiting, dropped }: TinyFragmentsState): void {
    this.#firsts.restore(firsts)
    this.#waiting.clear()
    this.#queue = []
    this.#front = 0
    this.#bytes = 0
    for (const state of waiting) {
      const held = HeldFragments.restored(state)
      this.#insert(held)
      this.#bytes += held.cost
    }
    this.dropped = dropped
  }

  /** Puts the keys of the datagram at hand into the digests. */
  #identify(o: Observation): void {
    const { layers } = o
    const fingerprint = this.#fingerprint
    const digest = this.#digest
    fingerprint.takeDatagram(layers)
    digest.reset()
    digest.word(fingerprint.high)
    digest.word(fingerprint.low)
    digest.word(o.interfaceId)
    digest.word(layers.linkInterface)
    digest.word(layers.outerFrame.tagCount > 0 ? layers.outerFrame.vlanIds[0]! : NONE)
  }

  /** What waits of the datagram at hand; what waited too long is given up. */
  #find(o: Observation): HeldFragments | undefined {
    if (this.#waiting.size === 0) return undefined
    const held = this.#waiting.get(slot(this.#digest.high, this.#digest.low))
    if (held === undefined || !isOver(held, o.seconds, o.nanoseconds)) return held
    this.#giveUp(held)
    return undefined
  }

  #insertFirst(o: Observation): void {
    const entry = this.#firsts.insert(this.#digest.high, this.#digest.low)
    const { data } = this.#firsts
    data[entry + SECONDS] = o.seconds
    data[entry + NANOSECONDS] = o.nanoseconds
    data[entry + IPV6] = o.layers.outerIp.version === 6 ? 1 : 0
  }

  #knowsFirst(o: Observation): boolean {
    const entry = this.#firsts.find(this.#digest.high, this.#digest.low)
    return entry !== NONE && this.#isNear(entry, o.seconds, o.nanoseconds)
  }

  #isNear(entry: number, seconds: number, nanoseconds: number): boolean {
    const { data } = this.#firsts
    const lifetime = data[entry + IPV6] === 1 ? WAIT_IPV6 : WAIT_IPV4
    return near(seconds, nanoseconds, data[entry + SECONDS]!, data[entry + NANOSECONDS]!, lifetime)
  }

  /** Adds the fragment at hand to what waits of its datagram; counts the datagram when that makes it whole. */
  #keep(o: Observation, end: number): void {
    const start = o.layers.outerIp.fragmentOffset
    this.#expire(o)
    const held = this.#waiting.get(slot(this.#digest.high, this.#digest.low)) ?? this.#open(o)
    const before = held.cost
    held.add(o, start, end)
    this.#bytes += held.cost - before
    while (this.#bytes > this.maxBytes) this.#evict()
    if (held.gone) return
    if (held.count > MAX_FRAGMENTS) this.#flush(o, held, null)
    else if (held.isWhole) this.#flush(o, held, held.join(this.#other, this.ports))
  }

  #open(o: Observation): HeldFragments {
    if (this.#waiting.size >= this.size) this.#evict()
    const { high, low } = this.#digest
    const { high: datagramHigh, low: datagramLow } = this.#fingerprint
    const held = new HeldFragments({ high, low, datagramHigh, datagramLow }, o.seconds, o.nanoseconds)
    held.isIpv6 = o.layers.outerIp.version === 6
    this.#insert(held)
    return held
  }

  #insert(held: HeldFragments): void {
    this.#waiting.set(slot(held.key.high, held.key.low), held)
    this.#queue.push(held)
    if (this.#queue.length <= 2 * this.#waiting.size + QUEUE_SLACK) return
    this.#queue = this.#queue.filter(({ gone }) => !gone)
    this.#front = 0
  }

  /** The datagram is decided: nothing more of it will be kept. */
  #flush(o: Observation, held: HeldFragments, joined: Joined | null): void {
    this.#remove(held, joined)
    this.#insertFirst(o)
  }

  #giveUp(held: HeldFragments): void {
    this.#remove(held, null)
  }

  #evict(): void {
    const oldest = this.#oldest()
    if (oldest === undefined) return
    this.dropped++
    this.#giveUp(oldest)
  }

  #expire(o: Observation): void {
    const { seconds, nanoseconds } = o
    for (let oldest = this.#oldest(); oldest !== undefined; oldest = this.#oldest()) {
      if (!isOver(oldest, seconds, nanoseconds)) return
      this.#giveUp(oldest)
    }
  }

  #oldest(): HeldFragments | undefined {
    const queue = this.#queue
    while (this.#front < queue.length && queue[this.#front]!.gone) this.#front++
    return queue[this.#front]
  }

  #remove(held: HeldFragments, joined: Joined | null): void {
    this.#waiting.delete(slot(held.key.high, held.key.low))
    this.#bytes -= held.cost
    held.gone = true
    for (const index of held.firsts) this.#ready.push({ held, index, joined })
  }
}

/** A digest's halves as one exact number; what two digests share it for is told apart when they are joined. */
function slot(high: number, low: number): number {
  return (high >>> 0) * 0x20_0000 + (low & 0x1f_ffff)
}

/** Whether a fragment may belong to a UDP datagram, or to a carrier: options behind an IPv6 fragment header hide what follows them. */
function mayCarryTunnel({ version, protocol }: IpLayer): boolean {
  return (
    protocol === Protocol.Udp || carriesMore(protocol) || (version === 6 && protocol === Protocol.DestinationOptions)
  )
}

/** Bytes of a fragment that can be followed by others: all but the last come in eights (RFC 791 §3.2, RFC 8200 §4.5). */
function usable({ version, moreFragments }: IpLayer, length: number): number {
  if (!moreFragments || (length & 7) === 0) return length
  return version === 4 ? length & ~7 : 0
}

/** Whether a datagram's time is over at a time; one that is not known is near to any. */
function isOver(held: HeldFragments, seconds: number, nanoseconds: number): boolean {
  const lifetime = held.isIpv6 ? WAIT_IPV6 : WAIT_IPV4
  return !near(seconds, nanoseconds, held.seconds, held.nanoseconds, lifetime)
}
