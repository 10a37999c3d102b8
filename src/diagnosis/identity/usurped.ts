/**
 * Addresses that a source without any conversation announces, while their owner is known from its data alone: it sends from the
 * address behind another VTEP, is answered there, and goes on after the announcements. Looked for at the end, among conversations of
 * announced addresses only.
 * What misleads: routers send packets with other people's addresses, and a failover leaves answers of the former owner under way.
 */

import type { Analysis } from '../../analyzers/analysis.ts'
import type { AnnouncedAddress } from '../../analyzers/stateful/addresses/address-claims.ts'
import { elapsed } from '../../analyzers/tables/time.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { NO_TIME } from '../../packet.ts'
import type { Rogues } from './rogues.ts'

const DIRECTIONS = [0, 1] as const

/** Nanoseconds after which nothing that a former owner sent is still under way. */
const GRACE = 1_000_000_000
/** Addresses of one family from which a MAC sends that make it a router's. */
const LEAST_FORWARDED = 3

/** Who sends from an announced address: MAC row and VTEP address id. */
interface Owner {
  announced: AnnouncedAddress
  mac: number
  vtep: number
}

/** Tells the rogues which addresses were announced by a source that does not own them. */
export function noteUsurped(analysis: Analysis, rogues: Rogues): void {
  const { keys, stateful } = analysis
  const suspects = stateful.addressClaims
    .announced()
    .filter(({ mac, vtep }) => mac !== NONE && vtep !== NONE && isAlone(analysis, rogues, mac, vtep))
  if (suspects.length === 0) return
  const owners = ownersOf(analysis, rogues, suspects)
  if (owners.length === 0) return
  const routers = routersOf(analysis, new Set(owners.map(({ mac }) => mac)))
  const told = new Set<AnnouncedAddress>()
  for (const { announced, mac, vtep } of owners) {
    if (told.has(announced) || routers.has(mac) || rogues.among([announced.vtep, vtep], true) !== announced.vtep)
      continue
    told.add(announced)
    const { vni, address, count, packets } = announced
    rogues.note(vni, announced.vtep, keys.formatAddress(address), [announced.vtep, vtep], packets, count)
  }
}

/** Whether a MAC is behind one VTEP, which nobody converses with: a gateway announces its address from many. */
function isAlone({ stateful: { macPlaces } }: Analysis, rogues: Rogues, mac: number, vtep: number): boolean {
  return !macPlaces.isVirtualRouter(mac) && macPlaces.moved.get(mac) === undefined && !rogues.isEstablished(vtep)
}

/** Who else sends from the announced addresses, before and after. */
function ownersOf(analysis: Analysis, rogues: Rogues, suspects: readonly AnnouncedAddress[]): Owner[] {
  const { keys, flows, stateful } = analysis
  const byAddress = new Map<number, AnnouncedAddress[]>()
  for (const suspect of suspects) byAddress.set(suspect.address, [...(byAddress.get(suspect.address) ?? []), suspect])
  const owners: Owner[] = []
  for (let row = 0; row < keys.flows.count; row++) {
    for (const direction of DIRECTIONS) {
      const announced = byAddress
        .get(keys.flows.word(row, 3 + direction))
        ?.find(({ vni, vlans }) => vni === (keys.flows.word(row, 0) & 0xff_ffff) && vlans === keys.flows.word(row, 1))
      if (announced === undefined || !keys.flowIsIp(row)) continue
      const mac = stateful.requests.sender(row, direction)
      if (mac === NONE || mac === announced.mac) continue
      const vtep = stateful.macPlaces.vtep(mac)
      if (vtep === announced.vtep || vtep !== flows.firstVtep(row, direction)) continue
      if (goesOn(analysis, row, direction, announced, rogues.isRefusing(announced.vtep)))
        owners.push({ announced, mac, vtep })
    }
  }
  return owners
}

/**
 * Whether one end of a conversation spoke before an address was announced, and still does when nothing is under way any more.
 * @param isRefused - Whether the source that announced it refuses tunnel data: then nobody else need speak.
 */
function goesOn(
  { flows, stateful }: Analysis,
  row: number,
  direction: 0 | 1,
  announced: AnnouncedAddress,
  isRefused: boolean,
): boolean {
  const { requests } = stateful
  const own = requests.lastPacket(row, direction)
  const other = requests.lastPacket(row, direction === 0 ? 1 : 0)
  if (own === 0 || other === 0 || (own < announced.packets[0]! && !isRefused)) return false
  const { first, last } = flows.span(row)
  const { since, until } = announced
  if ([first, last, since, until].some(([, nanoseconds]) => nanoseconds === NO_TIME)) return false
  const between = (from: readonly [number, number], to: readonly [number, number]) =>
    elapsed(to[0], to[1], from[0], from[1])
  if (between(first, until) <= 0) return false
  if (isRefused) return true
  // Spoke last of all, or after announcements that went on for a while.
  return (own > other && between(since, last) > GRACE) || (own > announced.last && between(since, until) > GRACE)
}

/** MAC rows among these that send from several addresses of one family. */
function routersOf({ keys, stateful: { requests } }: Analysis, macs: ReadonlySet<number>): Set<number> {
  const addresses = new Map<string, Set<number>>()
  const routers = new Set<number>()
  for (let row = 0; row < keys.flows.count; row++) {
    if (!keys.flowIsIp(row)) continue
    for (const direction of DIRECTIONS) {
      const mac = requests.sender(row, direction)
      if (!macs.has(mac)) continue
      const address = keys.flows.word(row, 3 + direction)
      const name = `${mac} ${keys.isIpv6(address)}`
      const known = addresses.get(name) ?? new Set()
      addresses.set(name, known)
      if (known.size < LEAST_FORWARDED) known.add(address)
      if (known.size === LEAST_FORWARDED) routers.add(mac)
    }
  }
  return routers
}
