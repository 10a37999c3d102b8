/** The tables of the summary: rows in the contract's order, the largest kept, words made for those alone. */
import { compareLists, compareText } from '../../order.ts'
import type { FlowSummary, MacSummary, VniSummary, VtepPairSummary } from '../../summary.ts'
import type { Analysis } from '../analysis.ts'
import { largest } from '../tables/largest.ts'

/** Claimed addresses printed of one MAC. */
const IPS_PRINTED = 16

/** VNI rows by VNI and kind. */
export function vniRows(analysis: Analysis, most: number): VniSummary[] {
  const { keys, vnis } = analysis
  const { outerFragments, copies, sizes } = analysis.stateful
  const outerBytes = (row: number) => vnis.outerBytes(row) + outerFragments.vniBytes(row)
  const rows = largest(keys.vnis.count, most, outerBytes, (left, right) => keys.compareVnis(left, right))
  rows.sort((left, right) => keys.compareVnis(left, right))
  const kindVniOf = (row: number) => (keys.vnis.word(row, 0) << 24) | keys.vni(row)
  const vteps = vtepsByVni(analysis, rows.map(kindVniOf))
  const flows = countBy(rows.map(kindVniOf), keys.flows.count, (row) => keys.flows.word(row, 0))
  const macs = countBy(
    rows.map((row) => keys.vni(row)),
    keys.macs.count,
    (row) => keys.macs.word(row, 0),
  )
  return rows.map((row) => {
    const outer = outerBytes(row)
    // A first fragment counts for its whole datagram, of which the rest may never have come.
    const inner = Math.min(vnis.innerBytes(row), outer)
    const kindVni = kindVniOf(row)
    return {
      vni: keys.vni(row),
      kind: keys.kind(row),
      packets: vnis.packets(row),
      innerBytes: inner,
      outerBytes: outer,
      overheadBytes: outer - inner,
      overheadPercent: percent(outer - inner, outer),
      vteps: formatSorted(analysis, vteps.get(kindVni) ?? []),
      macs: macs.get(keys.vni(row)) ?? 0,
      flows: flows.get(kindVni) ?? 0,
      broadcastPackets: vnis.broadcastPackets(row),
      multicastPackets: vnis.multicastPackets(row),
      replicatedPackets: copies.replicated(row),
      maxInnerIpLength: sizes.largestInner(row),
    }
  })
}

/** VTEP-pair rows by address. */
export function vtepPairRows(analysis: Analysis, most: number): VtepPairSummary[] {
  const { keys, vtepPairs, ports } = analysis
  const { outerFragments } = analysis.stateful
  const bytes = (row: number, direction: 0 | 1) =>
    vtepPairs.outerBytes(row, direction) + outerFragments.pairBytes(row, direction)
  const rows = pairOrder(analysis, most)
  const vnis = new Map(rows.map((row) => [row, new Set<number>()]))
  for (let row = 0; row < keys.routes.count; row++) {
    vnis.get(keys.pairOfRoute(row))?.add(keys.routes.word(row, 0) & 0xff_ffff)
  }
  const destinationPorts = ports.destinationPorts(keys.pairs.count)
  const sourcePorts = ports.sourcePortCounts(keys.pairs.count)
  return rows.map((row) => ({
    a: keys.formatAddress(keys.pairs.word(row, 0)),
    b: keys.formatAddress(keys.pairs.word(row, 1)),
    vnis: [...vnis.get(row)!].sort((left, right) => left - right),
    packetsAToB: vtepPairs.packets(row, 0),
    packetsBToA: vtepPairs.packets(row, 1),
    outerBytesAToB: bytes(row, 0),
    outerBytesBToA: bytes(row, 1),
    destinationPorts: [...destinationPorts[row]!],
    sourcePortsAToB: sourcePorts[row * 2]!,
    sourcePortsBToA: sourcePorts[row * 2 + 1]!,
    maxOuterIpLength: Math.max(vtepPairs.maxOuterIpLength(row), outerFragments.pairLargest(row)),
  }))
}

/** Flow rows by inner bytes, descending. */
export function flowRows(analysis: Analysis, most: number): FlowSummary[] {
  const { keys, flows } = analysis
  const { tcp, echo } = analysis.stateful
  const bytes = (row: number) => flows.innerBytes(row, 0) + flows.innerBytes(row, 1)
  const rows = largest(keys.flows.count, most, bytes, (left, right) => compareFlows(analysis, left, right))
  const vteps = flows.vteps(rows)
  return rows.map((row) => {
    const kindVni = keys.flows.word(row, 0)
    const hasPorts = keys.flowHasPorts(row)
    const tcpSide = tcp.finish(row)
    const echoSide = echo.finish(row)
    return {
      vni: kindVni & 0xff_ffff,
      kind: keys.kindName(kindVni >>> 24),
      vlans: keys.vlans(keys.flows.word(row, 1)),
      protocol: keys.flowProtocol(row),
      a: keys.formatAddress(keys.flows.word(row, 3)),
      aPort: hasPorts ? keys.flows.word(row, 5) >>> 16 : null,
      b: keys.formatAddress(keys.flows.word(row, 4)),
      bPort: hasPorts ? keys.flows.word(row, 5) & 0xffff : null,
      initiator: flows.initiator(row),
      vtepsA: formatSorted(analysis, vteps.get(row * 2)!),
      vtepsB: formatSorted(analysis, vteps.get(row * 2 + 1)!),
      packetsAToB: flows.packets(row, 0),
      packetsBToA: flows.packets(row, 1),
      innerBytesAToB: flows.innerBytes(row, 0),
      innerBytesBToA: flows.innerBytes(row, 1),
      firstTime: flows.firstTime(row),
      lastTime: flows.lastTime(row),
      ...(tcpSide === null ? {} : { tcp: tcpSide }),
      ...(echoSide === null ? {} : { echo: echoSide }),
    }
  })
}

/** MAC rows by packets, descending. */
export function macRows(analysis: Analysis, most: number): MacSummary[] {
  const { keys, macs } = analysis
  const rows = largest(
    keys.macs.count,
    most,
    (row) => macs.packets(row),
    (left, right) => compareMacs(analysis, left, right),
  )
  const vteps = macs.vteps(rows)
  const ips = macs.ips(rows)
  return rows.map((row) => ({
    vni: keys.macs.word(row, 0),
    vlans: keys.vlans(keys.macs.word(row, 1)),
    mac: keys.formatAddress(keys.macs.word(row, 2)),
    packets: macs.packets(row),
    vteps: vteps
      .get(row)!
      .sort((left, right) => keys.compareAddresses(left.vtep, right.vtep))
      .map((at) => ({
        ...at,
        vtep: keys.formatAddress(at.vtep),
      })),
    ips: formatSorted(analysis, ips.get(row)!.slice(0, IPS_PRINTED)),
    ipsTotal: ips.get(row)!.length,
  }))
}

/** `part` of `whole` as a percentage with two decimals, rounded half up; 0 of nothing. */
function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part * 10_000) / whole) / 100
}

/** Rows of the largest VTEP pairs, in order of their addresses. */
export function pairOrder(analysis: Analysis, most: number): number[] {
  const { keys, vtepPairs } = analysis
  const { outerFragments } = analysis.stateful
  const bytes = (row: number) =>
    vtepPairs.outerBytes(row, 0) +
    vtepPairs.outerBytes(row, 1) +
    outerFragments.pairBytes(row, 0) +
    outerFragments.pairBytes(row, 1)
  const compare = (left: number, right: number) =>
    keys.compareAddresses(keys.pairs.word(left, 0), keys.pairs.word(right, 0)) ||
    keys.compareAddresses(keys.pairs.word(left, 1), keys.pairs.word(right, 1))
  return largest(keys.pairs.count, most, bytes, compare).sort(compare)
}

/** How many of `count` rows have each of the wanted keys. */
function countBy(wanted: readonly number[], count: number, key: (row: number) => number): Map<number, number> {
  const counts = new Map<number, number>(wanted.map((one) => [one, 0]))
  for (let row = 0; row < count; row++) {
    const so = counts.get(key(row))
    if (so !== undefined) counts.set(key(row), so + 1)
  }
  return counts
}

/** VTEP addresses of some VNIs, by kind and VNI: both ends of every route, groups excluded. */
function vtepsByVni({ keys }: Analysis, wanted: readonly number[]): Map<number, number[]> {
  const sets = new Map<number, Set<number>>(wanted.map((kindVni) => [kindVni, new Set()]))
  for (let row = 0; row < keys.routes.count; row++) {
    const set = sets.get(keys.routes.word(row, 0))
    if (set === undefined) continue
    for (const end of [keys.routes.word(row, 1), keys.routes.word(row, 2)]) if (!keys.isMulticast(end)) set.add(end)
  }
  return new Map([...sets].map(([kindVni, set]) => [kindVni, [...set]]))
}

function formatSorted({ keys }: Analysis, ids: number[]): string[] {
  return ids.sort((left, right) => keys.compareAddresses(left, right)).map((id) => keys.formatAddress(id))
}

/** By VNI, kind, VLANs, protocol, addresses and ports. */
function compareFlows({ keys }: Analysis, left: number, right: number): number {
  const word = (row: number, index: number) => keys.flows.word(row, index)
  return (
    (word(left, 0) & 0xff_ffff) - (word(right, 0) & 0xff_ffff) ||
    compareText(keys.kindName(word(left, 0) >>> 24), keys.kindName(word(right, 0) >>> 24)) ||
    compareLists(keys.vlans(word(left, 1)), keys.vlans(word(right, 1))) ||
    compareText(keys.flowProtocol(left), keys.flowProtocol(right)) ||
    keys.compareAddresses(word(left, 3), word(right, 3)) ||
    (word(left, 5) >>> 16) - (word(right, 5) >>> 16) ||
    keys.compareAddresses(word(left, 4), word(right, 4)) ||
    (word(left, 5) & 0xffff) - (word(right, 5) & 0xffff)
  )
}

/** By VNI, VLANs and MAC. */
function compareMacs({ keys }: Analysis, left: number, right: number): number {
  return (
    keys.macs.word(left, 0) - keys.macs.word(right, 0) ||
    compareLists(keys.vlans(keys.macs.word(left, 1)), keys.vlans(keys.macs.word(right, 1))) ||
    keys.compareAddresses(keys.macs.word(left, 2), keys.macs.word(right, 2))
  )
}
