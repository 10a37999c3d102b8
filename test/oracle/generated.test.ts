/**
 * Ten thousand packets made by the builder, written to a capture by the writer, and read three times: by tshark, by the walk of
 * this library and by its codecs. All must say the same, field by field, down to the verdict on every checksum.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PcapWriter } from '../../src/capture/formats/writer.ts'
import { type Built, build, type Part } from '../../src/codecs/build/builder.ts'
import { formatIpv4, formatIpv6, formatMac } from '../../src/codecs/core/address.ts'
import * as checksum from '../../src/codecs/core/checksum.ts'
import { Protocol } from '../../src/codecs/core/protocol.ts'
import * as geneve from '../../src/codecs/headers/geneve.ts'
import * as ipv4 from '../../src/codecs/headers/ipv4.ts'
import * as ipv6 from '../../src/codecs/headers/ipv6.ts'
import * as tcp from '../../src/codecs/headers/tcp.ts'
import { dissect, tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { Layers } from '../../src/codecs/walk/layers.ts'
import { generatedParts } from '../support/generated-packets.ts'
import { Random } from '../support/random.ts'
import { type Piece, takeApart } from '../support/take-apart.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'

const run = promisify(execFile)

const SEED = 20_240_607
const COUNT = 10_000

/** Values of one field in all layers of a packet, outermost first, as tshark prints them. */
type Values = Record<string, string[]>

const hexOf = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`

/** tshark's status of a checksum field: 0 bad (also one that is partial), 1 good, 3 not present, 4 illegal (zero over IPv6). */
const Status = { Bad: '0', Good: '1', Absent: '3', Illegal: '4' } as const

function status(verification: number, six: boolean, verdicts: number[]): string {
  const verdict = checksum.verdictOf(verification)
  verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
  switch (verdict) {
    case checksum.Verdict.Valid:
      return Status.Good
    case checksum.Verdict.Absent:
      return six ? Status.Illegal : Status.Absent
    default:
      return Status.Bad
  }
}

/** The IP header around a transport header. */
interface Ip {
  six: boolean
  at: number
  end: number
}

/** What the codecs say of one packet, in tshark's names and forms. */
function ours(bytes: Uint8Array, pieces: readonly Piece[], verdicts: number[] = []): Values {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const values: Values = {}
  const say = (field: string, value: string | number): void => {
    values[field] ??= []
    values[field].push(String(value))
  }
  const judge = (verification: number, six: boolean): string => status(verification, six, verdicts)
  let type = 0
  let ip: Ip = { six: false, at: 0, end: 0 }
  const pseudo = (at: number, protocol: number): number => {
    const length = ip.end - at
    return ip.six
      ? checksum.pseudoHeaderSum6(view, ip.at + ipv6.SOURCE, ip.at + ipv6.DESTINATION, protocol, length)
      : checksum.pseudoHeaderSum4(ipv4.source(view, ip.at), ipv4.destination(view, ip.at), protocol, length)
  }
  for (const { at, part } of pieces) {
    switch (part.layer) {
      case 'ethernet':
        say('eth.dst', formatMac(part.destination as number))
        say('eth.src', formatMac(part.source as number))
        say('eth.type', hexOf(part.etherType!, 4))
        type = part.etherType!
        break
      case 'dot1q': {
        const name = type === 0x88a8 ? 'ieee8021ad' : 'vlan'
        say(`${name}.id`, part.vlanId)
        say(`${name}.priority`, part.priority!)
        say(`${name}.dei`, part.dropEligible!)
        type = part.etherType!
        break
      }
      case 'arp':
        say('arp.opcode', part.operation!)
        say('arp.src.hw_mac', formatMac(part.senderHardware as number))
        say('arp.src.proto_ipv4', formatIpv4(part.senderProtocol as number))
        say('arp.dst.hw_mac', formatMac(part.targetHardware as number))
        say('arp.dst.proto_ipv4', formatIpv4(part.targetProtocol as number))
        break
      case 'ipv4':
        ip = { six: false, at, end: at + part.totalLength! }
        say('ip.src', formatIpv4(part.source as number))
        say('ip.dst', formatIpv4(part.destination as number))
        say('ip.hdr_len', part.headerLength!)
        say('ip.dsfield.dscp', part.dscp!)
        say('ip.dsfield.ecn', part.ecn!)
        say('ip.len', part.totalLength!)
        say('ip.id', hexOf(part.identification!, 4))
        say('ip.flags', hexOf(part.flags!, 2))
        say('ip.frag_offset', part.fragmentOffset!)
        say('ip.ttl', part.timeToLive!)
        say('ip.proto', part.protocol!)
        say('ip.checksum', hexOf(part.checksum!, 4))
        say('ip.checksum.status', judge(checksum.verifyIpv4Header(view, at, part.headerLength!), false))
        break
      case 'ipv6':
        ip = { six: true, at, end: at + ipv6.LENGTH + part.payloadLength! }
        say('ipv6.src', formatIpv6(part.source as Uint8Array))
        say('ipv6.dst', formatIpv6(part.destination as Uint8Array))
        say('ipv6.tclass.dscp', part.dscp!)
        say('ipv6.tclass.ecn', part.ecn!)
        say('ipv6.flow', hexOf(part.flowLabel!, 6))
        say('ipv6.plen', part.payloadLength!)
        say('ipv6.nxt', part.nextHeader!)
        say('ipv6.hlim', part.hopLimit!)
        break
      case 'hopByHop':
        say('ipv6.hopopts.nxt', part.nextHeader!)
        break
      case 'destinationOptions':
        say('ipv6.dstopts.nxt', part.nextHeader!)
        say('ipv6.dstopts.len_oct', part.headerLength!)
        break
      case 'udp':
        say('udp.srcport', part.sourcePort!)
        say('udp.dstport', part.destinationPort!)
        say('udp.length', part.length!)
        say('udp.checksum', hexOf(part.checksum!, 4))
        say('udp.checksum.status', judge(checksum.verifyUdp(view, at, ip.end, pseudo(at, Protocol.Udp)), ip.six))
        break
      case 'tcp':
        say('tcp.srcport', part.sourcePort)
        say('tcp.dstport', part.destinationPort)
        say('tcp.seq_raw', part.sequence!)
        say('tcp.ack_raw', part.acknowledgment!)
        say('tcp.hdr_len', part.headerLength!)
        say('tcp.flags', hexOf((part.reserved! << 8) | part.flags!, 4))
        say('tcp.window_size_value', part.window!)
        say('tcp.urgent_pointer', part.urgentPointer!)
        say('tcp.checksum', hexOf(part.checksum!, 4))
        say('tcp.checksum.status', judge(checksum.verifyTcp(view, at, ip.end, pseudo(at, Protocol.Tcp)), ip.six))
        for (const [field, value] of [
          ['tcp.options.mss_val', tcp.maximumSegmentSize(view, at, ip.end)],
          ['tcp.options.wscale.shift', tcp.windowScale(view, at, ip.end)],
        ] as const) {
          if (value >= 0) say(field, value)
        }
        if (tcp.timestamps(view, at, ip.end) >= 0) {
          say('tcp.options.timestamp.tsval', tcp.timestampValue(view, tcp.timestamps(view, at, ip.end)))
        }
        break
      case 'icmp':
        say('icmp.type', part.type)
        say('icmp.code', part.code!)
        say('icmp.checksum', hexOf(part.checksum!, 4))
        say('icmp.checksum.status', judge(checksum.verifyIcmp(view, at, ip.end), false))
        break
      case 'icmpv6':
        say('icmpv6.type', part.type)
        say('icmpv6.code', part.code!)
        say('icmpv6.checksum', hexOf(part.checksum!, 4))
        say('icmpv6.checksum.status', judge(checksum.verifyIcmpv6(view, at, ip.end, pseudo(at, Protocol.IcmpV6)), true))
        if (part.type === 128) say('icmpv6.echo.identifier', hexOf(part.rest! >>> 16, 4))
        break
      case 'neighbor': {
        const solicits = view.getUint8(at - 8) === 135
        say(`icmpv6.nd.${solicits ? 'ns' : 'na'}.target_address`, formatIpv6(part.target as Uint8Array))
        for (const { data } of part.options ?? []) {
          say('icmpv6.opt.linkaddr', [...data].map((byte) => byte.toString(16).padStart(2, '0')).join(':'))
        }
        break
      }
      case 'vxlan':
        say('vxlan.flags', hexOf((part.flags! << 8) | (part.reserved1! >>> 16), 4))
        say('vxlan.gbp', part.reserved1! & 0xffff)
        say('vxlan.vni', part.vni)
        say('vxlan.reserved8', part.reserved2!)
        break
      case 'vxlanGbp':
        say('vxlan.flags', hexOf((part.flags! << 8) | part.policyFlags!, 4))
        say('vxlan.gbp', part.policyId!)
        say('vxlan.vni', part.vni)
        say('vxlan.reserved8', part.reserved!)
        break
      case 'vxlanGpe':
        say('vxlan.flags', hexOf(part.flags!, 2))
        say('vxlan.next_proto', part.nextProtocol!)
        say('vxlan.vni', part.vni)
        say('vxlan.reserved8', part.reserved3!)
        break
      case 'geneve':
        say('geneve.version', part.version!)
        say('geneve.flags.oam', (part.flags! & geneve.FLAG_O) === 0 ? 0 : 1)
        say('geneve.flags.critical', part.flags! & geneve.FLAG_C)
        say('geneve.proto_type', hexOf(part.protocolType!, 4))
        say('geneve.vni', hexOf(part.vni, 6))
        // tshark has one name for the length of all options and of each.
        say('geneve.option.length', part.optionsLength!)
        for (const option of geneve.options(view, at)) {
          say('geneve.option.class', hexOf(option.class, 4))
          say('geneve.option.type', hexOf(option.type, 2))
          say('geneve.option.length', 4 + option.data.length)
        }
        break
    }
  }
  return values
}

const FIELDS = [
  'eth.dst',
  'eth.src',
  'eth.type',
  'vlan.id',
  'vlan.priority',
  'vlan.dei',
  'ieee8021ad.id',
  'ieee8021ad.priority',
  'ieee8021ad.dei',
  'arp.opcode',
  'arp.src.hw_mac',
  'arp.src.proto_ipv4',
  'arp.dst.hw_mac',
  'arp.dst.proto_ipv4',
  'ip.src',
  'ip.dst',
  'ip.hdr_len',
  'ip.dsfield.dscp',
  'ip.dsfield.ecn',
  'ip.len',
  'ip.id',
  'ip.flags',
  'ip.frag_offset',
  'ip.ttl',
  'ip.proto',
  'ip.checksum',
  'ip.checksum.status',
  'ipv6.src',
  'ipv6.dst',
  'ipv6.tclass.dscp',
  'ipv6.tclass.ecn',
  'ipv6.flow',
  'ipv6.plen',
  'ipv6.nxt',
  'ipv6.hlim',
  'ipv6.hopopts.nxt',
  'ipv6.dstopts.nxt',
  'ipv6.dstopts.len_oct',
  'udp.srcport',
  'udp.dstport',
  'udp.length',
  'udp.checksum',
  'udp.checksum.status',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.hdr_len',
  'tcp.flags',
  'tcp.window_size_value',
  'tcp.urgent_pointer',
  'tcp.checksum',
  'tcp.checksum.status',
  'tcp.options.mss_val',
  'tcp.options.wscale.shift',
  'tcp.options.timestamp.tsval',
  'icmp.type',
  'icmp.code',
  'icmp.checksum',
  'icmp.checksum.status',
  'icmpv6.type',
  'icmpv6.code',
  'icmpv6.checksum',
  'icmpv6.checksum.status',
  'icmpv6.echo.identifier',
  'icmpv6.nd.ns.target_address',
  'icmpv6.nd.na.target_address',
  'icmpv6.opt.linkaddr',
  'vxlan.flags',
  'vxlan.gbp',
  'vxlan.next_proto',
  'vxlan.vni',
  'vxlan.reserved8',
  'geneve.version',
  'geneve.flags.oam',
  'geneve.flags.critical',
  'geneve.proto_type',
  'geneve.vni',
  'geneve.option.class',
  'geneve.option.type',
  'geneve.option.length',
]

/** Nothing but the headers compared here: a random port must not wake another dissector. */
const PROTOCOLS = [
  ...['frame', 'eth', 'ethertype', 'vlan', 'ieee8021ad', 'arp', 'ip', 'ipv6', 'ipv6.hopopts', 'ipv6.dstopts'],
  ...['udp', 'tcp', 'icmp', 'icmpv6', 'vxlan', 'geneve', 'data'],
]

/** What tshark says of every packet of a capture, all occurrences of each field. */
async function theirs(file: string): Promise<Values[]> {
  const known = await run('tshark', ['-G', 'protocols'], { maxBuffer: 16 << 20 })
  const others = known.stdout
    .split('\n')
    .map((line) => line.split('\t')[2] ?? '')
    .filter((name) => name !== '' && !PROTOCOLS.includes(name))
  const preferences = [
    ...['ip', 'udp', 'tcp'].map((name) => `${name}.check_checksum:TRUE`),
    // A bit of IPv4's flags that some read as another protocol's (RFC 3514), fragments, and conversations are not at issue.
    ...['ip.security_flag:FALSE', 'ip.defragment:FALSE', 'tcp.analyze_sequence_numbers:FALSE'],
    ...['tcp.relative_sequence_numbers:FALSE', 'tcp.desegment_tcp_streams:FALSE'],
  ]
  const { stdout } = await run(
    'tshark',
    [
      ...['-n', '-r', file, '-d', 'udp.port==8472,vxlan'],
      ...others.flatMap((name) => ['--disable-protocol', name]),
      ...preferences.flatMap((preference) => ['-o', preference]),
      ...['-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=a', '-E', 'aggregator=,'],
      ...FIELDS.flatMap((field) => ['-e', field]),
    ],
    { maxBuffer: 256 << 20 },
  )
  const lines = stdout.split('\n')
  lines.pop()
  return lines.map((line) => {
    const columns = line.split('\t')
    const values: Values = {}
    for (const [i, field] of FIELDS.entries()) {
      const column = columns[i] ?? ''
      if (column !== '') values[field] = column.split(',')
    }
    return values
  })
}

/**
 * The same packet as its sending host would show it when the network card computes the innermost checksum: the field holds
 * the sum of the pseudo header alone, and outer checksums count that.
 */
function unfinished(parts: readonly Part[]): Built {
  const whole = build(parts)
  const i = parts.findLastIndex(({ layer }) => layer === 'tcp' || layer === 'udp')
  const ip = parts.findLastIndex(({ layer }, at) => at < i && (layer === 'ipv4' || layer === 'ipv6'))
  if (ip < 0) return whole
  const view = new DataView(whole.bytes.buffer)
  const at = whole.layers[ip]!.at
  const length = whole.bytes.length - whole.layers[i]!.at
  const protocol = parts[i]!.layer === 'tcp' ? Protocol.Tcp : Protocol.Udp
  const sum =
    parts[ip]!.layer === 'ipv4'
      ? checksum.pseudoHeaderSum4(ipv4.source(view, at), ipv4.destination(view, at), protocol, length)
      : checksum.pseudoHeaderSum6(view, at + ipv6.SOURCE, at + ipv6.DESTINATION, protocol, length)
  return build(parts.map((part, index) => (index === i ? ({ ...part, checksum: sum } as Part) : part)))
}

function generate(): Built[] {
  const random = new Random(SEED)
  return Array.from({ length: COUNT }, () => {
    const parts = generatedParts(random)
    return random.chance(3) && parts.every(({ layer }) => layer !== 'padding') ? unfinished(parts) : build(parts)
  })
}

describe(`${COUNT} generated packets (seed ${SEED})`, () => {
  const packets = generate()
  const pieces = packets.map(({ bytes, linkType }) => takeApart(bytes, bytes.length, linkType))

  it('come apart into the headers they were built of', () => {
    const text = (header: object): string => {
      // Typed arrays print as objects of digits; the order of fields is each module's own.
      const fields = Object.entries(header).map(([name, value]) => [
        name,
        value instanceof Uint8Array ? [...value] : value,
      ])
      return JSON.stringify(fields.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
    }
    for (const [i, { layers }] of packets.entries()) {
      const found = pieces[i]!.map(({ at, part: { layer, ...header } }) => [layer, at, text(header)])
      const built = layers.map(({ layer, at, header }) => [layer, at, text(header)])
      if (JSON.stringify(found) !== JSON.stringify(built)) expect(found, `packet ${i + 1}`).toEqual(built)
    }
  })

  it('are of every kind', () => {
    const counts: Record<string, number> = {}
    for (const { layer } of pieces.flat()) counts[layer] = (counts[layer] ?? 0) + 1
    for (const [layer, least] of Object.entries({
      vxlan: 2000,
      vxlanGbp: 1000,
      vxlanGpe: 1000,
      geneve: 2000,
      dot1q: 5000,
      arp: 500,
      tcp: 2000,
      icmp: 500,
      icmpv6: 500,
      neighbor: 100,
      hopByHop: 500,
      destinationOptions: 500,
      padding: 200,
    })) {
      expect(counts[layer], layer).toBeGreaterThan(least)
    }
    const nested = pieces.filter((list) => list.filter(({ layer }) => /^(vxlan|geneve)/.test(layer)).length > 1)
    expect(nested.length).toBeGreaterThan(200)
  })

  it('are walked to the same headers', () => {
    const layers = new Layers()
    const ports = tunnelPorts()
    for (const [i, { bytes, linkType, layers: built }] of packets.entries()) {
      dissect(layers, new DataView(bytes.buffer), 0, bytes.length, bytes.length, linkType, ports)
      expect(layers.faultCount, `packet ${i + 1}`).toBe(0)
      const tunnel = built.findIndex(({ layer }) => /^(vxlan|geneve)/.test(layer))
      if (tunnel < 0) {
        expect(layers.tunnel).toBe(0)
        continue
      }
      const header = built[tunnel]!.header as { vni: number }
      const udp = built[tunnel - 1]!.header as { sourcePort: number; destinationPort: number; length: number }
      expect([layers.vni, layers.outerSourcePort, layers.outerDestinationPort, layers.innerLength]).toEqual([
        header.vni,
        udp.sourcePort,
        udp.destinationPort,
        udp.length - 8 - built[tunnel]!.length,
      ])
      const isTag = ({ layer }: { layer: string }): boolean => layer === 'dot1q'
      const vlans = (from: number, to: number): number[] =>
        built
          .slice(from, to)
          .filter(isTag)
          .map(({ header }) => (header as { vlanId: number }).vlanId)
      const inner = built.slice(tunnel + 1)
      const innerIp = inner.findIndex(({ layer }) => layer === 'ipv4' || layer === 'ipv6')
      expect([...layers.outerFrame.vlanIds.subarray(0, layers.outerFrame.tagCount)]).toEqual(vlans(0, tunnel))
      expect([...layers.innerFrame.vlanIds.subarray(0, layers.innerFrame.tagCount)]).toEqual(
        vlans(tunnel + 1, innerIp < 0 ? built.length : tunnel + 1 + innerIp),
      )
      expect(layers.innerIp.at).toBe(innerIp < 0 ? -1 : inner[innerIp]!.at)
      if (innerIp >= 0) {
        const { header, layer } = inner[innerIp]! as {
          header: { totalLength: number; payloadLength: number }
          layer: string
        }
        expect(layers.innerIp.length).toBe(layer === 'ipv4' ? header.totalLength : 40 + header.payloadLength)
      }
    }
  })

  describe.skipIf(TSHARK === undefined)(`held against tshark${becauseOfTshark()}`, () => {
    let folder = ''
    let answers: Values[] = []

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'vxpcap-generated-'))
      const file = join(folder, 'generated.pcap')
      const chunks: Uint8Array[] = []
      const writer = new PcapWriter((chunk) => chunks.push(chunk), { linkType: 1 })
      for (const [i, { bytes }] of packets.entries()) {
        const info = { seconds: i, nanoseconds: 0, at: 0, capturedLength: bytes.length, wireLength: bytes.length }
        writer.write(new DataView(bytes.buffer), info)
      }
      writer.flush()
      writeFileSync(file, Buffer.concat(chunks))
      answers = await theirs(file)
    })

    afterAll(() => {
      if (folder !== '') rmSync(folder, { recursive: true, force: true })
    })

    it('are dissected to the same fields', () => {
      expect(answers.length).toBe(COUNT)
      const unlike: string[] = []
      let compared = 0
      for (const [i, { bytes }] of packets.entries()) {
        const own = ours(bytes, pieces[i]!)
        for (const field of FIELDS) {
          const mine = own[field]?.join(',') ?? ''
          const tsharks = answers[i]![field]?.join(',') ?? ''
          if (mine !== '') compared++
          if (mine !== tsharks && unlike.length < 20) {
            unlike.push(
              `packet ${i + 1}, ${field}: '${mine}' here, '${tsharks}' there (${pieces[i]!.map(({ layer }) => layer)})`,
            )
          }
        }
      }
      expect(unlike).toEqual([])
      expect(compared).toBeGreaterThan(36 * COUNT)
    })

    it('would not be, were one taken for another', () => {
      const swapped = ours(packets[0]!.bytes, pieces[0]!)
      expect(FIELDS.some((field) => swapped[field]?.join(',') !== answers[1]![field]?.join(','))).toBe(true)
    })

    it('had checksums of every verdict', () => {
      const statuses: Record<string, number> = {}
      const verdicts: number[] = []
      for (const [i, { bytes }] of packets.entries()) {
        const own = ours(bytes, pieces[i]!, verdicts)
        for (const name of ['ip', 'udp', 'tcp', 'icmp', 'icmpv6']) {
          for (const value of own[`${name}.checksum.status`] ?? []) {
            const key = `${name} ${value}`
            statuses[key] = (statuses[key] ?? 0) + 1
          }
        }
      }
      for (const key of ['ip 0', 'ip 1', 'udp 0', 'udp 1', 'udp 3', 'udp 4', 'tcp 0', 'tcp 1', 'icmp 0', 'icmp 1']) {
        expect(statuses[key], key).toBeGreaterThan(20)
      }
      expect(statuses['icmpv6 0']).toBeGreaterThan(20)
      for (const [code, name] of checksum.VERDICT_NAMES.entries()) expect(verdicts[code], name).toBeGreaterThan(100)
    })
  })
})
