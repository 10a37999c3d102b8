/** How Wireshark is told to take apart a tunnel at a port that it does not know. */
import type { Finding } from '../summary.ts'

/** Ports that Wireshark takes for a tunnel by itself: VXLAN, VXLAN-GPE, Geneve (default preferences). */
const KNOWN: readonly number[] = [4789, 4790, 6081]
/** A condition on the port of an outer datagram. */
const PORTS = /udp\.(?:dst)?port (?:== (\d+)|in \{([\d, ]+)\})/g

/** Adds to a finding's remedy how to take its tunnel apart, where its display filter is about a port that Wireshark does not know. */
export function withDecodeAs(finding: Finding): Finding {
  const ports = new Set<number>()
  for (const [, one, several] of finding.displayFilter.matchAll(PORTS)) {
    for (const port of (one ?? several ?? '').split(', ')) if (!KNOWN.includes(Number(port))) ports.add(Number(port))
  }
  if (ports.size === 0) return finding
  const listed = [...ports].sort((left, right) => left - right)
  const options = listed.map((port) => `-d udp.port==${port},vxlan`).join(' ')
  const advice = `To see inside in Wireshark: Analyze, Decode As, UDP port ${listed.join(' and ')}, VXLAN (tshark ${options}).`
  return { ...finding, remedy: finding.remedy === '' ? advice : `${finding.remedy} ${advice}` }
}
