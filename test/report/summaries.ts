/** Hand-built summaries: the reference lab, a busy capture with everything in it, and the empty one they start from. */
import type { Finding, FlowSummary, Summary } from '../../src/summary.ts'

/** The filter of a summary that nothing was left out of. */
export const NO_FILTER: Summary['filter'] = {
  vnis: [],
  vniRanges: [],
  vteps: [],
  ips: [],
  macs: [],
  from: null,
  to: null,
}

/** A document without a packet in it. */
export function emptySummary(changes: Partial<Summary> = {}): Summary {
  return {
    schema: 'vxpcap.summary/1',
    filter: NO_FILTER,
    capture: {
      files: [
        {
          name: 'empty.pcap',
          format: 'pcap',
          bytes: 24,
          packets: 0,
          firstPacket: 1,
          linkTypes: ['EN10MB'],
          compression: 'none',
        },
      ],
      packets: 0,
      capturedBytes: 0,
      wireBytes: 0,
      firstTime: null,
      lastTime: null,
      truncatedPackets: 0,
      duplicatePackets: 0,
      droppedByCapture: null,
      receivedByCapture: null,
      complete: true,
    },
    tunnel: {
      vxlanPackets: 0,
      gpePackets: 0,
      genevePackets: 0,
      nvgrePackets: 0,
      carriers: [],
      otherPackets: 0,
      fragments: { firsts: 0, others: 0, reassembled: 0, incomplete: 0 },
      other: [],
      faults: [],
    },
    vnisTotal: 0,
    vtepPairsTotal: 0,
    flowsTotal: 0,
    macsTotal: 0,
    vnis: [],
    vtepPairs: [],
    flows: [],
    macs: [],
    mtu: { underlayMtu: null, underlayMtuFrom: null, perPair: [], sizes: [] },
    timeline: { stepMs: 1, start: null, vnis: [] },
    findings: [],
    limits: [],
    ...changes,
  }
}

const FIRST = '2026-11-22T07:16:07.262438000Z'
const LAST = '2026-11-22T07:16:09.374312000Z'

/** Nine pings and an ARP exchange between the two Open vSwitch hosts of the reference lab. */
export function labSummary(changes: Partial<Summary> = {}): Summary {
  const base = emptySummary()
  return {
    ...base,
    capture: {
      ...base.capture,
      files: [
        {
          name: 'seed-ovs-h1.pcap',
          format: 'pcap',
          bytes: 3640,
          packets: 26,
          firstPacket: 1,
          linkTypes: ['EN10MB'],
          compression: 'none',
        },
      ],
      packets: 26,
      capturedBytes: 3200,
      wireBytes: 3200,
      firstTime: FIRST,
      lastTime: LAST,
    },
    tunnel: { ...base.tunnel, vxlanPackets: 22, otherPackets: 4, other: [{ protocol: 'ARP', packets: 4 }] },
    vnisTotal: 1,
    vtepPairsTotal: 1,
    flowsTotal: 2,
    macsTotal: 2,
    vnis: [
      {
        vni: 0,
        kind: 'vxlan',
        packets: 22,
        innerBytes: 1932,
        outerBytes: 3032,
        overheadBytes: 1100,
        overheadPercent: 36.28,
        vteps: ['10.0.10.133', '10.0.10.136'],
        macs: 3,
        flows: 4,
        broadcastPackets: 2,
        multicastPackets: 0,
        replicatedPackets: 0,
        maxInnerIpLength: 84,
      },
    ],
    vtepPairs: [
      {
        a: '10.0.10.133',
        b: '10.0.10.136',
        vnis: [0],
        packetsAToB: 11,
        packetsBToA: 11,
        outerBytesAToB: 1516,
        outerBytesBToA: 1516,
        destinationPorts: [4789],
        sourcePortsAToB: 3,
        sourcePortsBToA: 3,
        maxOuterIpLength: 134,
      },
    ],
    flows: [
      pings('192.168.199.1', '192.168.199.2', 5, { min: 189.708, avg: 601.477, max: 1020.608 }),
      pings('192.168.199.2', '192.168.199.20', 4, { min: 0.657, avg: 1.438, max: 3.595 }),
    ],
    macs: [
      mac('02:00:c0:a8:c7:01', '10.0.10.133', ['192.168.199.1']),
      mac('52:54:00:e7:30:fc', '10.0.10.133', ['192.168.199.20']),
    ],
    mtu: {
      underlayMtu: null,
      underlayMtuFrom: null,
      perPair: [
        {
          a: '10.0.10.133',
          b: '10.0.10.136',
          overhead: 50,
          largestOuterIpLength: 134,
          pathMtu: null,
          pathMtuFrom: null,
          recommendedInnerMtu: null,
          recommendedMss: null,
          pathMtuBetween: null,
        },
      ],
      sizes: sizes([4, 18]),
    },
    ...changes,
  }
}

const BOUNDS = [128, 256, 512, 1024, 1280, 1400, 1450, 1500, 1600, 2048, 4096, 9216, null]

function sizes(counts: number[]): Summary['mtu']['sizes'] {
  return BOUNDS.map((upTo, index) => ({ upTo, packets: counts[index] ?? 0 }))
}

function pings(a: string, b: string, count: number, rttMs: { min: number; avg: number; max: number }): FlowSummary {
  return {
    vni: 0,
    kind: 'vxlan',
    vlans: [],
    protocol: 'ICMP',
    a,
    aPort: null,
    b,
    bPort: null,
    initiator: 'b',
    vtepsA: ['10.0.10.133'],
    vtepsB: ['10.0.10.136'],
    packetsAToB: count,
    packetsBToA: count,
    innerBytesAToB: 98 * count,
    innerBytesBToA: 98 * count,
    firstTime: FIRST,
    lastTime: LAST,
    echo: { requests: count, replies: count, rttMs },
  }
}

function mac(address: string, vtep: string, ips: string[]): Summary['macs'][number] {
  return {
    vni: 0,
    vlans: [],
    mac: address,
    packets: 11,
    vteps: [{ vtep, packets: 11, firstTime: FIRST, lastTime: LAST }],
    ips,
    ipsTotal: ips.length,
  }
}

/** A finding with every part filled in. */
export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    code: 'ICMP_TOO_BIG',
    severity: 'error',
    title:
      'A router on the way from 10.0.1.101 to 10.0.2.102 takes packets of at most 1,400 bytes, and the tunnel sends larger ones.',
    subject: { vni: 100, vteps: ['10.0.1.101', '10.0.2.102'] },
    count: 12,
    packets: [3, 14, 15, 92, 65, 35, 89, 79, 32, 38],
    observed:
      '12 ICMP messages "fragmentation needed" from 10.0.1.1 name a next-hop MTU of 1,400 for datagrams of up to 1,500 bytes.',
    inferred:
      'The VTEP drops what does not fit and tells the guest nothing, so large transfers in VNI 100 stall while small ones pass.',
    remedy:
      'Set the inner MTU to 1350 and clamp the MSS to 1310 between 10.0.1.101 and 10.0.2.102, or raise the MTU of the path.',
    displayFilter: 'icmp.type == 3 && icmp.code == 4 && ip.src == 10.0.1.1 && udp.port == 4789',
    ...changes,
  }
}

/** Several files, tunnels, VNIs, addresses of both families, faults, findings and full tables. */
export function busySummary(): Summary {
  const lab = labSummary()
  const vnis = Array.from({ length: 14 }, (_, index) => ({
    vni: index === 13 ? 16_777_215 : 4096 + index,
    kind: (['vxlan', 'vxlan-gpe', 'geneve'] as const)[index % 3] ?? 'vxlan',
    packets: 1_234_567 >> index,
    innerBytes: 987_654_321 >> index,
    outerBytes: (987_654_321 >> index) + 64 * (1_234_567 >> index),
    overheadBytes: 64 * (1_234_567 >> index),
    overheadPercent: 7.41,
    vteps: ['10.0.0.1', '10.0.0.2', '2001:db8:ffff:ffff:ffff:ffff:ffff:1'],
    macs: 120,
    flows: 5120,
    broadcastPackets: 12_000 >> index,
    multicastPackets: index % 2,
    replicatedPackets: 800 >> index,
    maxInnerIpLength: 1450,
  }))
  return {
    ...lab,
    capture: {
      ...lab.capture,
      files: [
        {
          name: '/captures/rack-1/uplink.pcap0',
          format: 'pcap',
          bytes: 1_300_000_000,
          packets: 1_000_000,
          firstPacket: 1,
          linkTypes: ['EN10MB'],
          compression: 'gzip',
        },
        {
          name: '/captures/rack-1/uplink.pcap1',
          format: 'pcapng',
          bytes: 1_100_000_000,
          packets: 1_469_134,
          firstPacket: 1_000_001,
          linkTypes: ['EN10MB', 'LINUX_SLL2'],
          compression: 'none',
        },
      ],
      packets: 2_469_134,
      capturedBytes: 400_000_000,
      wireBytes: 2_100_000_000,
      firstTime: '2026-11-22T23:59:58.999999999Z',
      lastTime: '2026-11-23T03:12:00.000000001Z',
      truncatedPackets: 1,
      duplicatePackets: 12,
      droppedByCapture: 345,
    },
    tunnel: {
      vxlanPackets: 2_000_000,
      gpePackets: 1,
      genevePackets: 400_000,
      nvgrePackets: 0,
      carriers: [],
      otherPackets: 69_130,
      fragments: { firsts: 3, others: 3, reassembled: 2, incomplete: 1 },
      other: [
        { protocol: 'ARP', packets: 30 },
        { protocol: 'ICMP', packets: 69_000 },
        { protocol: 'UDP 53', packets: 100 },
      ],
      faults: [
        { layer: 'inner.tcp', fault: 'NotCaptured', packets: 12, firstPacket: 1_000_003 },
        { layer: 'vxlan', fault: 'FlagMissing', packets: 1, firstPacket: 99 },
        { layer: 'vxlan', fault: 'SomethingNew', packets: 2, firstPacket: 100 },
      ],
    },
    vnisTotal: 20,
    vtepPairsTotal: 2,
    flowsTotal: 1_000_000,
    macsTotal: 2,
    vnis,
    vtepPairs: [
      ...lab.vtepPairs,
      {
        a: '2001:db8:ffff:ffff:ffff:ffff:ffff:1',
        b: '2001:db8:ffff:ffff:ffff:ffff:ffff:2',
        vnis: [4096, 4097, 4098, 4099, 16_777_215],
        packetsAToB: 1_200_000,
        packetsBToA: 0,
        outerBytesAToB: 1_200_000_000,
        outerBytesBToA: 0,
        destinationPorts: [4789, 6081, 8472],
        sourcePortsAToB: 28_232,
        sourcePortsBToA: 0,
        maxOuterIpLength: 65_575,
      },
    ],
    flows: [
      ...lab.flows,
      {
        ...pings('2001:db8:0:1::aaaa', '2001:db8:0:1::bbbb', 1, { min: 1, avg: 1, max: 1 }),
        echo: { requests: 1, replies: 0, rttMs: null },
        packetsBToA: 0,
        initiator: 'a',
      },
      {
        ...tcp('10.1.0.1', 52_344, '10.1.0.2', 443),
        tcp: {
          mssAToB: 1460,
          mssBToA: 1410,
          retransmittedSegments: 37,
          retransmittedBytes: 52_170,
          rttMs: 0.081234,
          state: 'established',
        },
      },
      { ...tcp('2001:db8:0:1::aaaa', 40_000, '2001:db8:0:1::bbbb', 5201), vlans: [100, 7], initiator: null },
    ],
    macs: [
      ...lab.macs,
      {
        vni: 4096,
        vlans: [100],
        mac: '02:42:ac:11:00:02',
        packets: 40,
        vteps: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((vtep, index) => ({
          vtep,
          packets: 20 - index,
          firstTime: null,
          lastTime: null,
        })),
        ips: ['10.1.0.1', '10.1.0.2', '10.1.0.3'],
        ipsTotal: 17,
      },
    ],
    mtu: {
      underlayMtu: 1500,
      underlayMtuFrom: 'option',
      perPair: [
        ...lab.mtu.perPair,
        {
          a: '10.0.1.101',
          b: '10.0.2.102',
          overhead: 54,
          largestOuterIpLength: 1500,
          pathMtu: 1400,
          pathMtuFrom: 'icmp',
          recommendedInnerMtu: 1346,
          recommendedMss: 1306,
          pathMtuBetween: null,
        },
      ],
      sizes: sizes([1_000_000, 500_000, 0, 3, 0, 0, 0, 900_000, 0, 0, 0, 0, 12]),
    },
    findings: [
      finding(),
      finding({
        code: 'RETRANSMISSIONS',
        severity: 'warning',
        title: 'TCP in VNI 4096 retransmits 3.2 % of its data segments.',
        subject: { vni: 4096 },
        packets: [1_000_003],
        count: 37,
      }),
      finding({
        code: 'SNAPLEN_TRUNCATED',
        severity: 'note',
        title: 'One packet was captured in part.',
        subject: {},
        packets: [7],
        count: 1,
        displayFilter: 'frame.cap_len < frame.len',
      }),
    ],
    limits: [{ table: 'flows', limit: 1_000_000, dropped: 1234 }],
  }
}

function tcp(a: string, aPort: number, b: string, bPort: number): FlowSummary {
  const { echo: _, ...flow } = pings(a, b, 1, { min: 1, avg: 1, max: 1 })
  return {
    ...flow,
    vni: 16_777_215,
    protocol: 'TCP',
    aPort,
    bPort,
    initiator: 'a',
    packetsAToB: 1_000_000,
    packetsBToA: 234_567,
    innerBytesAToB: 1_450_000_000,
    innerBytesBToA: 15_000_000,
  }
}
