/**
 * Requests of guests that ICMP errors inside the overlay reject: SYNs and questions by UDP. Who asks learns at once that there will be no
 * answer, so that what looks like loss is none. Noted by the stateful analyzers that know the requests (connects.ts, queries.ts): an error
 * that quotes an answer, as where a client closed its socket, or a probe of traceroute, rejects no request. Evidence: any capture point
 * between the reporter and who asks. What misleads: errors are rate-limited, so not every request has one.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import * as icmp from '../../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../../codecs/headers/icmpv6.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import type { Stateful } from '../../stateful.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'

/** What an error says of a request. */
export const Rejection = {
  None: 0,
  /** Nobody takes it at that port. */
  Port: 1,
  /** A filter forbids it. */
  Prohibited: 2,
  /** There is no way to the server. */
  Unreachable: 3,
  /** Its TTL ran out. */
  Expired: 4,
} as const

/** Latest packet numbers and reporters kept of a flow's direction. */
const MOST_RECENT = 3
const MOST_REPORTERS = 4

/** Rejections of one flow's requests. */
export interface Rejected {
  /** Route row × 2 + direction of the requests. */
  route: number
  /** Which of `Asks` for a question by UDP, 0 for a SYN. */
  asks: number
  /** Address ids. */
  reporters: number[]
  /** ICMP type × 256 + code of the first error. */
  typeCode: number
  isVersion6: boolean
  /** Numbers of the latest errors, three at most. */
  recent: number[]
  /** When the first and the last one came. */
  seconds: number
  lastSeconds: number
}

/** Rejections by flow row × 2 + direction of the requests. */
export class Rejections implements Stateful {
  readonly tally = new CounterByKey<Rejected>(() => ({
    route: NONE,
    asks: 0,
    reporters: [],
    typeCode: 0,
    isVersion6: false,
    recent: [],
    seconds: 0,
    lastSeconds: 0,
  }))

  /** Notes the ICMP error at hand. @param end - Flow row × 2 + direction of the request that it quotes. */
  note({ i32, f64 }: EventLog, at: number, end: number, route: number, asks: number): void {
    const number = i32[at + Field.Number]!
    const rejected = this.tally.note(end, number)
    if (rejected === null) return
    const seconds = f64[at >> 1]! + Math.max(0, i32[at + Field.Nanoseconds]!) / 1e9
    if (rejected.recent.length === 0) {
      rejected.route = route
      rejected.asks = asks
      rejected.typeCode = i32[at + Field.Sequence]!
      rejected.isVersion6 = (i32[at + Field.Bits]! & Bit.Version6) !== 0
      rejected.seconds = seconds
    }
    rejected.lastSeconds = seconds
    if (rejected.recent.length === MOST_RECENT) rejected.recent.shift()
    rejected.recent.push(number)
    const reporter = i32[at + Field.InnerSource]!
    const { reporters } = rejected
    if (reporter !== NONE && reporters.length < MOST_REPORTERS && !reporters.includes(reporter))
      reporters.push(reporter)
  }

  save(): CounterByKeyState<Rejected> {
    return this.tally.save()
  }

  restore(state: CounterByKeyState<Rejected>): void {
    this.tally.restore(state)
  }
}

const { UnreachableCode: Code4 } = icmp
const { UnreachableCode: Code6 } = icmpv6
const PROHIBITED4: readonly number[] = [Code4.NetworkProhibited, Code4.HostProhibited, Code4.Prohibited]
const PROHIBITED6: readonly number[] = [Code6.Prohibited, Code6.SourcePolicy, Code6.RejectRoute]

/** What an ICMP error says of the request that it quotes: one of {@link Rejection}. */
export function rejectionOf(typeCode: number, isVersion6: boolean): number {
  const type = typeCode >> 8
  const code = typeCode & 0xff
  if (type === (isVersion6 ? icmpv6.Type.TimeExceeded : icmp.Type.TimeExceeded)) return Rejection.Expired
  if (type !== (isVersion6 ? icmpv6.Type.DestinationUnreachable : icmp.Type.DestinationUnreachable))
    return Rejection.None
  if (isVersion6) {
    if (code === Code6.Port) return Rejection.Port
    return PROHIBITED6.includes(code) ? Rejection.Prohibited : Rejection.Unreachable
  }
  if (code === Code4.FragmentationNeeded) return Rejection.None
  if (code === Code4.Port || code === Code4.Protocol) return Rejection.Port
  return PROHIBITED4.includes(code) ? Rejection.Prohibited : Rejection.Unreachable
}
