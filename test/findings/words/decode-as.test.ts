/** Filters that need Wireshark told how to take a tunnel apart: the line to go with them, run as printed. */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/summary.ts'
import { findingsOf, HERE, ping } from '../../diagnosis/places.ts'
import { asFile } from '../../support/display-filters.ts'
import { bytes, ethernet, number, type Packet } from '../../support/packets.ts'
import { becauseOfTshark, TSHARK, tsharkFields } from '../../support/tshark.ts'

const LABEL = 24_001

/** Packets in an Ethernet pseudowire behind two labels, with a control word or without. */
const inPseudowire = (packets: readonly Packet[], hasControlWord: boolean): Packet[] => {
  const stack = [(16_001 << 12) | 62, (LABEL << 12) | 0x100 | 62].map((word) => number(word, 4))
  return packets.map((packet) => ({
    ...packet,
    bytes: ethernet(bytes(...stack, hasControlWord ? number(0, 4) : [], packet.bytes), { type: 0x8847 }),
  }))
}

/** Pings that nobody answers, beside others that are. */
const lost = (port = 4789): Packet[] =>
  Array.from({ length: 8 }, (_, n) => [
    ping(HERE, 'request', n, n * 1000, { port }),
    ...(n < 3 ? [ping(HERE, 'reply', n, n * 1000 + 1, { port })] : []),
  ]).flat()
const unanswered = (packets: readonly Packet[]): Finding =>
  findingsOf(packets).find(({ code }) => code === 'ECHO_UNANSWERED')!

/** The rules of the tshark line in a remedy. */
const rulesOf = ({ remedy }: Finding): string[] => [...remedy.matchAll(/-d ([^ )]+)/g)].map(([, rule]) => rule!)

describe('Decode As', () => {
  it('names the label of a pseudowire, and whether it has a control word', () => {
    expect(rulesOf(unanswered(inPseudowire(lost(), false)))).toEqual([`mpls.label==${LABEL},pwethnocw`])
    expect(rulesOf(unanswered(inPseudowire(lost(), true)))).toEqual([`mpls.label==${LABEL},pwethcw`])
    expect(rulesOf(unanswered(inPseudowire(lost(8472), true)))).toEqual([
      `mpls.label==${LABEL},pwethcw`,
      'udp.port==8472,vxlan',
    ])
  })

  it('says nothing where Wireshark finds the tunnel by itself', () => {
    expect(rulesOf(unanswered(lost()))).toEqual([])
    const labelled = lost().map((packet) => {
      const label = number((LABEL << 12) | 0x100 | 62, 4)
      return { ...packet, bytes: ethernet(bytes(label, packet.bytes.subarray(14)), { type: 0x8847 }) }
    })
    expect(rulesOf(unanswered(labelled))).toEqual([])
  })

  it.skipIf(TSHARK === undefined).each([false, true])(
    `makes the filter select what it names in a pseudowire, with a control word: %s${becauseOfTshark()}`,
    async (hasControlWord) => {
      const packets = inPseudowire(lost(), hasControlWord)
      const finding = unanswered(packets)
      await asFile(packets, async (file) => {
        const options = { filter: finding.displayFilter, decodeAs: rulesOf(finding) }
        const rows = await tsharkFields(file, ['frame.number'] as const, options)
        const selected = rows.map((row) => Number(row['frame.number']))
        expect(selected).toEqual(expect.arrayContaining(finding.packets))
      })
    },
  )
})
