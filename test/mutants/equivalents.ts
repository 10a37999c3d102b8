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
    source: 'src/codecs/cursor.ts',
    code: 'if (this.end > wireEnd) this.end = wireEnd',
    change: '> → >=',
    reason: 'the two are the same when they are equal',
  },
  {
    source: 'src/codecs/address.ts',
    code: 'if (lastColon < 0 || tail < 0) return undefined',
    change: '< → <=',
    reason: 'a text whose only colon is its first character is refused a few lines further down as well',
  },
  {
    source: 'src/codecs/ipv6-fragment.ts',
    code: "checkLength('ipv6-fragment.fragmentOffset', header.fragmentOffset, 8, 0xfff8)",
    change: '0xfff8 → 65529',
    reason: 'the next multiple of 8 is beyond both',
  },
  {
    source: 'src/codecs/loopback.ts',
    code: 'return view.getUint16(at + WORD) !== 0 && view.getUint16(at + WORD + 2, true) === 0',
    change: 'true → false',
    reason: 'zero is zero in either byte order',
  },
  {
    source: 'src/codecs/builder-draft.ts',
    code: 'totalLength: 0,',
    change: '0 → 1',
    reason: 'a total length that is not given is filled in afterwards, whatever stood there',
  },
  {
    source: 'src/codecs/builder.ts',
    code: 'let value = 0',
    change: '0 → 1',
    reason: 'every layer that leaves its checksum open has a case that sets the value',
  },
  {
    source: 'src/codecs/builder.ts',
    code: 'let offset = 0',
    change: '0 → 1',
    reason: 'every layer that leaves its checksum open has a case that sets the offset',
  },
  {
    source: 'src/codecs/encapsulation.ts',
    code: 'udp.encode(cursor, udp.header(Math.max(0, this.sourcePort), destinationPort, 0))',
    change: '0 → 1',
    reason: 'a source port that is not given is written into every packet, over that of the template',
  },
  {
    source: 'src/codecs/entropy.ts',
    code: 'const h = mix(mix(ends, protocol), 0x5bd1_e995)',
    change: '0x5bd1_e995 → 1540483478',
    reason: 'no value of the hash is promised; another constant mixes as well',
  },
]
