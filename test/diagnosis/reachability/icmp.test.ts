/** Findings that ICMP errors report: on the lab's captures, and on generated traffic with the error planted, moved and removed. */
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../../src/node-summarize.ts'
import { asFile, unselected } from '../../support/display-filters.ts'
import {
  exchange,
  findings,
  HERE,
  healthy,
  icmpError,
  outer,
  type Place,
  ping,
  places,
  record,
  told,
} from '../../support/overlay-traffic.ts'
import { bytes, datagram, ethernet, ip, ipv6, number, type Packet } from '../../support/packets.ts'
import { because, LAB } from '../../support/shared.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'

const CODES = ['ICMP_TOO_BIG', 'PORT_UNREACHABLE', 'TTL_EXPIRED', 'VTEP_UNREACHABLE']
const RUNS = { numRuns: 25 }
const ROUTER = '10.99.0.1'

/** Code, severity and subject by capture. */
const MUST: readonly [string, string, string, object][] = [
  ['mtu-dfset-router-h1.pcap', 'ICMP_TOO_BIG', 'error', { vni: 300, vteps: ['10.0.1.101', '10.0.2.102'] }],
  ['mtu-dfset-a.pcap', 'ICMP_TOO_BIG', 'error', { ip: '192.168.30.1' }],
  ['fault-dport-mismatch-h1.pcap', 'PORT_UNREACHABLE', 'error', { vteps: ['10.0.10.101', '10.0.10.102'], port: 4789 }],
  ['fault-dport-mismatch-h2.pcap', 'PORT_UNREACHABLE', 'error', { vteps: ['10.0.10.102', '10.0.10.101'], port: 8472 }],
  ['seed-ovs-naive-h1.pcap', 'PORT_UNREACHABLE', 'note', { vteps: ['10.0.10.133', '10.0.10.136'], port: 4789 }],
  ['seed-ovs-naive-h2.pcap', 'PORT_UNREACHABLE', 'note', { vteps: ['10.0.10.136', '10.0.10.133'], port: 4789 }],
  ['fault-ttl1-h1.pcap', 'TTL_EXPIRED', 'error', { vteps: ['10.0.1.101', '10.0.2.102'] }],
]
const HEALTHY = [
  'fault-healthy-h1',
  'seed-ovs-h1',
  'seed-ovs-naive-h1',
  'kv-mixed-h1',
  'kv-mcast-h1',
  'ovs-geneve-h1',
  'mtu-mssclamp-h1',
  'mtu-blackhole-h1',
  'mtu-frag-h1',
]

const found = async (file: string) =>
  (await summarizeFiles([join(LAB!, file)])).findings.filter(({ code }) => CODES.includes(code))

describe.skipIf(LAB === undefined)(`the lab's captures${because(LAB)}`, () => {
  it.each(MUST)('%s: %s as %s', async (file, code, severity, subject) => {
    const all = (await found(file)).map((finding) => ({
      code: finding.code,
      severity: finding.severity,
      subject: finding.subject,
    }))
    expect(all).toContainEqual({ code, severity, subject })
  })

  it.each(HEALTHY)('%s: nothing above a note', async (name) => {
    expect((await found(`${name}.pcap`)).filter(({ severity }) => severity !== 'note')).toEqual([])
  })

  it('maps an outer error to the inner flow behind it, and names the numbers', async () => {
    const [finding] = await found('mtu-dfset-router-h1.pcap')
    expect(finding!.observed).toContain('VNI 300 ICMP 192.168.30.1 ↔ 192.168.30.2')
    expect(finding!.remedy).toContain(
      'Set the inner MTU to 1350 and clamp MSS to 1310 between 10.0.1.101 and 10.0.2.102',
    )
  })

  describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
    it.each([...new Set(MUST.map(([file]) => file))])('%s', async (file) => {
      const all = await found(file)
      expect(all.length).toBeGreaterThan(0)
      for (const finding of all) expect(await unselected(join(LAB!, file), finding), finding.code).toEqual([])
    })
  })
})

/** A large request of the first guest, as an outer IP packet. */
const large = (place: Place, sequence = 1) => outer(place, 0, ping(place, 0, sequence, 1450))

describe('ICMP_TOO_BIG', () => {
  it('about an outer flow: path MTU, and the inner flow by VTEP pair and source port, from a quote of 28 bytes', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: 1200, max: 1499 }), (place, mtu) => {
        const request = large(place)
        const packets = [...healthy(place), record(request, 5000), record(icmpError(ROUTER, request, 3, 4, mtu), 5001)]
        const [finding, ...more] = findings(packets, 'ICMP_TOO_BIG')
        expect(more).toEqual([])
        expect(finding!.subject).toEqual({ vni: place.vni, vteps: place.vteps })
        expect(finding!.packets).toEqual([22])
        expect(finding!.observed).toContain(`VNI ${place.vni} ICMP`)
        expect(finding!.remedy).toContain(`Set the inner MTU to ${mtu - 50} and clamp MSS to ${mtu - 90}`)
        expect(told(packets).mtu.perPair[0]).toMatchObject({
          pathMtu: mtu,
          pathMtuFrom: 'icmp',
          recommendedInnerMtu: mtu - 50,
        })
        expect(findings(packets.slice(0, -1), 'ICMP_TOO_BIG')).toEqual([])
      }),
      RUNS,
    )
  })

  it('does not mix up tenants: another source port is another flow', () => {
    const other = { ...HERE, vni: 200, sourcePort: 52_000 }
    const request = large(HERE)
    const packets = [
      ...healthy(HERE),
      ...healthy(other),
      record(request, 5000),
      record(icmpError(ROUTER, request, 3, 4, 1400), 5001),
    ]
    expect(findings(packets, 'ICMP_TOO_BIG')[0]!.subject.vni).toBe(100)
  })

  it.each([
    ['an old router that names no MTU', 0],
    ['an MTU that no link has', 40],
  ])('takes %s for an error without a number', (_, mtu) => {
    const request = large(HERE)
    const packets = [record(request, 0), record(icmpError(ROUTER, request, 3, 4, mtu), 1)]
    expect(findings(packets, 'ICMP_TOO_BIG')[0]!.observed).toContain('does not state the MTU')
    expect(told(packets).mtu.perPair[0]!.pathMtu).toBeNull()
  })

  it('inside the tunnel: the VNI and the guest that is told', () => {
    fc.assert(
      fc.property(places, (place) => {
        const error = icmpError(place.ips[1], ping(place, 0, 1, 1450), 3, 4, 1300)
        const packets = [...healthy(place), record(outer(place, 1, error), 5000)]
        const [finding] = findings(packets, 'ICMP_TOO_BIG')
        expect(finding!.subject).toEqual({ vni: place.vni, vteps: place.vteps.toReversed(), ip: place.ips[0] })
        expect(finding!.remedy).toContain('to 1300')
        expect(told(packets).mtu.perPair[0]!.pathMtu).toBeNull()
      }),
      RUNS,
    )
  })

  it('at a guest or bridge: the sender, without a VNI', () => {
    const error = icmpError('192.168.0.2', ping(HERE, 0, 1, 1500), 3, 4, 1450)
    const [finding] = findings([record(error, 0)], 'ICMP_TOO_BIG')
    expect(finding!.subject).toEqual({ ip: '192.168.0.1' })
    expect(finding!.remedy).toContain(
      'Set the MTU of 192.168.0.1 to 1450, or clamp the TCP MSS in both directions to 1410',
    )
  })

  it('over IPv6: ICMPv6 packet too big', () => {
    const ends = { from: 'fd00::1', to: 'fd00::2', protocol: 17 }
    const request = ipv6(datagram(ethernet(ping(HERE, 0, 1, 1430))), ends)
    const quoted = request.subarray(0, 48)
    const body = bytes(2, 0, 0, 0, number(1280, 4), quoted)
    const error = ipv6(body, { from: 'fd00::9', to: 'fd00::1', protocol: 58 })
    const packets = [record(request, 0), record(error, 1)]
    expect(findings(packets, 'ICMP_TOO_BIG')[0]!.subject).toEqual({ vni: 100, vteps: ['fd00::1', 'fd00::2'] })
    expect(told(packets).mtu.perPair[0]).toMatchObject({
      overhead: 70,
      pathMtu: 1280,
      recommendedInnerMtu: 1210,
      recommendedMss: 1170,
    })
    expect(ip('fd00::1')).toHaveLength(16)
  })

  it('counts what two interfaces recorded once', () => {
    const error = icmpError(ROUTER, large(HERE), 3, 4, 1400)
    const packets = [record(error, 0, 0), record(error, 1, 1)]
    expect(findings(packets, 'ICMP_TOO_BIG').map(({ count }) => count)).toEqual([1])
  })

  it('keeps to the VTEPs and VNIs that are asked for', () => {
    const request = large(HERE)
    const packets = [record(request, 0), record(icmpError(ROUTER, request, 3, 4, 1400, 64), 1)]
    const count = (vnis: number[], vteps: string[]) =>
      findings(packets, 'ICMP_TOO_BIG', { filter: { vnis, vteps } }).length
    expect([count([], ['10.0.0.2']), count([100], []), count([], ['10.0.0.3']), count([200], [])]).toEqual([1, 1, 0, 0])
  })
})

/** Requests from the first VTEP that its peer refuses. */
function refused(place: Place, type: number, code: number, reporter: string): Packet[] {
  return Array.from({ length: 3 }, (_, n) => {
    const request = outer(place, 0, ping(place, 0, n, 84))
    return [record(request, n * 1000), record(icmpError(reporter, request, type, code), n * 1000 + 1)]
  }).flat()
}

describe('PORT_UNREACHABLE', () => {
  it('is an error while nothing gets through, wherever it is', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [finding, ...more] = findings(refused(place, 3, 3, place.vteps[1]), 'PORT_UNREACHABLE')
        expect(more).toEqual([])
        expect(finding).toMatchObject({
          severity: 'error',
          count: 3,
          packets: [2, 4, 6],
          subject: { vteps: place.vteps, port: 4789 },
        })
      }),
      RUNS,
    )
  })

  it('is a note when traffic gets through that way all the same', () => {
    const packets = [...refused(HERE, 3, 3, HERE.vteps[1]), ...exchange(HERE, 90, 5000)]
    expect(findings(packets, 'PORT_UNREACHABLE').map(({ severity }) => severity)).toEqual(['note'])
  })

  it('is a note when the receiver’s own questions over that port are answered, an error when that is another port', () => {
    const [vteps, macs, ips] = [HERE.vteps, HERE.macs, HERE.ips].map((ends) => ends.toReversed() as [string, string])
    const peer: Place = { ...HERE, vteps: vteps!, macs: macs!, ips: ips! }
    const asked = (port: number) =>
      ([0, 1] as const).map((from) => record(outer(peer, from, ping(peer, from, 9, 84), { port }), 5000 + from))
    const severity = (port: number) =>
      findings([...refused(HERE, 3, 3, HERE.vteps[1]), ...asked(port)], 'PORT_UNREACHABLE')[0]!.severity
    expect([severity(4789), severity(8472)]).toEqual(['note', 'error'])
  })

  it('is a note where the capture does not show what becomes of later datagrams', () => {
    const all = refused(HERE, 3, 3, HERE.vteps[1])
    const severities = (packets: Packet[]) => findings(packets, 'PORT_UNREACHABLE').map(({ severity }) => severity)
    const first = all.slice(0, 2)
    expect(severities(first)).toEqual(['note'])
    const at = first[1]!.ms!
    const next = (ms: number) => record(outer(HERE, 0, ping(HERE, 0, 77, 84)), at + ms)
    const last = (ms: number) =>
      record(outer({ ...HERE, vteps: ['10.9.0.1', '10.9.0.2'] }, 0, ping(HERE, 0, 78, 84)), at + ms)
    expect(severities([...first, next(1), last(100)])).toEqual(['note'])
    expect(severities([...first, next(1), last(101)])).toEqual(['error'])
    expect(severities([...first, last(5000)])).toEqual(['note'])
  })

  it('is an error when it worked only before', () => {
    const packets = [...exchange(HERE, 90, -5000), ...refused(HERE, 3, 3, HERE.vteps[1])]
    expect(findings(packets, 'PORT_UNREACHABLE').map(({ severity }) => severity)).toEqual(['error'])
  })

  it('says nothing of other ports and protocols', () => {
    const plain = outer(HERE, 0, ping(HERE, 0, 1, 84), { port: 53 })
    expect(
      findings([...healthy(HERE), record(icmpError(HERE.vteps[1], plain, 3, 3), 6000)], 'PORT_UNREACHABLE'),
    ).toEqual([])
  })
})

describe('VTEP_UNREACHABLE', () => {
  it.each([
    [0, 'network unreachable'],
    [1, 'host unreachable'],
    [10, 'host prohibited'],
    [13, 'communication prohibited'],
  ])('is found by ICMP 3/%i', (code, reason) => {
    const [finding] = findings(refused(HERE, 3, code, ROUTER), 'VTEP_UNREACHABLE')
    expect(finding).toMatchObject({ severity: 'error', count: 3, subject: { vteps: HERE.vteps } })
    expect(finding!.observed).toContain(reason)
  })
})

describe('TTL_EXPIRED', () => {
  it('is found wherever it is, with the routers', () => {
    fc.assert(
      fc.property(places, (place) => {
        const [finding] = findings(refused(place, 11, 0, ROUTER), 'TTL_EXPIRED')
        expect(finding).toMatchObject({
          severity: 'error',
          count: 3,
          packets: [2, 4, 6],
          subject: { vteps: place.vteps },
        })
        expect(finding!.observed).toContain(ROUTER)
      }),
      RUNS,
    )
  })

  it('is not what traceroute of a guest gets', () => {
    const error = icmpError('192.168.0.254', ping(HERE, 0, 1, 84), 11, 0)
    expect(findings([...healthy(HERE), record(outer(HERE, 1, error), 5000)], 'TTL_EXPIRED')).toEqual([])
  })
})

describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
  it('select what they name at a port that Wireshark does not know', async () => {
    const error = icmpError('192.168.0.2', ping(HERE, 0, 1, 1450), 3, 4, 1300)
    const request = outer(HERE, 0, ping(HERE, 0, 1, 84), { port: 8472 })
    const packets = [
      record(outer(HERE, 1, error, { port: 8472 }), 0),
      record(request, 1),
      record(icmpError(HERE.vteps[1], request, 3, 3), 2),
      record(icmpError(ROUTER, request, 3, 1), 3),
      record(icmpError(ROUTER, request, 11, 0), 4),
    ]
    const all = told(packets).findings.filter(({ code }) => CODES.includes(code))
    expect(all.map(({ code }) => code).sort()).toEqual([...CODES].sort())
    for (const finding of all)
      expect(await asFile(packets, (file) => unselected(file, finding)), finding.code).toEqual([])
  })
})
