/** The first lines of the report: what is wrong, what the capture holds, and what the tunnel costs. */
import type { Finding, Severity, Summary, VniSummary } from '../summary.ts'
import { fold } from './fold.ts'
import { missingEnds } from './missing-end.ts'
import { explainNoTunnel } from './no-tunnel.ts'
import { bytes, duration, integer, percent, plural, secondsBetween } from './number.ts'
import { printable } from './printable.ts'
import { CARRIER_NAMES, filterWords, KIND_NAMES, listed } from './words.ts'

/** The headline, and steps to try where there is nothing to report on. */
export interface Headline {
  sentences: string[]
  tries: string[]
  /** How many of the first sentences say that the page is of a part; none where it is absent. */
  ahead?: number
}

/** Writes the headline of a summary. @param share - Of the input, 0 to 1, how much was read, where that is known. */
export function headline(summary: Summary, share?: number): Headline {
  if (summary.vnis.length === 0 && summary.vnisTotal === 0) {
    const { why, tries } = explainNoTunnel(summary)
    const found = summary.findings.length > 0 ? [answer(summary.findings)] : []
    return parts(summary, share, [`No tunnel traffic to report. ${why}`, ...found], [], tries)
  }
  const first = [answer(summary.findings)]
  return parts(summary, share, first, [volume(summary), overlay(summary), cost(summary.vnis)], [])
}

/** Puts what says that the page is of a part where it belongs: ahead of all, or behind the answer where it is usual. */
function parts(
  summary: Summary,
  share: number | undefined,
  first: readonly string[],
  rest: readonly string[],
  tries: string[],
): Headline {
  const { compressed, plain } = missingEnds(summary)
  const ahead = [...interruption(summary, share), ...compressed]
  // The answer may be just that.
  const usual = plain.filter((each) => !first.some((said) => said.endsWith(each)))
  return {
    sentences: [...ahead, ...first, ...usual, ...rest],
    tries,
    ...(ahead.length > 0 && { ahead: ahead.length }),
  }
}

/** Says that there is more than was read. */
function interruption({ capture }: Summary, share: number | undefined): string[] {
  if (capture.complete) return []
  const part = share === undefined ? '' : `${Math.floor(share * 100)} % of the input, `
  return [`Interrupted after ${part}${plural(capture.packets, 'packet')}: the rest was not read.`]
}

function volume({ capture, tunnel }: Summary): string {
  const span =
    capture.firstTime !== null && capture.lastTime !== null && capture.packets > 1
      ? ` over ${duration(Math.max(0, secondsBetween(capture.firstTime, capture.lastTime)))}`
      : ''
  const kinds = (
    [
      [tunnel.vxlanPackets, KIND_NAMES.vxlan],
      [tunnel.gpePackets, KIND_NAMES['vxlan-gpe']],
      [tunnel.genevePackets, KIND_NAMES.geneve],
      [tunnel.nvgrePackets, KIND_NAMES.nvgre],
    ] as const
  ).filter(([packets]) => packets > 0)
  const parts = kinds.map(([packets, name]) => `${integer(packets)} ${name}`)
  if (tunnel.fragments.others > 0) {
    parts.push(
      `${integer(tunnel.fragments.others)} later outer ${tunnel.fragments.others === 1 ? 'fragment' : 'fragments'}`,
    )
  }
  if (tunnel.otherPackets > 0) parts.push(`${integer(tunnel.otherPackets)} other`)
  const whole = parts.length === 1 ? `all ${kinds[0]?.[1]}` : listed(parts)
  return `${plural(capture.packets, 'packet')}${span}: ${whole}${carriedIn(tunnel)}.`
}

/** What the tunnels are carried in; how many of them where not all are. */
function carriedIn({ vxlanPackets, gpePackets, genevePackets, nvgrePackets, carriers }: Summary['tunnel']): string {
  if (carriers.length === 0) return ''
  const all = vxlanPackets + gpePackets + genevePackets + nvgrePackets
  const names = carriers.map(({ carrier, packets }) => {
    const name = CARRIER_NAMES[carrier] ?? carrier
    return packets === all ? name : `${name} (${integer(packets)})`
  })
  return `; carried in ${listed(names)}`
}

function overlay(summary: Summary): string {
  const { vnis, vnisTotal, flowsTotal, filter } = summary
  const vteps = new Set(vnis.flatMap((vni) => vni.vteps)).size
  const atLeast = vnis.length < vnisTotal ? 'at least ' : ''
  const tenants = vnisTotal === 1 && vnis[0] !== undefined ? `VNI ${vnis[0].vni}` : plural(vnisTotal, 'VNI')
  const counts = `${tenants}, ${atLeast}${plural(vteps, 'VTEP')}, ${plural(flowsTotal, 'flow')}`
  const kept = filterWords(filter)
  return kept === '' ? `${counts}.` : `Filtered by ${kept}: ${plural(total(vnis).packets, 'packet')}, ${counts}.`
}

function cost(vnis: readonly VniSummary[]): string {
  const { outerBytes, overheadBytes } = total(vnis)
  return `Encapsulation takes ${bytes(overheadBytes)} of ${bytes(outerBytes)} carried (${percent(share(overheadBytes, outerBytes))}).`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Packets and bytes of all rows. */
export function total(vnis: readonly VniSummary[]): {
  packets: number
  innerBytes: number
  outerBytes: number
  overheadBytes: number
} {
  const sums = { packets: 0, innerBytes: 0, outerBytes: 0, overheadBytes: 0 }
  for (const vni of vnis) {
    sums.packets += vni.packets
    sums.innerBytes += vni.innerBytes
    sums.outerBytes += vni.outerBytes
    sums.overheadBytes += vni.overheadBytes
  }
  return sums
}

/** Percent that `part` is of `whole`; 0 of nothing. */
export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole
}

/** The answer: the cause of the worst that was found, and how much besides. */
function answer(findings: readonly Finding[]): string {
  const [first, ...others] = fold(findings)
  if (first === undefined) return 'No findings.'
  const title = sentence(printable(first.finding.title))
  if (findings.every(({ severity }) => severity === 'note')) {
    return findings.length === 1
      ? `No errors or warnings. One note: ${title}`
      : `No errors or warnings. ${integer(findings.length)} notes, the first: ${title}`
  }
  const { severity } = first
  const explains = first.explains.length === 0 ? '' : ` It explains ${bySeverity(first.explains)}.`
  const more = others.flatMap(({ finding, explains }) => [finding, ...explains])
  const besides = more.length === 0 ? '' : ` Also: ${bySeverity(more)}.`
  return `${severity[0]!.toUpperCase()}${severity.slice(1)}: ${title}${explains}${besides}`
}

/** `2 errors, 1 warning and 3 notes`. */
function bySeverity(findings: readonly Finding[]): string {
  const counts = SEVERITIES.map(
    (severity) => [severity, findings.filter((each) => each.severity === severity).length] as const,
  )
  return listed(counts.filter(([, count]) => count > 0).map(([severity, count]) => plural(count, severity)))
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note']
