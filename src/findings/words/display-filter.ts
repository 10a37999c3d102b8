/** Pieces of Wireshark display filters, valid in tshark 4.0 with default preferences. */

import type { TunnelKind } from '../../summary.ts'

/** Which tunnel headers are meant: kind, UDP destination port, and VNI where one is meant. */
export interface Tunnel {
  kind: TunnelKind
  /** 0 for a kind without ports. */
  port: number
  vni?: number
  /** How many VLAN tags its inner frames have, each number that occurs; none where nothing is said. */
  tags?: readonly number[]
}

/** Ports whose tunnel Wireshark takes apart by itself. */
const DISSECTED: Readonly<Record<string, number>> = { vxlan: 4789, 'vxlan-gpe': 4790, geneve: 6081 }

/** Whether Wireshark takes this tunnel apart without being told, so that `vxlan.*` and inner fields exist. */
export function isDissected({ kind, port }: Tunnel): boolean {
  return kind === 'nvgre' || DISSECTED[kind] === port
}

/** Selects a tunnel, and one VNI of it: by field where Wireshark knows the port, by payload bytes elsewhere. */
export function tunnel(which: Tunnel): string {
  const { kind, port, vni } = which
  if (kind === 'nvgre') return nvgre(vni)
  if (isDissected(which)) {
    const field = kind === 'geneve' ? 'geneve' : 'vxlan'
    return vni === undefined ? field : `${field}.vni == ${vni}`
  }
  if (vni === undefined) return `udp.dstport == ${port}`
  return `udp.dstport == ${port} && udp.payload[4:3] == ${hexBytes(vni, 3)}`
}

/** The tunnels of several, whatever VNI they carry, as one condition among others. */
export function anyTunnel(tunnels: readonly Tunnel[]): string {
  return oneOf(...new Set(tunnels.map(({ kind, port }) => tunnel({ kind, port }))))
}

/** NVGRE, and one virtual subnet of it: the key without the flow id in its last byte (RFC 7637 §3.2). */
function nvgre(vsid: number | undefined): string {
  if (vsid === undefined) return 'gre.proto == 0x6558 && gre.key'
  return `gre.proto == 0x6558 && gre.key >= ${vsid * 256} && gre.key <= ${vsid * 256 + 255}`
}

/** `ip` or `ipv6`, as the address is. */
export function family(address: string): 'ip' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ip'
}

/** Packets between two addresses, either way. */
export function between(a: string, b: string): string {
  return `${family(a)}.addr == ${a} && ${family(b)}.addr == ${b}`
}

/** Packets from one address to another. */
export function fromTo(from: string, to: string): string {
  return `${family(from)}.src == ${from} && ${family(to)}.dst == ${to}`
}

/** All of the conditions. */
export function and(...conditions: string[]): string {
  return conditions.filter((condition) => condition !== '').join(' && ')
}

/** Any of the conditions, each once: two kinds of tunnel may be selected alike. */
export function or(...conditions: string[]): string {
  const each = [...new Set(conditions)]
  return each.length === 1 ? each[0]! : each.map((condition) => `(${condition})`).join(' || ')
}

/** Any of the conditions, as one condition among others. */
export function oneOf(...conditions: string[]): string {
  return new Set(conditions).size === 1 ? conditions[0]! : `(${or(...conditions)})`
}

/** Which checksums a filter asks about. */
const CHECKSUMS = { outer: ['ip', 'udp'], inner: ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'] } as const

/**
 * Packets with a checksum that Wireshark finds bad. It verifies most of them only when told to (Preferences, Protocols), so those
 * that it did not verify are selected as well.
 */
export function notVerified(which: keyof typeof CHECKSUMS): string {
  const conditions = CHECKSUMS[which].map((protocol) => `${protocol}.checksum.status in {0, 2}`)
  return `(${conditions.join(' || ')})`
}

/** Hexadecimal bytes as Wireshark writes them: `88:a8`. */
export function hexBytes(value: number, length: number): string {
  return Array.from({ length }, (_, index) =>
    ((value >>> (8 * (length - 1 - index))) & 0xff).toString(16).padStart(2, '0'),
  ).join(':')
}
