/** Captures without a tunnel packet: what is encrypted is told from what only looks like it. */
import { describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import { asFile, selects } from '../support/display-filters.ts'
import * as made from '../support/packets.ts'
import { readOn } from '../support/parts.ts'
import { becauseOfTshark, TSHARK } from '../support/tshark.ts'

const VTEPS = { from: '10.0.0.1', to: '10.0.0.2' }

/** Bytes without a pattern, the same for the same seed. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed * 2_654_435_761 + 1
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state >>> 24
  })
}

const rounds = Array.from({ length: 8 }, (_, index) => index)
const overUdp = (payload: Uint8Array, from: number, to: number) =>
  made.ethernet(made.ipv4(made.udp(payload, from, to), VTEPS))

const esp = rounds.map((round) =>
  made.ethernet(
    made.ipv4(made.bytes(0xc0, 0xde, 0, 1, made.number(round + 1, 4), noise(120, round)), { ...VTEPS, protocol: 50 }),
  ),
)
const natTraversal = rounds.map((round) =>
  overUdp(made.bytes(0xc0, 0xde, 0, 1, made.number(round + 1, 4), noise(120, round)), 4500, 4500),
)
const wireGuard = rounds.map((round) =>
  overUdp(made.bytes(4, 0, 0, 0, noise(4, 1), round, new Uint8Array(7), noise(144, round)), 51_820, 41_000),
)
const macsec = rounds.map((round) =>
  made.ethernet(
    made.bytes(0x2c, 0, made.number(round + 1, 4), made.mac('02:00:00:00:00:01'), 0, 1, noise(150, round)),
    { type: 0x88e5 },
  ),
)
const plain = rounds.map((round) => made.ethernet(made.ipv4(made.tcp({ sequence: round }), { protocol: 6 })))

function seen(frames: readonly Uint8Array[]) {
  const packets = frames.map((bytes, index) => ({ bytes, ms: index * 10 }))
  const analysis = new Analysis()
  readOn(analysis, made.records(packets))
  const summary = finish(analysis, { rows: 10 })
  const findings = diagnose({ analysis, files: [], dropped: null, mtu: summary.mtu })
  return { packets, other: summary.tunnel.other, finding: findings.find(({ code }) => code === 'UNDERLAY_ENCRYPTED') }
}

describe('encrypted underlays', () => {
  const kinds: [name: string, frames: Uint8Array[], remedy: RegExp][] = [
    ['ESP', esp, /NFLOG/],
    ['ESP in UDP', natTraversal, /NFLOG/],
    ['WireGuard', wireGuard, /tcpdump -i wg0/],
    ['MACsec, encrypted', macsec, /tcpdump -i macsec0/],
  ]

  it.each(kinds)('%s: named, with the way to the capture point inside', (protocol, frames, remedy) => {
    const { other, finding } = seen(frames)
    expect(other).toEqual([{ protocol, packets: 8 }])
    expect(finding).toMatchObject({ severity: 'note', count: 8, packets: [1] })
    expect(finding!.remedy).toMatch(remedy)
  })

  it.skipIf(TSHARK === undefined).each(kinds)(`%s: the filter selects it${becauseOfTshark()}`, async (_, frames) => {
    const { packets, finding } = seen(frames)
    expect(await asFile(packets, (file) => selects(file, finding!.displayFilter))).toBe(8)
  })

  it('less than half of a capture is listed, and no finding', () => {
    const { other, finding } = seen([...plain, ...esp.slice(0, 3)])
    expect(other).toContainEqual({ protocol: 'ESP', packets: 3 })
    expect(finding).toBeUndefined()
  })

  it('beside a tunnel it is none', () => {
    const tunnel = made.vxlan(made.ethernet(made.ipv4(made.tcp({}), { protocol: 6 })))
    expect(seen([tunnel, ...esp]).finding).toBeUndefined()
  })

  const other: [name: string, frames: Uint8Array[]][] = [
    ['IKE at port 4500', rounds.map((round) => overUdp(made.bytes(0, 0, 0, 0, noise(80, round)), 4500, 4500))],
    ['keep-alives of NAT traversal', rounds.map(() => overUdp(made.bytes(0xff), 4500, 4500))],
    [
      'a first word like WireGuard’s',
      rounds.map((round) => overUdp(made.bytes(4, 0, 0, 0, noise(60, round)), 5000, 6000)),
    ],
    ['a MACsec tag that is cut', [made.ethernet(made.bytes(0x2c, 0, 0), { type: 0x88e5 })]],
    ['plain traffic', plain],
  ]
  it.each(other)('%s is not encrypted', (_, frames) => {
    expect(seen(frames).finding).toBeUndefined()
  })
})
