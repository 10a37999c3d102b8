/** UNDERLAY_ENCRYPTED: the capture was made outside an encryption that may hold the tunnel. */

import { amount, type Words } from '../finding.ts'
import { or } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'
import { listed } from '../words/list.ts'

/** Encryptions that are told by their headers. */
export type Encryption = 'ESP' | 'ESP in UDP' | 'MACsec, encrypted' | 'WireGuard'

/** What is encrypted in a capture without a tunnel packet. */
export interface UnderlayEncrypted {
  /** Packets of each encryption, most first. */
  by: { encryption: Encryption; packets: number }[]
  /** Packets in all. */
  packets: number
}

/** Name in a sentence, Wireshark's filter, and the capture point inside. */
const SAID: Readonly<Record<Encryption, { name: string; filter: string; inside: string }>> = {
  ESP: { name: 'IPsec ESP', filter: 'esp', inside: 'ipsec' },
  'ESP in UDP': { name: 'IPsec ESP in UDP', filter: 'udpencap', inside: 'ipsec' },
  'MACsec, encrypted': { name: 'encrypted MACsec', filter: 'macsec', inside: 'macsec' },
  WireGuard: { name: 'WireGuard', filter: 'wg', inside: 'wireguard' },
}

const INSIDE: Readonly<Record<string, string>> = {
  ipsec:
    'IPsec with an interface of its own (xfrm, vti, ipsec0): capture on that interface. IPsec by policy on the VTEP: copy the datagrams before they are encrypted and after they are decrypted with "iptables -A OUTPUT -p udp --dport 4789 -j NFLOG --nflog-group 5", the same for INPUT, and "tcpdump -i nflog:5 -w inside.pcap".',
  macsec: 'MACsec: capture on the macsec interface of the host (tcpdump -i macsec0), not on the NIC below it.',
  wireguard: 'WireGuard: capture on its interface (tcpdump -i wg0), not on the NIC below it.',
}

export const underlayEncrypted: Words<UnderlayEncrypted> = {
  code: 'UNDERLAY_ENCRYPTED',
  severity: 'note',
  meaning: 'The capture holds encrypted packets and no tunnel packet: a tunnel inside the encryption cannot be seen.',
  advice: 'Capture inside the encryption: on the xfrm, macsec or WireGuard interface, or with NFLOG before IPsec.',
  evidence:
    'No tunnel packet, and at least half of the packets are ESP (also in UDP port 4500), encrypted MACsec or WireGuard, told by their headers.',
  title: ({ count, facts }) =>
    `${share(count, facts)} encrypted (${names(facts)}): a tunnel inside cannot be seen here`,
  observed: ({ count, facts }) =>
    `${share(count, facts)} encrypted${
      facts.by.length === 1
        ? ` (${names(facts)})`
        : `: ${listed(facts.by.map(({ encryption, packets }) => `${grouped(packets)} ${SAID[encryption].name}`))}`
    }; no packet has a tunnel header.`,
  inferred: () =>
    'If VXLAN or Geneve runs between these hosts, it is inside the encryption, and this capture was made outside it.',
  remedy: ({ facts }) => insideOf(facts.by.map(({ encryption }) => encryption)).join(' '),
  displayFilter: ({ facts }) => or(...facts.by.map(({ encryption }) => SAID[encryption].filter)),
}

/** Where to capture so that what these encryptions hide is seen. */
export function insideOf(encryptions: readonly Encryption[]): string[] {
  return [...new Set(encryptions.map((encryption) => INSIDE[SAID[encryption].inside]!))]
}

/** Whether a protocol of the list of other traffic is an encryption. */
export function isEncryption(protocol: string): protocol is Encryption {
  return protocol in SAID
}

function share(count: number, { packets }: UnderlayEncrypted): string {
  return `${grouped(count)} of ${amount(packets, 'packet')} ${count === 1 ? 'is' : 'are'}`
}

function names({ by }: UnderlayEncrypted): string {
  return listed(by.map(({ encryption }) => SAID[encryption].name))
}
