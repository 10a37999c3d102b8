/**
 * INNER_MAC_UNKNOWN: frames to a MAC that nobody has, held against the MAC that their address is in use with.
 *
 * Routers are often reached at one MAC and send from another one: virtual routers (RFC 9568), anycast gateways. What they are sent
 * asks nothing, or is answered; so unanswered questions alone make the case, and not where a MAC also takes for several addresses
 * what asks nothing.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { isVirtualRouter } from '../../analyzers/stateful/addresses/mac-places.ts'
import type { UnknownFlow, UnknownMac } from '../../analyzers/stateful/addresses/unknown-macs.ts'
import { formatMac } from '../../codecs/core/address.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { innerMacUnknown } from '../../findings/reachability/inner-mac-unknown.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'

const DIRECTIONS = [0, 1] as const

/** Frames that are worth a warning. */
const LEAST_FRAMES = 3

/** Who an address is in use with. */
interface Use {
  address: number
  /** MAC row, and address id of the VTEP behind which it is. */
  mac: number
  vtep: number
}

export function unknownMacFindings(analysis: Analysis, routes: Routes): Finding[] {
  const candidates = analysis.stateful.unknownMacs.unknown(LEAST_FRAMES)
  if (candidates.length === 0) return []
  const echoed = analysis.stateful.echo.lastAnswered()
  const unknown = candidates.filter((each) => !isRouter(each) && isUnanswered(analysis, each, echoed))
  if (unknown.length === 0) return []
  const uses = usesOf(analysis, unknown)
  return unknown.flatMap((each) => {
    const use = each.flows.map((flow) => uses.get(keyOf(each, addressOf(analysis, flow)))).find(Boolean)
    return use === undefined ? [] : [finding(analysis, routes, each, use)]
  })
}

/** Whether a MAC is a router's: a virtual one by its number (RFC 9568 §7.3), or one that takes for several addresses what asks nothing. */
function isRouter({ high, low, isForSeveral, isTold }: UnknownMac): boolean {
  return isVirtualRouter(high, low) || (isForSeveral && isTold)
}

/**
 * Whether nothing shows that what goes to the MAC arrives.
 * @param echoed - Latest echo requests that were answered: the other host's own requests come back in the same flow, and answer nothing.
 */
function isUnanswered(
  { stateful: { echo, requests } }: Analysis,
  { answered, flows }: UnknownMac,
  echoed: ReadonlyMap<number, number>,
): boolean {
  if (answered > 0) return false
  const asking = flows.filter(({ isAnswer }) => !isAnswer)
  return asking.every(({ flow, direction, first, echo: asked }) =>
    asked === null
      ? requests.lastPacket(flow, direction === 0 ? 1 : 0) < first
      : !echo.isAnswered(flow, direction === 0, asked) && (echoed.get(flow * 2 + direction) ?? 0) < first,
  )
}

/** Which MACs the addresses of those frames are in use with behind the VTEP that they go to. */
function usesOf(analysis: Analysis, unknown: readonly UnknownMac[]): Map<string, Use> {
  const { keys, flows, stateful } = analysis
  const { addressClaims, requests } = stateful
  const uses = new Map<string, Use>()
  const wanted = new Set<string>()
  for (const each of unknown) {
    const asks = each.asked >= LEAST_FRAMES
    for (const flow of each.flows) {
      if (!flow.isOwed && !flow.isAnswer) continue
      const address = addressOf(analysis, flow)
      const key = keyOf(each, address)
      // What answers may answer requests that came through a gateway, which sends from its own MAC what its hosts sent: only a
      // claim says whose the address is.
      if (asks && flow.isOwed) wanted.add(key)
      const mac = addressClaims.owner(each.vni, each.vlans, address)
      const vtep = mac === NONE ? NONE : stateful.macPlaces.vtep(mac)
      if (vtep !== NONE && vtep !== each.from && (each.to === NONE || vtep === each.to))
        uses.set(key, { address, mac, vtep })
    }
  }
  for (let row = 0; row < keys.flows.count; row++) {
    if (!keys.flowIsIp(row)) continue
    for (const direction of DIRECTIONS) {
      const mac = requests.sender(row, direction)
      const vtep = flows.firstVtep(row, direction)
      if (mac === NONE || vtep === NONE) continue
      const address = keys.flows.word(row, 3 + direction)
      const vni = keys.flows.word(row, 0) & 0xff_ffff
      for (const to of [vtep, NONE]) {
        const key = `${vni} ${keys.flows.word(row, 1)} ${to} ${address}`
        if (wanted.has(key) && !uses.has(key)) uses.set(key, { address, mac, vtep })
      }
    }
  }
  return uses
}

function finding({ keys }: Analysis, routes: Routes, each: UnknownMac, { address, mac: owner, vtep }: Use): Finding {
  const { vni } = each
  const mac = formatMac((each.high >>> 0) * 0x1_0000_0000 + (each.low >>> 0))
  const ip = keys.formatAddress(address)
  const from = keys.formatAddress(each.from)
  const to = keys.formatAddress(vtep)
  const inUse = keys.formatAddress(keys.macs.word(owner, 2))
  return state(innerMacUnknown, {
    subject: { vni, mac, ip, vteps: [from, to] },
    count: each.frames,
    packets: each.packets,
    facts: { vni, mac, inUse, ip, from, to, tunnels: routes.vniTunnels(vni) },
  })
}

/** Whom the frames of a conversation are for: address id. */
function addressOf({ keys }: Analysis, { flow, direction }: UnknownFlow): number {
  return keys.flows.word(flow, direction === 0 ? 4 : 3)
}

function keyOf({ vni, vlans, to }: UnknownMac, address: number): string {
  return `${vni} ${vlans} ${to} ${address}`
}
