/** Which files are mutated, and which tests must notice. */
import { fileNamed } from '../support/rooms.ts'

/** A source file and its tests, paths from the project root. */
export interface Target {
  readonly source: string
  readonly tests: readonly string[]
  /** Whether it is a table more than code: entries of its objects are mutated as well. */
  readonly isTable?: boolean
  /** What it is a module of, where that is one thing in several files: ten places for mutants are asked of the whole. */
  readonly subject?: string
}

/** A codec whose test has its name, and further tests of the same folder. */
function codec(name: string, ...more: string[]): Target {
  return {
    source: fileNamed('src/codecs', `${name}.ts`),
    tests: [name, ...more].map((test) => fileNamed('test/codecs', `${test}.test.ts`)),
  }
}

/** A codec some of whose numbers stand in registries. */
function registered(name: string): Target {
  return codec(name, 'constants')
}

/** The ground that all codecs share: their tests are its own, too. */
const GROUND = [
  'test/codecs/core/cursor.test.ts',
  'test/codecs/core/bytes.test.ts',
  'test/codecs/core/range.test.ts',
  'test/codecs/headers/vxlan.test.ts',
  'test/codecs/headers/ipv4.test.ts',
  'test/codecs/headers/arp.test.ts',
  'test/codecs/headers/igmp.test.ts',
]

const HEADERS: readonly Target[] = [
  registered('ethernet'),
  registered('llc'),
  registered('dot1q'),
  registered('arp'),
  registered('ipv4'),
  codec('ipv6'),
  codec('ipv6-extension'),
  registered('ipv6-options'),
  registered('ipv6-routing'),
  registered('ipv6-fragment'),
  codec('authentication'),
  codec('options', 'ipv4', 'tcp'),
  codec('udp'),
  registered('tcp'),
  registered('icmp'),
  registered('icmpv6'),
  registered('neighbor'),
  registered('igmp'),
  registered('vxlan'),
  registered('vxlan-gbp'),
  registered('vxlan-gpe'),
  registered('geneve'),
  registered('gre'),
  registered('sll'),
  codec('sll2'),
  registered('loopback'),
  ...[
    'cisco-hdlc',
    'cisco-metadata',
    'dsa',
    'dsa-brcm',
    'erspan-ii',
    'erspan-iii',
    'etag',
    'itag',
    'macsec',
    'mpacket',
    'mpls',
  ].map((name) => codec(name)),
  ...['nflog', 'ppp', 'pppoe', 'pseudowire', 'vntag'].map((name) => codec(name)),
  codec('checksum'),
  codec('address'),
]

/** What is said of a packet: expectations by hand alone, which must do without the digests. */
const DESCRIPTIONS = ['', '-headers', '-icmp', '-ip', '-link', '-tags', '-transport', '-tunnel'].map((part) =>
  fileNamed('test/codecs', `describe${part}.test.ts`),
)

/** Composition: one test file holds several modules. */
const COMPOSITION: readonly Target[] = [
  ...['encapsulate', 'encapsulation', 'decapsulate', 'entropy', 'ecn'].map((name) => ({
    source: fileNamed('src/codecs', `${name}.ts`),
    tests: ['test/codecs/build/encapsulate.test.ts', 'test/codecs/composition.test.ts'],
  })),
  ...['builder', 'builder-parts', 'builder-draft'].map((name) => ({
    source: fileNamed('src/codecs', `${name}.ts`),
    tests: ['test/codecs/build/builder.test.ts', 'test/codecs/composition.test.ts'],
    isTable: name === 'builder-parts',
  })),
  { source: 'src/codecs/build/builder-check.ts', tests: ['test/options.test.ts', 'test/codecs/build/builder.test.ts'] },
]

const WALK: readonly Target[] = [
  ...['cursor', 'bytes', 'copy', 'range'].map((name) => ({
    source: fileNamed('src/codecs', `${name}.ts`),
    tests: GROUND,
  })),
  codec('dissect', 'explain-fault'),
  codec('mpls-payload', 'dissect'),
  ...['walk-carriers', 'walk-link', 'walk-steps'].map((name) => ({
    source: fileNamed('src/codecs', `${name}.ts`),
    tests: ['test/codecs/walk/dissect.test.ts', 'test/analyzers/carriers.test.ts'],
  })),
  codec('explain-fault'),
  ...[
    '',
    '-carrier',
    '-extension',
    '-field',
    '-headers',
    '-icmp',
    '-ip',
    '-link',
    '-network',
    '-options',
    '-tags',
    '-transport',
    '-tree',
    '-tunnel',
  ].map((part) => ({
    source: fileNamed('src/codecs', `describe${part}.ts`),
    tests: DESCRIPTIONS,
    isTable: part === '-headers',
    // Neither codecs nor builders: one tree of a packet, in modules of which the smallest hold little but types.
    subject: 'describe',
  })),
]

/** What every eligible packet passes: one law holds it against the slow path. */
const FAST_PATH: readonly Target[] = ['packet-batch', 'fast-path', 'flow-cache-miss', 'path-key', 'paths'].map(
  (name) => ({
    source: fileNamed('src/analyzers', `${name}.ts`),
    tests: ['test/analyzers/fast-path-law.test.ts', 'test/analyzers/lookup/paths.test.ts'],
  }),
)

/** Everything that `npm run mutants` plants mutants in. */
export const TARGETS: readonly Target[] = [...HEADERS, ...COMPOSITION, ...WALK, ...FAST_PATH]
