/** Inner packets that are cut: by a mirror on purpose, by the snap length, or by their sender. */
import { describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import * as made from '../support/packets.ts'
import { readOn } from '../support/parts.ts'

const A = { from: '192.168.0.1', to: '192.168.0.2', protocol: 6 }
const B = { from: '192.168.0.2', to: '192.168.0.1', protocol: 6 }

/** Request and answer of a conversation, the answer cut to `length` bytes of inner frame. */
function frames(length: number): made.Packet['bytes'][] {
  return [0, 1, 2].flatMap((round) => [
    made.ethernet(made.ipv4(made.tcp({ payload: 20, sequence: round * 20 }), A)),
    made
      .ethernet(made.ipv4(made.tcp({ from: 80, to: 40_000, payload: 1200, sequence: round * 1200 }), B))
      .slice(0, length),
  ])
}

function findings(packets: readonly made.Packet[]) {
  const analysis = new Analysis()
  readOn(analysis, made.records(packets))
  return diagnose({ analysis, files: [], dropped: null, mtu: finish(analysis, { rows: 10 }).mtu })
}

const codes = (packets: readonly made.Packet[]) => findings(packets).map(({ code }) => code)

describe('cut inner packets', () => {
  for (const length of [128, 200, 600]) {
    const mirrored = frames(length).map((frame, index) => ({ bytes: made.vxlan(frame), ms: index }))

    it(`a mirror that cuts to ${length} bytes says so, and is no error of a guest`, () => {
      const found = findings(mirrored)
      expect(found.map(({ code }) => code)).not.toContain('INNER_TRUNCATED')
      expect(found.find(({ code }) => code === 'MIRROR_SESSION')?.observed).toContain('3 frames are truncated')
    })

    it(`nor are its first packets, which do not show a mirror yet (${length} bytes)`, () => {
      for (const few of [1, 2, 3]) expect(codes(mirrored.slice(0, few))).not.toContain('INNER_TRUNCATED')
    })

    it(`a sender that cuts to ${length} bytes while answers come back is an error`, () => {
      const back = { from: '10.0.0.2', to: '10.0.0.1' }
      const both = frames(length).map((frame, index) => ({
        bytes: made.vxlan(frame, index % 2 === 0 ? back : {}),
        ms: index,
      }))
      expect(codes(both)).toContain('INNER_TRUNCATED')
      const snapped = both.map((packet) => ({
        ...packet,
        bytes: packet.bytes.slice(0, 96),
        wireLength: packet.bytes.length,
      }))
      expect(codes(snapped)).not.toContain('INNER_TRUNCATED')
    })
  }

  it('a mirror that cuts nothing has nothing to say of cuts', () => {
    const found = findings(frames(2000).map((frame, index) => ({ bytes: made.vxlan(frame), ms: index })))
    expect(found.find(({ code }) => code === 'MIRROR_SESSION')?.observed).not.toContain('cut')
  })
})
