/**
 * Addresses that DHCP offers or gives, and that clients request, by address: a server asks for an address by ARP and ping before it offers
 * it (RFC 2131 §3.1), and no answer is what it hopes for. Evidence: any capture point that the server's messages pass.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import type { StatefulAnalyzer } from '../../analyzer.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { ANSWERS, Asks, KIND } from '../../events/questions.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'
import type { Keys } from '../../tables/keys.ts'

/** An address that was offered. */
export interface Lease {
  /** Address id of who sent the offer: the server, or the relay between; `NONE` where the client's request tells. */
  server: number
  /** Number of the last offer's packet. */
  last: number
}

/** Offers by address id. */
export class Leases implements StatefulAnalyzer<CounterByKeyState<Lease>> {
  readonly #offers = new CounterByKey<Lease>(() => ({ server: NONE, last: 0 }))

  constructor(private readonly keys: Keys) {}

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & (Bit.Udp | Bit.Kept | Bit.Copy)) !== (Bit.Udp | Bit.Kept)) return
    const address = i32[at + Field.Acknowledgment]!
    if ((i32[at + Field.TcpFlags]! & (KIND | ANSWERS)) !== (Asks.Dhcp | ANSWERS) || address === 0) return
    const id = this.keys.findIpv4(address)
    if (id === NONE) return
    const lease = this.#offers.note(id, i32[at + Field.Number]!)
    if (lease === null) return
    const source = i32[at + Field.InnerSource]!
    lease.server = source === NONE || this.keys.isUnspecified(source) ? NONE : source
    lease.last = i32[at + Field.Number]!
  }

  /** The offers of an address id; `undefined` without. */
  of(address: number): Lease | undefined {
    return this.#offers.get(address)?.figures
  }

  save(): CounterByKeyState<Lease> {
    return this.#offers.save()
  }

  restore(state: CounterByKeyState<Lease>): void {
    this.#offers.restore(state)
  }
}
