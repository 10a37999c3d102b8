/** What the fuzzer feeds: mutated packets of every kind, and headers stacked deeper than any network does. */
import fc from 'fast-check'
import { type DescribedLayer, describePacket } from '../../src/codecs/describe/describe.ts'
import { type GeneratedPacket, mutatedPacket, packet, tunnelPacket } from '../../src/testing/index.ts'

/** The first byte behind the EtherType of each Ethernet header of a packet. */
function frameEnds(layers: readonly DescribedLayer[]): number[] {
  return layers.flatMap(({ name, offset, length, layers: inside }) => [
    ...(name === 'ethernet' ? [offset + length] : []),
    ...frameEnds(inside),
  ])
}

/** A tunnel packet one of whose frames has VLAN tags in front of what it carried. */
const tagged: fc.Arbitrary<GeneratedPacket> = fc
  .record({ from: tunnelPacket(), where: fc.nat(), tags: fc.integer({ min: 1, max: 11 }), cut: fc.option(fc.nat()) })
  .map(({ from, where, tags, cut }) => {
    const { bytes, wireLength, linkType } = from
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const ends = frameEnds(describePacket(view, 0, bytes.length, wireLength, linkType).layers)
    const at = (ends[where % ends.length] ?? 14) - 2
    const tag = Uint8Array.of(0x81, 0x00, 0x00, 0x01)
    const parts = [
      ...bytes.subarray(0, at),
      ...Array.from({ length: tags }, () => [...tag]).flat(),
      ...bytes.subarray(at),
    ]
    const whole = Uint8Array.from(parts)
    // The lengths around an inner frame no longer cover its end: what was there is cut.
    const kept = cut === null ? whole : whole.slice(0, at + 4 + (cut % (4 * tags)))
    return { bytes: kept, wireLength: kept.length, linkType }
  })

/** Headers that can stand in one another without end, with nothing inside. */
const REPEATED: readonly { first: number; unit: readonly number[] }[] = [
  { first: 0x8847, unit: [0, 6, 0x40, 64] },
  { first: 0x8847, unit: [0, 6, 0x41, 64, 0, 0, 0, 0, ...new Array<number>(12).fill(2), 0x88, 0x47] },
  { first: 0x8926, unit: [0, 1, 0, 2, 0x89, 0x26] },
  { first: 0x893f, unit: [0, 0, 0, 1, 0, 0, 0x89, 0x3f] },
  { first: 0x8909, unit: [1, 1, 0, 1, 0, 5, 0x89, 0x09] },
  { first: 0x88e7, unit: [0, 0, 0, 7, ...new Array<number>(12).fill(2), 0x88, 0xe7] },
  { first: 0xdada, unit: [0, 0, 0x40, 0, 0, 1, 0xda, 0xda] },
  { first: 0x88e5, unit: [0, 0, 0, 0, 0, 1, 0x88, 0xe5] },
  { first: 0x0800, unit: [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2] },
  { first: 0x0800, unit: [0x45, 0, 0, 0, 0, 0, 0, 0, 64, 47, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 8, 0] },
]

/** A frame of carriers in one another, more or fewer than are followed, cut anywhere. */
const stacked: fc.Arbitrary<GeneratedPacket> = fc
  .record({
    which: fc.constantFrom(...REPEATED),
    count: fc.integer({ min: 1, max: 20 }),
    end: fc.nat(),
    more: fc.constantFrom(0, 40, 300),
  })
  .map(({ which, count, end, more }) => {
    const head = [...new Array<number>(12).fill(2), which.first >> 8, which.first & 0xff]
    const whole = Uint8Array.from([...head, ...Array.from({ length: count }, () => which.unit).flat()])
    const bytes = end % 3 === 0 ? whole.slice(0, end % (whole.length + 1)) : whole
    return { bytes, wireLength: bytes.length + more, linkType: 1 }
  })

/** A tunnel packet cut anywhere, by the sender or by the snap length. */
const cut: fc.Arbitrary<GeneratedPacket> = fc
  .record({ from: packet({ maxTunnels: 3 }), where: fc.nat(), snapped: fc.boolean() })
  .map(({ from, where, snapped }) => {
    const bytes = from.bytes.slice(0, where % (from.bytes.length + 1))
    return { bytes, wireLength: snapped ? from.wireLength : bytes.length, linkType: from.linkType }
  })

/** A tunnel packet whose innermost headers are cut, the lengths around them made to fit: refused by themselves, not by IP. */
const shortened: fc.Arbitrary<GeneratedPacket> = fc
  .record({ from: tunnelPacket({ maxTunnels: 1 }), keep: fc.nat({ max: 24 }), snapped: fc.boolean() })
  .map(({ from, keep, snapped }) => {
    const { bytes, wireLength, linkType } = from
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const { layers } = describePacket(view, 0, bytes.length, wireLength, linkType)
    const last = lastHeader(layers)
    const kept = bytes.slice(0, Math.min(bytes.length, last + keep))
    return { bytes: kept, wireLength: snapped ? wireLength : kept.length, linkType }
  })

/** A tunnel packet with one byte of its innermost header changed, at the edges foremost. */
const edited: fc.Arbitrary<GeneratedPacket> = fc
  .record({
    from: tunnelPacket({ maxTunnels: 1 }),
    where: fc.nat({ max: 24 }),
    value: fc.oneof(fc.constantFrom(0, 1, 4, 0xff), fc.nat({ max: 255 })),
  })
  .map(({ from, where, value }) => {
    const { bytes, wireLength, linkType } = from
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const last = lastHeader(describePacket(view, 0, bytes.length, wireLength, linkType).layers)
    const changed = bytes.slice()
    changed[Math.min(bytes.length - 1, last + where)] = value
    return { bytes: changed, wireLength, linkType }
  })

/** What spoils a header of its own kind alone: bytes written over it from an offset on; `cut` ends the packet there. */
const SPOILED: Readonly<Record<string, { at: number; bytes: readonly number[]; cut?: boolean }>> = {
  // A total length below the header's, and headers without the I flag.
  ipv4: { at: 2, bytes: [0, 5] },
  vxlan: { at: 0, bytes: [0] },
  'vxlan-gbp': { at: 0, bytes: [0] },
  erspan: { at: 2, bytes: [], cut: true },
}

/** A tunnel packet one of whose headers is spoiled. */
const spoiled: fc.Arbitrary<GeneratedPacket> = fc
  .record({ from: fc.oneof(tunnelPacket({ maxTunnels: 1 }), packet({ maxTunnels: 1 })), which: fc.nat() })
  .map(({ from, which }) => {
    const { bytes, wireLength, linkType } = from
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const headers = allOf(describePacket(view, 0, bytes.length, wireLength, linkType).layers)
    const places = headers.filter(({ name }) => name in SPOILED)
    const place = places[which % Math.max(1, places.length)]
    if (place === undefined) return from
    const { at, bytes: written, cut: isCut } = SPOILED[place.name]!
    const changed = bytes.slice(0, isCut === true ? place.offset + at : bytes.length)
    if (place.offset + at + written.length <= changed.length) changed.set(written, place.offset + at)
    return { bytes: changed, wireLength: changed.length, linkType }
  })

function allOf(layers: readonly DescribedLayer[]): DescribedLayer[] {
  return layers.flatMap((layer) => [layer, ...allOf(layer.layers)])
}

/** Offset of the innermost header. */
function lastHeader(layers: readonly DescribedLayer[]): number {
  const headers = layers.filter(({ fields }) => fields.length > 0)
  const last = headers.at(-1)
  if (last === undefined) return 0
  return last.layers.length > 0 ? lastHeader(last.layers) : last.offset
}

/** Bytes without any sense. */
const noise: fc.Arbitrary<GeneratedPacket> = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 200, size: 'max' }),
    more: fc.nat({ max: 100 }),
    linkType: fc.constantFrom(1, 0, 9, 12, 50, 51, 101, 108, 113, 228, 229, 239, 274, 276, 281, 282, 284, 285),
  })
  .map(({ bytes, more, linkType }) => ({ bytes, wireLength: bytes.length + more, linkType }))

/** Packets for the fuzzer, mutated ones foremost. */
export const wildPacket: fc.Arbitrary<GeneratedPacket> = fc.oneof(
  { weight: 6, arbitrary: mutatedPacket(packet({ maxTunnels: 3 })) },
  { weight: 3, arbitrary: mutatedPacket(tunnelPacket({ maxTunnels: 1 })) },
  { weight: 2, arbitrary: cut },
  { weight: 1, arbitrary: shortened },
  { weight: 1, arbitrary: edited },
  { weight: 1, arbitrary: spoiled },
  { weight: 1, arbitrary: tagged },
  { weight: 1, arbitrary: mutatedPacket(tagged) },
  { weight: 1, arbitrary: stacked },
  { weight: 1, arbitrary: mutatedPacket(stacked) },
  { weight: 1, arbitrary: noise },
)
