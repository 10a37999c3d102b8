import { describe, expect, it } from 'vitest'
import { explainNoTunnel } from '../../src/report/no-tunnel.ts'
import { formatText } from '../../src/report/text.ts'
import type { FaultCount, Summary } from '../../src/summary.ts'
import { emptySummary, finding, NO_FILTER } from './summaries.ts'

function packets(count: number, tunnel: Partial<Summary['tunnel']> = {}, changes: Partial<Summary> = {}): Summary {
  const base = emptySummary()
  return {
    ...base,
    capture: { ...base.capture, packets: count },
    tunnel: { ...base.tunnel, otherPackets: count, ...tunnel },
    ...changes,
  }
}

function fault(layer: string, name: string, count: number): FaultCount {
  return { layer, fault: name, packets: count, firstPacket: 1 }
}

describe('without a tunnel packet', () => {
  const cases: [name: string, summary: Summary, why: RegExp, tries: RegExp][] = [
    ['a file header alone', emptySummary(), /a file header but no packets/, /capture on the underlay NIC/],
    [
      'a filter that keeps nothing',
      packets(9, { vxlanPackets: 9, otherPackets: 0 }, { filter: { ...NO_FILTER, vnis: [7] } }),
      /^9 tunnel packets, but none of VNI 7\.$/,
      /Omit --vni and --vtep/,
    ],
    [
      'an unknown link type',
      packets(5, { faults: [fault('link', 'UnknownLinkType', 5)] }),
      /link type EN10MB is not supported/,
      /Ethernet interface/,
    ],
    [
      'a short snap length',
      packets(5, { faults: [fault('outer.udp', 'NotCaptured', 5)] }),
      /^Every packet was truncated by the snap length/,
      /tcpdump -s 0/,
    ],
    [
      'a snap length that cut most',
      packets(5, { faults: [fault('outer.udp', 'NotCaptured', 4)] }),
      /^4 of 5 packets were truncated/,
      /tcpdump -s 0/,
    ],
    [
      'headers that are not valid',
      packets(5, { faults: [fault('vxlan', 'FlagMissing', 3)] }),
      /^3 datagrams on a tunnel port, none with a valid tunnel header: I flag clear/,
      /its number is under "Packets not read to the end"/,
    ],
    [
      'later fragments alone',
      packets(4, { otherPackets: 0, fragments: { firsts: 0, others: 4, reassembled: 0, incomplete: 4 } }),
      /^4 IP fragments without a first fragment/,
      /by host address/,
    ],
    [
      'another UDP port',
      packets(12, {
        other: [
          { protocol: 'UDP 53', packets: 2 },
          { protocol: 'UDP 9999', packets: 10 },
        ],
      }),
      /^None of the 12 packets is a tunnel packet/,
      /^A tunnel on another UDP port: add --port 9999 \(UDP ports seen: 9999, 53\)/,
    ],
    [
      'UDP of unknown port',
      packets(12, { other: [{ protocol: 'UDP', packets: 12 }] }),
      /^None of the 12 packets/,
      /^A tunnel on another UDP port: add --port <n>/,
    ],
    [
      'a port that a finding names',
      packets(12, {}, { findings: [finding({ code: 'UNKNOWN_TUNNEL_PORT', subject: { port: 46354 } })] }),
      /^None of the 12 packets/,
      /add --port 46354/,
    ],
    [
      'inner traffic',
      packets(12, { other: [{ protocol: 'TCP', packets: 12 }] }),
      /^None of the 12 packets/,
      /^This may be the traffic inside the tunnel/,
    ],
    [
      'one packet',
      packets(1, { other: [{ protocol: 'ARP', packets: 1 }] }),
      /^The only packet is not a tunnel packet/,
      /underlay NIC/,
    ],
  ]

  it.each(cases)('%s: says why and what to try', (_, summary, why, tries) => {
    const explained = explainNoTunnel(summary)
    expect(explained.why).toMatch(why)
    expect(explained.tries[0]).toMatch(tries)
    const report = formatText(summary, { color: false, top: 10, width: 80 })
    expect(report.split('\n')[1]).toMatch(/^No tunnel traffic to report\./)
    expect(report).toContain('\nWhat to try\n  - ')
    expect(report).not.toMatch(/undefined|NaN|null/)
  })

  it.each([
    ['DSA_TAG_GSW1XX', /user port/],
    ['IEEE802_11_RADIOTAP', /Wi-Fi in monitor mode/],
    ['JUNIPER_ETHER', /header of its own/],
    ['PKTAP', /tcpdump -i en0/],
    ['USER3', /editcap -T ether/],
    ['USB_LINUX', /does not carry IP/],
    ['FC_2', /Ethernet interface/],
  ])('advice fits link type %s', (linkType, advice) => {
    const summary = packets(5, { faults: [fault('link', 'UnknownLinkType', 5)] })
    const files = summary.capture.files.map((file) => ({ ...file, linkTypes: [linkType] }))
    const explained = explainNoTunnel({ ...summary, capture: { ...summary.capture, files } })
    expect(explained.why).toContain(linkType)
    expect(explained.tries[0]).toMatch(advice)
  })

  it('a snap length that cut a few is not the reason', () => {
    const summary = packets(5, { faults: [fault('outer.udp', 'NotCaptured', 1)] })
    expect(explainNoTunnel(summary).why).toMatch(/^None of the 5 packets/)
  })

  it('still names the worst finding', () => {
    const summary = packets(5, {}, { findings: [finding({ title: 'The file is damaged.' })] })
    expect(formatText(summary, { color: false, top: 10 })).toContain('\nError: The file is damaged.\n')
  })
})
