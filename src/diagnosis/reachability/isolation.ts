/**
 * Addresses that several VNIs have in use: two tenants, as VNIs are for. Told by the same two addresses in conversation in several
 * VNIs, or by an address in conversation in several VNIs which ARP or neighbour discovery claims in each of them; a segment that is
 * only routed through (the VNI of a VRF) repeats neither. MACs alone tell nothing: a router has one for all its VNIs.
 */

import type { Analysis } from '../../analyzers/analysis.ts'
import { KeyTable } from '../../analyzers/tables/key-table.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { addressOverlap, type OverlapGroup } from '../../findings/identity/address-overlap.ts'
import { compareLists } from '../../order.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'

/** Packet numbers of a finding; groups, and addresses of a group, that a sentence names; tunnels that the filter names. */
const EXAMPLES = 10
const MOST_GROUPS = 3
const MOST_ADDRESSES = 3
const MOST_TUNNELS = 8
/** Addresses whose VNIs are followed. */
export const MOST_FOLLOWED = 10_000

const VNI_MASK = 0xff_ffff

/**
 * One note about every address that is in use in several VNIs.
 * @param mirrors - VNIs that name mirror sessions.
 * @param most - Addresses that are followed.
 */
export function overlapFindings(
  analysis: Analysis,
  routes: Routes,
  mirrors: ReadonlySet<number>,
  most: number = MOST_FOLLOWED,
): Finding[] {
  if (analysis.keys.vnis.count < 2) return []
  const overlaps = new Overlaps(analysis, mirrors, most)
  if (overlaps.vnis.size === 0) return []
  const groups = overlaps.groups()
  const [first] = groups as [Group]
  const tunnels = first.vnis.flatMap((vni) => routes.vniTunnels(vni)).slice(0, MOST_TUNNELS)
  const shown = groups.slice(0, MOST_GROUPS).map((group): OverlapGroup => {
    const { vnis, ids } = group
    return { vnis, addresses: formatAll(analysis, ids).slice(0, MOST_ADDRESSES), total: ids.length }
  })
  const named = new Set(first.ids.filter((id) => shown[0]!.addresses.includes(analysis.keys.formatAddress(id))))
  const total = overlaps.vnis.size
  return [
    state(addressOverlap, {
      subject: total === 1 ? { ip: shown[0]!.addresses[0]! } : {},
      count: total,
      packets: overlaps.examples(named, new Set(tunnels.map(({ vni }) => vni!))),
      facts: { groups: shown, groupsTotal: groups.length, total, tunnels },
    }),
  ]
}

/** Addresses with the same VNIs. */
interface Group {
  vnis: number[]
  ids: number[]
}

/** VNIs by address id, of addresses with several. */
class Overlaps {
  readonly vnis = new Map<number, Set<number>>()

  constructor(
    private readonly analysis: Analysis,
    private readonly mirrors: ReadonlySet<number>,
    private readonly most: number,
  ) {
    this.#addConversations()
  }

  /** Largest first; equal ones by their VNIs. */
  groups(): Group[] {
    const byVnis = new Map<string, Group>()
    for (const [id, set] of this.vnis) {
      const vnis = [...set].sort((left, right) => left - right)
      const key = vnis.join(' ')
      const group = byVnis.get(key)
      if (group === undefined) byVnis.set(key, { vnis, ids: [id] })
      else group.ids.push(id)
    }
    return [...byVnis.values()].sort(
      (left, right) => right.ids.length - left.ids.length || compareLists(left.vnis, right.vnis),
    )
  }

  /** Numbers of packets from or to these addresses in these VNIs. */
  examples(ids: ReadonlySet<number>, vnis: ReadonlySet<number>): number[] {
    const { keys } = this.analysis
    const { requests } = this.analysis.stateful
    const numbers = new Set<number>()
    for (let row = 0; row < keys.flows.count && numbers.size < EXAMPLES; row++) {
      const isNamed = ids.has(keys.flows.word(row, 3)) || ids.has(keys.flows.word(row, 4))
      if (!isNamed || !keys.flowIsIp(row) || !vnis.has(keys.flows.word(row, 0) & VNI_MASK)) continue
      for (const direction of [0, 1] as const) {
        const number = requests.lastPacket(row, direction)
        if (number > 0) numbers.add(number)
      }
    }
    return [...numbers].sort((left, right) => left - right).slice(0, EXAMPLES)
  }

  #add(id: number, vni: number): void {
    let set = this.vnis.get(id)
    if (set === undefined) {
      if (this.vnis.size === this.most) return
      set = new Set()
      this.vnis.set(id, set)
    }
    set.add(vni)
  }

  /** Addresses that ARP or neighbour discovery claims in several VNIs, with these. */
  #claimed(): Map<number, Set<number>> {
    const { keys } = this.analysis
    const { addressClaims } = this.analysis.stateful
    const { claims } = addressClaims
    const firsts = new Int32Array(keys.addresses.count).fill(NONE)
    const claimed = new Map<number, Set<number>>()
    for (let row = 0; row < claims.count; row++) {
      const vni = claims.word(row, 0)
      const id = claims.word(row, 2)
      // Asked for alone is not claimed.
      if (addressClaims.ownerOf(row).mac === NONE) continue
      if (this.mirrors.has(vni) || !isGuest(this.analysis, id)) continue
      const known = claimed.get(id)
      if (known !== undefined) known.add(vni)
      else if (firsts[id] === NONE) firsts[id] = vni
      else if (firsts[id] !== vni && claimed.size < this.most) claimed.set(id, new Set([firsts[id]!, vni]))
    }
    return claimed
  }

  /** Two-way conversations from two VTEPs: of an address that is claimed in several VNIs, or of one pair in several VNIs. */
  #addConversations(): void {
    const { keys, flows } = this.analysis
    const { relays } = this.analysis.stateful
    const claimed = this.#claimed()
    const pairs = new KeyTable('', 2, keys.flows.count)
    const firsts = new Int32Array(keys.flows.count)
    for (let row = 0; row < keys.flows.count; row++) {
      if (flows.packets(row, 0) === 0 || flows.packets(row, 1) === 0) continue
      // The same packets in another VNI: one conversation that is routed or bridged between them.
      if (relays.isRelayedInto(row)) continue
      if (flows.firstVtep(row, 0) === flows.firstVtep(row, 1)) continue
      const vni = keys.flows.word(row, 0) & VNI_MASK
      const a = keys.flows.word(row, 3)
      const b = keys.flows.word(row, 4)
      if (claimed.get(a)?.has(vni)) this.#add(a, vni)
      if (claimed.get(b)?.has(vni)) this.#add(b, vni)
      if (!keys.flowIsIp(row) || this.mirrors.has(vni)) continue
      if (!isGuest(this.analysis, a) || !isGuest(this.analysis, b)) continue
      const known = pairs.count
      pairs.key[0] = a
      pairs.key[1] = b
      const pair = pairs.row()
      if (pair === known) firsts[pair] = vni
      else if (firsts[pair] !== vni) {
        for (const id of [a, b]) {
          this.#add(id, firsts[pair]!)
          this.#add(id, vni)
        }
      }
    }
    // Claimed in two VNIs, but in conversation in one of them alone.
    for (const [id, vnis] of this.vnis) if (vnis.size < 2) this.vnis.delete(id)
  }
}

/** Whether an IP address is one that a guest has to itself: no group, not link-local, not unspecified, not loopback. */
function isGuest({ keys }: Analysis, id: number): boolean {
  if (keys.isMulticast(id) || keys.isUnspecified(id)) return false
  const first = keys.addresses.word(id, 1)
  if (keys.isIpv6(id)) return first >>> 22 !== 0x3fa && (first !== 0 || keys.addresses.word(id, 2) !== 0)
  return first >>> 16 !== 0xa9fe && first >>> 24 !== 127
}
