/**
 * Whether packets of a direction are answered: echo requests by replies with their number, TCP data by acknowledgments that advance. Where
 * the one says so and several echo requests have no reply at all, nothing is taken for known.
 */
import { fold32 } from '../../analyzers/tables/hash.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import type { Layers } from '../../codecs/walk/layers.ts'

/** Echo requests and TCP connections that are held. */
const MOST_ASKED_OF = 65_536

/** Echo requests of which one has a reply, where packets arrive. */
const LEAST_ASKED = 3

/** One TCP connection, as far as one direction's data and the other's acknowledgments were seen. */
interface Connection {
  /** Sequence number of the first data that were sent, and of the next ones. */
  first: number
  next: number
  /** Last acknowledgment; `NaN` before the first. */
  acknowledged: number
}

/** Watches directions and their ways back, packet by packet. */
export class Answers {
  readonly #ways: ReadonlyMap<number, number>
  /** Directions by their way back. */
  readonly #asked: ReadonlyMap<number, number>
  readonly #requests = new Set<string>()
  /** Echo requests by direction; directions with a reply, and those with an acknowledgment. */
  readonly #pings = new Map<number, number>()
  readonly #replied = new Set<number>()
  readonly #acknowledged = new Set<number>()
  readonly #connections = new Map<string, Connection>()

  /** @param ways - Way back of each direction. */
  constructor(ways: ReadonlyMap<number, number>) {
    this.#ways = ways
    this.#asked = new Map([...ways].map(([row, back]) => [back, row]))
  }

  /** Directions of which a packet was answered. */
  get rows(): number[] {
    const isAsked = (row: number): boolean => (this.#pings.get(row) ?? 0) >= LEAST_ASKED
    return [...this.#ways.keys()].filter(
      (row) => this.#replied.has(row) || (this.#acknowledged.has(row) && !isAsked(row)),
    )
  }

  take(row: number, layers: Layers): void {
    const { innerIp, innerTransport: at } = layers
    if (at === NONE || innerIp.at === NONE || innerIp.isFragment) return
    if (this.#ways.has(row)) this.#ask(row, layers)
    const asked = this.#asked.get(row)
    if (asked === undefined || !this.#isAnswer(asked, layers)) return
    const known = innerIp.protocol === Protocol.Tcp ? this.#acknowledged : this.#replied
    known.add(asked)
  }

  #ask(row: number, layers: Layers): void {
    const { innerView: view, innerIp, innerTransport: at } = layers
    if (innerIp.protocol === Protocol.Tcp) {
      if (at + tcp.LENGTH > layers.innerEnd) return
      const first = tcp.sequence(view, at)
      const flags = tcp.flags(view, at)
      const length = innerIp.at + innerIp.length - at - tcp.headerLength(view, at)
      const next = (first + Math.max(0, length) + (flags & tcp.FLAG_SYN) / tcp.FLAG_SYN + (flags & tcp.FLAG_FIN)) >>> 0
      if (next === first) return
      const name = `${row} ${endsOf(layers, true)} ${view.getInt32(at)}`
      const known = this.#connections.get(name)
      if (known === undefined) {
        if (this.#connections.size < MOST_ASKED_OF)
          this.#connections.set(name, { first, next, acknowledged: Number.NaN })
      } else if (isBehind(known.next, next)) known.next = next
    } else if (isEcho(layers, true) && this.#requests.size < MOST_ASKED_OF) {
      this.#pings.set(row, (this.#pings.get(row) ?? 0) + 1)
      this.#requests.add(`${row} ${endsOf(layers, true)} ${view.getInt32(at + icmp.REST)}`)
    }
  }

  #isAnswer(asked: number, layers: Layers): boolean {
    const { innerView: view, innerIp, innerTransport: at } = layers
    if (innerIp.protocol !== Protocol.Tcp) {
      return (
        isEcho(layers, false) &&
        this.#requests.has(`${asked} ${endsOf(layers, false)} ${view.getInt32(at + icmp.REST)}`)
      )
    }
    if (at + tcp.LENGTH > layers.innerEnd || (tcp.flags(view, at) & tcp.FLAG_ACK) === 0) return false
    const ports = (tcp.destinationPort(view, at) << 16) | tcp.sourcePort(view, at)
    const connection = this.#connections.get(`${asked} ${endsOf(layers, false)} ${ports}`)
    if (connection === undefined) return false
    const acknowledged = tcp.acknowledgment(view, at)
    const { first, next, acknowledged: before } = connection
    connection.acknowledged = acknowledged
    // What was acknowledged before may have been sent once more.
    const isNew = Number.isNaN(before) ? (tcp.flags(view, at) & tcp.FLAG_SYN) !== 0 : isBehind(before, acknowledged)
    return isNew && isBehind(first, acknowledged) && !isBehind(next, acknowledged)
  }
}

/** Digest of the inner addresses, in the order of whoever asks. */
function endsOf({ innerView: view, innerIp }: Layers, isAsking: boolean): number {
  const words = innerIp.version === 4 ? 1 : 4
  const addresses = innerIp.at + (innerIp.version === 4 ? 12 : 8)
  let from = 0
  let to = 0
  for (let i = 0; i < words; i++) {
    from = fold32(from, view.getInt32(addresses + 4 * i))
    to = fold32(to, view.getInt32(addresses + 4 * (words + i)))
  }
  return isAsking ? fold32(fold32(0, from), to) : fold32(fold32(0, to), from)
}

/** Whether a packet is an echo request, or a reply. */
function isEcho({ innerView: view, innerIp, innerEnd, innerTransport: at }: Layers, isRequest: boolean): boolean {
  if (at + icmp.LENGTH > innerEnd) return false
  if (innerIp.protocol === Protocol.Icmp)
    return icmp.type(view, at) === (isRequest ? icmp.Type.EchoRequest : icmp.Type.EchoReply)
  if (innerIp.protocol !== Protocol.IcmpV6) return false
  return icmpv6.type(view, at) === (isRequest ? icmpv6.Type.EchoRequest : icmpv6.Type.EchoReply)
}

/** Whether a sequence number comes before another (RFC 9293 §3.4). */
function isBehind(one: number, other: number): boolean {
  return ((other - one) | 0) > 0
}
