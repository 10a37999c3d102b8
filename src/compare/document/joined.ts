/** What both sides say alone, each once: told apart by code and subject, also where addresses are translated between the two places. */
import type { ComparedDirection, ComparedFinding, Place } from '../../comparison.ts'
import type { Finding } from '../../summary.ts'

/** A finding of either side or both, and how often each has it. */
export interface Joined {
  finding: ComparedFinding
  counts: Record<Place, number>
}

/** Puts together what both sides say of one subject. @param directions - As they are where packets leave, with what is rewritten. */
export function joined(
  { near, far }: Record<Place, readonly Finding[]>,
  directions: readonly ComparedDirection[],
): Joined[] {
  const all = near.map(
    (finding): Joined => ({ finding: fromOne(finding, 'near'), counts: { near: finding.count, far: 0 } }),
  )
  const known = new Map(all.map((each) => [nameOf(each.finding), each]))
  const translations = translationsOf(directions)
  for (const finding of far) {
    const same = known.get(nameOf(finding)) ?? known.get(nameOf(translated(finding, translations)))
    if (same === undefined || same.counts.far > 0) {
      all.push({ finding: fromOne(finding, 'far'), counts: { near: 0, far: finding.count } })
      continue
    }
    same.counts.far = finding.count
    const { finding: both } = same
    both.places = ['near', 'far']
    both.otherPackets = finding.packets
    both.otherFilter = finding.displayFilter
    both.because = [...new Set([...(both.because ?? []), ...(finding.because ?? [])])]
    if (both.because.length === 0) delete both.because
  }
  return all
}

function fromOne(finding: Finding, side: Place): ComparedFinding {
  return { ...finding, places: [side], side, otherPackets: [], otherFilter: '' }
}

/** What tells findings apart; of a capture itself each has its own. */
function nameOf({ code, subject, title }: Pick<Finding, 'code' | 'subject' | 'title'>): string {
  const isOfCapture = Object.keys(subject).length === 0
  return JSON.stringify([code, subject, isOfCapture ? title : ''])
}

/** Addresses and VNI of a direction at the far side, and what they are at the near one. */
interface Translation {
  far: [string, string]
  near: [string, string]
  farVni: number
  nearVni: number
  farPort: number | null
  nearPort: number | null
}

/** Directions that are other ones at the other side: those that are the same other one in every packet. */
function translationsOf(directions: readonly ComparedDirection[]): Translation[] {
  return directions.flatMap(({ from, to, vni, sentAt, rewrites }): Translation[] => {
    const rewritten = (field: string) => rewrites.filter((rewrite) => rewrite.field === field)
    const [source, destination, other, port] = [
      'outer source',
      'outer destination',
      'vni',
      'outer destination port',
    ].map(rewritten)
    if ([source, destination, other, port].some((each) => each!.length > 1)) return []
    if (source!.length + destination!.length + other!.length + port!.length === 0) return []
    const here: [string, string] = [from, to]
    const there: [string, string] = [source![0]?.to ?? from, destination![0]?.to ?? to]
    const vniThere = Number(other![0]?.to ?? vni)
    const ports = [port![0]?.from ?? null, port![0]?.to ?? null].map((text) => (text === null ? null : Number(text)))
    return [
      sentAt === 'near'
        ? { near: here, far: there, nearVni: vni, farVni: vniThere, nearPort: ports[0]!, farPort: ports[1]! }
        : { near: there, far: here, nearVni: vniThere, farVni: vni, nearPort: ports[1]!, farPort: ports[0]! },
    ]
  })
}

/** A finding of the far side as the near one would have it. */
function translated(finding: Finding, translations: readonly Translation[]): Finding {
  const { subject } = finding
  const [one, other, ...rest] = subject.vteps ?? []
  if (one === undefined || other === undefined || rest.length > 0) return finding
  for (const { near, far, nearVni, farVni, nearPort, farPort } of translations) {
    if (subject.vni !== undefined && subject.vni !== farVni) continue
    const isBack = one === far[1] && other === far[0]
    if (!isBack && (one !== far[0] || other !== far[1])) continue
    const vteps = isBack ? [near[1], near[0]] : [...near]
    const port = subject.port !== undefined && subject.port === farPort && nearPort !== null ? nearPort : subject.port
    return {
      ...finding,
      subject: {
        ...subject,
        ...(subject.vni !== undefined && { vni: nearVni }),
        vteps,
        ...(port !== undefined && { port }),
      },
    }
  }
  return finding
}
