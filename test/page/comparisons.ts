/** Comparisons of traffic that is made here, for tests of their page. */
import { compareCaptures } from '../../src/compare/index.ts'
import type { Comparison } from '../../src/comparison.ts'
import { capturedAs, captureOf, carried, onClock, type Sent, side, type Wire } from '../compare/two-places.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const US = 1_000

/** Numbered datagrams of a guest, from A to B or back. */
function talk(index: number, back: boolean, size = 100, vni = 100): Uint8Array {
  const [from, to] = back ? [B, A] : [A, B]
  const payload = udp(bytes(number(index, 4), new Array<number>(size).fill(index & 0xff)), 7000, 7001)
  const ends = back ? { from: '192.168.0.2', to: '192.168.0.1' } : { from: '192.168.0.1', to: '192.168.0.2' }
  const sourcePort = 50_000 + (index % 5)
  const guests = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const
  const macs = { from: guests[back ? 1 : 0], to: guests[back ? 0 : 1] }
  return vxlan(ethernet(ipv4(payload, { ...ends, id: index & 0xffff }), macs), { from, to, vni, sourcePort })
}

const stream = (count: number, make: (index: number) => Uint8Array): Sent[] =>
  Array.from({ length: count }, (_, index) => ({ time: index * 10 * MS, bytes: make(index) }))

/** Traffic both ways as captures of two places; what is done to that from A to B. */
function captures(
  treat?: Wire['treat'],
  size?: (index: number) => number,
  vnis = 1,
): Record<'near' | 'far', Uint8Array> {
  const wire = (seed: number): Wire => ({ random: new Random(seed), delay: 2 * MS, jitter: 300 * US })
  const vniOf = (index: number): number => 100 + (index % vnis)
  const forth = stream(300, (index) => talk(index, false, size?.(index), vniOf(index)))
  const back = stream(300, (index) => talk(index, true, 100, vniOf(index)))
  const there = carried(forth, { ...wire(1), ...(treat !== undefined && { treat }) })
  const here = carried(back, wire(2))
  return {
    near: captureOf(capturedAs(forth, here)),
    far: captureOf(onClock(capturedAs(there, back), 3_700 * MS)),
  }
}

function between(...how: Parameters<typeof captures>): Promise<Comparison> {
  const { near, far } = captures(...how)
  return compareCaptures(side(near), side(far))
}

/** Nothing went wrong. */
export const healthy = (): Promise<Comparison> => between()

/** Every seventh packet is lost, some arrive twice, some with another bit. */
const trouble: Wire['treat'] = ({ bytes }, time, index) => {
  if (index % 7 === 3) return []
  if (index % 31 === 5)
    return [
      { time, bytes },
      { time: time + 3 * MS, bytes },
    ]
  if (index % 37 !== 8) return [{ time, bytes }]
  const changed = bytes.slice()
  changed[changed.length - 9]! ^= 4
  return [{ time, bytes: changed }]
}

/** Of a path with every trouble. */
export const troubled = (): Promise<Comparison> => between(trouble)

/** The captures of that path. */
export const wires = (): Record<'near' | 'far', Uint8Array> => captures(trouble)

/** Nothing larger than a size arrives. */
export const cliff = (): Promise<Comparison> =>
  between(
    ({ bytes }, time) => (bytes.length > 1000 ? [] : [{ time, bytes }]),
    (index) => (index % 3 === 0 ? 1300 : 300),
  )

/** Several tenants. */
export const many = (vnis: number): Promise<Comparison> => between(undefined, undefined, vnis)
