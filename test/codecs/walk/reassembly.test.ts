/** Fragments to datagrams: order, overlaps, duplicates, holes, time and bounds; against a plain model with random fragments. */
import { describe, expect, it } from 'vitest'
import { verifyIpv4Header } from '../../../src/codecs/core/checksum.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { Layers } from '../../../src/codecs/walk/layers.ts'
import {
  type Joined,
  LIFETIME_IPV4,
  LIFETIME_IPV6,
  MAX_FRAGMENTS,
  Reassembler,
} from '../../../src/codecs/walk/reassembly.ts'
import { random } from '../../capture/files.ts'
import { bytes, ipv4, ipv6, number } from '../../support/packets.ts'

const PORTS = tunnelPorts()
const layers = new Layers()

/** Bytes that tell where they are from: no two eight-byte units of a datagram are alike. */
const payloadOf = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 3) * 13 + seed * 101) & 0xff)

interface FragmentOptions {
  id?: number
  from?: string
  seconds?: number
  nanoseconds?: number
  scope?: number
  /** Bytes of the record that were captured. */
  captured?: number
  number?: number
}

let numbers = 0

/** Hands one packet over. */
function take(reassembler: Reassembler, packet: Uint8Array, options: FragmentOptions = {}): Joined | null {
  const { seconds = 0, nanoseconds = 0, scope = 0, captured = packet.length } = options
  const view = new DataView(packet.slice().buffer)
  dissect(layers, view, 0, captured, packet.length, 101, PORTS)
  expect(layers.outerIp.isFragment).toBe(true)
  return reassembler.add(layers, scope, options.number ?? ++numbers, seconds, nanoseconds)
}

/** An IPv4 fragment with bytes `start` to `end` of a payload. */
function fragment4(
  payload: Uint8Array,
  start: number,
  end = payload.length,
  { id = 1, from = '10.0.0.1' }: FragmentOptions = {},
) {
  const moreFragments = end < payload.length
  return ipv4(payload.slice(start, end), { from, to: '10.0.0.2', id, offset: start, moreFragments })
}

/** The same over IPv6, with an extension header in front if asked. */
function fragment6(
  payload: Uint8Array,
  start: number,
  end = payload.length,
  options: { id?: number; routing?: boolean } = {},
) {
  const { id = 1, routing = false } = options
  const more = end < payload.length ? 1 : 0
  const fragment = bytes(17, 0, number(start | more, 2), number(id, 4), payload.slice(start, end))
  const body = routing ? bytes(44, 0, 4, 0, 0, 0, 0, 0, fragment) : fragment
  return ipv6(body, { from: 'fd00::1', to: 'fd00::2', protocol: routing ? 43 : 44 })
}

const dataOf = (joined: Joined | null, header = 20): Uint8Array =>
  joined === null ? new Uint8Array(0) : new Uint8Array(joined.view.buffer, header)

describe('IPv4', () => {
  const payload = payloadOf(3000)

  it('joins fragments in order into the packet that was', () => {
    const reassembler = new Reassembler()
    expect(take(reassembler, fragment4(payload, 0, 1480), { number: 5 })).toBeNull()
    const joined = take(reassembler, fragment4(payload, 1480), { number: 9 })
    expect(dataOf(joined)).toEqual(payload)
    expect(joined).toMatchObject({ capturedLength: 3020, wireLength: 3020, numbers: [5, 9] })
    const { view } = joined!
    expect(new Uint8Array(view.buffer, 0, 20)).toEqual(
      ipv4(payload, { from: '10.0.0.1', to: '10.0.0.2', id: 1 }).subarray(0, 20),
    )
    expect(verifyIpv4Header(view, 0, 20)).toBe(0)
    expect(reassembler.counts).toMatchObject({
      fragments: 2,
      datagrams: 1,
      reassembled: 1,
      outOfOrder: 0,
      duplicates: 0,
    })
    expect([reassembler.pending, reassembler.bytes]).toEqual([0, 0])
  })

  it('joins them in any order', () => {
    const pieces = [fragment4(payload, 0, 800), fragment4(payload, 800, 1600), fragment4(payload, 1600)]
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const reassembler = new Reassembler()
      const [first, second, third] = order.map((index) => take(reassembler, pieces[index]!))
      expect([first, second]).toEqual([null, null])
      expect(dataOf(third!)).toEqual(payload)
    }
  })

  it('counts a fragment that comes twice, and takes it once', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480))
    expect(take(reassembler, fragment4(payload, 0, 1480))).toBeNull()
    expect(dataOf(take(reassembler, fragment4(payload, 1480)))).toEqual(payload)
    expect(reassembler.counts).toMatchObject({ duplicates: 1, overlapping: 0, reassembled: 1 })
  })

  it('lets the bytes that came first stand where fragments overlap', () => {
    const other = payloadOf(3000, 1)
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 800, 1600))
    take(reassembler, fragment4(other, 0, 1200))
    const joined = take(reassembler, fragment4(other, 1200))
    const mixed = other.slice()
    mixed.set(payload.subarray(800, 1600), 800)
    expect(dataOf(joined)).toEqual(mixed)
    expect(reassembler.counts).toMatchObject({ overlapping: 2, duplicates: 0, reassembled: 1 })
  })

  it('counts a second claim to the same bytes as an overlap when it differs', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480))
    take(reassembler, fragment4(payloadOf(3000, 1), 0, 1480))
    expect(dataOf(take(reassembler, fragment4(payload, 1480)))).toEqual(payload)
    expect(reassembler.counts).toMatchObject({ overlapping: 1, duplicates: 0 })
  })

  it('waits for a hole, however much else is there', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 800))
    expect(take(reassembler, fragment4(payload, 1600))).toBeNull()
    reassembler.finish()
    expect(reassembler.counts).toMatchObject({ datagrams: 1, reassembled: 0 })
    expect(reassembler.incomplete).toBe(1)
  })

  it('keeps apart what has another source, identification or scope', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480))
    expect(take(reassembler, fragment4(payload, 1480, undefined, { id: 2 }))).toBeNull()
    expect(take(reassembler, fragment4(payload, 1480, undefined, { from: '10.0.0.3' }))).toBeNull()
    expect(take(reassembler, fragment4(payload, 1480), { scope: 1 })).toBeNull()
    expect(take(reassembler, fragment4(payload, 1480))).not.toBeNull()
    expect(reassembler.counts).toMatchObject({ datagrams: 4, reassembled: 1 })
  })

  it(`gives up after ${LIFETIME_IPV4} seconds, to the nanosecond, and when time runs backwards as far`, () => {
    for (const [seconds, nanoseconds, whole] of [
      [LIFETIME_IPV4, 0, true],
      [LIFETIME_IPV4, 1, false],
      [-LIFETIME_IPV4, 0, true],
      [-LIFETIME_IPV4 - 1, 999_999_999, false],
    ] as const) {
      const given: number[] = []
      const reassembler = new Reassembler({ onGivenUp: (serial) => given.push(serial) })
      take(reassembler, fragment4(payload, 0, 1480))
      expect(take(reassembler, fragment4(payload, 1480), { seconds, nanoseconds }) !== null).toBe(whole)
      expect(given).toEqual(whole ? [] : [1])
      expect(reassembler.counts.expired).toBe(whole ? 0 : 1)
    }
  })

  it('waits for a fragment without a time', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480), { seconds: 1000 })
    expect(take(reassembler, fragment4(payload, 1480), { nanoseconds: -1 })).not.toBeNull()
  })

  it('carries the cut of a snap length over', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480), { captured: 120 })
    const joined = take(reassembler, fragment4(payload, 1480))
    expect(joined).toMatchObject({ capturedLength: 120, wireLength: 3020 })
    expect(dataOf(joined)).toEqual(payload.subarray(0, 100))
  })

  it('a cut in a later fragment leaves what comes before it', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 1480), { captured: 20 + 40 })
    const joined = take(reassembler, fragment4(payload, 0, 1480))
    expect(joined).toMatchObject({ capturedLength: 20 + 1520, wireLength: 3020 })
    expect(dataOf(joined)).toEqual(payload.subarray(0, 1520))
  })

  it('discards a datagram that has two ends, or bytes behind its end', () => {
    for (const contradiction of [fragment4(payloadOf(2000), 1600), fragment4(payloadOf(5000), 3200, 4000)]) {
      const reassembler = new Reassembler()
      take(reassembler, fragment4(payload, 1480))
      take(reassembler, contradiction)
      expect(take(reassembler, fragment4(payload, 0, 1480))).toBeNull()
      expect(reassembler.counts).toMatchObject({ discarded: 1, reassembled: 0, datagrams: 1 })
    }
  })

  it('refuses what reaches beyond the largest datagram', () => {
    const reassembler = new Reassembler()
    expect(take(reassembler, ipv4(payloadOf(64), { id: 3, offset: 65_528, moreFragments: false }))).toBeNull()
    expect(reassembler.counts).toMatchObject({ malformed: 1, datagrams: 0 })
    expect(reassembler.serial).toBe(0)
  })

  it('refuses a datagram whose length field could not state it', () => {
    const reassembler = new Reassembler()
    const large = payloadOf(65_530)
    take(reassembler, fragment4(large, 0, 32_000))
    expect(take(reassembler, fragment4(large, 32_000))).toBeNull()
    expect(reassembler.counts).toMatchObject({ discarded: 1, reassembled: 0 })
    expect(reassembler.bytes).toBe(0)
  })

  it('cuts what does not fill eight bytes, and refuses what is then empty', () => {
    const reassembler = new Reassembler()
    take(reassembler, ipv4(payload.slice(0, 1485), { from: '10.0.0.1', to: '10.0.0.2', id: 1, moreFragments: true }))
    expect(dataOf(take(reassembler, fragment4(payload, 1480)))).toEqual(payload)
    expect(take(reassembler, ipv4(payload.slice(0, 7), { id: 9, moreFragments: true }))).toBeNull()
    expect(reassembler.counts.malformed).toBe(1)
  })

  it('tells a copy that comes after its datagram is whole', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480))
    expect(reassembler.previous).toBe(0)
    take(reassembler, fragment4(payload, 1480))
    take(reassembler, fragment4(payload, 1480), { nanoseconds: 5_000_000 })
    expect([reassembler.serial, reassembler.previous]).toEqual([2, 1])
    take(reassembler, fragment4(payload, 1480), { seconds: 1, nanoseconds: 1 })
    expect(reassembler.previous).toBe(0)
  })

  it('knows no copy of a datagram in more fragments than it keeps digests of', () => {
    const isCopy = (count: number): boolean => {
      const reassembler = new Reassembler()
      const bytes = payloadOf(8 * count)
      for (let at = 0; at < bytes.length; at += 8) take(reassembler, fragment4(bytes, at, at + 8))
      expect(reassembler.counts.reassembled).toBe(1)
      take(reassembler, fragment4(bytes, 0, 8))
      reassembler.finish()
      return reassembler.counts.datagrams === 1
    }
    expect([isCopy(48), isCopy(49)]).toEqual([true, false])
  })

  it('joins random fragments as a byte-by-byte model does', () => {
    const next = random(7)
    for (let round = 0; round < 60; round++) {
      const length = 200 + Math.floor(next() * 3000)
      const model: (number | undefined)[] = new Array(length).fill(undefined)
      const reassembler = new Reassembler()
      let joined: Joined | null = null
      let hasFirst = false
      let hasLast = false
      for (let step = 0; step < 400 && joined === null; step++) {
        const start = Math.floor((next() * length) / 8) * 8
        const end = Math.min(length, start + 8 * (1 + Math.floor(next() * 40)))
        const source = payloadOf(length, Math.floor(next() * 3))
        joined = take(reassembler, fragment4(source, start, end))
        for (let i = start; i < end; i++) model[i] ??= source[i]
        if (start === 0) hasFirst = true
        if (end === length) hasLast = true
        const isWhole = hasFirst && hasLast && model.every((byte) => byte !== undefined)
        if (reassembler.counts.discarded > 0) break
        expect(joined !== null).toBe(isWhole)
      }
      if (joined !== null) expect([...dataOf(joined)]).toEqual(model)
    }
  })
})

describe('IPv6', () => {
  const payload = payloadOf(3000)

  it('joins fragments into the packet without the fragment header', () => {
    for (const routing of [false, true]) {
      const reassembler = new Reassembler()
      take(reassembler, fragment6(payload, 1448, undefined, { routing }))
      const joined = take(reassembler, fragment6(payload, 0, 1448, { routing }))
      const whole = ipv6(routing ? bytes(17, 0, 4, 0, 0, 0, 0, 0, payload) : payload, {
        from: 'fd00::1',
        to: 'fd00::2',
        protocol: routing ? 43 : 17,
      })
      expect(new Uint8Array(joined!.view.buffer)).toEqual(whole)
    }
  })

  it('discards a datagram with an overlap, and everything else of it (RFC 5722)', () => {
    const given: number[] = []
    const reassembler = new Reassembler({ onGivenUp: (serial) => given.push(serial) })
    take(reassembler, fragment6(payload, 0, 1448))
    take(reassembler, fragment6(payload, 1440, 2000))
    expect(take(reassembler, fragment6(payload, 1448))).toBeNull()
    expect(reassembler.counts).toMatchObject({ overlapping: 1, discarded: 1, reassembled: 0, datagrams: 1 })
    expect(given).toEqual([1])
    expect(reassembler.bytes).toBe(0)
  })

  it('drops an exact duplicate and keeps the datagram (RFC 8200 §4.5)', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment6(payload, 0, 1448))
    take(reassembler, fragment6(payload, 0, 1448))
    expect(dataOf(take(reassembler, fragment6(payload, 1448)), 40)).toEqual(payload)
    expect(reassembler.counts).toMatchObject({ duplicates: 1, overlapping: 0 })
  })

  it('counts the same place with other bytes, or the same bytes cut otherwise, as an overlap', () => {
    for (const second of [fragment6(payloadOf(3000, 1), 0, 1448), fragment6(payload, 8, 1448)]) {
      const reassembler = new Reassembler()
      take(reassembler, fragment6(payload, 0, 1448))
      take(reassembler, second)
      expect(reassembler.counts).toMatchObject({ duplicates: 0, overlapping: 1, discarded: 1 })
    }
  })

  it('refuses a fragment that does not fill eight bytes', () => {
    const reassembler = new Reassembler()
    const fragment = bytes(17, 0, number(1, 2), number(1, 4), payload.slice(0, 1445))
    take(reassembler, ipv6(fragment, { from: 'fd00::1', to: 'fd00::2', protocol: 44 }))
    expect(reassembler.counts).toMatchObject({ malformed: 1, datagrams: 0 })
  })

  it(`waits ${LIFETIME_IPV6} seconds`, () => {
    for (const [nanoseconds, whole] of [
      [0, true],
      [1, false],
    ] as const) {
      const reassembler = new Reassembler()
      take(reassembler, fragment6(payload, 0, 1448))
      const joined = take(reassembler, fragment6(payload, 1448), { seconds: LIFETIME_IPV6, nanoseconds })
      expect(joined !== null).toBe(whole)
    }
  })

  it('does not mix with IPv4, nor identifications that differ above 16 bits', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment6(payload, 0, 1448, { id: 0x10001 }))
    expect(take(reassembler, fragment6(payload, 1448, undefined, { id: 1 }))).toBeNull()
  })
})

describe('bounds', () => {
  const payload = payloadOf(3000)

  it('gives up the oldest datagram for a further one', () => {
    const given: number[] = []
    const reassembler = new Reassembler({ maxDatagrams: 3, onGivenUp: (serial) => given.push(serial) })
    for (let id = 1; id <= 5; id++) take(reassembler, fragment4(payload, 0, 1480, { id }))
    expect([reassembler.pending, reassembler.counts.evicted]).toEqual([3, 2])
    expect(given).toEqual([1, 2])
    expect(take(reassembler, fragment4(payload, 1480, undefined, { id: 5 }))).not.toBeNull()
    expect(take(reassembler, fragment4(payload, 1480, undefined, { id: 1 }))).toBeNull()
  })

  it('gives up the oldest bytes for further ones, and never holds more', () => {
    const reassembler = new Reassembler({ maxBytes: 10_000 })
    for (let id = 1; id <= 50; id++) {
      take(reassembler, fragment4(payload, 0, 1480, { id }))
      expect(reassembler.bytes).toBeLessThanOrEqual(10_000)
    }
    expect(reassembler.counts.evicted).toBeGreaterThan(40)
    // The newest ones are there still.
    expect(take(reassembler, fragment4(payload, 1480, undefined, { id: 50 }))).not.toBeNull()
  })

  it('gives up a datagram that is too large for the table by itself', () => {
    const reassembler = new Reassembler({ maxBytes: 4096 })
    const large = payloadOf(20_000)
    for (let start = 0; start < 16_000; start += 1600) take(reassembler, fragment4(large, start, start + 1600))
    expect(reassembler.bytes).toBeLessThanOrEqual(4096)
    expect(reassembler.counts.evicted).toBeGreaterThan(0)
  })

  it('keeps nothing of the datagrams that are whole while an old one waits', () => {
    const reassembler = new Reassembler()
    take(reassembler, fragment4(payload, 0, 1480, { id: 60_000 }))
    const before = process.memoryUsage().arrayBuffers
    for (let id = 1; id <= 20_000; id++) {
      take(reassembler, fragment4(payload, 0, 1480, { id }))
      take(reassembler, fragment4(payload, 1480, undefined, { id }))
    }
    expect([reassembler.pending, reassembler.counts.reassembled]).toEqual([1, 20_000])
    // A datagram takes 4 KiB; what is not collected yet is allowed for.
    globalThis.gc?.()
    expect(reassembler.bytes).toBe(2048)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
    expect(take(reassembler, fragment4(payload, 1480, undefined, { id: 60_000 }))).not.toBeNull()
  })

  it('discards a datagram in more pieces than any real one', () => {
    const reassembler = new Reassembler()
    const large = payloadOf(8 * 400)
    for (let start = 0; start < 8 * 398; start += 16) take(reassembler, fragment4(large, start, start + 8))
    expect(reassembler.counts).toMatchObject({ discarded: 1, reassembled: 0 })
    expect(reassembler.bytes).toBe(0)
  })

  it('discards a datagram of which fragments never stop coming', () => {
    const reassembler = new Reassembler()
    for (let i = 0; i <= MAX_FRAGMENTS; i++) take(reassembler, fragment4(payload, 0, 1480))
    expect(reassembler.counts).toMatchObject({ discarded: 1, duplicates: MAX_FRAGMENTS - 1 })
  })
})
