/** What the overlay's picture shows, taken from the document: endpoints, what passed between them, and which findings are about them. */
import type { Finding, Severity, Summary } from '../../summary.ts'
import { isAbout } from '../about.ts'
import { type PageState, vniNumber } from '../state.ts'
import { isGroup } from './addresses.ts'
import { isShown, worse } from './severity.tsx'

/** A tunnel endpoint or multicast group. */
export interface OverlayNode {
  address: string
  isGroup: boolean
  /** Bytes on the wire of all its pairs. */
  bytes: number
  /** Findings about it that are not about one pair: indices in `summary.findings`. */
  findings: number[]
  /** The most severe finding that names it at all. */
  named: Severity | null
}

/** A VTEP pair. */
export interface OverlayLink {
  /** Indices of its nodes. */
  from: number
  to: number
  packets: number
  /** Bytes on the wire of both directions. */
  bytes: number
  vnis: number[]
  findings: number[]
}

/** What was found of a MAC address at several endpoints. */
export type MacStory = 'moved' | 'shared' | 'duplicate'

/** Findings about MAC addresses that two endpoints sent, of one kind. */
export interface MacArc {
  from: number
  to: number
  story: MacStory
  findings: number[]
}

export interface OverlayModel {
  /** VTEPs in order of the pairs, then multicast groups. */
  nodes: OverlayNode[]
  links: OverlayLink[]
  arcs: MacArc[]
}

const STORIES: Readonly<Record<string, MacStory>> = {
  MAC_MOVED: 'moved',
  SHARED_MAC: 'shared',
  DUPLICATE_MAC: 'duplicate',
}

/** Most endpoints of one MAC address between which arcs are drawn; with more, each is marked. */
const MOST_ON_ARCS = 3

export function overlayModel({ vtepPairs, findings }: Summary): OverlayModel {
  const addresses = new Set(vtepPairs.flatMap(({ a, b }) => [a, b]))
  const ordered = [...addresses].filter((each) => !isGroup(each)).concat([...addresses].filter(isGroup))
  const nodes = ordered.map(
    (address): OverlayNode => ({ address, isGroup: isGroup(address), bytes: 0, findings: [], named: null }),
  )
  const indexOf = new Map(ordered.map((address, index) => [address, index]))
  const links = vtepPairs.map(
    ({ a, b, vnis, packetsAToB, packetsBToA, outerBytesAToB, outerBytesBToA }): OverlayLink => {
      const [from, to] = [indexOf.get(a)!, indexOf.get(b)!]
      const bytes = outerBytesAToB + outerBytesBToA
      nodes[from]!.bytes += bytes
      if (to !== from) nodes[to]!.bytes += bytes
      return { from, to, packets: packetsAToB + packetsBToA, bytes, vnis, findings: [] }
    },
  )
  const linkOf = new Map(links.map((link) => [placeOf(link.from, link.to), link]))
  const arcs = new Map<string, MacArc>()
  findings.forEach((finding, index) => {
    const ends = endsOf(finding, indexOf)
    for (const end of ends) nodes[end]!.named = worse(nodes[end]!.named, finding.severity)
    const story = STORIES[finding.code]
    if (story !== undefined && ends.length > 1 && ends.length <= MOST_ON_ARCS) {
      for (let at = 1; at < ends.length; at++) addArc(arcs, ends[at - 1]!, ends[at]!, story, index)
      return
    }
    const link = story === undefined && ends.length === 2 ? linkOf.get(placeOf(ends[0]!, ends[1]!)) : undefined
    if (link !== undefined) link.findings.push(index)
    else for (const end of ends) nodes[end]!.findings.push(index)
  })
  return { nodes, links, arcs: [...arcs.values()] }
}

/** Nodes that a finding is about, each once. */
function endsOf({ subject }: Finding, indexOf: ReadonlyMap<string, number>): number[] {
  const ends = new Set<number>()
  for (const address of subject.vteps ?? []) {
    const index = indexOf.get(address)
    if (index !== undefined) ends.add(index)
  }
  return [...ends]
}

function addArc(arcs: Map<string, MacArc>, from: number, to: number, story: MacStory, finding: number): void {
  // A move has a direction, and what is shared or there twice has none.
  const isOrdered = story === 'moved' || from < to
  const [first, second] = isOrdered ? [from, to] : [to, from]
  const key = `${story} ${first} ${second}`
  const arc = arcs.get(key)
  if (arc === undefined) arcs.set(key, { from: first, to: second, story, findings: [finding] })
  else arc.findings.push(finding)
}

/** The same for both directions. */
function placeOf(left: number, right: number): string {
  return left < right ? `${left} ${right}` : `${right} ${left}`
}

/** The most severe of some findings that the reader's choice shows; `null` where it shows none. */
export function severityOf(findings: readonly number[], summary: Summary, state: PageState): Severity | null {
  let worst: Severity | null = null
  for (const index of findings) {
    const finding = summary.findings[index]
    if (finding !== undefined && isFindingShown(finding, index, summary, state)) worst = worse(worst, finding.severity)
  }
  return worst
}

/** The story that all of some findings tell; `null` where one tells another or none. */
export function storyOf(findings: readonly number[], summary: Summary): MacStory | null {
  const stories = new Set(findings.map((index) => STORIES[summary.findings[index]?.code ?? ''] ?? null))
  const [story = null] = stories
  return stories.size === 1 ? story : null
}

function isFindingShown(finding: Finding, index: number, summary: Summary, state: PageState): boolean {
  if (state.finding !== null) return index === state.finding
  // What is of other VTEPs than the chosen one is there behind it.
  return isShown(finding.severity, state.severity) && isAbout(finding.subject, { vni: state.vni, vtep: null }, summary)
}

/** The number of the chosen VNI; `null` where none is chosen. */
export function vniOf({ vni }: PageState): number | null {
  return vni === null ? null : vniNumber(vni)
}
