/** Findings about sizes: fragments, black holes, segment sizes, super-frames. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { IcmpSubject } from '../../analyzers/stateful/answers/icmp-errors.ts'
import { advise, pathMtu, pathMtuOf } from '../../analyzers/summary/mtu-rows.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { state } from '../../findings/finding.ts'
import { fragmentMissing } from '../../findings/mtu/fragment-missing.ts'
import { mssTooLarge } from '../../findings/mtu/mss-too-large.ts'
import { outerFragmented } from '../../findings/mtu/outer-fragmented.ts'
import { pmtuBlackHole } from '../../findings/mtu/pmtu-black-hole.ts'
import { superFrame } from '../../findings/mtu/super-frame.ts'
import type { MtuSetting, PathSizes } from '../../findings/words/mtu-setting.ts'
import type { Finding } from '../../summary.ts'
import type { Evidence } from '../evidence.ts'
import { Routes } from '../routes.ts'

/** Directions of a pair: 0 is a→b. */
const DIRECTIONS = [0, 1] as const

/** Bytes of the inner IP and TCP headers that the MSS does not count (RFC 9293 §3.7.1). */
const HEADERS = { 4: 40, 6: 60 } as const

export function mtuFindings(evidence: Evidence): Finding[] {
  const { analysis } = evidence
  const stated = statedMtu(evidence)
  const findings: Finding[] = []
  for (let row = 0; row < analysis.keys.pairs.count; row++) {
    for (const direction of DIRECTIONS) findings.push(...directionFindings(evidence, row, direction, stated))
  }
  return [...findings, ...missingFindings(evidence, stated), ...mssFindings(analysis, stated)]
}

/** The underlay's MTU where the user knows it. */
export function statedMtu({ mtu }: Evidence): number | undefined {
  return mtu.underlayMtuFrom === 'option' ? (mtu.underlayMtu ?? undefined) : undefined
}

/** What is known of the sizes that a pair row's path carries; nothing without a row. */
export function sizesOf(analysis: Analysis, row: number, stated: number | undefined): PathSizes {
  if (row === NONE) return { setting: null, between: null }
  return { setting: settingOf(analysis, row, stated), between: pathMtu(analysis, row)?.between ?? null }
}

/** The numbers to set for a pair row; `null` when nobody knows how large the path is. */
function settingOf(analysis: Analysis, row: number, stated: number | undefined): MtuSetting | null {
  const advice = advise(analysis, row, stated)
  return advice && { ...advice, isIpv6Only: analysis.vtepPairs.carriesIpv6Only(row) }
}

function directionFindings(
  { analysis, dropped }: Evidence,
  row: number,
  direction: 0 | 1,
  stated: number | undefined,
): Finding[] {
  const { keys } = analysis
  const { outerFragments, pathMtuEvidence, sizes } = analysis.stateful
  const findings: Finding[] = []
  const split = outerFragments.split(row, direction)
  const silence = pathMtuEvidence.blackHole(row, direction)
  const hole = silence !== null && isTold(analysis, row, direction) ? null : silence
  const superFrames = sizes.superFrames(row, direction)
  if (split === null && hole === null && superFrames === null) return findings
  const from = keys.formatAddress(keys.pairs.word(row, direction))
  const to = keys.formatAddress(keys.pairs.word(row, 1 - direction))
  const subject = { vteps: [from, to] }
  const path = sizesOf(analysis, row, stated)
  if (split !== null) {
    const { count, packets, ...figures } = split
    const facts = {
      from,
      to,
      ...figures,
      hasLater: outerFragments.later > 0,
      path,
      between: pathMtuOf(analysis, row, direction)?.between ?? null,
    }
    findings.push(state(outerFragmented, { subject, count, packets: [...packets], facts }))
  }
  if (hole !== null) {
    const { count, packets, lost, passed, isAnswer, taken } = hole
    const facts = { from, to, lost, passed, isAnswer, taken, path, dropped }
    findings.push(state(pmtuBlackHole, { subject, count, packets, facts }))
  }
  if (superFrames !== null) {
    const { count, packets, ...figures } = superFrames
    findings.push(state(superFrame, { subject, count, packets: [...packets], facts: { from, to, ...figures } }))
  }
  return findings
}

/** Whether an ICMP error explains what is lost: about the outer flow, or about a packet inside it. */
export function isTold({ keys, stateful: { icmpErrors } }: Analysis, row: number, direction: 0 | 1): boolean {
  const from = keys.pairs.word(row, direction)
  const to = keys.pairs.word(row, 1 - direction)
  return (
    icmpErrors.about(IcmpSubject.OuterTooBig).some(({ figures }) => figures.from === from && figures.to === to) ||
    icmpErrors.about(IcmpSubject.InnerTooBig).some(({ figures }) => figures.pair === row)
  )
}

/** Datagrams that never became whole, unless the capture is to blame. */
function missingFindings({ analysis, dropped }: Evidence, stated: number | undefined): Finding[] {
  const { keys } = analysis
  const { outerFragments, pathMtuEvidence, icmpErrors } = analysis.stateful
  const findings: Finding[] = []
  const expired = new Map(
    icmpErrors
      .about(IcmpSubject.ReassemblyExpired)
      .map((entry) => [`${entry.figures.from} ${entry.figures.to}`, entry]),
  )
  const isFaultless = dropped === null || dropped === 0
  const say = (
    source: number,
    destination: number,
    incomplete: number,
    headless: number,
    packets: readonly number[],
  ) => {
    const row = keys.pairBetween(source, destination)
    const error = expired.get(`${source} ${destination}`)
    expired.delete(`${source} ${destination}`)
    if (row === NONE && error === undefined) return
    const direction = row === NONE || keys.pairs.word(row, 0) === source ? 0 : 1
    // A capture filter on ports lets no later fragment through; then only the want of answers tells a loss.
    const isFiltered = outerFragments.later === 0 && (row === NONE || !pathMtuEvidence.losesSplit(row, direction))
    const counted = isFiltered || !isFaultless ? 0 : incomplete
    const reported = error?.count ?? 0
    if (counted + reported === 0) return
    const from = keys.formatAddress(source)
    const to = keys.formatAddress(destination)
    const path = sizesOf(analysis, row, stated)
    const named = [...new Set([...(counted === 0 ? [] : packets), ...(error?.packets ?? [])])]
    const facts = { from, to, incomplete: counted, headless: counted === 0 ? 0 : headless, expired: reported, path }
    const count = Math.max(counted, reported)
    const first = named.sort((left, right) => left - right).slice(0, 10)
    findings.push(state(fragmentMissing, { subject: { vteps: [from, to] }, count, packets: first, facts }))
  }
  for (const missing of outerFragments.missing()) {
    if (keys.pairBetween(missing.source, missing.destination) === NONE) continue
    say(missing.source, missing.destination, missing.count, missing.headless, missing.packets)
  }
  for (const { figures } of [...expired.values()]) say(figures.from, figures.to, 0, 0, [])
  return findings
}

/** Segment sizes that do not fit the path, by VNI and VTEP pair. */
function mssFindings(analysis: Analysis, stated: number | undefined): Finding[] {
  const { keys } = analysis
  const { segmentSizes } = analysis.stateful
  const settings = new Map<number, MtuSetting | null>()
  const byRoute = new Map<number, { setting: MtuSetting; announced: ReturnType<typeof segmentSizes.announced> }>()
  for (const announced of segmentSizes.announced()) {
    const { pair, route, version, mss } = announced
    if (pair === NONE) continue
    let setting = settings.get(pair)
    if (setting === undefined) {
      setting = settingOf(analysis, pair, stated)
      settings.set(pair, setting)
    }
    if (setting === null || mss + HEADERS[version] <= setting.innerMtu) continue
    const found = byRoute.get(route)
    if (found === undefined) byRoute.set(route, { setting, announced: [announced] })
    else found.announced.push(announced)
  }
  if (byRoute.size === 0) return []
  const routes = new Routes(analysis)
  return [...byRoute].map(([route, { setting, announced }]) => {
    const { pair } = announced[0]!
    const vni = routes.vni(route)
    const tunnels = routes.tunnels(route)
    const a = keys.formatAddress(keys.pairs.word(pair, 0))
    const b = keys.formatAddress(keys.pairs.word(pair, 1))
    const sizes = [...new Set(announced.map(({ mss }) => mss))].sort((left, right) => right - left)
    const packets = announced.flatMap((one) => one.packets).sort((left, right) => left - right)
    const fits = Math.min(...announced.map(({ version }) => setting.innerMtu - HEADERS[version]))
    const innerLength = Math.max(...announced.map(({ version, mss }) => mss + HEADERS[version]))
    const isStated = (pathMtu(analysis, pair)?.mtu ?? null) === null
    return state(mssTooLarge, {
      subject: { vni, vteps: [a, b] },
      count: announced.reduce((sum, { count }) => sum + count, 0),
      packets: packets.slice(0, 10),
      facts: { vni, a, b, sizes, fits, innerLength, setting, isStated, tunnels },
    })
  })
}
