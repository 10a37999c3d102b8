/** Which files are mutated, and which tests must notice. */

/** A source file and its tests, paths from the project root. */
export interface Target {
  readonly source: string
  readonly tests: readonly string[]
}

function codec(name: string, ...more: string[]): Target {
  return { source: `src/codecs/${name}.ts`, tests: [name, ...more].map((test) => `test/codecs/${test}.test.ts`) }
}

/** The ground that all codecs share has no test of its own: theirs are. */
const GROUND = [
  'test/codecs/vxlan.test.ts',
  'test/codecs/ipv4.test.ts',
  'test/codecs/arp.test.ts',
  'test/codecs/igmp.test.ts',
]

const HEADERS: readonly Target[] = [
  codec('ethernet'),
  codec('llc'),
  codec('dot1q'),
  codec('arp'),
  codec('ipv4'),
  codec('ipv6'),
  codec('ipv6-extension'),
  codec('ipv6-options'),
  codec('ipv6-routing'),
  codec('ipv6-fragment'),
  codec('authentication'),
  codec('options', 'ipv4', 'tcp'),
  codec('udp'),
  codec('tcp'),
  codec('icmp'),
  codec('icmpv6'),
  codec('neighbor'),
  codec('igmp'),
  codec('vxlan'),
  codec('vxlan-gbp'),
  codec('vxlan-gpe'),
  codec('geneve'),
  codec('gre'),
  codec('sll'),
  codec('sll2'),
  codec('loopback'),
  codec('checksum'),
  codec('address'),
]

/** Composition: one test file holds several modules. */
const COMPOSITION: readonly Target[] = [
  ...['encapsulate', 'encapsulation', 'decapsulate', 'entropy', 'ecn'].map((name) => ({
    source: `src/codecs/${name}.ts`,
    tests: ['test/codecs/encapsulate.test.ts'],
  })),
  ...['builder', 'builder-parts', 'builder-draft'].map((name) => ({
    source: `src/codecs/${name}.ts`,
    tests: ['test/codecs/builder.test.ts'],
  })),
]

const WALK: readonly Target[] = [
  ...['cursor', 'bytes', 'range'].map((name) => ({ source: `src/codecs/${name}.ts`, tests: GROUND })),
  {
    source: 'src/codecs/dissect.ts',
    tests: ['test/testing/arbitraries.test.ts', 'test/codecs/explain-fault.test.ts', 'test/codecs/describe.test.ts'],
  },
  codec('explain-fault', 'describe'),
  codec('describe'),
  codec('describe-field', 'describe'),
  codec('describe-options', 'describe'),
]

/** Everything that `npm run mutants` plants mutants in. */
export const TARGETS: readonly Target[] = [...HEADERS, ...COMPOSITION, ...WALK].map(({ source, tests }) => ({
  source,
  // A file of the shared tests may be missing where a module is tested through another one alone.
  tests: [...new Set(tests)],
}))
