/**
 * Requests whose tunnel datagrams have few hops left, by route and direction, and whether anything ever answered them. Where the
 * outer TTL is taken from the inner one (traceroute), the guest chose it, and nothing is counted.
 * Evidence: at the sender, or on the way. What misleads: a receiver so far away that its datagrams arrive with few hops left, and
 * that does not answer for another reason.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as tcp from '../../../codecs/headers/tcp.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { innerTtl, outerTtl } from '../../events/packet-flags.ts'
import { ANSWERS } from '../../events/questions.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'

/** Hops below which a datagram may not get far. */
const LOW = 5

/** Requests of one direction of a route. */
export interface LowHops {
  /** The largest TTL among them. */
  ttl: number
  /** Requests to all, which only one guest of all VTEPs answers. */
  asks: number
  /** Whether anything came back that answers. */
  isAnswered: boolean
  /** When the first one was sent. */
  seconds: number
  nanoseconds: number
}

/** Counts requests by route row × 2 + direction (0 = from a). */
export class LowHopRequests implements StatefulAnalyzer<CounterByKeyState<LowHops>> {
  readonly requests = new CounterByKey<LowHops>(() => ({
    ttl: 0,
    asks: 0,
    isAnswered: false,
    seconds: 0,
    nanoseconds: 0,
  }))

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const outer = outerTtl(i32[at + Field.TimeToLive]!)
    if (outer >= LOW && this.requests.isEmpty) return
    const bits = i32[at + Field.Bits]!
    const route = i32[at + Field.Route]!
    if ((bits & (Bit.Kept | Bit.Copy | Bit.Replica)) !== Bit.Kept || route === NONE) return
    const end = route * 2 + ((bits & Bit.PairForward) !== 0 ? 0 : 1)
    if (isAnswer(i32, at, bits)) {
      const asked = this.requests.get(end ^ 1)
      if (asked !== undefined) asked.figures.isAnswered = true
    }
    if (outer >= LOW || !isRequest(i32, at, bits)) return
    const inner = innerTtl(i32[at + Field.TimeToLive]!)
    if (inner !== 0 && inner <= outer) return
    const figures = this.requests.note(end, i32[at + Field.Number]!)
    if (figures === null) return
    if (figures.ttl === 0) {
      figures.seconds = log.f64[at >> 1]!
      figures.nanoseconds = i32[at + Field.Nanoseconds]!
    }
    if (outer > figures.ttl) figures.ttl = outer
    if ((bits & (Bit.Broadcast | Bit.Multicast)) !== 0) figures.asks++
  }

  save(): CounterByKeyState<LowHops> {
    return this.requests.save()
  }

  restore(state: CounterByKeyState<LowHops>): void {
    this.requests.restore(state)
  }
}

function isRequest(i32: Int32Array, at: number, bits: number): boolean {
  if ((bits & (Bit.EchoRequest | Bit.AddressRequest)) !== 0) return true
  const flags = i32[at + Field.TcpFlags]!
  if ((bits & Bit.Udp) !== 0) return flags !== 0 && (flags & ANSWERS) === 0
  return (bits & Bit.Tcp) !== 0 && (flags & (tcp.FLAG_SYN | tcp.FLAG_ACK)) === tcp.FLAG_SYN
}

function isAnswer(i32: Int32Array, at: number, bits: number): boolean {
  if ((bits & (Bit.EchoReply | Bit.AddressReply | Bit.IcmpError)) !== 0) return true
  const flags = i32[at + Field.TcpFlags]!
  return (bits & Bit.Udp) !== 0 ? (flags & ANSWERS) !== 0 : (bits & Bit.Tcp) !== 0 && (flags & tcp.FLAG_ACK) !== 0
}
