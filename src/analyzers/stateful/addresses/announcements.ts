/**
 * Announcements that several VTEPs make by themselves: distributed gateways announce one MAC and one address in frames that are equal
 * to the last bit, often at the same moment, so that the second one looks like the first one relayed.
 *
 * A relay does not send an announcement back to where it came from, and gateways send theirs to each other. What a VTEP sends to one
 * that had just sent it the same is therefore its own, and so is whatever else of this MAC it announces or asks from then on. A
 * gateway load balancer or service chain does return frames, but all of them: a way on which packets with a number return is its.
 * Evidence: a capture point that both directions pass. What misleads: a loop returns everything too, but again and again.
 */
import { NONE } from '../../../codecs/core/fault.ts'
import { Bit, type EventLog, Field } from '../../events/event-log.ts'
import { CounterByKey, type CounterByKeyState } from '../../tables/counter-by-key.ts'

/** VTEPs kept of one MAC. */
const MOST_VTEPS = 16

/** What a frame carries that numbers its packets, or whose sender does. */
const NUMBERED = Bit.EchoRequest | Bit.EchoReply | Bit.Tcp | Bit.Udp

/** VTEPs (address ids) that announce a MAC by themselves. */
interface Announcers {
  vteps: number[]
}

/** Saved announcements. */
export interface AnnouncementsState {
  announcers: CounterByKeyState<Announcers>
  returning: CounterByKeyState<object>
}

/** Who announces by itself what others announce too. */
export class Announcements {
  /** By MAC row. */
  readonly #announcers = new CounterByKey<Announcers>(() => ({ vteps: [] }))
  /** Ways (route row × 2 + direction) on which packets with a number came back. */
  readonly #returning = new CounterByKey<object>(() => ({}))

  /** A packet with a number of its own was returned to who had sent it. */
  noteReturned(way: number, number: number): void {
    if (this.#returning.get(way) === undefined) this.#returning.note(way, number)
  }

  /**
   * Whether a VTEP makes an announcement by itself that it had received unchanged.
   * @param isReturned - It goes to a VTEP that had just sent the same to this one.
   */
  isOwn({ i32 }: EventLog, at: number, way: number, isReturned: boolean): boolean {
    const mac = i32[at + Field.Mac]!
    const bits = i32[at + Field.Bits]!
    if (mac === NONE || i32[at + Field.InnerIdentification] !== 0 || (bits & NUMBERED) !== 0) return false
    if ((bits & (Bit.Broadcast | Bit.Multicast)) === 0 || this.#returning.get(way) !== undefined) return false
    const source = i32[at + Field.Source]!
    if (this.#announcers.get(mac)?.figures.vteps.includes(source) === true) return true
    // Questions go round in a loop, and more often than they are asked at two VTEPs at once.
    if (!isReturned || (bits & Bit.AddressRequest) !== 0) return false
    const announcers = this.#announcers.note(mac, i32[at + Field.Number]!)
    if (announcers === null) return false
    for (const vtep of [source, i32[at + Field.Destination]!]) {
      if (announcers.vteps.length < MOST_VTEPS && !announcers.vteps.includes(vtep)) announcers.vteps.push(vtep)
    }
    return true
  }

  /** VTEPs (address ids) that announce any MAC by themselves as others do. */
  announcers(): Set<number> {
    return new Set([...this.#announcers.entries()].flatMap(({ figures }) => figures.vteps))
  }

  save(): AnnouncementsState {
    return { announcers: this.#announcers.save(), returning: this.#returning.save() }
  }

  restore(state: AnnouncementsState): void {
    this.#announcers.restore(state.announcers)
    this.#returning.restore(state.returning)
  }
}
