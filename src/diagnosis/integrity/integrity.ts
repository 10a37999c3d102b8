/** Findings about the bytes: checksums, header bits, lengths, tags, tunnels inside the tunnel, congestion marks. */

import type { Analysis } from '../../analyzers/analysis.ts'
import { DEEPEST } from '../../analyzers/events/packet-flags.ts'
import { type CutsSeen, nestedOf, type Seen } from '../../analyzers/stateful/integrity.ts'
import { type CounterByKey, type Entry, EXAMPLES } from '../../analyzers/tables/counter-by-key.ts'
import { NONE } from '../../codecs/core/fault.ts'
import * as vxlan from '../../codecs/headers/vxlan.ts'
import * as gpe from '../../codecs/headers/vxlan-gpe.ts'
import { congestion } from '../../findings/behaviour/congestion.ts'
import { dscpNotCopied } from '../../findings/behaviour/dscp-not-copied.ts'
import { groupPolicy } from '../../findings/behaviour/group-policy.ts'
import { innerVlan } from '../../findings/behaviour/inner-vlan.ts'
import { nestedTunnel } from '../../findings/behaviour/nested-tunnel.ts'
import { unknownTunnelPort } from '../../findings/behaviour/unknown-tunnel-port.ts'
import { captureDrops } from '../../findings/capture/capture-drops.ts'
import { state, type Words } from '../../findings/finding.ts'
import { checksumPartial } from '../../findings/integrity/checksum-partial.ts'
import { ecnIllegal } from '../../findings/integrity/ecn-illegal.ts'
import { innerChecksumBad } from '../../findings/integrity/inner-checksum-bad.ts'
import { innerTruncated } from '../../findings/integrity/inner-truncated.ts'
import { outerChecksumBad } from '../../findings/integrity/outer-checksum-bad.ts'
import { reservedBits } from '../../findings/integrity/reserved-bits.ts'
import { zeroChecksumIpv6 } from '../../findings/integrity/zero-checksum-ipv6.ts'
import type { Tunnel } from '../../findings/words/display-filter.ts'
import { ascending } from '../../order.ts'
import type { Finding, Subject } from '../../summary.ts'
import { Programs } from '../behaviour/senders.ts'
import type { Evidence } from '../evidence.ts'
import { Mirrors } from '../reachability/one-way.ts'
import { Routes } from '../routes.ts'
import { headerFindings } from './headers.ts'
import { rewritten } from './rewritten.ts'

/** Datagrams to a foreign port that look like VXLAN before it is named. */
const FOREIGN_REPEATS = 2
/** Packets whose DSCP the outer header lacks before it is worth a word. */
const DSCP_REPEATS = 3

const VNI_MASK = 0xff_ffff

export function integrityFindings({ analysis, files, mtu }: Evidence): Finding[] {
  const { keys } = analysis
  const { integrity } = analysis.stateful
  const paths = new Paths(analysis)
  const programs = new Programs(analysis)
  const routes = new Routes(analysis)
  const findings = files.flatMap(({ name, packets, dropped, received }) =>
    dropped === null || dropped === 0
      ? []
      : [state(captureDrops, { subject: {}, count: dropped, packets: [], facts: { file: name, packets, received } })],
  )
  /** Says what a counter by key counted, each subject in the words of one code. */
  const say = <S extends Seen, F>(
    tally: CounterByKey<S>,
    words: Words<F>,
    describe: (seen: S, tunnels: Tunnel[], entry: Entry<S>) => { subject: Subject; facts: F } | null,
  ): void => {
    for (const entry of tally.entries()) {
      const { count, packets, figures } = entry
      const described = describe(figures, tunnelsSeen(analysis, routes, figures), entry)
      if (described !== null) findings.push(state(words, { count, packets, ...described }))
    }
  }

  say(integrity.outerWrong, outerChecksumBad, (seen, tunnels, { count }) => {
    const { from, to, total } = paths.of(seen)
    const inner = Math.min(count, seen.innerHeader + seen.innerPayload)
    return {
      subject: { vteps: [from, to] },
      facts: { from, to, total, header: seen.outerHeader, inner, rewrite: rewritten(analysis, seen, count), tunnels },
    }
  })
  say(integrity.innerWrong, innerChecksumBad, (seen, tunnels) => {
    const { from, to } = paths.of(seen)
    const vni = seen.kindVni & VNI_MASK
    const { innerHeader: header, innerPayload: payload, unset, unfinished } = seen
    return {
      subject: { vni, vteps: [from, to] },
      facts: { vni, from, to, header, payload, unset, unfinished, tunnels },
    }
  })
  findings.push(...partialFindings(analysis, routes, paths))
  say(integrity.zeroIpv6, zeroChecksumIpv6, (_, tunnels, { key }) => {
    const a = keys.formatAddress(keys.pairs.word(key, 0))
    const b = keys.formatAddress(keys.pairs.word(key, 1))
    return { subject: { vteps: [a, b] }, facts: { a, b, tunnels } }
  })
  findings.push(...headerFindings(analysis))
  say(integrity.reserved, reservedBits, (seen, tunnels) => {
    const { from, to } = paths.of(seen)
    const vni = seen.kindVni & VNI_MASK
    return {
      subject: { vni, vteps: [from, to] },
      facts: { vni, from, to, words: seen.words, program: programs.of(seen.to), tunnels },
    }
  })
  say(integrity.policies, groupPolicy, (seen, tunnels) => {
    const vni = seen.kindVni & VNI_MASK
    const ids = ascending(new Set(seen.words.map(([word]) => word & 0xffff)))
    return { subject: { vni }, facts: { vni, ids, tunnels } }
  })
  const mirrors = integrity.cuts.isEmpty ? null : new Mirrors(analysis, routes)
  say(integrity.cuts, innerTruncated, (seen, tunnels, { key }) => {
    // A mirror cuts its copies on purpose, and MIRROR_SESSION says so where both directions of a conversation show it.
    if (mirrors?.has(seen.kindVni, seen.from) || isCutLikeMirror(analysis, seen, key)) return null
    const { from, to } = paths.of(seen)
    const vni = seen.kindVni & VNI_MASK
    const { header, packet } = seen
    return { subject: { vni, vteps: [from, to] }, facts: { vni, from, to, header, packet, tunnels } }
  })
  say(integrity.tags, innerVlan, (seen, tunnels) => {
    const vni = seen.kindVni & VNI_MASK
    // A tag with VID 0 carries a priority and no VLAN (IEEE 802.1Q-2018 §6.9).
    const stacks = new Set(seen.stacks.map((stack) => keys.vlans(stack).join('.') || '0'))
    return { subject: { vni }, facts: { vni, stacks: [...stacks].sort(byNumber), tunnels } }
  })
  say(integrity.nested, nestedTunnel, (seen, tunnels, { key }) => {
    const { kindVni } = nestedOf(key)
    const vni = seen.kindVni & VNI_MASK
    const facts = {
      vni,
      insideKind: keys.kindName(kindVni >>> 24),
      insideVni: kindVni & VNI_MASK,
      depth: seen.depth,
      deepest: DEEPEST,
      inner: seen.overhead,
      outer: outerOverhead(paths.of(seen), mtu.perPair),
      tunnels,
    }
    return { subject: { vni }, facts }
  })
  say(integrity.foreign, unknownTunnelPort, (seen, _, { key: port, count }) => {
    if (count < FOREIGN_REPEATS) return null
    const { from, to } = paths.of(seen)
    const form = seen.gpe === count ? 'gpe' : seen.gpe + seen.policy === count ? 'policy' : 'plain'
    const facts = { port, swapped: swappedPort(port), vnis: ascending(seen.vnis), from, to, form } as const
    return { subject: { port }, facts }
  })
  say(integrity.illegalEcn, ecnIllegal, (seen, tunnels) => {
    const { from, to } = paths.of(seen)
    const vni = seen.kindVni & VNI_MASK
    return { subject: { vni, vteps: [from, to] }, facts: { vni, from, to, tunnels } }
  })
  say(integrity.congestion, congestion, (seen, tunnels) => {
    const { from, to, total } = paths.of(seen)
    return { subject: { vteps: [from, to] }, facts: { from, to, inner: seen.inner, total, tunnels } }
  })
  say(integrity.lostDscp, dscpNotCopied, (seen, tunnels, { key, count }) => {
    if (count < DSCP_REPEATS) return null
    const { from, to } = paths.of(seen)
    const vni = seen.kindVni & VNI_MASK
    const total = analysis.stateful.routeTraffic.packets(Math.floor(key / 2), key % 2 === 0 ? 0 : 1)
    const facts = {
      vni,
      from,
      to,
      codepoints: ascending(seen.codepoints),
      total,
      program: programs.of(seen.from),
      tunnels,
    }
    return { subject: { vni, vteps: [from, to] }, facts }
  })
  return findings
}

/** One note about every host whose card fills checksums in: where a capture is taken on several hosts, they all do. */
function partialFindings(analysis: Analysis, routes: Routes, paths: Paths): Finding[] {
  const entries = [...analysis.stateful.integrity.partial.entries()]
  if (entries.length === 0) return []
  const senders = entries.map(({ count, figures }) => ({
    from: paths.of(figures).from,
    packets: count,
    outer: figures.outer,
    inner: figures.innerPayload,
    tunnels: tunnelsSeen(analysis, routes, figures),
  }))
  const packets = ascending(new Set(entries.flatMap((entry) => entry.packets))).slice(0, EXAMPLES)
  const count = senders.reduce((sum, sender) => sum + sender.packets, 0)
  return [
    state(checksumPartial, { subject: { vteps: senders.map(({ from }) => from) }, count, packets, facts: { senders } }),
  ]
}

/**
 * Whether cut inner packets may be a mirror's, although no conversation shows it: nothing comes back in the VNI, and all of them
 * are as long as the longest packet between these VTEPs, the length that the mirror cuts to.
 */
function isCutLikeMirror({ keys, stateful, vtepPairs }: Analysis, seen: CutsSeen, key: number): boolean {
  if (seen.header > 0 || seen.shortest !== seen.longest) return false
  if (stateful.routeTraffic.packets(Math.floor(key / 2), key % 2 === 0 ? 1 : 0) > 0) return false
  const pair = keys.pairBetween(seen.from, seen.to)
  return pair !== NONE && vtepPairs.maxOuterIpLength(pair) === seen.longest
}

/** The tunnels that a sighting named; none outside a valid tunnel. */
function tunnelsSeen({ keys }: Analysis, routes: Routes, { kindVni, ports }: Seen): Tunnel[] {
  if (kindVni === NONE) return ascending(ports).map((port) => ({ kind: 'vxlan', port }))
  return routes.headers(keys.kindName(kindVni >>> 24), kindVni & VNI_MASK, ascending(ports))
}

/** Outer senders and receivers in print, with how much went that way. */
class Paths {
  constructor(private readonly analysis: Analysis) {}

  of({ from, to }: Seen): { from: string; to: string; total: number } {
    return { from: this.#name(from), to: this.#name(to), total: this.#total(from, to) }
  }

  #total(from: number, to: number): number {
    const { keys, vtepPairs } = this.analysis
    const pair = from === NONE || to === NONE ? NONE : keys.pairBetween(from, to)
    return pair === NONE ? 0 : vtepPairs.packets(pair, keys.pairs.word(pair, 0) === from ? 0 : 1)
  }

  /** An address that found no row has no name. */
  #name(id: number): string {
    return id === NONE ? '' : this.analysis.keys.formatAddress(id)
  }
}

/** Bytes that the outermost tunnel adds between two VTEPs. */
function outerOverhead(
  { from, to }: { from: string; to: string },
  pairs: readonly { a: string; b: string; overhead: number }[],
): number | null {
  const pair = pairs.find(({ a, b }) => (a === from && b === to) || (a === to && b === from))
  return pair === undefined || pair.overhead === 0 ? null : pair.overhead
}

/** The tunnel port that this one is with its bytes swapped; `null` when it is none. */
function swappedPort(port: number): number | null {
  const swapped = ((port & 0xff) << 8) | (port >>> 8)
  return [vxlan.PORT, vxlan.PORT_LINUX, gpe.PORT].includes(swapped) ? swapped : null
}

/** Orders `2`, `10`, `10.20` by their numbers. */
function byNumber(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true })
}
