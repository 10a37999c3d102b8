/** Every shared capture against what tshark and capinfos say of it; each disagreement is listed with its reason and our answer. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CaptureError } from '../../src/capture/errors.ts'
import { cpuTime } from '../support/cpu-time.ts'
import { feed } from './files.ts'

const CORPUS = fileURLToPath(new URL('../../../shared/corpus/', import.meta.url))
const LAB = fileURLToPath(new URL('../../../shared/lab/captures/', import.meta.url))
const hasCorpus = existsSync(`${CORPUS}expected.json`)
const hasLab = existsSync(LAB)

interface Facts {
  packets: number
  bytes: number
  capturedBytes: number
  truncatedFrames: number
  firstTimestamp: string | null
  lastTimestamp: string | null
  linkTypes: number[]
}

/** The fields in which we differ, with our values, or the code of our refusal. */
type Difference = (Partial<Facts> & { issue?: 'damaged' }) | { refused: string }

/** Reasons for which another answer than tshark 4.0's is right, and the files that they explain. */
const DISAGREEMENTS: { reason: string; files: Record<string, Difference> }[] = [
  {
    reason:
      'A fraction of a million and more under the microsecond magic is read as nanoseconds, any other beyond one second is carried into the seconds. tshark prints an impossible fraction, or a negative time.',
    files: {
      'malformed/PcapPlusPlus-clusterfuzz-testcase-FuzzTarget-5188876846235648.pcap': time('3556769792.044151491'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-FuzzTarget-5781142119907328.pcap': time('83.533359616'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-4672344017862656.pcap':
        time('4280295456.538976288'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-4829420752470016.pcap':
        time('1042415618.322923528'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5114733584449536.pcap':
        time('538976288.538976288'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5421416466481152.pcap':
        time('538976292.280295456'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5487001111429120.pcap':
        time('4294967076.294967295'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5669109772845056.pcap':
        time('538976288.538976288'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-6223613626941440.pcap':
        time('538976288.538976288'),
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-6303070823907328.pcap':
        time('538976288.538976288'),
      'pcap/tcpdump-timestamp_invalid_micro.pcap': { lastTimestamp: '1418145372.147483648' },
      'pcap/tcpdump-timestamp_invalid_nano.pcap': { lastTimestamp: '1418145372.147483648' },
    },
  },
  {
    reason: 'Zeros up to the end of the file are damage: tshark counts packets without bytes, of 1970.',
    files: {
      'malformed/PcapPlusPlus-crash-8534c61cdf5987482365d7877ade12eef5aaf8b7.pcap': {
        packets: 1,
        lastTimestamp: '1349152693.000000000',
      },
      'malformed/tcpdump-bgp_vpn_rt-oobr.pcap': { packets: 24, lastTimestamp: '254.000000000', issue: 'damaged' },
    },
  },
  {
    reason:
      'An original length above 2^31 is reported as recorded; tshark stops counting at 2 147 483 647. Some have such times too.',
    files: {
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5165927376355328.pcap': {
        ...time('538976288.538976288'),
        bytes: 4_280_295_456,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5196221831708672.pcap': {
        ...time('2590207951.283434444'),
        bytes: 4_279_566_462,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5204104585674752.pcap': {
        ...time('4086825141.903898369'),
        bytes: 2_483_028_160,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5700358767902720.pcap': {
        ...time('538976288.538976511'),
        bytes: 4_280_295_456,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5723611632762880.pcap': {
        ...time('538976288.538976288'),
        bytes: 4_280_295_456,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5755755617189888.pcap': {
        bytes: 3_600_161_820,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5758569646653440.pcap': {
        bytes: 4_278_452_224,
      },
    },
  },
  {
    reason:
      'Reserved bits above the link type: the link type is the low 16 bits, so the records are readable. tshark refuses the file.',
    files: {
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5685520970809344.pcap': {
        ...time('538976288.538976288'),
        packets: 1,
        bytes: 538_976_288,
        capturedBytes: 86,
        truncatedFrames: 1,
      },
      'malformed/PcapPlusPlus-clusterfuzz-testcase-minimized-FuzzTarget-5752969003008000.pcap': {
        ...time('538976288.538976288'),
        packets: 1,
        bytes: 538_976_288,
        capturedBytes: 97,
        truncatedFrames: 1,
      },
    },
  },
  {
    reason: 'A link type that tshark does not know: the records are whole and are counted all the same.',
    files: {
      'malformed/tcpdump-frf16_magic_ie-oobr.pcap': {
        ...time('2145916800.000000000'),
        packets: 1,
        bytes: 262_144,
        capturedBytes: 6,
        truncatedFrames: 1,
      },
      'malformed/tcpdump-juniper_es_oobr.pcap': {
        ...time('808466480.999999000'),
        packets: 1,
        bytes: 262_144,
        capturedBytes: 5,
        truncatedFrames: 1,
      },
      'malformed/tcpdump-juniper_monitor_invalid_cookie_length.pcap': {
        ...time('1432042456.720640000'),
        packets: 1,
        bytes: 82,
        capturedBytes: 82,
      },
      'malformed/tcpdump-kday6.pcap': {
        ...time('26756.663614000'),
        packets: 1,
        bytes: 262_144,
        capturedBytes: 3510,
        truncatedFrames: 1,
      },
      'malformed/tcpdump-vtp_asan.pcap': {
        firstTimestamp: '1700306020.999999000',
        lastTimestamp: '0.999999000',
        // A fifth record would be of the zeros up to its end.
        packets: 4,
        bytes: 524_288,
        capturedBytes: 50,
        truncatedFrames: 2,
      },
    },
  },
  {
    reason:
      'SunATM (link type 123): tshark takes the 4-byte pseudo-header off the lengths; the record has them. One has such times too.',
    files: {
      'malformed/tcpdump-atm-heapoverflow.pcap': { bytes: 262_144, capturedBytes: 4 },
      'malformed/tcpdump-atm-oam-heapoverflow.pcap': { bytes: 262_144, capturedBytes: 4 },
      'malformed/tcpdump-atm-oam-loopback-print-overrun.pcap': {
        ...time('1544488578.159821166'),
        bytes: 65_622,
        capturedBytes: 64,
      },
    },
  },
  {
    reason: 'Custom blocks take a number but are no packets; tshark counts them as frames.',
    files: {
      ...both('advanced-test102', { packets: 5, bytes: 1480, capturedBytes: 798 }),
      ...both('basic-test017', { packets: 0, bytes: 0, capturedBytes: 0 }),
      ...both('basic-test018', { packets: 4, bytes: 1312, capturedBytes: 1312 }),
      ...both('difficult-test202', { packets: 8, bytes: 2304, capturedBytes: 1040 }),
    },
  },
  {
    reason: 'Reading ends at a section of version 2.0, as in tshark; expected.json lists the interfaces behind it too.',
    files: {
      'pcapng/gopacket-test901-7e4c10.pcapng': { linkTypes: [1] },
      'pcapng/gopacket-test901.pcapng': { linkTypes: [1] },
    },
  },
  {
    reason:
      'Reading ends at the damaged first section header, as in tshark; expected.json lists the interface behind it too.',
    files: { 'malformed/libpcap-shb-option-too-long.pcapng': { linkTypes: [] } },
  },
  {
    reason:
      'A simple packet block that is longer than its snap length asks for: its lengths agree, so it is whole. tshark looks for the second one too early.',
    files: {
      'pcapng/python-pcapng-test007.ntar': { packets: 1, bytes: 1000, capturedBytes: 96, truncatedFrames: 1 },
    },
  },
  {
    reason: 'A header that no published format has: refused, and tshark reads no packet either.',
    files: {
      'malformed/libpcap-pcap-invalid-version-1.pcap': { refused: 'unsupported' },
      'malformed/libpcap-pcapng-invalid-vers-2.pcapng': { refused: 'unsupported' },
    },
  },
  {
    reason: 'A snoop file: another format, which the shared corpus says must be refused.',
    files: { 'pcap/PcapPlusPlus-solaris.snoop': { refused: 'unsupported' } },
  },
]

function time(at: string): Pick<Facts, 'firstTimestamp' | 'lastTimestamp'> {
  return { firstTimestamp: at, lastTimestamp: at }
}

function both(name: string, difference: Difference): Record<string, Difference> {
  const files = ['be', 'le'].map((order) => `pcapng/pcapng-test-generator-output_${order}-${name}.pcapng`)
  return Object.fromEntries(files.map((file) => [file, difference]))
}

/** Files that tshark gives up on although nothing in them is cut or impossible, apart from those listed above. */
const ONLY_TSHARK_COMPLAINS = new Set(['malformed/libpcap-linktype-reserved-field-not-zero.pcap'])

interface Result extends Facts {
  numbers: number
  issue: 'cut-short' | 'damaged' | null
  /** Earliest and latest time, as capinfos has them. */
  earliest: string | null
  latest: string | null
}

function read(path: string): Result {
  const facts = { bytes: 0, capturedBytes: 0, truncatedFrames: 0 }
  let first: string | null = null
  let last: string | null = null
  let low = [Number.POSITIVE_INFINITY, 0]
  let high = [Number.NEGATIVE_INFINITY, 0]
  const reader = feed(readFileSync(path), {
    windowLength: 1 << 16,
    onPacket: ({ packet }) => {
      facts.bytes += packet.wireLength
      facts.capturedBytes += packet.capturedLength
      if (packet.capturedLength < packet.wireLength) facts.truncatedFrames++
      if (packet.nanoseconds < 0) return
      const at = [packet.seconds, packet.nanoseconds]
      last = print(at)
      first ??= last
      if (before(at, low)) low = at
      if (before(high, at)) high = at
    },
  })
  return {
    ...facts,
    packets: reader.packets,
    numbers: reader.nextNumber - 1,
    firstTimestamp: first,
    lastTimestamp: last,
    earliest: first === null ? null : print(low),
    latest: first === null ? null : print(high),
    linkTypes: reader.interfaces.map((info) => info.linkType),
    issue: reader.issue?.kind ?? null,
  }
}

function print([seconds = 0, nanoseconds = 0]: number[]): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`
}

function before(a: number[], b: number[]): boolean {
  return a[0]! < b[0]! || (a[0] === b[0] && a[1]! < b[1]!)
}

describe.skipIf(!hasCorpus)('shared corpus (skipped without ../shared/corpus)', () => {
  type Expected = Facts & { tsharkError?: string }
  const expected: Record<string, Expected> = hasCorpus
    ? JSON.parse(readFileSync(`${CORPUS}expected.json`, 'utf8')).files
    : {}
  const listed = new Map(DISAGREEMENTS.flatMap(({ files }) => Object.entries(files)))

  test('has all of its files, and every file listed here is one of them', () => {
    expect(Object.keys(expected).length).toBeGreaterThanOrEqual(753)
    for (const name of [...listed.keys(), ...ONLY_TSHARK_COMPLAINS]) expect(expected).toHaveProperty([name])
  })

  for (const folder of ['vxlan', 'pcapng', 'pcap', 'other', 'malformed']) {
    test(`${folder}: packets, bytes, times and link types as tshark has them, but for the listed`, () => {
      let slowest = 0
      for (const [name, facts] of Object.entries(expected)) {
        if (!name.startsWith(`${folder}/`)) continue
        const difference = listed.get(name)
        const from = cpuTime()
        let result: Result
        try {
          result = read(CORPUS + name)
        } catch (error) {
          if (!(error instanceof CaptureError)) throw error
          expect({ refused: error.code }, name).toEqual(difference)
          continue
        } finally {
          slowest = Math.max(slowest, cpuTime() - from)
        }
        const { packets, bytes, capturedBytes, truncatedFrames, firstTimestamp, lastTimestamp, linkTypes } = facts
        expect(result, name).toMatchObject({
          ...{ packets, bytes, capturedBytes, truncatedFrames, firstTimestamp, lastTimestamp, linkTypes },
          ...difference,
        })
        // A listed disagreement that is none any more must be struck off.
        for (const [field, ours] of Object.entries(difference ?? {})) {
          expect(ours, `${name} ${field}`).not.toEqual(facts[field as keyof Facts])
        }
        const complains = facts.tsharkError !== undefined
        const cut = facts.tsharkError?.includes('cut short') === true
        if (complains && !ONLY_TSHARK_COMPLAINS.has(name) && difference === undefined) {
          expect(result.issue, name).toBe(cut ? 'cut-short' : 'damaged')
        } else if (!complains && !(difference !== undefined && 'issue' in difference)) {
          expect(result.issue, name).toBeNull()
        }
      }
      expect(slowest).toBeLessThan(2000)
    })
  }

  test('numbers agree with tshark even where custom blocks take some', () => {
    for (const name of ['basic-test017', 'basic-test018', 'advanced-test102', 'difficult-test202']) {
      for (const order of ['be', 'le']) {
        const file = `pcapng/pcapng-test-generator-output_${order}-${name}.pcapng`
        expect(read(CORPUS + file).numbers, file).toBe(expected[file]?.packets)
      }
    }
  })
})

function capinfos(files: string[]): string | null {
  try {
    return execFileSync('capinfos', ['-TMSmr', '-c', '-d', '-a', '-e', ...files], {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
    })
  } catch {
    return null
  }
}

const lab = hasLab ? readdirSync(LAB).filter((name) => /\.pcap(ng)?$/.test(name)) : []
const table = lab.length > 0 ? capinfos(lab.map((name) => LAB + name)) : null

describe.skipIf(table === null)('lab captures against capinfos (skipped without ../shared/lab or capinfos)', () => {
  test('packets, bytes, earliest and latest time', () => {
    const rows = (table ?? '')
      .trim()
      .split('\n')
      .map((row) => row.split(','))
    expect(rows.length).toBe(lab.length)
    for (const [path = '', packets, bytes, start, end] of rows) {
      const result = read(path)
      expect([String(result.packets), String(result.bytes)], path).toEqual([packets, bytes])
      expect(result.issue, path).toBeNull()
      for (const [ours, theirs] of [
        [result.earliest, start],
        [result.latest, end],
      ]) {
        if (result.packets === 0) expect(theirs).toBe('n/a')
        else expect(ours, path).toBe(padFraction(theirs ?? ''))
      }
    }
  })
})

/** capinfos prints as many decimals as the file's resolution has. */
function padFraction(text: string): string {
  const [seconds, fraction = ''] = text.split('.')
  return `${seconds}.${fraction.padEnd(9, '0')}`
}
