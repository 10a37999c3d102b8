/**
 * The library says no: every option that is documented refuses what it cannot be, with its name and the value, and takes what it can
 * be. A wrong type is a TypeError, a value out of range a RangeError.
 */
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Analysis, finish, limitsFor } from '../src/analyzers/index.ts'
import { decompressed as webDecompressed } from '../src/capture/compression/compression.ts'
import { blobSource, webStreamSource } from '../src/capture/files/web-blob.ts'
import {
  batches,
  CaptureReader,
  decompressed,
  expandPaths,
  fileSource,
  MergedCaptures,
  type MergeInput,
  Origins,
  openOutput,
  PcapngWriter,
  PcapWriter,
  pcapParserBatches,
  streamSource,
} from '../src/capture/node.ts'
import { type ByteSource, bytesSource, chunksSource, interruptible } from '../src/capture/source.ts'
import { build, ethernet, ipv4, padding, payload, vxlan } from '../src/codecs/build/builder.ts'
import { describePacket, prepare, tunnelPorts } from '../src/codecs/index.ts'
import { Reassembler } from '../src/codecs/walk/reassembly.ts'
import { Decap, followFile, packets, Select, type SummarizeOptions, Summarizer, summarizeFiles } from '../src/node.ts'
import { formatSarif, formatText, tableCsv, tableJsonl, tableParquet, writeJson } from '../src/report/index.ts'
import { capture, mutated, packet, pcapCapture, pcapngCapture } from '../src/testing/index.ts'
import { BUILDER_PARTS } from './support/builder-parts.ts'
import { PCAPS } from './support/goldens.ts'

const FILE = `${PCAPS}/seed-ovs-h1.pcap`
const sink = (): void => {}
const summary = new Summarizer().summary()

/** What an option may and may not be: values out of range, values of a wrong type, and values that are taken. */
interface Kind {
  range: readonly unknown[]
  type: readonly unknown[]
  good: readonly unknown[]
}

/** Refused by whatever takes a number. */
const NO_NUMBER = ['1', 'all', null, true, {}, [], 1n]
const integer = (min: number, max: number | null): Kind => ({
  range: [
    Number.NaN,
    min - 1,
    min + 0.5,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    ...(max === null ? [] : [max + 1]),
  ],
  type: NO_NUMBER,
  good: [undefined, min, ...(max === null ? [] : [max])],
})
const count = (min: number): Kind => {
  const { range, type, good } = integer(min, null)
  return {
    range: range.filter((value) => value !== Number.POSITIVE_INFINITY),
    type,
    good: [...good, Number.POSITIVE_INFINITY],
  }
}
const flag: Kind = { range: [], type: ['true', 0, 1, null, {}], good: [undefined, true, false] }
const text: Kind = { range: [], type: [1, null, true, {}, []], good: [undefined, '', 'text'] }
const call: Kind = { range: [], type: ['f', 1, null, true, {}], good: [undefined, () => true] }
const signal: Kind = { range: [], type: [true, null, {}, 'now'], good: [undefined, new AbortController().signal] }
const ports: Kind = {
  range: [new Uint8Array(3)],
  type: [[4789, 4790], 4789, null, '4789'],
  good: [undefined, tunnelPorts([1])],
}
const list = (one: Kind, good: unknown): Kind => ({
  range: one.range.map((value) => [value]),
  type: [...one.type.map((value) => [value]), 'x', 1, null, {}, [undefined]],
  good: [undefined, [], [good]],
})
const oneOf = (...allowed: string[]): Kind => ({
  range: ['other', ''],
  type: [1, null, {}],
  good: [undefined, ...allowed],
})
const needed = (kind: Kind): Kind => ({
  ...kind,
  type: [...kind.type, undefined],
  good: kind.good.filter((value) => value !== undefined),
})
const TEXT_RANGE = ['10.0.0', 'nowhere', '']
const addresses = list({ ...text, range: TEXT_RANGE }, 'fd00::1')
const macs = list({ ...text, range: TEXT_RANGE }, '02:00:00:00:00:01')
const vnis = list(integer(0, 0xff_ffff), 0xff_ffff)
const furtherPorts = list(integer(1, 65_535), 4789)
const powerOfTwo = (min: number): Kind => {
  const { range, type } = integer(min, 2 ** 20)
  return { range: [...range, min + 1 === 2 ? 3 : min + 1], type, good: [undefined, min, 1024] }
}
const LIMITS = {
  addresses: 'n',
  vnis: 'n',
  vtepPairs: 'n',
  routes: 'n',
  flows: 'n',
  macs: 'n',
  vlanStacks: 'n',
  details: 'n',
}
const limits: [string, Kind][] = [
  ...[...Object.keys(LIMITS), 'requests', 'timeline', 'protocols'].map((table): [string, Kind] => [
    `limits.${table}`,
    integer(1, 2 ** 26),
  ]),
  ['limits.window', powerOfTwo(4)],
  ['limits.datagrams', powerOfTwo(1)],
]
const time: Kind = {
  range: ['soon', '', Number.NaN, Number.POSITIVE_INFINITY],
  type: [null, true, {}, [], 1n],
  good: [undefined, 0, 1.5, '1.5', '2026-11-22'],
}
const selection: [string, Kind][] = [
  ['vnis', vnis],
  [
    'vniRanges',
    {
      range: [[[5, 4]], [[0, 2 ** 24]], [[-1, 3]]],
      type: ['x', 1, null, [1], [[1]], [['1', 2]], [[1, null]]],
      good: [undefined, [], [[0, 2 ** 24 - 1]], [[7, 7]]],
    },
  ],
  ['vteps', addresses],
  ['ips', addresses],
  ['macs', macs],
  ['from', time],
  ['to', time],
]
const analyzer = { observe: sink, finish: sink }
const summarize: [string, Kind][] = [
  ['ports', furtherPorts],
  ...selection,
  ['rows', count(0)],
  ['underlayMtu', integer(68, 65_535)],
  ['limits', { range: [], type: [1, 'x', null, []], good: [undefined, {}] }],
  ...limits,
  [
    'analyzers',
    {
      range: [],
      type: ['x', 1, null, [], { a: 1 }, { a: { observe: sink } }, { a: { ...analyzer, findings: 1 } }],
      good: [undefined, {}, { a: analyzer }],
    },
  ],
]
const tags: Kind = { range: [], type: ['x', 1, [1], [null], [undefined]], good: [undefined, []] }
const bytes: Kind = {
  range: [],
  type: [
    undefined,
    null,
    5,
    'text',
    [1, 2],
    { length: 5 },
    new ArrayBuffer(5),
    new DataView(new ArrayBuffer(5)),
    new Uint16Array(3),
  ],
  good: [new Uint8Array(3), Buffer.from('x')],
}
/** What has methods of its own. */
const object = (...good: unknown[]): Kind => ({
  range: [],
  type: [...(good.includes(undefined) ? [] : [undefined]), null, 5, 'x', true, {}, [], Number.NaN],
  good,
})
/** A capture without packets. */
const HEADER = Uint8Array.from(
  { length: 24 },
  (_, at) => [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][at] ?? (at === 20 ? 1 : 0),
)
const source = object(bytesSource(HEADER))
const HOSTS = { vni: 1, source: '10.0.0.1', destination: '10.0.0.2' }
const MACS = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' }
const interfaces: [string, Kind][] = [
  ['linkType', needed(integer(0, 65_535))],
  ['snapLength', integer(0, 0xffff_ffff)],
  ['tsresol', integer(0, 255)],
  [
    'tsoffset',
    { ...integer(0, null), range: [Number.NaN, 0.5, 2 ** 60, Number.POSITIVE_INFINITY], good: [undefined, -5, 5] },
  ],
  ['fcsLength', integer(0, 8)],
  ...(['name', 'description', 'filter', 'os', 'hardware'] as const).map((name): [string, Kind] => [name, text]),
  ['comments', list(text, 'a comment')],
]

/** `{ 'a.b': 1 }` as `{ a: { b: 1 } }`. */
function nested(name: string, value: unknown, more: object = {}): never {
  const [first = '', ...rest] = name.split('.')
  return { ...more, [first]: rest.length === 0 ? value : nested(rest.join('.'), value) } as never
}

/** What fields of a packet's parts may not be, whatever the header: told by what they are in a header that is right. */
const FIELDS = {
  number: { ...integer(0, null), range: [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53] },
  boolean: { ...flag, type: [...flag.type, 1n] },
  bytes: { range: [], type: ['bytes', 1, null, true, {}, [], 1n], good: [] },
  options: { range: [], type: ['x', 1, null, true, {}, [1], [null], [undefined], [{ type: 1 }], 1n], good: [[]] },
  mac: { range: [...TEXT_RANGE, 2 ** 48, -1, Number.NaN], type: [null, {}, true, 1n], good: ['02:00:00:00:00:01', 1] },
  ipv4: { range: [...TEXT_RANGE, 2 ** 32, 0.5, Number.NaN], type: [null, {}, true, 1n], good: ['10.0.0.1', 1] },
  ipv6: { range: [...TEXT_RANGE, new Uint8Array(4)], type: [null, {}, true, 1, 1n], good: ['fd00::1'] },
  object: { range: [], type: ['x', 1, null, true, [], 1n], good: [undefined, {}] },
  records: { range: [], type: ['x', 1, null, true, {}, [1], [null], [{}], [{ sources: [] }], 1n], good: [[]] },
  query: { range: [], type: ['x', 1, null, true, [], {}, { sources: 1 }, 1n], good: [] },
} satisfies Record<string, Kind>
/** Fields of parts that are addresses, by part. */
const ADDRESSES: Record<string, Kind> = {
  'ethernet.source': FIELDS.mac,
  'ethernet.destination': FIELDS.mac,
  'arp.senderHardware': FIELDS.mac,
  'arp.targetHardware': FIELDS.mac,
  'arp.senderProtocol': FIELDS.ipv4,
  'arp.targetProtocol': FIELDS.ipv4,
  'ipv4.source': FIELDS.ipv4,
  'ipv4.destination': FIELDS.ipv4,
  'ipv6.source': FIELDS.ipv6,
  'ipv6.destination': FIELDS.ipv6,
  'neighbor.target': FIELDS.ipv6,
  'igmp.group': FIELDS.ipv4,
}

/** Every field of every part that a packet is built of. */
function builderDoors(): Door[] {
  return BUILDER_PARTS.map(([part, around]) => {
    const { layer } = part
    const parts = around(part)
    const header = build(parts).layers[parts.indexOf(part)]!.header
    const fields = Object.entries(header).map(([field, value]): [string, Kind] => {
      const address = ADDRESSES[`${layer}.${field}`]
      if (address !== undefined) return [field, address]
      if (field === 'options') return [field, FIELDS.options]
      if (field === 'records') return [field, FIELDS.records]
      if (field === 'query') return [field, FIELDS.query]
      if (value instanceof Uint8Array) return [field, { ...FIELDS.bytes, good: [value] }]
      if (typeof value === 'object') return [field, FIELDS.object]
      const kind = typeof value === 'boolean' ? FIELDS.boolean : FIELDS.number
      // What the part says is what nothing else can tell.
      return [field, { ...kind, good: field in part ? [value] : [undefined, value] }]
    })
    return [`build, ${layer}`, (name, value) => build(around({ ...part, [name]: value } as never)), fields]
  })
}

/** How a door is opened with one option; what it throws is looked at. */
type Door = [
  name: string,
  open: (name: string, value: unknown) => unknown,
  options: readonly (readonly [string, Kind])[],
]

const DOORS: readonly Door[] = [
  ['new Summarizer', (name, value) => new Summarizer(nested(name, value)), summarize],
  [
    'new Summarizer, threads',
    (name, value) => new Summarizer({}, nested(name, value)),
    [
      ['mostAnalyzedElsewhere', { range: [Number.NaN, -1], type: NO_NUMBER, good: [undefined, 0, 1e9] }],
      ['readers', { range: [], type: [5, 'x', null, [], {}, { size: 1 }, { read: 1, size: 1 }], good: [undefined] }],
      ['analyzer', { range: [], type: [5, 'x', null, {}, { analyze: sink }, { finish: sink }], good: [undefined] }],
    ],
  ],
  [
    'new Summarizer, readers',
    (name, value) => new Summarizer({}, { readers: nested(name, value, { read: sink }) }),
    [['size', { ...needed(integer(1, null)) }]],
  ],
  [
    'summarizeFiles',
    (name, value) => summarizeFiles([FILE], nested(name, value)),
    [
      ...summarize.slice(0, 6),
      ['mergeByTime', flag],
      ['mergeBytes', integer(128 * 1024 * 1024, null)],
      ['threads', { ...integer(1, 256), range: [...integer(1, 256).range, 1000], good: [undefined, 1] }],
      ['signal', signal],
      ['onProgress', call],
      ['onUnreadable', call],
    ],
  ],
  [
    'followFile',
    (name, value) => {
      const over = AbortSignal.abort()
      // Stopped before anything began: its options were looked at.
      return followFile(FILE, nested(name, value, { signal: over, onSummary: sink })).catch((error) => {
        if (error.name !== 'AbortError') throw error
      })
    },
    [
      ...summarize.slice(0, 6),
      ['signal', { ...needed(signal), good: [AbortSignal.abort()] }],
      ['onSummary', needed(call)],
      ['analyzers', { ...call, type: [...call.type, { a: analyzer }], good: [undefined, () => ({ a: analyzer })] }],
      ['onRestart', call],
      ['onProgress', call],
      [
        'intervalMs',
        { range: [Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY], type: NO_NUMBER, good: [undefined, 0, 1.5] },
      ],
    ],
  ],
  ['new Analysis', (name, value) => new Analysis(nested(name, value)), [...limits, ['ports', ports]]],
  ['new Analysis, filter', (name, value) => new Analysis({ filter: nested(name, value) }), selection],
  [
    'finish',
    (name, value) => finish(new Analysis(), nested(name, value, { rows: 1 })),
    [
      ['rows', { ...count(0), good: [0, 5, Number.POSITIVE_INFINITY] }],
      ['underlayMtu', integer(68, 65_535)],
    ],
  ],
  [
    'limitsFor',
    (_, value) => limitsFor(value as never),
    [
      [
        'megabytes',
        { range: [Number.NaN, 279, 1_000_001], type: [...NO_NUMBER, undefined, '300'], good: [280, 300.5] },
      ],
    ],
  ],
  [
    'new CaptureReader',
    (name, value) => new CaptureReader(nested(name, value)),
    [
      ['firstNumber', integer(1, null)],
      ['windowLength', { ...integer(0, 2 ** 30), good: [undefined, 0, 4096] }],
    ],
  ],
  [
    'pcapParserBatches',
    (name, value) => {
      const stream = new PassThrough()
      stream.end(
        Uint8Array.from({ length: 24 }, (_, at) => [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][at] ?? (at === 20 ? 1 : 0)),
      )
      return pcapParserBatches(stream, nested(name, value)).next()
    },
    [['firstNumber', integer(1, null)]],
  ],
  [
    'new Origins',
    (name, value) => new Origins(...((name === 'files' ? [value] : [2, value]) as [number, number?])),
    [
      ['files', needed(integer(1, 65_536))],
      ['limit', integer(0, null)],
    ],
  ],
  [
    'Origins.add',
    (name, value) => new Origins(2).add(...((name === 'file' ? [value, 1] : [0, value]) as [number, number])),
    [
      ['file', needed(integer(0, 1))],
      ['count', { ...needed(integer(0, 2 ** 32)), range: [...integer(0, 2 ** 32).range, 1e300] }],
    ],
  ],
  [
    'Origins.find',
    (_, value) => new Origins(2).find(value as number),
    [['number', { range: [], type: [undefined, '1', null, {}, 1n], good: [Number.NaN, 0.5, 1e300, 0, 1] }]],
  ],
  ['bytesSource', (_, value) => bytesSource(value as never), [['bytes', bytes]]],
  [
    'chunksSource',
    (_, value) => chunksSource(value as never),
    [['chunks', { range: [], type: [undefined, null, 5, 'text', {}, true, sink], good: [[], [new Uint8Array(1)]] }]],
  ],
  [
    'chunksSource, read',
    (_, value) => chunksSource([value] as never).read(new Uint8Array(9)),
    [['chunks', { range: [], type: [undefined, null, 5, 'text', {}], good: [new Uint8Array(1), Buffer.from('x')] }]],
  ],
  ['blobSource', (_, value) => blobSource(value as never), [['blob', object(new Blob(['x']))]]],
  ['webStreamSource', (_, value) => webStreamSource(value as never), [['stream', object(new Blob(['x']).stream())]]],
  ['streamSource', (_, value) => streamSource(value as never), [['stream', object(new PassThrough())]]],
  ['pcapParserBatches', (_, value) => pcapParserBatches(value as never).next(), [['stream', object()]]],
  ['batches', (_, value) => batches(value as never).next(), [['source', source]]],
  [
    'batches, windowLength',
    (name, value) => batches(bytesSource(HEADER), nested(name, value)).next(),
    [
      ['windowLength', { ...integer(0, 2 ** 30), good: [undefined, 4096] }],
      ['signal', signal],
      ['onProgress', call],
    ],
  ],
  [
    'packets',
    (name, value) => (name === 'source' ? packets(value as never) : packets(bytesSource(HEADER), nested(name, value))),
    [
      ['source', source],
      ['ports', furtherPorts],
      ['joinFragments', flag],
      ['firstNumber', integer(1, null)],
      ['signal', signal],
      ['onProgress', call],
    ],
  ],
  [
    'interruptible',
    (name, value) => {
      const signal = new AbortController().signal
      return name === 'source'
        ? interruptible(value as never, signal)
        : interruptible(bytesSource(HEADER), value as never)
    },
    [
      ['source', source],
      ['signal', { ...signal, type: [...signal.type, 1, Number.NaN] }],
    ],
  ],
  ['decompressed', (_, value) => decompressed(value as never), [['source', source]]],
  ['decompressed of vxpcap/capture', (_, value) => webDecompressed(value as never), [['source', source]]],
  ['Summarizer.read', (_, value) => new Summarizer().read('a', value as never), [['source', { ...source, good: [] }]]],
  [
    'Summarizer.read, options',
    (name, value) => new Summarizer().read('a', bytesSource(HEADER), nested(name, value)),
    [
      ['signal', signal],
      ['onProgress', call],
    ],
  ],
  [
    'Summarizer.readMerged',
    (_, value) => new Summarizer().readMerged(value as never),
    [
      [
        'inputs',
        {
          range: [[]],
          type: [undefined, null, 5, {}, [5], [{}], [{ name: 5 }], [{ name: 'a' }], [{ name: 'a', open: sink }]],
          good: [],
        },
      ],
    ],
  ],
  [
    'new MergedCaptures',
    (name, value) =>
      name === 'bytes'
        ? new MergedCaptures([{ open: sink as never, again: false }], { bytes: value as number })
        : new MergedCaptures(value as MergeInput[]),
    [
      ['bytes', integer(128 * 1024 * 1024, null)],
      [
        'inputs',
        { range: [[]], type: [undefined, null, 'x', [1], [{ open: 1 }]], good: [[{ open: sink, again: false }]] },
      ],
    ],
  ],
  [
    'fileSource',
    (name, value) => fileSource(FILE, nested(name, value)).then((source) => source.close?.()),
    [
      ['signal', signal],
      ['resting', flag],
      ['stdin', object(undefined, new PassThrough())],
    ],
  ],
  [
    'fileSource',
    (_, value) => fileSource(value as string).then((source) => source.close?.()),
    [['path', { ...needed(text), good: [FILE] }]],
  ],
  ['expandPaths', (_, value) => expandPaths(value as string[]), [['given', needed(list(text, FILE))]]],
  ['expandPaths, options', (name, value) => expandPaths([FILE], nested(name, value)), [['signal', signal]]],
  ['openOutput', (_, value) => openOutput('/dev/null', value as never).abort(), [['inputs', list(text, FILE)]]],
  [
    'new PcapWriter',
    (name, value) => new PcapWriter(sink, nested(name, value, { linkType: 1 })),
    [
      ['linkType', needed(integer(0, 65_535))],
      ['nanoseconds', flag],
      ['snapLength', integer(0, 0xffff_ffff)],
      ['littleEndian', flag],
    ],
  ],
  [
    'new PcapngWriter',
    (name, value) => new PcapngWriter(sink, nested(name, value)),
    [
      ['application', text],
      ['hardware', text],
      ['os', text],
      ['comments', list(text, 'a comment')],
    ],
  ],
  [
    'addInterface',
    (name, value) => new PcapngWriter(sink).addInterface(nested(name, value, { linkType: 1 })),
    interfaces,
  ],
  [
    'statistics',
    (name, value) => {
      const writer = new PcapngWriter(sink)
      writer.addInterface({ linkType: 1 })
      writer.statistics(0, nested(name, value))
    },
    (['received', 'drops'] as const).map((name): [string, Kind] => {
      const { range, type } = integer(0, null)
      return [name, { range, type: type.filter((value) => value !== null), good: [undefined, null, 0] }]
    }),
  ],
  [
    'new Decap',
    (name, value) => new Decap(sink, nested(name, value)),
    [
      ['ports', ports],
      ['application', text],
    ],
  ],
  ['new Decap, selection', (name, value) => new Decap(sink, { selection: nested(name, value) }), selection],
  ['new Select', (name, value) => new Select(sink, nested(name, value)), selection],
  [
    'new Select, options',
    (name, value) => new Select(sink, {}, nested(name, value)),
    [
      ['ports', ports],
      ['application', text],
      ['maxWaitingBytes', integer(0, null)],
    ],
  ],
  ['tunnelPorts', (_, value) => tunnelPorts(value as never), [['ports', furtherPorts]]],
  [
    'describePacket',
    (name, value) => describePacket(new DataView(new ArrayBuffer(9)), 0, 9, 9, 1, nested(name, value)),
    [['ports', ports]],
  ],
  [
    'new Reassembler',
    (name, value) => new Reassembler(nested(name, value)),
    [
      ['maxDatagrams', integer(1, null)],
      ['maxBytes', integer(1, null)],
      ['onGivenUp', call],
    ],
  ],
  [
    'prepare',
    (name, value) => prepare(nested(name, value, HOSTS)),
    [
      ['kind', oneOf('vxlan', 'vxlan-gbp', 'vxlan-gpe', 'geneve')],
      ['vni', { ...integer(0, 0xff_ffff), type: [...NO_NUMBER, undefined], good: [0, 0xff_ffff] }],
      [
        'source',
        {
          range: [...TEXT_RANGE, 2 ** 40, Number.NaN, new Uint8Array(5)],
          type: [undefined, null, {}, true],
          good: ['10.0.0.1', 1],
        },
      ],
      ['destination', { range: TEXT_RANGE, type: [undefined, null, {}, true], good: ['10.0.0.1', 1] }],
      [
        'sourcePort',
        { range: [-1, 65_536, Number.NaN, 1.5], type: ['1', null, true], good: [undefined, 0, { min: 1, max: 2 }] },
      ],
      ['destinationPort', integer(1, 65_535)],
      ['timeToLive', integer(0, 255)],
      ['dontFragment', { range: ['other'], type: [1, null, {}], good: [undefined, true, false, 'inherit'] }],
      ['dscp', { range: [64, -1, Number.NaN, 'other'], type: [null, true, {}], good: [undefined, 0, 63, 'inherit'] }],
      ['ecn', oneOf('normal', 'compatibility')],
      ['identification', integer(0, 65_535)],
      ['udpChecksum', oneOf('compute', 'zero')],
      ['flowLabel', { range: [2 ** 20, -1, 'other'], type: [null, true, {}], good: [undefined, 0, 'hash'] }],
      ['payload', { ...oneOf('ethernet'), good: [undefined, 'ethernet'] }],
    ],
  ],
  [
    'prepare, ethernet',
    (name, value) => prepare({ ...HOSTS, ethernet: nested(name, value, MACS) }),
    [
      ['source', { range: TEXT_RANGE, type: [undefined, null, {}, true], good: ['02:00:00:00:00:01', 1] }],
      [
        'destination',
        { range: [2 ** 48, Number.NaN], type: [undefined, null, {}, true], good: ['02:00:00:00:00:01', 1] },
      ],
      ['tags', tags],
    ],
  ],
  [
    'build',
    (name, value) =>
      build([
        ethernet(MACS),
        ipv4({
          source: '10.0.0.1',
          destination: '10.0.0.2',
          protocol: 253,
          ...(name === 'timeToLive' && { timeToLive: value as number }),
        }),
        payload(new Uint8Array(4)),
      ]),
    [['timeToLive', integer(0, 255)]],
  ],
  [
    'build, VXLAN',
    (_, value) => build([vxlan({ vni: value as number }), ethernet(MACS), ipv4({ ...HOSTS, protocol: 253 })]),
    [['vni', { ...integer(0, 0xff_ffff), good: [0, 0xff_ffff] }]],
  ],
  ...builderDoors(),
  [
    'build',
    (_, value) => build(value as never),
    [['parts', { range: [], type: [undefined, null, 'x', 1, {}, [null], [1]], good: [[]] }]],
  ],
  [
    'padding',
    (_, value) => padding(value as number),
    [['bytes', { ...integer(0, 65_535), type: [], good: [0, 65_535] }]],
  ],
  [
    'formatText',
    (name, value) => formatText(summary, nested(name, value, { color: false, top: 3 })),
    [
      ['color', flag],
      ['top', { ...count(0), good: [1, 5, Number.POSITIVE_INFINITY] }],
      ['width', count(0)],
      ['locate', { ...call, good: [undefined, String] }],
      ['draw', { ...call, good: [undefined, () => ['']] }],
    ],
  ],
  [
    'a report',
    (name, value) => {
      if (name === 'writeJson.summary') return writeJson(value as never, sink)
      return name === 'formatSarif.summary'
        ? formatSarif(value as never, '1')
        : formatText(value as never, { color: false, top: 3 })
    },
    ['formatText', 'formatSarif', 'writeJson'].map((name): [string, Kind] => [
      `${name}.summary`,
      { range: [], type: [undefined, null, 5, 'x', [], {}, { capture: null, findings: [] }], good: [summary] },
    ]),
  ],
  [
    'tableCsv',
    (name, value) =>
      name === 'table' ? tableCsv(summary, value as never) : tableCsv(summary, 'flows', nested(name, value)),
    [
      ['table', needed(oneOf('flows', 'vteps', 'vnis', 'macs'))],
      ['sort', oneOf('bytes', 'tcp.rttMs')],
      ['top', count(0)],
    ],
  ],
  ['tableJsonl', (_, value) => tableJsonl(summary, value as never), [['table', needed(oneOf('flows'))]]],
  ['tableParquet', (_, value) => tableParquet(summary, 'vnis', value as never), [['sink', needed(call)]]],
  ['formatSarif, version', (_, value) => formatSarif(summary, value as never), [['version', needed(text)]]],
  ['writeJson', (_, value) => writeJson(summary, value as never), [['write', { ...needed(call), good: [sink] }]]],
  [
    'packet',
    (name, value) => packet(nested(name, value)),
    [
      ['minTunnels', integer(0, 8)],
      ['maxTunnels', integer(0, 8)],
      [
        'linkTypes',
        { ...list(integer(0, 65_535), 1), range: [[], [-1], [Number.NaN], [65_536]], good: [undefined, [1]] },
      ],
    ],
  ],
  ...[capture, pcapCapture, pcapngCapture].map(
    (make): Door => [
      make.name,
      (name, value) => make(nested(name, value)),
      [
        ['maxRecords', { ...integer(0, 1_000_000), good: [undefined, 0, 3] }],
        ['packets', { range: [], type: [1, 'x', null, []], good: [undefined, packet()] }],
      ],
    ],
  ),
  [
    'mutated',
    (_, value) => mutated(fc.uint8Array(), value as number),
    [['most', { ...integer(1, null), good: [undefined, 1, 4] }]],
  ],
]

describe.each(DOORS)('%s', (_, open, options) => {
  /** What is thrown at once or later, `null` when nothing is. */
  async function thrown(name: string, value: unknown): Promise<Error | null> {
    try {
      await open(name, value)
      return null
    } catch (error) {
      return error as Error
    }
  }
  const said = (value: unknown): string =>
    JSON.stringify(value, (_, one) => (['bigint', 'number', 'undefined'].includes(typeof one) ? String(one) : one))

  it.each(options)('%s refuses what it cannot be', async (name, { range, type }) => {
    const last = name.split('.').at(-1)!
    for (const [values, kind] of [
      [range, RangeError],
      [type, TypeError],
    ] as const) {
      for (const value of values) {
        const error = await thrown(name, value)
        expect(error, `${name}: ${said(value)}`).toBeInstanceOf(kind)
        expect(error?.message, `${name}: ${said(value)}`).toContain(last)
        const one = Array.isArray(value) && value.length === 1 ? value[0] : value
        if (['number', 'boolean', 'undefined'].includes(typeof one)) expect(error?.message).toContain(String(one))
        if (typeof one === 'string') expect(error?.message).toContain(one)
      }
    }
  })

  it.each(options)('%s takes what it can be', async (name, { good }) => {
    for (const value of good) expect(await thrown(name, value), `${name}: ${said(value)}`).toBeNull()
  })
})

describe('a source', () => {
  const returns = (value: unknown): ByteSource => {
    let reads = 0
    return {
      async read(into) {
        if (reads++ > 0) return value as number
        into.set(HEADER)
        return HEADER.length
      },
    }
  }
  const doors: [string, (source: ByteSource) => Promise<unknown>][] = [
    ['Summarizer.read', (source) => new Summarizer().read('a', source)],
    [
      'Summarizer.readMerged',
      (source) => new Summarizer().readMerged([{ name: 'a', again: false, open: async () => source }]),
    ],
    ['decompressed', async (source) => new Summarizer().read('a', decompressed(source))],
  ]

  const others: [string, unknown, string][] = [
    ['a path', 'capture.pcap', 'fileSource(path)'],
    ['an URL', new URL('file:///capture.pcap'), 'fileSource(path)'],
    ['a Blob', new Blob(['x']), 'blobSource(blob)'],
    ['a File', new File(['x'], 'capture.pcap'), 'blobSource(blob)'],
    ['a stream of Node', new PassThrough(), 'streamSource(stream)'],
    ['a web stream', new Blob(['x']).stream(), 'webStreamSource(stream)'],
    ['a response', new Response('x'), 'webStreamSource(response.body)'],
    ['bytes', HEADER, 'bytesSource(bytes)'],
    ['a Buffer', Buffer.from('x'), 'bytesSource(bytes)'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'bytesSource(bytes)'],
    ['a promise of one', Promise.resolve(bytesSource(HEADER)), 'await this promise first'],
  ]
  it.each(others)('is not %s, and whoever gives that is told what makes one of it', async (_, value, words) => {
    expect(() => packets(value as ByteSource)).toThrow(TypeError)
    expect(() => packets(value as ByteSource)).toThrow(words)
    expect(() => decompressed(value as ByteSource)).toThrow(words)
    await expect(new Summarizer().read('a', value as ByteSource)).rejects.toThrow(words)
    await expect(batches(value as ByteSource).next()).rejects.toThrow(words)
  })

  it('may be a class of one’s own', async () => {
    class Own implements ByteSource {
      readonly #bytes = bytesSource(HEADER)
      read(into: Uint8Array): Promise<number> {
        return this.#bytes.read(into)
      }
    }
    await new Summarizer().read('a', new Own())
  })

  it.each(doors)('that reads what cannot be is refused by %s', async (_, open) => {
    for (const value of [Number.NaN, -1, 1.5, 1e9, Number.POSITIVE_INFINITY]) {
      await expect(open(returns(value)), String(value)).rejects.toThrow(RangeError)
      await expect(open(returns(value))).rejects.toThrow(`not ${value}`)
    }
    for (const value of [undefined, null, '5', {}, true]) await expect(open(returns(value))).rejects.toThrow(TypeError)
    await open(returns(0))
  })
})

describe('limits', () => {
  it('of no table are refused', () => {
    expect(() => new Summarizer({ limits: { flow: 5 } as SummarizeOptions['limits'] & object })).toThrow(/"flow"/)
  })
})

describe('a Summarizer', () => {
  const file = (): Uint8Array =>
    Uint8Array.from({ length: 24 }, (_, at) => [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][at] ?? (at === 20 ? 1 : 0))

  it('reads one capture at a time', async () => {
    const summarizer = new Summarizer()
    const first = summarizer.read('a.pcap', bytesSource(file()))
    await expect(summarizer.read('b.pcap', bytesSource(file()))).rejects.toThrow(/another capture is being read/)
    const input = { name: 'c.pcap', open: async () => bytesSource(file()), again: true }
    await expect(summarizer.readMerged([input])).rejects.toThrow(/another capture is being read/)
    await first
    await summarizer.read('b.pcap', bytesSource(file()))
    expect(summarizer.summary().capture.files.map(({ name }) => name)).toEqual(['a.pcap', 'b.pcap'])
  })

  it('goes on after a capture that it could not read', async () => {
    const summarizer = new Summarizer()
    await expect(summarizer.read('none', bytesSource(Uint8Array.of(1, 2, 3)))).rejects.toThrow()
    await summarizer.read('a.pcap', bytesSource(file()))
    expect(summarizer.summary().capture.files).toHaveLength(1)
  })

  it('refuses captures to be merged while it merges', async () => {
    const summarizer = new Summarizer()
    const input = { name: 'c.pcap', open: async () => bytesSource(file()), again: true }
    const merging = summarizer.readMerged([input])
    await expect(summarizer.readMerged([input])).rejects.toThrow(/another capture is being read/)
    await merging
  })
})
