/**
 * What the first datagram from each outer source port tells of its sender: whether it numbers its IPv4 packets. A column on the
 * rows of the source ports, so that most packets cost nothing. Evidence: any capture point.
 */
import * as ipv4 from '../../codecs/headers/ipv4.ts'
import type { Layers } from '../../codecs/walk/layers.ts'
import { Records, type RecordsState } from '../tables/records.ts'

/** What a row says. */
export const Numbering = {
  /** IPv6 has no identification, or the row has none. */
  Unknown: 0,
  /** The IPv4 identification was 0. */
  Zero: 1,
  Counting: 2,
} as const

/** Facts by row of the source-port table. */
export class Senders {
  readonly #rows = new Records(1)

  /** Takes what the first datagram of a row says. @param numbering - One of {@link Numbering}. */
  note(row: number, numbering: number): void {
    if (numbering !== Numbering.Unknown) this.#rows.f64[this.#rows.at(row)] = numbering
  }

  /** One of {@link Numbering}. */
  numbering(row: number): number {
    return this.#rows.get(row, 0)
  }

  save(rows: number): RecordsState {
    return this.#rows.save(rows)
  }

  restore(state: RecordsState): void {
    this.#rows.restore(state)
  }
}

/** What a datagram says of its sender: one of {@link Numbering}. */
export function numberingOf({ view, outerIp }: Layers): number {
  if (outerIp.version !== 4) return Numbering.Unknown
  return ipv4.identification(view, outerIp.at) === 0 ? Numbering.Zero : Numbering.Counting
}
