/** Why a capture shows no tunnel packet, and what to try: the report of an engineer who captured in the wrong place. */
import { insideOf, isEncryption } from '../findings/behaviour/underlay-encrypted.ts'
import type { Summary } from '../summary.ts'
import { integer, plural } from './number.ts'
import { printable } from './printable.ts'
import { faultWords, filterWords, listed } from './words.ts'

/** A reason and the steps that follow from it, most promising first. */
export interface Explanation {
  why: string
  tries: string[]
}

const TUNNEL_LAYERS = new Set(['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'gpe', 'geneve'])
const PORTS_NAMED = 5
const PROTOCOLS_NAMED = 3

/** Valid tunnel packets of every kind; filters do not touch it. */
function tunnelPackets(summary: Summary): number {
  const { vxlanPackets, gpePackets, genevePackets, nvgrePackets } = summary.tunnel
  return vxlanPackets + gpePackets + genevePackets + nvgrePackets
}

/** Says why no tunnel packet is in the report. Call it only when there is none, or none that the filter keeps. */
export function explainNoTunnel(summary: Summary): Explanation {
  const { capture, tunnel } = summary
  if (capture.packets === 0) return noPacket(summary)
  if (tunnelPackets(summary) > 0) return filteredOut(summary)

  const unknownLink = sum(summary, ({ fault }) => fault === 'UnknownLinkType')
  if (unknownLink * 2 > capture.packets) return unknownLinkType(summary)
  const cut = sum(summary, ({ fault }) => fault === 'NotCaptured')
  if (cut * 2 > capture.packets) return snapLength(summary, cut)
  const broken = tunnel.faults.filter(({ layer, fault }) => TUNNEL_LAYERS.has(layer) && fault !== 'NotCaptured')
  if (broken.length > 0) return brokenHeaders(broken)
  const encrypted = tunnel.other.filter(({ protocol }) => isEncryption(protocol))
  if (encrypted.length > 0) return encryptedTraffic(summary, encrypted)
  if (tunnel.fragments.others > 0 && tunnel.fragments.firsts === 0) return onlyLaterFragments(summary)
  return otherTraffic(summary)
}

function noPacket({ capture }: Summary): Explanation {
  const several = capture.files.length > 1
  return {
    why: several
      ? 'The captures contain file headers but no packets.'
      : 'The capture contains a file header but no packets.',
    tries: [
      'Was traffic flowing, and on this interface? List the interfaces with "tcpdump -D" and capture on the underlay NIC that carries the VTEP address.',
      'A capture filter may have excluded everything: capture again without one, or with "udp port 4789 or udp port 8472".',
      'tcpdump writes in blocks: use -U, or stop it with Ctrl-C instead of kill -9.',
    ],
  }
}

function filteredOut(summary: Summary): Explanation {
  return {
    why: `${plural(tunnelPackets(summary), 'tunnel packet')}, but none of ${filterWords(summary.filter) || 'a known VNI'}.`,
    tries: ['Omit --vni and --vtep to list the VNIs and VTEPs in the capture.'],
  }
}

function unknownLinkType({ capture }: Summary): Explanation {
  const types = [...new Set(capture.files.flatMap((file) => file.linkTypes))].map(printable)
  return {
    why: `No packet can be read: link type ${types.length > 0 ? `${listed(types)} ` : ''}is not supported.`,
    tries: [linkAdvice(types)],
  }
}

/** How to come to a capture that can be read, by what the link type is of. */
function linkAdvice(types: readonly string[]): string {
  const is = (pattern: RegExp): boolean => types.some((type) => pattern.test(type))
  if (is(/^IEEE802_11|^PPI$|^PRISM/)) {
    return 'This is Wi-Fi in monitor mode: capture in managed mode, where the adapter delivers Ethernet, or on the wire behind the access point.'
  }
  if (is(/^DSA_TAG/)) {
    return 'This is the CPU port of an Ethernet switch, with a vendor tag (DSA): capture on a user port of the switch (lan0, swp1 ...), where the tag is removed.'
  }
  if (is(/^JUNIPER_|^ERF|^NETANALYZER|^DOCSIS|^EPON/)) {
    return 'The capturing device adds a header of its own: convert the file to Ethernet (editcap -T ether with -C to cut that header), or mirror the port.'
  }
  if (is(/^PKTAP$/)) return 'This is macOS\'s PKTAP: capture on one interface by name, as in "tcpdump -i en0".'
  if (is(/^USER\d+$/)) {
    return 'USER0 to USER15 are private link types: convert the file to its real link type, as in "editcap -T ether".'
  }
  if (is(/^USB|^BLUETOOTH|^CAN|^IEEE802_15_4|^Z_?WAVE|^NETLINK$|^DBUS$|^I2C|^LIN$|^FLEXRAY$/)) {
    return 'This interface does not carry IP: capture on the underlay NIC that carries the VTEP address.'
  }
  return 'Capture on an Ethernet interface, or with "tcpdump -i any", which writes LINUX_SLL or LINUX_SLL2.'
}

function snapLength({ capture }: Summary, cut: number): Explanation {
  const who =
    cut >= capture.packets ? 'Every packet was' : `${integer(cut)} of ${plural(capture.packets, 'packet')} were`
  return {
    why: `${who} truncated by the snap length before the tunnel header.`,
    tries: ['Capture again with "tcpdump -s 0" for whole packets, or at least -s 128 for the headers.'],
  }
}

function brokenHeaders(broken: Summary['tunnel']['faults']): Explanation {
  const packets = broken.reduce((total, fault) => total + fault.packets, 0)
  const reasons = [...new Set(broken.map(({ fault }) => faultWords(fault)))]
  if (broken.every(({ fault }) => fault === 'NotATunnel')) {
    return {
      why: `${plural(packets, 'datagram')} on a tunnel port, but ${packets === 1 ? 'it belongs' : 'they belong'} to another program.`,
      tries: ['See NOT_A_TUNNEL below. To see a tunnel, capture between two VTEPs.'],
    }
  }
  return {
    why: `${plural(packets, 'datagram')} on a tunnel port, none with a valid tunnel header: ${listed(reasons)}.`,
    tries: [
      'Another program may be using the port: look at the first of these packets (its number is under "Packets not read to the end").',
      'If the sender is a VTEP, its implementation is at fault: RFC 7348 §5 requires the I flag.',
    ],
  }
}

function encryptedTraffic(summary: Summary, encrypted: Summary['tunnel']['other']): Explanation {
  const { why, tries } = otherTraffic(summary)
  const isTold = summary.findings.some(({ code }) => code === 'UNDERLAY_ENCRYPTED')
  if (isTold) return { why, tries: ['Capture inside the encryption: UNDERLAY_ENCRYPTED below says how.'] }
  return { why, tries: [...insideOf(encrypted.map(({ protocol }) => protocol).filter(isEncryption)), ...tries] }
}

function onlyLaterFragments({ tunnel }: Summary): Explanation {
  return {
    why: `${plural(tunnel.fragments.others, 'IP fragment')} without a first fragment: only first fragments carry the UDP ports.`,
    tries: [
      'A capture filter for later fragments alone ("ip[6:2] & 0x1fff != 0") drops the first ones: capture by host address instead.',
    ],
  }
}

function otherTraffic(summary: Summary): Explanation {
  const seen = summary.tunnel.other.map(({ protocol }) => protocol)
  const ports = foreignPorts(summary)
  const udp = ports.length > 0 || seen.some((protocol) => protocol.startsWith('UDP')) || seen.length === 0
  const byPort = `A tunnel on another UDP port: ${
    ports.length > 0
      ? `add --port ${ports[0]} (UDP ports seen: ${ports.slice(0, PORTS_NAMED).join(', ')}${ports.length > PORTS_NAMED ? ', …' : ''}).`
      : 'add --port <n>; known are 4789 and 8472 (VXLAN), 4790 (GPE) and 6081 (Geneve).'
  }`
  const byInterface =
    'This may be the traffic inside the tunnel, from a guest, a tap or a bridge: capture on the underlay NIC that carries the VTEP address.'
  const elsewhere =
    'The tunnel may use another interface: check the route with "ip route get <remote VTEP>", or capture with "tcpdump -i any".'
  const { packets } = summary.capture
  const none =
    packets === 1
      ? 'The only packet is not a tunnel packet'
      : `None of the ${integer(packets)} packets is a tunnel packet`
  return {
    why: seen.length > 0 ? `${none}: ${mostSeen(summary)}.` : `${none}.`,
    tries: udp ? [byPort, byInterface, elsewhere] : [byInterface, elsewhere],
  }
}

/** What there is instead, the most of it: `38 TCP, 2 ARP and 4 others`. */
function mostSeen({ tunnel }: Summary): string {
  const rows = [...tunnel.other].sort((left, right) => right.packets - left.packets)
  const named = rows.slice(0, PROTOCOLS_NAMED)
  const rest = rows.slice(PROTOCOLS_NAMED).reduce((total, { packets }) => total + packets, 0)
  const parts = named.map(({ protocol, packets }) => `${integer(packets)} ${printable(protocol)}`)
  return listed(rest > 0 ? [...parts, `${integer(rest)} other`] : parts)
}

/** UDP ports that a finding or the list of other traffic names, the likeliest first. */
function foreignPorts(summary: Summary): number[] {
  const ports = new Set<number>()
  for (const { code, subject } of summary.findings) {
    if (code === 'UNKNOWN_TUNNEL_PORT' && subject.port !== undefined) ports.add(subject.port)
  }
  const named = summary.tunnel.other
    .map(({ protocol, packets }) => ({ port: Number(/^UDP (?:port )?(\d+)$/.exec(protocol)?.[1]), packets }))
    .filter(({ port }) => Number.isInteger(port))
    .sort((x, y) => y.packets - x.packets)
  for (const { port } of named) ports.add(port)
  return [...ports]
}

function sum(summary: Summary, which: (fault: Summary['tunnel']['faults'][number]) => boolean): number {
  return summary.tunnel.faults.reduce((total, fault) => total + (which(fault) ? fault.packets : 0), 0)
}
