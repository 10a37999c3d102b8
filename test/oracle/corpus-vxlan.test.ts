/**
 * Public captures that nobody in this project made, held against what tshark 4.0.17 says of them (corpus/expected.json).
 * Where tshark counts by other rules than the contract, the table says so, entry by entry; an entry that no longer occurs
 * fails the test just as a difference that is not listed does.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node-summarize.ts'
import type { Summary } from '../../src/summary.ts'
import { type Disagreement, differences, type Facts, listed } from '../support/disagreements.ts'
import { expectConsistent } from '../support/invariants.ts'
import { because, CORPUS } from '../support/shared.ts'
import { pairFact, pairFacts } from '../support/tunnel-facts.ts'

interface Answer {
  vxlanPackets: number
  vnis: Record<string, { packets: number; innerBytes: number }>
  vtepPairs: { src: string; dst: string; packets: number }[]
}

interface Expected extends Answer {
  format: string
  packets: number
  capturedBytes: number
  firstTimestamp: string
  lastTimestamp: string
  truncatedFrames: number
  linkTypes: number[]
  decodeAs: string[]
  /** Where tshark cannot dissect a file at all: what tcpdump's own test-suite expects of it. */
  secondOracle?: Answer
}

const INSIDE_GENEVE = 'the outermost tunnel is Geneve; what lies inside it is no VXLAN of this underlay (contract §2)'
const INSIDE_GTP = 'the VXLAN port lies inside GTP-U, which we do not open; tshark does'
const NO_I_FLAG = 'the I flag is clear: RFC 7348 §5 has the packet dropped; tshark counts it all the same'
const NOT_WHOLE = 'the VXLAN header is not whole, so there is no VNI; tshark counts the packet by its port'
const SOURCE_PORT =
  '4790 is only the source port; RFC 7348 and the GPE draft fix the destination, tshark takes either one'
const GENEVE_PAIR = 'a Geneve packet: it has a VTEP pair here, while the oracle lists those of VXLAN alone'
const TIME_ORDER = 'the records run backwards in time; we give the earliest and latest, the oracle the first and last'

const GENEVE_27 = 'PcapFlowLab-geneve-27_geneve_unsupported_and_nested_matrix.pcap'
const GTPU_29 = 'PcapFlowLab-gtpu-29_gtpu_nested_overlay_udp_terminal.pcap'
const SLL_04 = 'PcapFlowLab-linux_cooked-04_sll_vlan_ipv4_udp_unsupported.pcap'
const VXLAN_05 = 'PcapFlowLab-vxlan-05_vxlan_truncated_header.pcap'
const VXLAN_06 = 'PcapFlowLab-vxlan-06_vxlan_invalid_flags_or_reserved_bits.pcap'
const VXLAN_29 = 'PcapFlowLab-vxlan-29_vxlan_capture_truncation_matrix.pcap'
const FUZZ = 'PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-6185045124251648.pcap'
const ARKIME = 'arkime-arkime_synthetic.pcap'
const ZEEK_GENEVE = 'zeek-geneve-vxlan-dns-truncated.pcap'

const DISAGREEMENTS: Disagreement[] = [
  { file: GENEVE_27, what: 'vxlanPackets', ours: 0, theirs: 1, reason: INSIDE_GENEVE },
  { file: GENEVE_27, what: pairFact('10.76.0.13', '10.76.0.23'), ours: 0, theirs: 1, reason: INSIDE_GENEVE },
  { file: GENEVE_27, what: pairFact('203.0.113.50', '203.0.113.51'), ours: 4, theirs: 0, reason: GENEVE_PAIR },
  { file: GTPU_29, what: 'vxlanPackets', ours: 0, theirs: 1, reason: INSIDE_GTP },
  { file: GTPU_29, what: pairFact('10.60.0.10', '10.60.0.20'), ours: 0, theirs: 1, reason: INSIDE_GTP },
  { file: SLL_04, what: 'vxlanPackets', ours: 0, theirs: 1, reason: NOT_WHOLE },
  { file: SLL_04, what: pairFact('172.20.1.10', '172.20.1.11'), ours: 0, theirs: 1, reason: NOT_WHOLE },
  { file: VXLAN_05, what: 'vxlanPackets', ours: 0, theirs: 1, reason: NOT_WHOLE },
  { file: VXLAN_05, what: pairFact('203.0.113.40', '203.0.113.41'), ours: 0, theirs: 1, reason: NOT_WHOLE },
  { file: VXLAN_06, what: 'vxlanPackets', ours: 0, theirs: 1, reason: NO_I_FLAG },
  { file: VXLAN_06, what: 'vni 100 packets', ours: 0, theirs: 1, reason: NO_I_FLAG },
  { file: VXLAN_06, what: 'vni 100 innerBytes', ours: 0, theirs: 56, reason: NO_I_FLAG },
  { file: VXLAN_06, what: pairFact('203.0.113.40', '203.0.113.41'), ours: 0, theirs: 1, reason: NO_I_FLAG },
  // Four records cut by the snap length: in the UDP header's wake, inside the VXLAN header, and twice behind it.
  { file: VXLAN_29, what: 'vxlanPackets', ours: 2, theirs: 3, reason: NOT_WHOLE },
  { file: VXLAN_29, what: pairFact('203.0.113.96', '203.0.113.97'), ours: 2, theirs: 3, reason: NOT_WHOLE },
  { file: FUZZ, what: 'vxlanPackets', ours: 0, theirs: 1, reason: NO_I_FLAG },
  { file: FUZZ, what: 'vni 2105376 packets', ours: 0, theirs: 1, reason: NO_I_FLAG },
  { file: FUZZ, what: 'vni 2105376 innerBytes', ours: 0, theirs: 8208, reason: NO_I_FLAG },
  { file: FUZZ, what: pairFact('32.32.32.32', '32.32.32.32'), ours: 0, theirs: 1, reason: NO_I_FLAG },
  { file: ARKIME, what: 'vxlanPackets', ours: 3, theirs: 4, reason: SOURCE_PORT },
  { file: ARKIME, what: 'vni 54321 packets', ours: 1, theirs: 2, reason: SOURCE_PORT },
  { file: ARKIME, what: 'vni 54321 innerBytes', ours: 40, theirs: 80, reason: SOURCE_PORT },
  { file: ARKIME, what: pairFact('10.40.9.100', '10.40.9.1'), ours: 0, theirs: 1, reason: SOURCE_PORT },
  { file: ARKIME, what: pairFact('10.0.36.100', '10.0.36.1'), ours: 1, theirs: 0, reason: GENEVE_PAIR },
  { file: ARKIME, what: pairFact('10.5.9.100', '10.5.9.1'), ours: 1, theirs: 0, reason: GENEVE_PAIR },
  { file: ARKIME, what: pairFact('10.222.222.10', '10.222.222.20'), ours: 1, theirs: 0, reason: GENEVE_PAIR },
  { file: ARKIME, what: 'firstTime', ours: '1700000001.000000000', theirs: '1700000100.010000000', reason: TIME_ORDER },
  { file: ARKIME, what: 'lastTime', ours: '1778361745.001000000', theirs: '1700009300.200000000', reason: TIME_ORDER },
  { file: ZEEK_GENEVE, what: 'vxlanPackets', ours: 0, theirs: 2, reason: INSIDE_GENEVE },
  { file: ZEEK_GENEVE, what: 'vni 4242 packets', ours: 0, theirs: 2, reason: INSIDE_GENEVE },
  { file: ZEEK_GENEVE, what: 'vni 4242 innerBytes', ours: 0, theirs: 212, reason: INSIDE_GENEVE },
]

/** Seconds and nanoseconds as tshark writes `frame.time_epoch`. */
function epoch(time: string | null): string {
  if (time === null) return 'none'
  const [whole = '', fraction = ''] = time.slice(0, -1).split('.')
  return `${Date.parse(`${whole}Z`) / 1000}.${fraction}`
}

/** tshark counts VXLAN-GPE as VXLAN and lists no Geneve: so do these facts, but for the VTEP pairs, which mix all kinds. */
function ours(summary: Summary): Facts {
  const facts: Record<string, number | string> = {
    packets: summary.capture.packets,
    capturedBytes: summary.capture.capturedBytes,
    truncatedPackets: summary.capture.truncatedPackets,
    firstTime: epoch(summary.capture.firstTime),
    lastTime: epoch(summary.capture.lastTime),
    vxlanPackets: summary.tunnel.vxlanPackets + summary.tunnel.gpePackets,
    ...pairFacts(summary),
  }
  for (const row of summary.vnis) {
    if (row.kind === 'geneve') continue
    facts[`vni ${row.vni} packets`] = row.packets
    facts[`vni ${row.vni} innerBytes`] = row.innerBytes
  }
  return facts
}

/** The oracle's facts. Where tshark cannot dissect a file (BIG TCP), tcpdump's own expectation stands in its place. */
function theirs(expected: Expected): Facts {
  const answer = expected.secondOracle ?? expected
  const facts: Record<string, number | string> = {
    packets: expected.packets,
    capturedBytes: expected.capturedBytes,
    truncatedPackets: expected.truncatedFrames,
    firstTime: expected.firstTimestamp,
    lastTime: expected.lastTimestamp,
    vxlanPackets: answer.vxlanPackets,
  }
  for (const pair of answer.vtepPairs) facts[pairFact(pair.src, pair.dst)] = pair.packets
  for (const [vni, row] of Object.entries(answer.vnis)) {
    facts[`vni ${vni} packets`] = row.packets
    facts[`vni ${vni} innerBytes`] = row.innerBytes
  }
  return facts
}

/** The foreign ports that the oracle was told to decode: `udp.port==6080,vxlan`. */
function ports(expected: Expected): number[] {
  return expected.decodeAs.map((rule) => Number(/^udp\.port==(\d+),vxlan$/.exec(rule)?.[1]))
}

describe.skipIf(CORPUS === undefined)(`public captures with VXLAN against tshark${because(CORPUS)}`, () => {
  const corpus = CORPUS ?? ''
  const all: Record<string, Expected> =
    CORPUS === undefined ? {} : JSON.parse(readFileSync(join(corpus, 'expected.json'), 'utf8')).files
  const files = Object.keys(all)
    .filter((name) => name.startsWith('vxlan/'))
    .map((name) => name.slice('vxlan/'.length))

  it('covers every file of the folder, and the table names no other', () => {
    expect(files.length).toBeGreaterThan(0)
    expect([...files].sort()).toEqual(readdirSync(join(corpus, 'vxlan')).sort())
    expect(DISAGREEMENTS.filter((entry) => !files.includes(entry.file))).toEqual([])
  })

  it.each(files)('%s', async (file) => {
    const expected = all[`vxlan/${file}`]!
    const summary = await summarizeFiles([join(corpus, 'vxlan', file)], { ports: ports(expected) })
    expectConsistent(summary)
    expect(summary.capture.files[0]?.format).toBe(expected.format.startsWith('pcapng') ? 'pcapng' : 'pcap')
    expect(differences(file, ours(summary), theirs(expected))).toEqual(listed(DISAGREEMENTS, file))
  })

  it.each(['K8S-CKA-eth.pcap', 'deepflow-ff-vxlan.pcap', 'packetnet-vxlan_custom_port.pcap'])(
    '%s has no VXLAN packet unless its port is given',
    async (file) => {
      const summary = await summarizeFiles([join(corpus, 'vxlan', file)])
      expectConsistent(summary)
      expect(summary.tunnel.vxlanPackets).toBe(0)
      expect(summary.tunnel.otherPackets).toBe(all[`vxlan/${file}`]!.packets)
    },
  )
})
