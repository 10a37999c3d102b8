/** What is said of a thousand packets, whole, cut and damaged, changes only on purpose: `npx vitest -u` takes new digests over. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { build } from '../../src/codecs/build/builder.ts'
import { describePacket } from '../../src/codecs/describe/describe.ts'
import { LinkType } from '../../src/codecs/link/linktype.ts'
import { generatedParts } from '../support/generated-packets.ts'
import { Random } from '../support/random.ts'

/** Families of BSD loopback headers: IPv4, the IPv6 of three systems, and none. */
const FAMILIES = [2, 24, 28, 30, 99]

function said(bytes: Uint8Array, captured: number, wire: number, linkType: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return JSON.stringify(describePacket(view, 0, captured, wire, linkType))
}

function behind(header: readonly number[], packet: Uint8Array): Uint8Array {
  return Uint8Array.from([...header, ...packet])
}

it.each(Array.from({ length: 20 }, (_, group) => group))('says of packets %d what it said', (group) => {
  const random = new Random(1000 + group)
  const digest = createHash('sha256')
  for (let i = 0; i < 50; i++) {
    const { bytes } = build(generatedParts(random))
    const { length } = bytes
    digest.update(said(bytes, length, length, LinkType.Ethernet))
    for (const eighth of [1, 2, 3, 4, 5, 6, 7]) {
      const cut = Math.floor((length * eighth) / 8)
      digest.update(said(bytes, cut, length, LinkType.Ethernet))
      digest.update(said(bytes, cut, cut, LinkType.Ethernet))
    }
    const wild = bytes.slice()
    for (let flips = 0; flips < 4; flips++) {
      const at = random.below(length)
      wild[at] = wild[at]! ^ (1 << random.below(8))
      digest.update(said(wild, length, length, LinkType.Ethernet))
    }
    for (const family of FAMILIES) {
      digest.update(said(behind([family, 0, 0, 0], bytes.subarray(14)), length - 10, length - 10, LinkType.Null))
      digest.update(said(behind([0, 0, 0, family], bytes.subarray(14)), length - 10, length - 10, LinkType.Loop))
    }
    digest.update(said(bytes.subarray(14).slice(), length - 14, length - 14, LinkType.Raw))
  }
  expect(digest.digest('hex')).toMatchSnapshot()
})
