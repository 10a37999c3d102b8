/** Mutants that no test can notice, because nothing that can be observed changes. Each needs its reason. */

/** One mutant that survives rightly. */
export interface Equivalent {
  /** Path of the source from the project root. */
  readonly source: string
  /** The line as it is, without indentation. */
  readonly code: string
  /** The change, as the report prints it. */
  readonly change: string
  /** Why nothing changes. */
  readonly reason: string
}

export const EQUIVALENTS: readonly Equivalent[] = [
  {
    source: 'src/codecs/core/cursor.ts',
    code: 'if (this.end > wireEnd) this.end = wireEnd',
    change: '> → >=',
    reason: 'the two are the same when they are equal',
  },
  {
    source: 'src/codecs/walk/dissect.ts',
    code: 'if (cursor.end > payloadEnd) cursor.end = payloadEnd',
    change: '> → >=',
    reason: 'the two are the same when they are equal',
  },
  {
    source: 'src/codecs/core/address.ts',
    code: 'if (lastColon < 0 || tail < 0) return undefined',
    change: '< → <=',
    reason: 'a text whose only colon is its first character is refused a few lines further down as well',
  },
  ...[
    [
      'if (next > cursor.end || cursor.view.getUint8(at + VERSION_IHL) !== PLAIN) return enterUnusual(cursor)',
      '> → >=',
    ],
    ['if (wireEnd < next || wireEnd > cursor.wireEnd) return enterUnusual(cursor)', '< → <='],
    ['if (wireEnd < next || wireEnd > cursor.wireEnd) return enterUnusual(cursor)', '> → >='],
    [
      'if (wireEnd < next || wireEnd > cursor.wireEnd) return enterUnusual(cursor)',
      'wireEnd < next || wireEnd > cursor.wireEnd → true',
    ],
    [
      'if (next > cursor.end || cursor.view.getUint8(at + VERSION_IHL) !== PLAIN) return enterUnusual(cursor)',
      'next > cursor.end || cursor.view.getUint8(at + VERSION_IHL) !== PLAIN → true',
    ],
  ].map(([code = '', change = '']) => ({
    source: 'src/codecs/headers/ipv4.ts',
    code,
    change,
    reason: 'more headers take the way of the unusual ones, which comes to the same',
  })),
  {
    source: 'src/codecs/headers/ipv4.ts',
    code: 'if (cursor.end > wireEnd) cursor.end = wireEnd',
    change: '> → >=',
    reason: 'the two are the same when they are equal',
  },
  ...[
    ['const FEW = 64', '64 → 65'],
    ['if (length > FEW) new Uint8Array(view.buffer, view.byteOffset + at, length).set(value)', '> → >='],
    ['if (length > FEW) new Uint8Array(view.buffer, view.byteOffset + at, length).set(value)', 'length > FEW → true'],
    ['if (length > FEW) new Uint8Array(view.buffer, view.byteOffset + at, length).set(value)', 'length > FEW → false'],
  ].map(([code = '', change = '']) => ({
    source: 'src/codecs/core/bytes.ts',
    code,
    change,
    reason: 'either way the same bytes are written, in another time',
  })),
  ...[
    ['for (; i <= length - 16; i += 16) {', '16 → 17'],
    ['for (; i <= length - 16; i += 16) {', '<= → <'],
    ['for (; i <= length - 4; i += 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)', '4 → 5'],
    ['for (; i <= length - 4; i += 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)', '<= → <'],
    [
      'if (distance !== 0 || from.buffer !== to.buffer) copyForwards(from, at, length, to, toAt)',
      'distance !== 0 || from.buffer !== to.buffer → true',
    ],
    ['if (distance <= 0 || distance >= length) {', '>= → >'],
  ].map(([code = '', change = '']) => ({
    source: 'src/codecs/core/copy.ts',
    code,
    change,
    reason: 'the same bytes are copied, in smaller steps, the other way round, or onto themselves',
  })),
  {
    source: 'src/codecs/build/encapsulate.ts',
    code: "if (cursor.end - cursor.position < total) checkRoom('encapsulation', cursor, total)",
    change: '< → <=',
    reason: 'checkRoom asks again before it refuses',
  },
  {
    source: 'src/codecs/headers/ipv6-fragment.ts',
    code: "checkLength('ipv6-fragment.fragmentOffset', header.fragmentOffset, 8, 0xfff8)",
    change: '0xfff8 → 65529',
    reason: 'the next multiple of 8 is beyond both',
  },
  {
    source: 'src/codecs/link/loopback.ts',
    code: 'return view.getUint16(at + WORD) !== 0 && view.getUint16(at + WORD + 2, true) === 0',
    change: 'true → false',
    reason: 'zero is zero in either byte order',
  },
  {
    source: 'src/codecs/build/builder-draft.ts',
    code: 'totalLength: 0,',
    change: '0 → 1',
    reason: 'a total length that is not given is filled in afterwards, whatever stood there',
  },
  {
    source: 'src/codecs/build/builder.ts',
    code: 'let value = 0',
    change: '0 → 1',
    reason: 'every layer that leaves its checksum open has a case that sets the value',
  },
  {
    source: 'src/codecs/build/builder.ts',
    code: 'let offset = 0',
    change: '0 → 1',
    reason: 'every layer that leaves its checksum open has a case that sets the offset',
  },
  {
    source: 'src/codecs/build/encapsulation.ts',
    code: 'udp.encode(cursor, udp.header(Math.max(0, this.sourcePort), destinationPort, 0))',
    change: '0 → 1',
    reason: 'a source port that is not given is written into every packet, over that of the template',
  },
  {
    source: 'src/codecs/build/entropy.ts',
    code: 'const h = mix(mix(ends, protocol), 0x5bd1_e995)',
    change: '0x5bd1_e995 → 1540483478',
    reason: 'no value of the hash is promised; another constant mixes as well',
  },
  {
    source: 'src/codecs/describe/describe-field.ts',
    code: "const number = kind === 'bytes' ? 0 : readNumber(view, position, info)",
    change: '0 → 1',
    reason: 'raw bytes have no number: what is said of them is read in place',
  },
  {
    source: 'src/codecs/describe/describe-options.ts',
    code: 'if (checksum !== undefined && reserved1 !== undefined) {',
    change: '&& → ||',
    reason: 'one flag announces both',
  },
  ...[
    ['const BOUNDLESS = 0x3fff_ffff', '0x3fff_ffff → 1073741824'],
    ['cursor.wireEnd = cursor.position + BOUNDLESS', '+ → *'],
  ].map(([code = '', change = '']) => ({
    source: 'src/codecs/describe/describe-tree.ts',
    code,
    change,
    reason: 'either way the end is farther away than any error can quote',
  })),
  {
    source: 'src/analyzers/fast-path/flow-cache-miss.ts',
    code: 'const MOST_ROWS = 5',
    change: '5 → 6',
    reason: 'where tables are nearly full one more packet takes the slow path, which comes to the same',
  },
  {
    source: 'src/analyzers/fast-path/flow-cache-miss.ts',
    code: 'if (!isHostKnown) this.resolver.insertHost(o, batch.keys, key, macAtVtepRow)',
    change: 'this.resolver.insertHost(o, batch.keys, key, macAtVtepRow) → ;',
    reason: 'a cache: what it does not hold is looked up in the tables',
  },
  ...['#isKept = false', 'this.#isKept = false'].map((code) => ({
    source: 'src/analyzers/lookup/paths.ts',
    code,
    change: 'false → true',
    reason: 'it is set by every look-up, and asked for after one only',
  })),
]
