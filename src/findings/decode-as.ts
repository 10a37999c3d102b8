/** How Wireshark is told to take apart a tunnel at a port that it does not know. */
import type { Finding } from '../summary.ts'

/** Ports that Wireshark takes for a tunnel by itself: VXLAN, VXLAN-GPE, Geneve (default preferences). */
const KNOWN: readonly number[] = [4789, 4790, 6081]
/** A condition on the port of an outer datagram. */
const PORTS = /udp\.(?:dst)?port (?:== (\d+)|in \{([\d, ]+)\})/g

/** Codes whose subject names a tunnel port at which no valid tunnel may have been seen. */
const NAME_PORT: readonly string[] = ['FLAG_I_CLEAR', 'UNKNOWN_TUNNEL_PORT']

/**
 * Adds to a finding's remedy how to take its tunnel apart, where its display filter is about a port that Wireshark does not know.
 * @param tunnelPorts - UDP ports that tunnels come to: a filter may name an inner port as well.
 */
export function withDecodeAs(finding: Finding, tunnelPorts: ReadonlySet<number>): Finding {
  const { code, subject, displayFilter } = finding
  const ports = new Set<number>()
  for (const [, one, several] of displayFilter.matchAll(PORTS)) {
    for (const text of (one ?? several ?? '').split(', ')) {
      const port = Number(text)
      const isTunnel = tunnelPorts.has(port) || (subject.port === port && NAME_PORT.includes(code))
      if (isTunnel && !KNOWN.includes(port)) ports.add(port)
    }
  }
  if (ports.size === 0) return finding
  const listed = [...ports].sort((left, right) => left - right)
  const options = listed.map((port) => `-d udp.port==${port},vxlan`).join(' ')
  const advice = `In Wireshark, Decode As UDP port ${listed.join(' and ')}, VXLAN (tshark ${options}).`
  return { ...finding, remedy: finding.remedy === '' ? advice : `${finding.remedy} ${advice}` }
}
