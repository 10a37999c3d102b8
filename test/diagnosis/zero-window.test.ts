/** Zero-window probes of connections that the capture entered in the middle are no retransmissions. */
import { describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import * as made from '../support/packets.ts'
import { readOn } from '../support/parts.ts'

function codes(packets: readonly made.Packet[]): string[] {
  const analysis = new Analysis()
  readOn(analysis, made.records(packets))
  const mtu = finish(analysis, { rows: 10 }).mtu
  return diagnose({ analysis, files: [], dropped: null, mtu }).map(({ code }) => code)
}

let identification = 1

function packet(ms: number, options: made.SegmentOptions, from: string, to: string): made.Packet {
  const inner = made.ethernet(made.ipv4(made.tcp(options), { from, to, protocol: 6, id: identification++ }))
  return { ms, bytes: made.vxlan(inner) }
}

/** Probes of `size` bytes, each answered with `window`, until it opens and their bytes come again with what follows. */
function probed(size: number, window: number): made.Packet[] {
  const sent = (ms: number, payload: number) =>
    packet(ms, { from: 40_000, to: 80, sequence: 1000, payload, acknowledgment: 1 }, '192.168.0.1', '192.168.0.2')
  const answer = (ms: number, left: number) =>
    packet(ms, { from: 80, to: 40_000, sequence: 1, acknowledgment: 1000, window: left }, '192.168.0.2', '192.168.0.1')
  const probes = [0, 400, 1200].flatMap((ms) => [sent(ms, size), answer(ms + 1, window)])
  return [...probes, answer(3000, 5000), sent(3001, 1000)]
}

describe('zero-window probes without a handshake in the capture', () => {
  for (const size of [1, 8]) {
    for (const from of [0, 1, 4, 5])
      it(`of ${size} bytes are no retransmissions, entered at packet ${from}`, () => {
        expect(codes(probed(size, 0).slice(from))).not.toContain('RETRANSMISSIONS')
      })

    it(`the same ${size} bytes again at an open window are`, () => {
      expect(codes(probed(size, 5000))).toContain('RETRANSMISSIONS')
    })
  }
})
