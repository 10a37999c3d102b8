/** Two captures between which everything happens that a comparison tells: loss, damage, copies, reordering, and other header fields. */
import { compareCaptures } from '../../src/compare/index.ts'
import type { CompareOptions } from '../../src/compare/options.ts'
import type { Comparison } from '../../src/comparison.ts'
import { bytes, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { capturedAs, captureOf, carried, type Sent, side } from './two-places.ts'

const MS = 1_000_000
const COUNT = 400
/** Offset of the DSCP field in the outer IPv4 header, and of the inner payload's last byte from the end. */
const OUTER_DSCP = 15

/** A numbered datagram of a guest; outer UDP without a checksum, so that nothing but the frame tells of damage. */
export function talk(index: number, back = false, size = 100 + (index % 5) * 100): Uint8Array {
  const payload = udp(bytes(number(index, 4), new Array<number>(size).fill(index & 0xff)), 7000, 7001)
  const guests = ['192.168.0.1', '192.168.0.2']
  const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02']
  const vteps = ['10.0.0.1', '10.0.0.2']
  const [one, two] = back ? [1, 0] : [0, 1]
  const inner = ipv4(payload, { from: guests[one]!, to: guests[two]!, id: index & 0xffff })
  const frame = ethernet(inner, { from: macs[one]!, to: macs[two]! })
  return vxlan(frame, { from: vteps[one]!, to: vteps[two]!, vni: 42, sourcePort: 50_000 + (index % 4) })
}

/** Both captures as files, the far clock 1.5 s ahead. */
export function troubledCaptures(): { near: Uint8Array; far: Uint8Array } {
  const forth: Sent[] = Array.from({ length: COUNT }, (_, index) => ({ time: index * 10 * MS, bytes: talk(index) }))
  const back: Sent[] = Array.from({ length: COUNT }, (_, index) => ({
    time: 3 * MS + index * 10 * MS,
    bytes: talk(index, true),
  }))
  const there = carried(forth, {
    random: new Random(1),
    delay: 2 * MS,
    jitter: MS,
    treat({ bytes: sent }, time, index) {
      if (index % 40 === 17) return []
      const arrives = sent.slice()
      arrives[OUTER_DSCP] = 0x28
      if (index % 50 === 7) arrives[arrives.length - 9]! ^= 4
      if (index % 50 === 30) return [{ time: time + 65 * MS, bytes: arrives }]
      if (index % 50 === 12) return [time, time + MS / 2].map((at) => ({ time: at, bytes: arrives }))
      return [{ time, bytes: arrives }]
    },
  })
  const here = carried(back, { random: new Random(2), delay: 2 * MS, jitter: MS })
  const ahead = 1500 * MS
  return {
    near: captureOf(capturedAs(forth, here)),
    far: captureOf(capturedAs(there, back).map((shot) => ({ ...shot, time: shot.time + ahead }))),
  }
}

/** Their comparison. */
export function troubled(options: CompareOptions = {}): Promise<Comparison> {
  const { near, far } = troubledCaptures()
  return compareCaptures(side(near), side(far), options)
}
