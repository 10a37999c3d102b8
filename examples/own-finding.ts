/** A finding of one's own: tenants that log in over telnet. It stands among the others: node own-finding.js capture.pcap... */
import { NONE, tcp } from 'vxpcap/codecs'
import { Protocol } from 'vxpcap/codecs/protocol'
import { type Layers, type OwnFinding, type PacketAnalyzer, type PacketInfo, summarizeFiles } from 'vxpcap/node'
import { formatText } from 'vxpcap/report'

const TELNET_PORT = 23

class Telnet implements PacketAnalyzer<number> {
  readonly #byVni = new Map<number, number[]>()

  observe({ number }: PacketInfo, { vni, innerView, innerIp, innerTransport }: Layers): void {
    if (innerIp.protocol !== Protocol.Tcp || innerTransport === NONE) return
    if (tcp.destinationPort(innerView, innerTransport) !== TELNET_PORT) return
    const packets = this.#byVni.get(vni) ?? []
    this.#byVni.set(vni, [...packets, number].slice(0, 10))
  }

  finish(): number {
    return this.#byVni.size
  }

  findings(): OwnFinding[] {
    return [...this.#byVni].map(([vni, packets]) => ({
      code: 'TELNET_IN_USE',
      severity: 'warning',
      title: `VNI ${vni} uses telnet, which sends passwords in the clear`,
      subject: { vni },
      packets,
      observed: `TCP segments to port ${TELNET_PORT}.`,
      remedy: 'Use SSH instead.',
    }))
  }
}

const summary = await summarizeFiles(process.argv.slice(2), { analyzers: { telnet: new Telnet() } })
console.log(formatText(summary, { only: ['findings'] }))
