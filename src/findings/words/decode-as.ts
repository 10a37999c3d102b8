/** How Wireshark is told to take apart a tunnel at a port that it does not know. */
import type { Finding } from '../../summary.ts'

/** Ports that Wireshark takes for a tunnel by itself: VXLAN, VXLAN-GPE, Geneve (default preferences). */
const KNOWN: readonly number[] = [4789, 4790, 6081]
/** A condition on the port of an outer datagram. */
const PORTS = /udp\.(?:dst)?port (?:== (\d+)|in \{([\d, ]+)\})/g

/** Codes whose subject names a tunnel port at which no valid tunnel may have been seen. */
const NAME_PORT: readonly string[] = ['FLAG_I_CLEAR', 'UNKNOWN_TUNNEL_PORT']

/** A filter that asks for no field of what a tunnel is carried in and carries. */
const NO_FIELDS = /^(?:frame\.number (?:==|in) [^&|]*)?$/

/** An Ethernet pseudowire, which Wireshark takes apart only when it is told to. */
export interface Pseudowire {
  label: number
  hasControlWord: boolean
}

/**
 * Adds to a finding's remedy how to take its tunnel apart, where its display filter is about a port that Wireshark does not know,
 * or tunnels come in pseudowires.
 * @param tunnelPorts - UDP ports that tunnels come to: a filter may name an inner port as well.
 */
export function withDecodeAs(
  finding: Finding,
  tunnelPorts: ReadonlySet<number>,
  pseudowires: readonly Pseudowire[],
): Finding {
  const advice = [...pseudowireAdvice(finding, pseudowires), ...portAdvice(finding, tunnelPorts)]
  if (advice.length === 0) return finding
  const { remedy } = finding
  return { ...finding, remedy: [...(remedy === '' ? [] : [remedy]), ...advice].join(' ') }
}

function portAdvice({ code, subject, displayFilter }: Finding, tunnelPorts: ReadonlySet<number>): string[] {
  const ports = new Set<number>()
  for (const [, one, several] of displayFilter.matchAll(PORTS)) {
    for (const text of (one ?? several ?? '').split(', ')) {
      const port = Number(text)
      const isTunnel = tunnelPorts.has(port) || (subject.port === port && NAME_PORT.includes(code))
      if (isTunnel && !KNOWN.includes(port)) ports.add(port)
    }
  }
  if (ports.size === 0) return []
  const listed = [...ports].sort((left, right) => left - right)
  const options = listed.map((port) => `-d udp.port==${port},vxlan`).join(' ')
  return [`In Wireshark, Decode As UDP port ${listed.join(' and ')}, VXLAN (tshark ${options}).`]
}

function pseudowireAdvice({ displayFilter }: Finding, pseudowires: readonly Pseudowire[]): string[] {
  if (pseudowires.length === 0 || NO_FIELDS.test(displayFilter)) return []
  const rules = pseudowires.map(({ label, hasControlWord }) => ({
    label,
    name: hasControlWord ? 'PW Ethernet Control Word' : 'Ethernet PW (no CW)',
    rule: `-d mpls.label==${label},${hasControlWord ? 'pwethcw' : 'pwethnocw'}`,
  }))
  const names = rules.map(({ label, name }) => `MPLS label ${label}, ${name}`).join('; ')
  return [
    `The filter needs the MPLS pseudowire taken apart: in Wireshark, Decode As ${names} (tshark ${rules.map(({ rule }) => rule).join(' ')}).`,
  ]
}
