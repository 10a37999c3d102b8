/** Analyzers of one's own: they see every packet that is selected once, in order, whatever else goes on, and what they say is told. */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { bytesSource } from '../src/capture/source.ts'
import { type Layers, TUNNEL_NAMES } from '../src/codecs/walk/layers.ts'
import {
  followFile,
  type OwnFinding,
  type PacketAnalyzer,
  type PacketInfo,
  type SummarizeFilesOptions,
  Summarizer,
  type Summary,
  summarizeFiles,
} from '../src/node.ts'
import { formatSarif, formatText, writeJson } from '../src/report/index.ts'
import { ensureDist } from './support/dist.ts'
import { FIXTURES, fixture } from './support/goldens.ts'
import { HERE, outer, ping, record, split } from './support/overlay-traffic.ts'
import { ROOT } from './support/shared.ts'
import { pcapOf } from './transform/files.ts'

type Volumes = Record<string, [packets: number, innerBytes: number]>

/** Packets and inner bytes of each VNI, and the numbers that it saw. */
class VolumeByVni implements PacketAnalyzer<Volumes> {
  readonly numbers: number[] = []
  readonly #found: Volumes = {}

  observe({ number }: PacketInfo, { tunnel, vni, innerLength }: Layers): void {
    this.numbers.push(number)
    if (tunnel === 0) return
    const key = `${TUNNEL_NAMES[tunnel]} ${vni}`
    const [packets, bytes] = this.#found[key] ?? [0, 0]
    this.#found[key] = [packets + 1, bytes + innerLength]
  }

  finish(): Volumes {
    return { ...this.#found }
  }
}

const expected = ({ vnis }: Summary): Volumes =>
  Object.fromEntries(vnis.map(({ kind, vni, packets, innerBytes }) => [`${kind} ${vni}`, [packets, innerBytes]]))

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

describe('what an analyzer sees', () => {
  beforeAll(() => ensureDist(), 300_000)

  const ways: [string, SummarizeFilesOptions][] = [
    ['one thread', { threads: 1 }],
    ['two threads', { threads: 2 }],
    ['four threads', { threads: 4 }],
    ['merged by time', { mergeByTime: true }],
  ]
  const files = ['kv-mixed-h1.pcap', 'kv-mixed-sw.pcapng', 'mtu-frag-h1.pcap'].map(fixture)

  it.each(ways)('%s: each packet of several captures, numbered as the summary numbers it', async (_, options) => {
    // Threads are files of the built package.
    const node: typeof import('../src/node.ts') = await import(join(ROOT, 'dist/node.js'))
    const { summarizeFiles } = node
    const volume = new VolumeByVni()
    const summary = await summarizeFiles(files, { ...options, analyzers: { volume } })
    expect(summary.extra.volume).toEqual(expected(summary))
    expect(volume.numbers).toEqual(upTo(summary.capture.packets))
    const { extra, ...rest } = summary
    expect(rest).toEqual(await summarizeFiles(files, options))
  })

  it.each(FIXTURES)('%s: what the summary counts', async (name) => {
    const summary = await summarizeFiles([fixture(name)], { analyzers: { volume: new VolumeByVni() } })
    expect(summary.extra).toEqual({ volume: expected(summary) })
  })

  it('is what is selected', async () => {
    const [path] = files as [string]
    const all = await summarizeFiles([path])
    const { vni } = all.vnis[0]!
    const { firstTime } = all.capture
    for (const selection of [{ vnis: [vni] }, { to: firstTime! }, { vteps: [all.vtepPairs[0]!.a] }]) {
      const volume = new VolumeByVni()
      const summary = await summarizeFiles([path], { ...selection, analyzers: { volume } })
      expect(summary.extra.volume).toEqual(expected(summary))
      expect(volume.numbers.length).toBeLessThan(all.capture.packets)
    }
  })

  it('are datagrams, where they are in fragments; those of two captures are not joined', async () => {
    const parts = split(outer(HERE, 0, ping(HERE, 0, 1, 1400)), 600)
    const capture = (some: Uint8Array[]) => bytesSource(pcapOf(some.map((bytes, index) => record(bytes, index))))
    const summarizer = new Summarizer({ analyzers: { volume: new VolumeByVni() } })
    await summarizer.read('first part', capture(parts.slice(0, 1)))
    await summarizer.read('other parts', capture(parts.slice(1)))
    expect(summarizer.summary().extra.volume).toEqual({})
    await summarizer.read('all', capture(parts))
    expect(summarizer.summary().extra.volume).toEqual({ [`vxlan ${HERE.vni}`]: [1, 1414] })
  })

  it('has the numbers of the fragments, so that a finding can name the packet that vxpcap names', async () => {
    const ping1 = outer(HERE, 0, ping(HERE, 0, 1, 1400))
    const parts = split(outer(HERE, 0, ping(HERE, 0, 2, 1400)), 600)
    expect(parts.length).toBeGreaterThan(1)
    const capture = pcapOf([ping1, ...parts, ping1].map((bytes, index) => record(bytes, index)))
    const seen: [number, readonly number[]][] = []
    const named: number[] = []
    const analyzer: PacketAnalyzer<null> = {
      observe({ number }, { tunnel }, joined) {
        seen.push([number, joined])
        if (tunnel !== 0) named.push(joined[0] ?? number)
      },
      finish: () => null,
    }
    const summarizer = new Summarizer({ analyzers: { analyzer } })
    // Numbers run on over captures.
    for (const name of ['a', 'b']) await summarizer.read(name, bytesSource(capture))
    const count = parts.length + 2
    const fragments = parts.map((_, index) => index + 2)
    const expected = (before: number): [number, number[]][] =>
      upTo(count).map((number) => [
        number + before,
        number === count - 1 ? fragments.map((fragment) => fragment + before) : [],
      ])
    expect(seen).toEqual([...expected(0), ...expected(count)])
    expect(named).toEqual([1, 2, count, count + 1, count + 2, 2 * count])
    const fragmented = summarizer.summary().findings.find(({ code }) => code === 'OUTER_FRAGMENTED')
    // The second capture is a copy of the first.
    expect(fragmented?.packets).toEqual([2])
  })

  it('has a type by its name', async () => {
    const options = { analyzers: { volume: new VolumeByVni(), total: { observe() {}, finish: () => 1 } } }
    const summarizer = new Summarizer(options)
    expectTypeOf(summarizer.summary().extra.volume).toEqualTypeOf<Volumes>()
    expectTypeOf(summarizer.summary().extra.total).toEqualTypeOf<number>()
    expectTypeOf(new Summarizer().summary()).toEqualTypeOf<Summary>()
    expectTypeOf(summarizer.summary()).toExtend<Summary>()
    // @ts-expect-error there is no analyzer of this name
    expect(summarizer.summary().extra.volumes).toBeUndefined()
    expect(summarizer.summary().extra).toEqual({ volume: {}, total: 1 })
    expect('extra' in new Summarizer().summary()).toBe(false)
    expect('extra' in new Summarizer({ analyzers: {} }).summary()).toBe(false)
  })
})

describe('a file that is followed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-own-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has analyzers made for it, and anew when it was replaced', async () => {
    const seed = readFileSync(fixture('seed-ovs-h1.pcap'))
    const path = join(folder, 'followed.pcap')
    writeFileSync(path, seed.subarray(0, 24))
    const stop = new AbortController()
    const seen: [number, Volumes][] = []
    let made = 0
    await followFile(path, {
      signal: stop.signal,
      intervalMs: 0,
      analyzers: () => ({ volume: new VolumeByVni(), made: { observe() {}, finish: () => made, begun: ++made } }),
      onSummary({ capture, extra }) {
        seen.push([extra.made, extra.volume])
        if (capture.packets === 0 && made === 1) appendFileSync(path, seed.subarray(24))
        else if (made === 1) {
          writeFileSync(`${path}.new`, seed)
          renameSync(`${path}.new`, path)
        } else stop.abort()
      },
    })
    const whole: Volumes = { 'vxlan 0': [22, 1932] }
    expect(seen[0]).toEqual([1, {}])
    expect(seen).toContainEqual([1, whole])
    expect(seen.at(-1)).toEqual([2, whole])
  })
})

/** Says one finding of the packets of a VNI. */
class Seen implements PacketAnalyzer<null> {
  readonly #packets: number[] = []
  constructor(private readonly said: Partial<OwnFinding> = {}) {}
  observe({ number }: PacketInfo, { tunnel }: Layers): void {
    if (tunnel !== 0) this.#packets.push(number)
  }
  finish(): null {
    return null
  }
  findings(): OwnFinding[] {
    return [
      {
        code: 'TUNNEL_SEEN',
        severity: 'error',
        title: 'There is a tunnel',
        observed: `${this.#packets.length} packets.`,
        remedy: 'Close it.',
        packets: this.#packets,
        ...this.said,
      },
    ]
  }
}

describe('findings of one’s own', () => {
  it('stand among the others by severity, filled in', async () => {
    const { findings } = await summarizeFiles([fixture('kv-vnis-h1.pcap')], { analyzers: { seen: new Seen() } })
    expect(findings.length).toBeGreaterThan(1)
    expect(findings[0]).toEqual({
      code: 'TUNNEL_SEEN',
      severity: 'error',
      title: 'There is a tunnel',
      subject: {},
      count: 24,
      packets: expect.any(Array),
      observed: '24 packets.',
      inferred: '',
      remedy: 'Close it.',
      displayFilter: `frame.number in {${findings[0]!.packets.join(', ')}}`,
    })
    expect(findings[0]!.packets).toHaveLength(10)
  })

  it('name packets in each of several files', async () => {
    const files = ['kv-vnis-h1.pcap', 'seed-ovs-h1.pcap'].map(fixture)
    const { findings, capture } = await summarizeFiles(files, { analyzers: { seen: new LastSeen() } })
    const second = capture.files[1]!.firstPacket
    const [finding] = findings
    expect(finding!.packets.every((packet) => packet >= second)).toBe(true)
    expect(finding!.displayFilters).toEqual([
      { file: 1, filter: `frame.number in {${finding!.packets.map((packet) => packet - second + 1).join(', ')}}` },
    ])
  })

  it('are printed as text, JSON and SARIF', async () => {
    const said = { subject: { vni: 7 }, inferred: 'It is open.', title: 'A tunnel\u001b[2J' }
    const summary = await summarizeFiles([fixture('seed-ovs-h1.pcap')], { analyzers: { seen: new Seen(said) } })
    const text = await formatText(summary)
    expect(text).toContain('A tunnel\\x1b[2J')
    expect(text).toContain('TUNNEL_SEEN, VNI 7: 22 times')
    let json = ''
    await writeJson(summary, (chunk) => {
      json += chunk
    })
    expect(JSON.parse(json).extra).toEqual({ seen: null })
    const { runs } = JSON.parse(formatSarif(summary, '1.0.0'))
    const [result] = runs[0].results
    expect(result.ruleId).toBe('TUNNEL_SEEN')
    expect(runs[0].tool.driver.rules[result.ruleIndex]).toMatchObject({
      id: 'TUNNEL_SEEN',
      help: { text: 'Close it.' },
    })
  })

  it('are a hundred of a code, with the rest in one', async () => {
    const many: PacketAnalyzer = {
      observe() {},
      finish: () => 0,
      findings: () =>
        Array.from({ length: 150 }, (_, vni) => ({
          code: 'MANY',
          severity: 'note',
          title: 'One',
          observed: 'One.',
          remedy: 'None.',
          subject: { vni },
          count: vni + 1,
        })),
    }
    const findings = new Summarizer({ analyzers: { many } }).summary().findings.filter(({ code }) => code === 'MANY')
    expect(findings).toHaveLength(101)
    expect(findings.find(({ subject }) => subject.vni === undefined)?.title).toBe('MANY of 50 further subjects')
  })

  const wrong: [string, Partial<OwnFinding>, typeof Error, string][] = [
    ['a code of the package', { code: 'RETRANSMISSIONS' }, RangeError, 'code'],
    ['a code of another form', { code: 'seen it' }, RangeError, 'code'],
    ['no title', { title: undefined as never }, TypeError, 'title'],
    ['another severity', { severity: 'fatal' as never }, RangeError, 'severity'],
    ['no count', { count: 0 }, RangeError, 'count'],
    ['a packet that is none', { packets: [0] }, RangeError, 'packets[0]'],
    ['a packet beyond the capture', { packets: [1, 26, 27] }, RangeError, 'packets[2]'],
    ['a subject of another kind', { subject: { vlan: 1 } as never }, TypeError, 'subject'],
    ['a VNI beyond 24 bits', { subject: { vni: 2 ** 24 } }, RangeError, 'subject.vni'],
  ]
  it.each(wrong)('are refused: %s', async (_, said, error, name) => {
    const summarizer = new Summarizer({ analyzers: { seen: new Seen(said) } })
    await summarizer.read('seed', bytesSource(readFileSync(fixture('seed-ovs-h1.pcap'))))
    expect(() => summarizer.summary()).toThrow(error)
    expect(() => summarizer.summary()).toThrow(`findings of seen[0].${name}`)
  })
})

/** The same of the last packets. */
class LastSeen extends Seen {
  override findings(): OwnFinding[] {
    return super.findings().map((finding) => ({ ...finding, packets: finding.packets!.slice(-5) }))
  }
}

describe('what is no analyzer', () => {
  it.each<[string, unknown]>([
    ['a list', []],
    ['a function', { a: () => {} }],
    ['without observe', { a: { finish: () => 1 } }],
    ['without finish', { a: { observe() {} } }],
    ['with findings that are no function', { a: { observe() {}, finish() {}, findings: [] } }],
  ])('%s is refused', (_, analyzers) => {
    expect(() => new Summarizer({ analyzers } as never)).toThrow(TypeError)
    expect(() => new Summarizer({ analyzers } as never)).toThrow(/^analyzers/)
  })

  it.each<[string, () => unknown]>([
    ['a promise', async () => 1],
    ['what is like a promise', () => Object.fromEntries([['then', () => {}]])],
  ])('%s as a result is refused', (_, finish) => {
    const summarizer = new Summarizer({ analyzers: { slow: { observe() {}, finish } } })
    expect(() => summarizer.summary()).toThrow(TypeError)
    expect(() => summarizer.summary()).toThrow('finish() of slow')
  })

  it('an error of an analyzer ends the reading with it', async () => {
    const analyzers = {
      bad: {
        observe() {
          throw new Error('of mine')
        },
        finish() {},
      },
    }
    await expect(summarizeFiles([fixture('seed-ovs-h1.pcap')], { analyzers })).rejects.toThrow('of mine')
  })
})
