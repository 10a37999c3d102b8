/**
 * Symptoms beside their likely causes: who reads that pings have no reply should hear that the same VTEPs have a black hole, and
 * not look for the rest of the night. A hint in words; nothing is left out for it.
 */
import type { Analysis } from '../analyzers/analysis.ts'
import type { Finding } from '../summary.ts'

/** What breaks everything between two VTEPs, or in a VNI of theirs. */
const BROKEN = [
  'VTEP_UNREACHABLE',
  'PORT_MISMATCH',
  'PORT_UNREACHABLE',
  'TTL_EXPIRED',
  'VNI_MISMATCH',
  'ONE_WAY',
  'LOOP',
  'STALE_FORWARDING',
  'INNER_MAC_UNKNOWN',
  'DUPLICATE_MAC',
  'WRONG_SOURCE_VTEP',
]
/** What loses some packets. */
const LOSSY = ['PMTU_BLACK_HOLE', 'ICMP_TOO_BIG', 'FRAGMENT_MISSING', 'OUTER_CHECKSUM_BAD', 'INNER_CHECKSUM_BAD']

/** Causes by symptom, the likeliest first. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  ECHO_UNANSWERED: [...BROKEN, ...LOSSY],
  RETRANSMISSIONS: [...BROKEN, ...LOSSY],
  ARP_UNANSWERED: BROKEN,
}
/** Causes that a sentence names. */
const NAMED = 2

/** Adds to each symptom which other findings about its VTEPs may be the reason. */
export function withCauses(analysis: Analysis, findings: readonly Finding[]): Finding[] {
  const byVtep = new Map<string, Finding[]>()
  for (const finding of findings) {
    if (finding.severity === 'note' || !(BROKEN.includes(finding.code) || LOSSY.includes(finding.code))) continue
    for (const vtep of finding.subject.vteps ?? []) byVtep.set(vtep, [...(byVtep.get(vtep) ?? []), finding])
  }
  if (byVtep.size === 0) return [...findings]
  const askers = askersOf(analysis)
  return findings.map((finding) => {
    const causes = CAUSES[finding.code]
    if (causes === undefined) return finding
    const { vni, ip, vteps = askers.get(`${vni} ${ip}`) ?? [] } = finding.subject
    const near = (byVtep.get(vteps[0] ?? '') ?? []).concat(byVtep.get(vteps[1] ?? '') ?? [])
    const codes = new Set(near.filter((cause) => mayExplain(cause, vni, vteps)).map(({ code }) => code))
    const named = causes.filter((code) => codes.has(code)).slice(0, NAMED)
    if (named.length === 0) return finding
    const hint = `${named.join(' and ')} about ${vteps.length === 1 ? vteps[0] : 'these VTEPs'} may well be the reason: follow that first.`
    return { ...finding, inferred: `${finding.inferred} ${hint}` }
  })
}

/** Whether a cause is about the symptom's VTEPs, and about its VNI where it has one; each side of a mismatch has its own. */
function mayExplain({ code, subject }: Finding, vni: number | undefined, vteps: readonly string[]): boolean {
  const about = subject.vteps ?? []
  if (subject.vni !== undefined && subject.vni !== vni && code !== 'VNI_MISMATCH') return false
  // A MAC in use twice takes the answers of whoever is asked, wherever that one is.
  if (code === 'DUPLICATE_MAC') return vteps.some((vtep) => about.includes(vtep))
  return vteps.every((vtep) => about.includes(vtep))
}

/** VTEPs behind which an address was asked for in vain, by VNI and address. */
function askersOf({ keys, judges: { addressRequests } }: Analysis): Map<string, string[]> {
  return new Map(
    addressRequests
      .open()
      .map(({ vni, address, vtep }) => [`${vni} ${keys.formatAddress(address)}`, [keys.formatAddress(vtep)]]),
  )
}
