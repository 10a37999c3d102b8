/**
 * The shared key tables: analyzers are columns on these rows, which `resolver.ts` looks up for every packet.
 * VNI first: two tenants with the same addresses and ports are two flows.
 */
import { formatIpv4, formatIpv6, formatMac } from '../../codecs/core/address.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { protocolName } from '../../codecs/core/protocol.ts'
import { TUNNEL_NAMES } from '../../codecs/walk/layers.ts'
import type { TunnelKind as TunnelKindName } from '../../summary.ts'
import { KeyTable, type KeyTableState } from './key-table.ts'
import type { Limits } from './limits.ts'

/** First word of an address key. */
const IPV4 = 4
const IPV6 = 6
const MAC = 48

/** Class of a flow key's protocol word, above the IP protocol number or the EtherType. */
export const FlowClass = { WithPorts: 0x1_0000, Arp: 0x2_0000, Ether: 0x3_0000 } as const

/** The shared key tables. */
export class Keys {
  readonly addresses: KeyTable<'addresses'>
  readonly vlanStacks: KeyTable<'vlanStacks'>
  /** [kind, VNI] */
  readonly vnis: KeyTable<'vnis'>
  /** [address a, address b], a below b. */
  readonly pairs: KeyTable<'vtepPairs'>
  /** [kind and VNI, address a, address b] */
  readonly routes: KeyTable<'routes'>
  /** [kind and VNI, VLAN stack, protocol, address a, address b, ports] */
  readonly flows: KeyTable<'flows'>
  /** [VNI, VLAN stack, MAC address] */
  readonly macs: KeyTable<'macs'>

  constructor(limits: Limits) {
    this.addresses = new KeyTable('addresses', 5, limits.addresses)
    this.vlanStacks = new KeyTable('vlanStacks', 4, limits.vlanStacks)
    this.vnis = new KeyTable('vnis', 2, limits.vnis)
    this.pairs = new KeyTable('vtepPairs', 2, limits.vtepPairs)
    this.routes = new KeyTable('routes', 3, limits.routes)
    this.flows = new KeyTable('flows', 6, limits.flows)
    this.macs = new KeyTable('macs', 3, limits.macs)
  }

  /** Tables whose rows the summary counts and limits, in the order in which their keys refer to each other. */
  get tables(): readonly KeyTable<keyof Limits>[] {
    return [this.addresses, this.vlanStacks, this.vnis, this.pairs, this.routes, this.flows, this.macs]
  }

  /** Id of an IPv4 address that has one; `NONE` when it has none. */
  findIpv4(address: number): number {
    const { key } = this.addresses
    key[0] = IPV4
    key[1] = address
    key[2] = 0
    key[3] = 0
    key[4] = 0
    return this.addresses.find()
  }

  /** Id of the address at the key's scratch words; `NONE` when the table is full. */
  ipv4Id(address: number): number {
    const { key } = this.addresses
    key[0] = IPV4
    key[1] = address
    key[2] = 0
    key[3] = 0
    key[4] = 0
    return this.addresses.row()
  }

  /**
   * Id of the IPv6 address whose first word is at `first` and whose other three are from `rest` on; `NONE` when the table is full.
   */
  ipv6IdOf(words: Int32Array, first: number, rest: number): number {
    const { key } = this.addresses
    key[0] = IPV6
    key[1] = words[first]!
    key[2] = words[rest]!
    key[3] = words[rest + 1]!
    key[4] = words[rest + 2]!
    return this.addresses.row()
  }

  /** Id of a MAC address; `NONE` when the table is full. */
  macId(high16: number, low32: number): number {
    this.#fillMac(high16, low32)
    return this.addresses.row()
  }

  /** Id of the IPv6 address at an offset; `NONE` when the table is full. */
  ipv6Id(view: DataView, at: number): number {
    const { key } = this.addresses
    key[0] = IPV6
    key[1] = view.getInt32(at)
    key[2] = view.getInt32(at + 4)
    key[3] = view.getInt32(at + 8)
    key[4] = view.getInt32(at + 12)
    return this.addresses.row()
  }

  /** Row of a MAC by VNI, VLAN stack and address; `NONE` when no frame came from it. */
  findMac(vni: number, stack: number, high16: number, low32: number): number {
    this.#fillMac(high16, low32)
    const mac = this.addresses.find()
    if (mac === NONE) return NONE
    const { macs } = this
    macs.key[0] = vni
    macs.key[1] = stack
    macs.key[2] = mac
    return macs.find()
  }

  /** Whether a MAC row has this address, whatever its VNI and VLANs. */
  isMac(row: number, high16: number, low32: number): boolean {
    const address = this.macs.word(row, 2)
    return this.addresses.word(address, 1) === high16 && this.addresses.word(address, 2) === low32
  }

  /** Whether an address is 0.0.0.0 or ::, which claims nothing. */
  isUnspecified(id: number): boolean {
    const { addresses } = this
    return (addresses.word(id, 1) | addresses.word(id, 2) | addresses.word(id, 3) | addresses.word(id, 4)) === 0
  }

  /** Row of the VTEP pair of two address ids, in either order; `NONE` when no tunnel packet went between them. */
  pairBetween(one: number, other: number): number {
    const inOrder = this.compareAddresses(one, other) <= 0
    this.pairs.key[0] = inOrder ? one : other
    this.pairs.key[1] = inOrder ? other : one
    return this.pairs.find()
  }

  /** Flow row of the ICMP packets (protocol 1, ICMPv6 58) between two inner addresses; `NONE` when there were none. */
  icmpFlow(kindVni: number, stack: number, protocol: number, from: number, to: number): number {
    const { key } = this.flows
    const forward = this.compareAddresses(from, to) < 0
    key[0] = kindVni
    key[1] = stack
    key[2] = protocol
    key[3] = forward ? from : to
    key[4] = forward ? to : from
    key[5] = 0
    return this.flows.find()
  }

  /** Orders two addresses: IPv4 before IPv6 before MAC, then as unsigned big-endian numbers. */
  compareAddresses(left: number, right: number): number {
    if (left === right) return 0
    const { addresses } = this
    for (let word = 0; word < 5; word++) {
      const difference = (addresses.word(left, word) >>> 0) - (addresses.word(right, word) >>> 0)
      if (difference !== 0) return difference
    }
    return 0
  }

  /** An address in print. */
  formatAddress(id: number): string {
    const { addresses } = this
    switch (addresses.word(id, 0)) {
      case IPV4:
        return formatIpv4(addresses.word(id, 1))
      case IPV6: {
        const view = new DataView(new ArrayBuffer(16))
        for (let word = 0; word < 4; word++) view.setInt32(word * 4, addresses.word(id, word + 1))
        return formatIpv6(view, 0)
      }
      default:
        return formatMac((addresses.word(id, 1) >>> 0) * 0x1_0000_0000 + (addresses.word(id, 2) >>> 0))
    }
  }

  /** Whether an address is an IPv6 one. */
  isIpv6(id: number): boolean {
    return this.addresses.word(id, 0) === IPV6
  }

  /** Whether an address is an IP multicast group (or the IPv4 broadcast address). */
  isMulticast(id: number): boolean {
    const { addresses } = this
    const first = addresses.word(id, 1)
    if (addresses.word(id, 0) === IPV4) return first >>> 28 === 0xe || first === -1
    return first >>> 24 === 0xff
  }

  /** VTEP-pair row of a route row; `NONE` when the pair found no row. */
  pairOfRoute(route: number): number {
    const { key } = this.pairs
    key[0] = this.routes.word(route, 1)
    key[1] = this.routes.word(route, 2)
    return this.pairs.find()
  }

  /** Orders two VNI rows by VNI, then by the name of their kind. */
  compareVnis(left: number, right: number): number {
    return this.vni(left) - this.vni(right) || (this.kind(left) < this.kind(right) ? -1 : 1)
  }

  /** VNI of a VNI row. */
  vni(row: number): number {
    return this.vnis.word(row, 1)
  }

  /** Tunnel kind of a VNI row. */
  kind(row: number): TunnelKindName {
    return this.kindName(this.vnis.word(row, 0))
  }

  /** Name of a tunnel kind's code, 1 to 4. */
  kindName(kind: number): TunnelKindName {
    return TUNNEL_NAMES[kind as 1 | 2 | 3 | 4]
  }

  /** VLAN ids of a stack row, outermost first. */
  vlans(stack: number): number[] {
    const ids: number[] = []
    for (let word = 0; word < 4; word++) {
      const packed = this.vlanStacks.word(stack, word)
      if (packed >>> 12 !== 0) ids.push(packed >>> 12)
      if ((packed & 0xfff) !== 0) ids.push(packed & 0xfff)
    }
    return ids
  }

  /** Protocol of a flow row in print: `TCP`, `ARP`, `IP 47`, `ETH 0x88cc`, `LLC`. */
  flowProtocol(row: number): string {
    const word = this.flows.word(row, 2)
    if (word >= FlowClass.Ether) {
      const etherType = word - FlowClass.Ether
      return etherType === 0 ? 'LLC' : `ETH 0x${etherType.toString(16).padStart(4, '0')}`
    }
    return word >= FlowClass.Arp ? 'ARP' : protocolName(word & 0xff)
  }

  /** Whether a flow row is of IP packets: its addresses are IP addresses that sent and received them. */
  flowIsIp(row: number): boolean {
    return this.flows.word(row, 2) < FlowClass.Arp
  }

  /** Whether a flow row has ports. */
  flowHasPorts(row: number): boolean {
    return this.flows.word(row, 2) >>> 16 === 1
  }

  /** Keys of the rows that came after the first `counts`, by table. */
  keysFrom(counts: readonly number[]): Int32Array[] {
    return this.tables.map((table, index) => table.keysFrom(counts[index] ?? 0))
  }

  /** Appends rows that {@link keysFrom} has told of other tables: a copy for another thread to look things up in. */
  append(keys: readonly Int32Array[]): void {
    for (const [index, table] of this.tables.entries()) table.append(keys[index]!)
  }

  save(): KeyTableState[] {
    return this.tables.map((table) => table.save())
  }

  restore(state: readonly KeyTableState[]): void {
    for (const [index, table] of this.tables.entries()) table.restore(state[index]!)
  }

  #fillMac(high16: number, low32: number): void {
    const { key } = this.addresses
    key[0] = MAC
    key[1] = high16
    key[2] = low32
    key[3] = 0
    key[4] = 0
  }
}
