/** Why a capture shows no tunnel packet, and what to try: the report of an engineer who captured in the wrong place. */
import type { Summary } from '../summary.ts'
import { integer, plural } from './number.ts'
import { faultWords, filterWords, listed, printable } from './words.ts'

/** A reason and the steps that follow from it, most promising first. */
export interface Explanation {
  why: string
  tries: string[]
}

const TUNNEL_LAYERS = new Set(['vxlan', 'vxlan-gbp', 'vxlan-gpe', 'gpe', 'geneve'])
const PORTS_NAMED = 5

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
  if (tunnel.fragments.others > 0 && tunnel.fragments.firsts === 0) return onlyLaterFragments(summary)
  return otherTraffic(summary)
}

function noPacket({ capture }: Summary): Explanation {
  const several = capture.files.length > 1
  return {
    why: several ? 'The captures hold file headers but no packets.' : 'The capture holds a file header but no packets.',
    tries: [
      'Was traffic flowing, and on this interface? List the interfaces with "tcpdump -D" and capture on the underlay NIC that carries the VTEP address.',
      'A capture filter can keep everything out: capture again without one, or with "udp port 4789 or udp port 8472".',
      'tcpdump writes in blocks: use -U, or stop it with Ctrl-C instead of kill -9.',
    ],
  }
}

function filteredOut(summary: Summary): Explanation {
  return {
    why: `${plural(tunnelPackets(summary), 'tunnel packet')}, but none is of ${filterWords(summary.filter) || 'a known VNI'}.`,
    tries: ['Leave out --vni and --vtep to see which VNIs and VTEPs there are.'],
  }
}

function unknownLinkType({ capture }: Summary): Explanation {
  const types = [...new Set(capture.files.flatMap((file) => file.linkTypes))].map(printable)
  return {
    why: `No packet can be read: link type ${types.length > 0 ? `${listed(types)} ` : ''}is not one that this program reads.`,
    tries: [linkAdvice(types)],
  }
}

/** How to come to a capture that can be read, by what the link type is of. */
function linkAdvice(types: readonly string[]): string {
  const is = (pattern: RegExp): boolean => types.some((type) => pattern.test(type))
  if (is(/^IEEE802_11|^PPI$|^PRISM/)) {
    return 'This is Wi-Fi in monitor mode: capture in managed mode, where the adapter hands out Ethernet, or on the wire behind the access point.'
  }
  if (is(/^DSA_TAG/)) {
    return "This is the port of an Ethernet switch with a tag of its maker: capture on one of the switch's user ports (lan0, swp1 ...), where the tag is taken off."
  }
  if (is(/^JUNIPER_|^ERF|^NETANALYZER|^DOCSIS|^EPON/)) {
    return 'The capturing device puts a header of its own in front: convert the file to Ethernet (editcap -T ether with -C to cut that header), or mirror the port.'
  }
  if (is(/^PKTAP$/)) return 'This is macOS\'s PKTAP: capture on one interface by name, as in "tcpdump -i en0".'
  if (is(/^USER\d+$/)) {
    return 'USER0 to USER15 mean whatever their writer decided: convert the file to what its records really are, as in "editcap -T ether".'
  }
  if (is(/^USB|^BLUETOOTH|^CAN|^IEEE802_15_4|^Z_?WAVE|^NETLINK$|^DBUS$|^I2C|^LIN$|^FLEXRAY$/)) {
    return 'This is no network interface that IP runs over: capture on the underlay NIC that carries the VTEP address.'
  }
  return 'Capture on an Ethernet interface, or with "tcpdump -i any", which writes LINUX_SLL or LINUX_SLL2.'
}

function snapLength({ capture }: Summary, cut: number): Explanation {
  const who =
    cut >= capture.packets ? 'Every packet was' : `${integer(cut)} of ${plural(capture.packets, 'packet')} were`
  return {
    why: `${who} cut off by the snap length before a tunnel header could be seen.`,
    tries: ['Capture again with "tcpdump -s 0" for whole packets, or at least -s 128 for the headers.'],
  }
}

function brokenHeaders(broken: Summary['tunnel']['faults']): Explanation {
  const packets = broken.reduce((total, fault) => total + fault.packets, 0)
  const reasons = [...new Set(broken.map(({ fault }) => faultWords(fault)))]
  if (broken.every(({ fault }) => fault === 'NotATunnel')) {
    return {
      why: `${plural(packets, 'datagram')} on a tunnel port, but ${packets === 1 ? 'it belongs' : 'they belong'} to another program.`,
      tries: ['NOT_A_TUNNEL below says which. For the tunnel, capture between two VTEPs.'],
    }
  }
  return {
    why: `${plural(packets, 'datagram')} on a tunnel port, none with a valid tunnel header: ${listed(reasons)}.`,
    tries: [
      'Something else may be using the port: look at the first of these packets (its number is under "Packets not read to the end").',
      'If the sender means it as VXLAN, its implementation is at fault: RFC 7348 §5 requires the I flag.',
    ],
  }
}

function onlyLaterFragments({ tunnel }: Summary): Explanation {
  return {
    why: `${plural(tunnel.fragments.others, 'IP fragment')} without a first fragment: only a first fragment names the UDP port.`,
    tries: [
      'A capture filter on the UDP port misses later fragments, and one on "ip[6:2] & 0x1fff != 0" the first: capture by host address instead.',
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
      : 'add --port <n>; known already are 4789 and 8472 (VXLAN), 4790 (GPE) and 6081 (Geneve).'
  }`
  const byInterface =
    'This may be the traffic inside the tunnel, from a guest, a tap or a bridge: capture on the underlay NIC that carries the VTEP address.'
  const elsewhere =
    'The tunnel may leave by another interface: ask the routing table with "ip route get <remote VTEP>", or capture with "tcpdump -i any".'
  const { packets } = summary.capture
  const none =
    packets === 1
      ? 'The only packet is not a tunnel packet'
      : `None of the ${integer(packets)} packets is a tunnel packet`
  return {
    why: seen.length > 0 ? `${none}; "Other traffic" below says what there is.` : `${none}.`,
    tries: udp ? [byPort, byInterface, elsewhere] : [byInterface, elsewhere],
  }
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
