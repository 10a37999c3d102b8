import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { formatText } from '../../src/report/text.ts'
import type { Finding, Summary } from '../../src/summary.ts'
import { busySummary, emptySummary, finding, labSummary, NO_FILTER } from './summaries.ts'

function text(summary: Summary, width = 120, top = 10): string {
  return formatText(summary, { color: false, top, width })
}

/** The lines of one section, its title left out. */
function section(report: string, title: string): string[] {
  const lines = report.split('\n')
  const at = lines.indexOf(title)
  if (at < 0) return []
  const end = lines.indexOf('', at)
  return lines.slice(at + 1, end < 0 ? undefined : end)
}

describe('the text of the reference lab', () => {
  it('reads like this at 80 columns', () => {
    expect(text(labSummary(), 80)).toBe(`seed-ovs-h1.pcap
No findings.
26 packets over 2.11 s: 22 VXLAN and 4 other.
VNI 0, 2 VTEPs, 2 flows.
Encapsulation takes 1,100 B of 3,032 B carried (36.28 %).

VNIs
  VNI  Packets  Carried    Inner  Overhead  VTEPs  MACs  Flows  Max inner IP
    0       22  3,032 B  1,932 B   36.28 %      2     3      4            84
  (too narrow for: Tunnel, Broadcast)

VTEP pairs
  A            B            VNIs  Packets A→B  B→A  Carried A→B  Carried B→A
  10.0.10.133  10.0.10.136  0              11   11      1,516 B      1,516 B
  (too narrow for: Port, Source ports, Max outer IP)

Flows
  VNI  Proto  From            To
      Packets →  ←  Inner      RTT  Remarks
    0  ICMP   192.168.199.2   192.168.199.1
              5  5  980 B   601 ms  5/5 answered
    0  ICMP   192.168.199.20  192.168.199.2
              4  4  784 B  1.44 ms  4/4 answered

MACs
  VNI  MAC                Packets  Behind VTEP  IP (from ARP and ND)
    0  02:00:c0:a8:c7:01       11  10.0.10.133  192.168.199.1
    0  52:54:00:e7:30:fc       11  10.0.10.133  192.168.199.20

Overhead
  Bytes carried: 3,032 B with outer Ethernet, of which 1,932 B are inner frames
  and 1,100 B (36.28 %) encapsulation.
  The overhead per packet counts from the inner IP header to the outer one:
  inner Ethernet and VLAN tags included, outer Ethernet not. Inner MTU and MSS
  are the values to set, where the path MTU is known.
  A            B            Overhead  Max outer IP
  10.0.10.133  10.0.10.136      50 B           134

Outer IP packet sizes
  Bytes  Packets    Share
  ≤ 128        4  18.18 %  ███████
  ≤ 256       18  81.82 %  ██████████████████████████████

Other traffic
  Protocol  Packets
  ARP             4

Capture
  File              Format  Link type     Size  Packets
  seed-ovs-h1.pcap  pcap    EN10MB     3,640 B       26
  2026-11-22 07:16:07.262438 to 07:16:09.374312 UTC.
`)
  })
})

describe('every text', () => {
  const cases = [
    ['empty', emptySummary()],
    ['lab', labSummary()],
    ['busy', busySummary()],
  ] as const
  const widths = [40, 80, 100, 120, 200]

  it.each(cases)('%s: is complete and clean at every width', (_, summary) => {
    for (const width of widths) {
      const report = text(summary, width)
      expect(report).not.toMatch(/undefined|NaN|null|Infinity|\[object/)
      expect(report).not.toMatch(/[ \t]\n|\n\n\n/)
      expect(report.endsWith('\n')).toBe(true)
      expect(report).not.toContain('\u001b')
    }
  })

  it.each(cases)('%s: says the same with and without colour', (_, summary) => {
    const colored = formatText(summary, { color: true, top: 10, width: 100 })
    expect(colored).toContain('\u001b[1m')
    expect(stripVTControlCharacters(colored)).toBe(text(summary, 100))
  })

  it('keeps within 80 columns what can be kept within them', () => {
    const tooWide = (report: string) => report.split('\n').filter((line) => line.length > 80)
    expect(tooWide(text(labSummary(), 80))).toEqual([])
    expect(tooWide(text(emptySummary(), 80))).toEqual([])
    const busy = text(busySummary(), 80)
    // Addresses are never cut, and filters are copied whole.
    const prose = busy.slice(0, busy.indexOf('\nVNIs\n')).replace(/^ +filter .*$/gm, '')
    expect(tooWide(prose)).toEqual([])
    for (const title of [
      'VNIs',
      'MACs',
      'Overhead',
      'Outer IP packet sizes',
      'Packets not read to the end',
      'Capture',
    ]) {
      expect(section(busy, title).length).toBeGreaterThan(1)
      expect(tooWide(section(busy, title).join('\n'))).toEqual([])
    }
  })

  it('is 120 columns wide where nobody says how wide', () => {
    expect(formatText(busySummary(), { color: false, top: 10 })).toBe(text(busySummary(), 120))
  })
})

describe('the headline', () => {
  it('names several kinds, what remains, and lower bounds', () => {
    const lines = text(busySummary(), 200).split('\n')
    expect(lines[0]).toBe('2 captures: uplink.pcap0, uplink.pcap1')
    expect(lines.find((line) => line.startsWith('2,469,134'))).toBe(
      '2,469,134 packets over 3 h 12 min: 2,000,000 VXLAN, 1 VXLAN-GPE, 400,000 Geneve, 3 later outer fragments and 69,130',
    )
    expect(text(busySummary(), 200)).toContain('20 VNIs, at least 3 VTEPs, 1,000,000 flows.')
  })

  it('is singular where there is one', () => {
    const lab = labSummary()
    const one = labSummary({
      capture: { ...lab.capture, packets: 1 },
      tunnel: { ...lab.tunnel, vxlanPackets: 1, otherPackets: 0, other: [] },
      vnis: [{ ...lab.vnis[0]!, vteps: ['10.0.0.1'] }],
      flowsTotal: 1,
    })
    expect(text(one)).toContain('1 packet: all VXLAN.\nVNI 0, 1 VTEP, 1 flow.\n')
  })

  it('says what a filter keeps', () => {
    const report = text(labSummary({ filter: { ...NO_FILTER, vnis: [0], vteps: ['10.0.10.133'] } }))
    expect(report).toContain('Filtered by VNI 0 and VTEP 10.0.10.133: 22 packets, VNI 0, 2 VTEPs, 2 flows.')
  })

  it('begins with the answer: the cause of the worst finding', () => {
    const note = finding({ severity: 'note', title: 'All is well.' })
    const head = (findings: Finding[]) => text(labSummary({ findings })).split('\n')[1]
    expect(head([])).toBe('No findings.')
    expect(head([note])).toBe('No errors or warnings. One note: All is well.')
    expect(head([note, note])).toBe('No errors or warnings. 2 notes, the first: All is well.')
    expect(head([finding({ title: 'Broken' }), note])).toBe('Error: Broken. Also: 1 note.')
  })

  it('takes the severity of the worst that a cause explains: a warning hides no error', () => {
    const subject = { vni: 100, vteps: ['10.0.1.101', '10.0.2.102'] }
    const findings = [
      finding({ code: 'DUPLICATE_IP', because: ['ROGUE_VTEP'], subject, title: 'Duplicate' }),
      finding({ code: 'ROGUE_VTEP', severity: 'warning', subject, title: 'Rogue' }),
      finding({ code: 'LOW_ENTROPY', severity: 'note', subject, title: 'Few ports' }),
    ]
    const lines = text(labSummary({ findings }))
    expect(lines.split('\n')[1]).toBe('Error: Rogue. It explains 1 error. Also: 1 note.')
    expect(lines).toMatch(/^ {2}ERROR +Rogue$/m)
    expect(lines).toContain('explains  error: Duplicate (DUPLICATE_IP')
  })

  it('has one headline for the directions and VNIs of one loop, and one for each loop', () => {
    const loop = (vni: number, ...vteps: string[]) =>
      finding({ code: 'LOOP', subject: { vni, vteps }, title: `Loop ${vni}` })
    const head = (...findings: Finding[]) => text(labSummary({ findings })).split('\n')[1]
    expect(head(loop(1, 'a', 'b'), loop(1, 'b', 'a'), loop(2, 'a', 'b'), loop(2, 'b', 'a'))).toBe(
      'Error: Loop 1. It explains 3 errors.',
    )
    expect(head(loop(1, 'a', 'b'), loop(1, 'b', 'c'))).toBe('Error: Loop 1. It explains 1 error.')
    expect(head(loop(1, 'a', 'b'), loop(2, 'b', 'c'))).toBe('Error: Loop 1. Also: 1 error.')
  })

  it('folds what follows from a finding under it, one line each, whatever their order', () => {
    const subject = { vni: 100, vteps: ['10.0.1.101', '10.0.2.102'] }
    const symptom = (code: string, because: string[], more: Partial<Finding> = {}) =>
      finding({ code, because, subject, title: `${code} seen`, ...more })
    const findings = [
      symptom('ONE_WAY', ['PORT_MISMATCH', 'PORT_UNREACHABLE']),
      symptom('PORT_UNREACHABLE', ['PORT_MISMATCH']),
      finding({ code: 'PORT_MISMATCH', subject, title: 'Ports differ' }),
      finding({ code: 'PORT_MISMATCH', subject: { ...subject, vni: 200 }, title: 'Ports differ there' }),
      symptom('ARP_UNANSWERED', ['ONE_WAY'], { severity: 'warning', subject: { vni: 100, ip: '10.9.9.9' } }),
      symptom('RETRANSMISSIONS', ['ICMP_TOO_BIG'], { severity: 'warning', subject: { vni: 300 } }),
    ]
    const lines = text(labSummary({ findings }))
    expect(lines.split('\n')[1]).toBe(
      'Error: Ports differ. It explains 2 errors and 1 warning. Also: 1 error and 1 warning.',
    )
    expect(lines).toMatch(
      / explains {2}error: ONE_WAY seen \(ONE_WAY, 12 times\)\n +error: PORT_UNREACHABLE seen .*\n +warning: ARP_UNANSWERED seen/,
    )
    expect([...lines.matchAll(/^ {2}(?:ERROR|WARNING) +(.*)$/gm)].map(([, title]) => title)).toEqual([
      'Ports differ',
      'Ports differ there',
      'RETRANSMISSIONS seen',
    ])
    expect(lines.match(/ observed /g)).toHaveLength(3)
  })
})

describe('sections', () => {
  it('say how many rows they leave out', () => {
    const report = text(busySummary(), 120, 3)
    expect(section(report, 'VNIs').at(-1)).toBe('  … and 17 more (--top 20 shows all)')
    expect(section(report, 'Flows').at(-1)).toBe('  … and 999,997 more (--top 1000000 shows all)')
    expect(section(text(labSummary()), 'Flows').join()).not.toContain('more')
  })

  it('put the largest first', () => {
    const lab = labSummary()
    const rows = [1, 2, 3].map((vni) => ({ ...lab.vnis[0]!, vni, outerBytes: 1000 * vni }))
    const lines = section(text(labSummary({ vnis: rows, vnisTotal: 3 }), 120, 2), 'VNIs')
    expect(lines.slice(1, 3).map((line) => line.trim().split(/\s+/)[0])).toEqual(['3', '2'])
    expect(rows.map(({ vni }) => vni)).toEqual([1, 2, 3])
  })

  it('turn a flow so that the side that began stands left', () => {
    const [flow] = labSummary().flows
    const turned = { ...flow!, a: '10.0.0.1', b: '10.0.0.2', packetsAToB: 7, packetsBToA: 9 }
    const row = (initiator: 'a' | 'b' | null) =>
      section(text(labSummary({ flows: [{ ...turned, initiator }] })), 'Flows')[1]?.replace(/\s+/g, ' ')
    expect(row('b')).toContain('10.0.0.2 10.0.0.1 9 7')
    expect(row('a')).toContain('10.0.0.1 10.0.0.2 7 9')
    expect(row(null)).toContain('10.0.0.1 10.0.0.2 7 9')
  })

  it('show TCP round trip, state and retransmissions, and echoes', () => {
    const flows = section(text(busySummary(), 160), 'Flows').join('\n')
    expect(flows).toContain('81.2 µs  established, 37 retransmitted (52.2 kB)')
    expect(flows).toContain('5/5 answered')
    expect(flows).toContain('[2001:db8:0:1::aaaa]:40000')
    expect(flows).toContain('100.7')
  })

  it('show findings with evidence, remedy and a filter on one line', () => {
    const lines = text(labSummary({ findings: [finding()] }), 80).split('\n')
    expect(lines).toContain('           ICMP_TOO_BIG, VNI 100, VTEPs 10.0.1.101, 10.0.2.102: 12 times')
    expect(lines).toContain(
      '           filter    icmp.type == 3 && icmp.code == 4 && ip.src == 10.0.1.1 && udp.port == 4789',
    )
    for (const label of ['observed', 'inferred', 'remedy', 'packets']) {
      expect(lines.some((line) => line.startsWith(`           ${label.padEnd(10)}`))).toBe(true)
    }
  })

  it('name file and number where there are several files, and use the caller’s words instead', () => {
    const several = text(busySummary())
    expect(several).toContain('packets   uplink.pcap1:3, …')
    expect(text(labSummary({ findings: [finding({ packets: [12], count: 1 })] }))).toContain('packets   12\n')
    const named = formatText(labSummary({ findings: [finding({ packets: [12], count: 1 })] }), {
      color: false,
      top: 10,
      locate: (packet) => `frame ${packet} of x`,
    })
    expect(named).toContain('packets   frame 12 of x\n')
  })

  it('tell files of one name apart', () => {
    const busy = busySummary()
    busy.capture.files.forEach((file, index) => {
      file.name = `host${index}/uplink.pcap`
    })
    expect(text(busy)).toContain('packets   host1/uplink.pcap:3, …')
  })

  it('put the rest of many findings in a line', () => {
    const many = Array.from({ length: 5 }, (_, index) => finding({ code: index < 4 ? 'ONE_WAY' : 'TTL_EXPIRED' }))
    expect(text(labSummary({ findings: many }), 120, 2)).toContain('  … and 3 more: ONE_WAY ×2, TTL_EXPIRED\n')
  })

  it('explain faults and keep a name without an explanation', () => {
    const faults = section(text(busySummary()), 'Packets not read to the end').join('\n')
    expect(faults).toMatch(/inner\.tcp +truncated by the snap length +12 +uplink\.pcap1:3/)
    expect(faults).toMatch(/vxlan +SomethingNew +2 +uplink\.pcap0:100/)
  })

  it('say what inner size fits an underlay MTU that was given', () => {
    expect(text(busySummary())).toContain(
      'Underlay MTU: 1,500 (as given with --underlay-mtu). Inner IP packets of up to 1,446 bytes fit.',
    )
  })

  it('call standard input by its name', () => {
    const lab = labSummary()
    lab.capture.files[0]!.name = '-'
    expect(text(lab).split('\n')[0]).toBe('standard input')
    expect(section(text(lab), 'Capture')[1]).toMatch(/^ {2}standard input /)
  })

  it('never lets a file name drive the terminal', () => {
    const lab = labSummary()
    lab.capture.files[0]!.name = 'a\u001b[2Jb\nc\u202e.pcap'
    const report = text(lab)
    expect(report.split('\n')[0]).toBe('a\\x1b[2Jb\\x0ac\\u202e.pcap')
    expect(report).not.toContain('\u001b')
  })
})
