/** Every record by what it was: tunnel kinds, fragments, other protocols, and the faults by layer. Filters do not touch it. */

import { FAULT_NAMES, Fault, NONE } from '../../codecs/core/fault.ts'
import { protocolName } from '../../codecs/core/protocol.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import { isKnownLinkType } from '../../codecs/link/linktype.ts'
import { linkTypeName } from '../../codecs/link/linktype-names.ts'
import { CARRIER_NAMES, CarrierBit, LAYER_NAMES, type Layers, TunnelKind } from '../../codecs/walk/layers.ts'
import { compareText } from '../../order.ts'
import type { FaultCount } from '../../summary.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import { KeyTable, type KeyTableState } from '../tables/key-table.ts'
import { Records, type RecordsState } from '../tables/records.ts'
import { ENCRYPTION_NAMES, type EncryptionName, encryptionOf } from './encryption.ts'

/** Cells of the totals record: one per tunnel kind (0 = other), then fragments, then one per carrier. */
const FIRSTS = 5
const OTHERS = 6
const CARRIERS = 7
const CELLS = CARRIERS + CARRIER_NAMES.length

/** Pseudowires that are told apart. */
const MOST_PSEUDOWIRES = 16

/** What a protocol key counts. */
const CLASS_ETHER_TYPE = 0
const CLASS_IP_PROTOCOL = 1
const CLASS_LINK_TYPE = 2
const CLASS_UNREADABLE = 3
const CLASS_ENCRYPTED = 4

const ETHER_TYPE_NAMES: ReadonlyMap<number, string> = /* @__PURE__ */ new Map([
  [0, 'LLC'],
  [EtherType.Arp, 'ARP'],
  [EtherType.IPv4, 'IPv4'],
  [EtherType.IPv6, 'IPv6'],
  [EtherType.Lldp, 'LLDP'],
  [EtherType.MacSecurity, 'MACsec'],
  [EtherType.Ppp, 'PPP'],
])

const FAULTS = FAULT_NAMES.length

/** A saved count of kinds. */
export interface TunnelTotalsState {
  totals: RecordsState
  faults: RecordsState
  protocols: KeyTableState
  protocolCounts: RecordsState
  pseudowires: number[]
}

/** An Ethernet pseudowire that tunnel packets came in. */
export interface PseudowireSummary {
  label: number
  hasControlWord: boolean
}

/** Counts of records by kind. */
export class TunnelTotals implements Counter<TunnelTotalsState> {
  readonly #totals = new Records(CELLS)
  /** [packets, first packet number] by layer and fault. */
  readonly #faults = new Records(2)
  readonly #protocols: KeyTable
  /** [packets, first packet number] by protocol. */
  readonly #protocolCounts = new Records(2)

  /** As `Layers.pseudowire` has them. */
  readonly #pseudowires = new Set<number>()

  /** @param protocolLimit - Most distinct protocols of other traffic. */
  constructor(protocolLimit: number) {
    this.#protocols = new KeyTable('protocols', 2, protocolLimit)
  }

  get tables(): readonly KeyTable[] {
    return [this.#protocols]
  }

  get vxlanPackets(): number {
    return this.#totals.f64[TunnelKind.Vxlan]!
  }

  get gpePackets(): number {
    return this.#totals.f64[TunnelKind.Gpe]!
  }

  get genevePackets(): number {
    return this.#totals.f64[TunnelKind.Geneve]!
  }

  get nvgrePackets(): number {
    return this.#totals.f64[TunnelKind.Nvgre]!
  }

  get otherPackets(): number {
    return this.#totals.f64[TunnelKind.None]!
  }

  /** Offset-0 fragments of the outermost IP. */
  get firstFragments(): number {
    return this.#totals.f64[FIRSTS]!
  }

  /** Fragments of the outermost IP at another offset. */
  get otherFragments(): number {
    return this.#totals.f64[OTHERS]!
  }

  observe(o: Observation): void {
    const { layers } = o
    const { f64 } = this.#totals
    if (layers.outerIp.fragmentOffset > 0) f64[OTHERS]!++
    else {
      if (layers.outerIp.moreFragments || o.firstLength !== NONE) f64[FIRSTS]!++
      f64[layers.tunnel]!++
      if (layers.tunnel === TunnelKind.None) this.#countProtocol(o)
      else if (layers.carriers !== 0) this.#countCarriers(layers)
    }
    for (let i = 0; i < layers.faultCount; i++) {
      // The snap length is not a defect of the packet; SNAPLEN_TRUNCATED speaks of it.
      const fault = layers.faultCodes[i]!
      if (fault !== Fault.NotCaptured) this.#countFault(layers.faultLayers[i]! * FAULTS + fault, 1, o.number)
    }
  }

  /** Packets with one fault. */
  faultPackets(layer: number, fault: number): number {
    return this.#faults.get(layer * FAULTS + fault, 0)
  }

  /** Counts a fault that is the record's and not the packet's. */
  countFault(layer: number, fault: number, number: number): void {
    this.#countFault(layer * FAULTS + fault, 1, number)
  }

  /** Counts VXLAN packets without a fault. */
  countVxlan(packets: number): void {
    this.#totals.f64[TunnelKind.Vxlan]! += packets
  }

  /** What tunnel packets were carried in, by name; a packet counts under each of its carriers. */
  carriers(): { carrier: string; packets: number }[] {
    return CARRIER_NAMES.map((carrier, bit) => ({ carrier, packets: this.#totals.f64[CARRIERS + bit]! })).filter(
      ({ packets }) => packets > 0,
    )
  }

  /** Ethernet pseudowires that tunnel packets came in, the first ones by label. */
  pseudowires(): PseudowireSummary[] {
    const sorted = [...this.#pseudowires].sort((left, right) => left - right)
    return sorted.map((pseudowire) => ({ label: pseudowire >> 1, hasControlWord: (pseudowire & 1) !== 0 }))
  }

  /** Protocols of the other packets, by name. */
  other(): { protocol: string; packets: number }[] {
    const rows: { protocol: string; packets: number }[] = []
    for (let row = 0; row < this.#protocols.count; row++) {
      const protocol = otherName(this.#protocols.word(row, 0), this.#protocols.word(row, 1))
      rows.push({ protocol, packets: this.#protocolCounts.get(row, 0) })
    }
    return rows.sort((left, right) => (left.protocol < right.protocol ? -1 : 1))
  }

  /** Encryptions of the other packets by name, with the number of the first packet of each. */
  encrypted(): { encryption: EncryptionName; packets: number; first: number }[] {
    const rows: { encryption: EncryptionName; packets: number; first: number }[] = []
    for (let row = 0; row < this.#protocols.count; row++) {
      if (this.#protocols.word(row, 0) !== CLASS_ENCRYPTED) continue
      const encryption = ENCRYPTION_NAMES[this.#protocols.word(row, 1)]!
      rows.push({ encryption, packets: this.#protocolCounts.get(row, 0), first: this.#protocolCounts.get(row, 1) })
    }
    return rows
  }

  /** Faults by layer and fault name. */
  faults(): FaultCount[] {
    const rows: FaultCount[] = []
    for (const [layer, layerName] of LAYER_NAMES.entries()) {
      for (const [fault, faultName] of FAULT_NAMES.entries()) {
        const row = layer * FAULTS + fault
        const packets = this.#faults.get(row, 0)
        if (packets === 0) continue
        rows.push({ layer: layerName, fault: faultName, packets, firstPacket: this.#faults.get(row, 1) })
      }
    }
    return rows.sort((left, right) => compareText(left.layer, right.layer) || compareText(left.fault, right.fault))
  }

  save(): TunnelTotalsState {
    return {
      totals: this.#totals.save(1),
      faults: this.#faults.save(LAYER_NAMES.length * FAULTS),
      protocols: this.#protocols.save(),
      protocolCounts: this.#protocolCounts.save(this.#protocols.count),
      pseudowires: [...this.#pseudowires],
    }
  }

  restore(state: TunnelTotalsState): void {
    this.#totals.restore(state.totals)
    this.#faults.restore(state.faults)
    this.#protocols.restore(state.protocols)
    this.#protocolCounts.restore(state.protocolCounts)
    this.#pseudowires.clear()
    for (const pseudowire of state.pseudowires) this.#pseudowires.add(pseudowire)
  }

  #countCarriers({ carriers: bits, pseudowire }: Layers): void {
    const { f64 } = this.#totals
    if ((bits & CarrierBit.Mpls) !== 0 && pseudowire !== NONE) this.#addPseudowire(pseudowire)
    for (let bit = 0; bit < CARRIER_NAMES.length; bit++) if ((bits & (1 << bit)) !== 0) f64[CARRIERS + bit]!++
  }

  #addPseudowire(pseudowire: number): void {
    if (this.#pseudowires.size < MOST_PSEUDOWIRES) this.#pseudowires.add(pseudowire)
  }

  #countFault(row: number, packets: number, firstPacket: number): void {
    const at = this.#faults.at(row)
    const { f64 } = this.#faults
    // A record that waited for further fragments is counted after others.
    if (f64[at] === 0 || firstPacket < f64[at + 1]!) f64[at + 1] = firstPacket
    f64[at]! += packets
  }

  #countProtocol(o: Observation): void {
    const { key } = this.#protocols
    const { outerIp, outerFrame } = o.layers
    const encryption = encryptionOf(o.layers)
    if (encryption !== NONE) {
      key[0] = CLASS_ENCRYPTED
      key[1] = encryption
    } else if (outerIp.at !== NONE && outerIp.protocol !== NONE) {
      key[0] = CLASS_IP_PROTOCOL
      key[1] = outerIp.protocol
    } else if (outerFrame.etherType !== NONE) {
      key[0] = CLASS_ETHER_TYPE
      key[1] = ethernet.isLength(outerFrame.etherType) ? 0 : outerFrame.etherType
    } else if (!isKnownLinkType(o.linkType)) {
      key[0] = CLASS_LINK_TYPE
      key[1] = o.linkType
    } else {
      key[0] = CLASS_UNREADABLE
      key[1] = 0
    }
    this.#addProtocol(1, o.number)
  }

  #addProtocol(packets: number, first: number): void {
    const row = this.#protocols.row()
    if (row === NONE) return
    const at = this.#protocolCounts.at(row)
    const { f64 } = this.#protocolCounts
    if (f64[at] === 0 || first < f64[at + 1]!) f64[at + 1] = first
    f64[at]! += packets
  }
}

function otherName(kind: number, value: number): string {
  if (kind === CLASS_IP_PROTOCOL) return protocolName(value)
  if (kind === CLASS_LINK_TYPE) return linkTypeName(value)
  if (kind === CLASS_UNREADABLE) return 'unreadable'
  if (kind === CLASS_ENCRYPTED) return ENCRYPTION_NAMES[value]!
  return ETHER_TYPE_NAMES.get(value) ?? `ETH 0x${value.toString(16).padStart(4, '0')}`
}
