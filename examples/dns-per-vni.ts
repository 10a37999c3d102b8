/** Counts DNS questions and answers of each VNI, in the same pass as the summary: node dns-per-vni.js capture.pcap... */
import { NONE, udp } from 'vxpcap/codecs'
import { Protocol } from 'vxpcap/codecs/protocol'
import { type Layers, type PacketAnalyzer, type PacketInfo, summarizeFiles } from 'vxpcap/node'

const DNS_PORT = 53
const DNS_HEADER = 12

type Counts = Record<number, { questions: number; answers: number }>

class DnsByVni implements PacketAnalyzer<Counts> {
  readonly #counts: Counts = {}

  observe(_: PacketInfo, { vni, innerView, innerIp, innerTransport, innerEnd }: Layers): void {
    if (innerIp.protocol !== Protocol.Udp || innerTransport === NONE) return
    const [from, to] = [udp.sourcePort(innerView, innerTransport), udp.destinationPort(innerView, innerTransport)]
    const dns = innerTransport + udp.LENGTH
    if ((from !== DNS_PORT && to !== DNS_PORT) || dns + DNS_HEADER > innerEnd) return
    this.#counts[vni] ??= { questions: 0, answers: 0 }
    // The QR bit of the header (RFC 1035 §4.1.1).
    this.#counts[vni][innerView.getUint8(dns + 2) >= 0x80 ? 'answers' : 'questions']++
  }

  finish(): Counts {
    return this.#counts
  }
}

const { vnis, extra } = await summarizeFiles(process.argv.slice(2), { analyzers: { dns: new DnsByVni() } })
for (const { vni, packets } of vnis) {
  const { questions, answers } = extra.dns[vni] ?? { questions: 0, answers: 0 }
  console.log(`VNI ${vni}: ${packets} packets, ${questions} DNS questions, ${answers} answers`)
}
