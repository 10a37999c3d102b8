/**
 * Which MAC behind which VTEP claims an IP address, by VNI and VLANs: one address claimed from two MACs at two VTEPs.
 * ARP claims its sender's address, probes aside; neighbour solicitations claim their source, advertisements their target.
 * Evidence: any capture point. What misleads: an address that was handed on to a new guest elsewhere, and damaged frames, which
 * do not count.
 */
import { NONE } from '../codecs/fault.ts'
import type { Judge } from './analyzer.ts'
import { Bit, type EventLog, Field } from './event-log.ts'
import { KeyTable, type KeyTableState } from './key-table.ts'
import type { Keys } from './keys.ts'
import { Mark } from './marks.ts'
import { Records, type RecordsState } from './records.ts'
import { Tally, type TallyState } from './tally.ts'

/** Halves of a claim: MAC row and VTEP address id of the first claimant, both plus one; packet number of its first claim. */
const MAC = 0
const VTEP = 1
const PACKET = 2

const CLAIMS = Bit.AddressRequest | Bit.AddressReply | Bit.Announcement

/** A second claimant of an address. */
export interface Conflict {
  /** MAC rows and VTEP address ids: the first claimant, and the last one that differed from it. */
  macs: [number, number]
  vteps: [number, number]
  /** Claims of the first one after the second had appeared: an address that was handed on has none. */
  repeats: number
}

/** Saved claims. */
export interface AddressClaimsState {
  claims: KeyTableState
  records: RecordsState
  conflicts: TallyState<Conflict>
}

/** Addresses claimed twice, by claim row. */
export class AddressClaims implements Judge<AddressClaimsState> {
  readonly conflicts = new Tally<Conflict>(() => ({ macs: [NONE, NONE], vteps: [NONE, NONE], repeats: 0 }))
  /** [VNI, VLAN stack row, address id] */
  readonly claims: KeyTable
  readonly #records = new Records(2)

  constructor(
    private readonly keys: Keys,
    limit: number,
  ) {
    this.claims = new KeyTable('addressClaims', 3, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.claims]
  }

  observe(log: EventLog, at: number): void {
    const { i32 } = log
    const bits = i32[at + Field.Bits]!
    if ((bits & CLAIMS) === 0 || (bits & (Bit.Kept | Bit.Copy)) !== Bit.Kept) return
    const address = i32[at + Field.InnerSource]!
    const mac = i32[at + Field.Mac]!
    const vtep = i32[at + Field.Source]!
    if (address === NONE || mac === NONE || vtep === NONE || i32[at + Field.Vlans] === NONE) return
    if ((i32[at + Field.Marks]! & Mark.Damaged) !== 0 || this.keys.isUnspecified(address)) return
    this.claims.key[0] = i32[at + Field.KindVni]! & 0xff_ffff
    this.claims.key[1] = i32[at + Field.Vlans]!
    this.claims.key[2] = address
    const row = this.claims.row()
    if (row !== NONE) this.#claim(row, mac, vtep, i32[at + Field.Number]!)
  }

  save(): AddressClaimsState {
    return {
      claims: this.claims.save(),
      records: this.#records.save(this.claims.count),
      conflicts: this.conflicts.save(),
    }
  }

  restore(state: AddressClaimsState): void {
    this.claims.restore(state.claims)
    this.#records.restore(state.records)
    this.conflicts.restore(state.conflicts)
  }

  #claim(row: number, mac: number, vtep: number, packet: number): void {
    const at = this.#records.at(row) * 2
    const { i32 } = this.#records
    if (i32[at + MAC] === 0) {
      i32[at + MAC] = mac + 1
      i32[at + VTEP] = vtep + 1
      i32[at + PACKET] = packet
      return
    }
    if (i32[at + MAC] === mac + 1) {
      const known = this.conflicts.get(row)
      if (known !== undefined) known.figures.repeats++
      return
    }
    if (i32[at + VTEP] === vtep + 1) return
    if (this.conflicts.get(row) === undefined) this.conflicts.note(row, i32[at + PACKET]!)
    const conflict = this.conflicts.note(row, packet)
    if (conflict === null) return
    conflict.macs = [i32[at + MAC]! - 1, mac]
    conflict.vteps = [i32[at + VTEP]! - 1, vtep]
  }
}
